"""How many of a table's first rows are its header.

Signs, in this order: rows that a cell of the first row spans, or that lie below cells which span columns; rows in bold or on a
coloured ground above rows that are not; words above columns of numbers. A table of which nothing tells has one header row.
"""

from collections.abc import Sequence

from indexing.reading.pdf import Box, Word
from indexing.reading.tables.cells import Cell, Draft
from indexing.reading.tables.geometry import inside
from indexing.reading.tables.style import Style

MOST_HEADER_ROWS = 4


def header_rows(draft: Draft, style: Style, fills: Sequence[Box]) -> int:
    """The number of header rows, at least 1 and fewer than there are rows."""
    most = min(MOST_HEADER_ROWS, draft.rows - 1)
    if most < 1:
        return 1
    least = _spanned(draft, most)
    for marks in (_bold_rows(draft, style, most + 1), _filled_rows(draft, fills, most + 1)):
        marked = _leading(marks)
        if least <= marked <= most:
            return marked
    return max(least, min(most, _leading([not _has_numbers(draft, row) for row in range(most + 1)]) if least > 1 else 1))


def stands_out(draft: Draft, style: Style, fills: Sequence[Box]) -> bool:
    """Whether the first row is bold, or on a coloured ground, and the rows below it are not."""
    count = min(MOST_HEADER_ROWS + 1, draft.rows)
    return any(_leading(marks) > 0 for marks in (_bold_rows(draft, style, count), _filled_rows(draft, fills, count)))


def _leading(marks: Sequence[bool]) -> int:
    """How many of the first rows are marked; 0 where the mark goes on to the last one looked at."""
    for index, mark in enumerate(marks):
        if not mark:
            return index
    return 0


def _spanned(draft: Draft, most: int) -> int:
    """Rows that must be header rows because a cell of the first row spans rows, or several columns but not all."""
    rows = 1
    grew = True
    while grew:
        grew = False
        for cell in draft.cells:
            wide = 0 < cell.last_column - cell.column < draft.columns - 1 and bool(cell.words)
            needed = cell.last_row + 1 + (1 if wide else 0)
            if cell.row < rows and needed > rows and needed <= most and (wide or cell.row == 0):
                rows, grew = needed, True
    return rows


def _bold_rows(draft: Draft, style: Style, count: int) -> list[bool]:
    """For each of the first rows, whether all its words are bold."""
    rows = [draft.row_words(row) for row in range(count)]
    return [bool(words) and all(map(style.is_bold, words)) for words in rows]


def _filled_rows(draft: Draft, fills: Sequence[Box], count: int) -> list[bool]:
    """For each of the first rows, whether all its words stand on a coloured ground that is not the whole table's."""
    x0, y0, x1, y1 = draft.box
    grounds = [box for box in fills if box[3] - box[1] < 0.9 * (y1 - y0) and box[0] < x1 and box[2] > x0]
    return [_all_in(draft.row_words(row), grounds) for row in range(count)]


def _all_in(words: Sequence[Word], boxes: Sequence[Box]) -> bool:
    return bool(words) and all(any(inside(word.box, box) for box in boxes) for word in words)


def _has_numbers(draft: Draft, row: int) -> bool:
    """Whether more than half of a row's cells, its label left out, hold a number."""
    cells = [cell for cell in draft.cells if cell.row == row and cell.column > 0 and cell.words]
    return sum(_is_number(cell) for cell in cells) > 0.5 * len(cells)


def _is_number(cell: Cell) -> bool:
    text = "".join(word.text for word in cell.words)
    return sum(letter.isdigit() for letter in text) > 0.5 * len(text)
