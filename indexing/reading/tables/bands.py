"""Rows of a ruled table that hold several rows, because no ruling was drawn between them.

A row is cut into its printed lines when they are entries and no wrapped text: nearly all columns have an entry in nearly every
line, on the same baselines, and lines end where more words would have had room. Leaves tables without vertical rulings to
half_ruled.py.
"""

from collections.abc import Sequence
from itertools import pairwise

from indexing.reading.pdf import Word
from indexing.reading.tables.cells import Cell, Draft
from indexing.reading.tables.geometry import hull, overlap, printed_lines

FILLED = 0.7  # the part of the lines in which a column must have an entry
ROOM = 0.8  # the part of a column's line ends that had room for the next word


def with_bands_cut(draft: Draft) -> Draft:
    """The draft with rows cut into their printed lines where these are rows."""
    ys = [draft.ys[0]]
    cells: list[Cell] = []
    moved: dict[int, tuple[int, int]] = {}  # old row: its first and last new row
    for row in range(draft.rows):
        first = len(ys) - 1
        bounds = _line_bounds(draft, row)
        ys += [*bounds, draft.ys[row + 1]]
        moved[row] = (first, first + len(bounds))
    for cell in draft.cells:
        first, last = moved[cell.row][0], moved[cell.last_row][1]
        if cell.row == cell.last_row and last > first:
            cells += _cut(cell, first, last, ys)
        else:
            cells.append(Cell(first, cell.column, last, cell.last_column, cell.words))
    return Draft(draft.xs, ys, cells)


def _cut(cell: Cell, first: int, last: int, ys: Sequence[float]) -> list[Cell]:
    """A cell of a row that was cut, as one cell a line; a label of one line in the middle of them spans them all."""
    lines = printed_lines(cell.words)
    middle = (ys[first] + ys[last + 1]) / 2
    if cell.column == 0 and len(lines) == 1 and abs(_middle(lines[0]) - middle) < 0.2 * (ys[last + 1] - ys[first]):
        return [Cell(first, cell.column, last, cell.last_column, cell.words)]
    parts = []
    for row in range(first, last + 1):
        words = [word for word in cell.words if ys[row] <= (word.box[1] + word.box[3]) / 2 < ys[row + 1]]
        parts.append(Cell(row, cell.column, row, cell.last_column, words))
    return parts


def _middle(line: Sequence[Word]) -> float:
    box = hull(word.box for word in line)
    return (box[1] + box[3]) / 2


def _line_bounds(draft: Draft, row: int) -> list[float]:
    """The places between a row's printed lines if they are rows of their own, else nothing."""
    within = [cell for cell in draft.cells if cell.row == row == cell.last_row and cell.words]
    lines = printed_lines(word for cell in within for word in cell.words)
    if len(lines) < 2 or len(within) < 2:
        return []
    boxes = [hull(word.box for word in line) for line in lines]
    if any(overlap(above[1], above[3], below[1], below[3]) > 0.3 * (below[3] - below[1]) for above, below in pairwise(boxes)):
        return []  # cells set on different baselines: their lines are no rows
    by_cell = [printed_lines(cell.words) for cell in within]
    full = [cell_lines for cell_lines in by_cell if len(cell_lines) >= FILLED * len(lines)]
    label = len(by_cell[0]) == 1 and within[0].column == 0 and draft.columns > 2
    if len(full) < max(2, len(within) - label - (len(within) > 4)):
        return []
    are_values = all(_is_value(line) for cell_lines in full[1:] for line in cell_lines)
    have_room = all(
        _room(cell_lines, draft.xs[cell.column], draft.xs[cell.last_column + 1]) >= ROOM
        for cell, cell_lines in zip(within, by_cell, strict=True)
    )
    if not have_room or not (are_values or len(lines) >= 4):
        return []
    return [(above[3] + below[1]) / 2 for above, below in pairwise(boxes)]


def _is_value(line: Sequence[Word]) -> bool:
    """A number, or one word."""
    text = "".join(word.text for word in line)
    return len(line) == 1 or sum(letter.isdigit() for letter in text) >= 0.3 * len(text)


def _room(lines: Sequence[Sequence[Word]], low: float, high: float) -> float:
    """The part of the line ends where the next line's first word would have had room."""
    ends = list(pairwise(lines))
    if not ends:
        return 1.0
    padding = max(1.0, min(line[0].box[0] for line in lines) - low)
    room = 0
    for above, below in ends:
        first = below[0].box[2] - below[0].box[0]
        space = 0.25 * (above[-1].box[3] - above[-1].box[1])
        width = above[-1].box[2] - above[0].box[0]
        room += width + space + first < (high - low) - 2 * min(padding, 6.0)
    return room / len(ends)
