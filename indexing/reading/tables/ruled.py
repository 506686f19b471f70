"""Ruled tables: a lattice of rulings to cells, cells without a ruling between them to one spanning cell.

Leaves rows that no ruling separates to rows.py, and tables without vertical rulings to half_ruled.py.
"""

from bisect import bisect_right
from collections.abc import Sequence

from indexing.reading.pdf import Word
from indexing.reading.tables.cells import Cell, Draft, without_empty
from indexing.reading.tables.geometry import centre
from indexing.reading.tables.rulings import Lattice, is_inked, share_inked

REGULAR = 0.55  # the part of its lattice that the mean inner ruling of a table covers
MOST_CROSSED = 0.1  # of a table's words may lie across a ruling (a word too long for its cell); in a chart many do


def ruled_table(lattice: Lattice, words: Sequence[Word]) -> Draft | None:
    """The table in a lattice, or None where the lattice is a frame, a chart or a form's box."""
    if not is_regular(lattice):
        return None
    draft = _draft(lattice)
    owner = {(row, column): cell for cell in draft.cells for row, column in _positions(cell)}
    for word in words:
        x, y = centre(word.box)
        row, column = bisect_right(draft.ys, y) - 1, bisect_right(draft.xs, x) - 1
        cell = owner.get((row, column))
        if cell is not None:
            cell.words.append(word)
    if _is_chart(draft):
        return None
    table = without_empty(draft)
    return table if table is not None and not _has_gaps(table) else None


def _has_gaps(draft: Draft) -> bool:
    """Whether more than a quarter of the columns are empty: boxes side by side."""
    used = {column for cell in draft.cells if cell.words for column in range(cell.column, cell.last_column + 1)}
    return draft.columns - len(used) > 0.25 * draft.columns


def is_regular(lattice: Lattice) -> bool:
    """Whether its rulings run through most of a lattice, as a table's do; those of boxes in a diagram stop at their box."""
    x0, y0, x1, y1 = lattice.box
    across = [share_inked(ink, x0, x1) for ink in lattice.across[1:-1]]
    down = [share_inked(ink, y0, y1) for ink in lattice.down[1:-1]]
    return all(sum(shares) >= REGULAR * len(shares) for shares in (across, down))


def _positions(cell: Cell) -> list[tuple[int, int]]:
    return [(row, column) for row in range(cell.row, cell.last_row + 1) for column in range(cell.column, cell.last_column + 1)]


def _draft(lattice: Lattice) -> Draft:
    """Cells: positions joined where no ruling lies between them, each group made a rectangle."""
    rows, columns = len(lattice.ys) - 1, len(lattice.xs) - 1
    right = [
        [
            column + 1 < columns and not is_inked(lattice.down[column + 1], lattice.ys[row], lattice.ys[row + 1])
            for column in range(columns)
        ]
        for row in range(rows)
    ]
    below = [
        [
            row + 1 < rows and not is_inked(lattice.across[row + 1], lattice.xs[column], lattice.xs[column + 1])
            for column in range(columns)
        ]
        for row in range(rows)
    ]
    cells: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    for row in range(rows):
        for column in range(columns):
            if (row, column) not in taken:
                cell = _grown(row, column, right, below, taken)
                taken.update(_positions(cell))
                cells.append(cell)
    return Draft(list(lattice.xs), list(lattice.ys), cells)


def _grown(row: int, column: int, right: list[list[bool]], below: list[list[bool]], taken: set[tuple[int, int]]) -> Cell:
    """The largest rectangle from its top left position that no ruling crosses: first to the right, then down."""
    last_column = column
    while right[row][last_column] and (row, last_column + 1) not in taken:
        last_column += 1
    last_row = row
    while all(below[last_row][c] and (last_row + 1, c) not in taken for c in range(column, last_column + 1)) and all(
        right[last_row + 1][c] for c in range(column, last_column)
    ):
        last_row += 1
    return Cell(row, column, last_row, last_column)


def _is_chart(draft: Draft) -> bool:
    """Whether too many words lie across the boundaries of their cells, as a chart's labels do."""
    crossed = total = 0
    for cell in draft.cells:
        x0, x1 = draft.xs[cell.column], draft.xs[cell.last_column + 1]
        y0, y1 = draft.ys[cell.row], draft.ys[cell.last_row + 1]
        for word in cell.words:
            width, height = word.box[2] - word.box[0], word.box[3] - word.box[1]
            total += 1
            crossed += (
                word.box[0] < x0 - 0.25 * width
                or word.box[2] > x1 + 0.25 * width
                or word.box[1] < y0 - 0.35 * height
                or word.box[3] > y1 + 0.35 * height
            )
    return crossed > MOST_CROSSED * total
