"""How many of a table's first rows are its header.

Signs, in this order: rows that a cell of the first row spans, or that lie below cells which span columns; rows in bold or on a
coloured ground above rows that are not; words above columns of numbers. A table of which nothing tells has one header row;
one whose first row holds numbers where all rows do has none.
"""

import re
from collections.abc import Sequence

from indexing.reading.tables.cells import Cell, Draft
from indexing.reading.tables.geometry import NUMBER, inside, text_of
from indexing.reading.tables.rulings import Fill
from indexing.reading.tables.style import Style

MOST_HEADER_ROWS = 4
_YEAR = re.compile(r"(19|20)\d\d([-–/]\d+)?$")  # stands above columns of numbers as often as in them


def header_rows(draft: Draft, style: Style, fills: Sequence[Fill]) -> int:
    """The number of header rows, fewer than there are rows."""
    most = min(MOST_HEADER_ROWS, draft.rows - 1)
    if most < 1:
        return 1
    least = _spanned(draft, most)
    bold = _leading(_bold_rows(draft, style, most + 1))
    while bold > max(least, 1) and _is_value_row(draft, bold - 1) and not _is_value_row(draft, 0):
        bold -= 1  # rows that are set off, not headers
    for marked in (bold, _coloured(draft, fills)):
        if least <= marked <= most:
            return marked
    if least == 1 and _is_data(draft):
        return 0
    return max(least, min(most, _leading([not _has_numbers(draft, row) for row in range(most + 1)]) if least > 1 else 1))


def stands_out(draft: Draft, style: Style, fills: Sequence[Fill]) -> bool:
    """Whether the first row is bold, or on a ground of its own colour, and the rows below it are not."""
    count = min(MOST_HEADER_ROWS + 1, draft.rows)
    return _leading(_bold_rows(draft, style, count)) > 0 or 0 < _coloured(draft, fills) < draft.rows


def _leading(marks: Sequence[bool]) -> int:
    """How many of the first rows are marked; 0 where the mark goes on to the last one looked at."""
    for index, mark in enumerate(marks):
        if not mark:
            return index
    return 0


def _spanned(draft: Draft, most: int) -> int:
    """Rows that must be header rows because a cell of the first row spans rows, or several columns, or all as a title does."""
    title = len(draft.cells) > draft.columns and any(
        cell.row == cell.last_row == 0 and cell.last_column - cell.column == draft.columns - 1 > 0 for cell in draft.cells
    )
    rows = min(most, 1 + title)  # the header stands below a title over all columns
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
    return [bool(words) and sum(map(style.is_bold, words)) > 0.9 * len(words) for words in rows]


def _coloured(draft: Draft, fills: Sequence[Fill]) -> int:
    """How many of the first rows stand on a ground whose colour no other row has; 0 where none does, or its ground is plain."""
    x0, y0, x1, y1 = draft.box
    near = [fill for fill in fills if fill[0][0] < x1 and fill[0][2] > x0 and fill[0][1] < y1 and fill[0][3] > y0]
    colours = [_ground(draft, row, near) for row in range(draft.rows)]
    count = _leading([colour == colours[0] for colour in colours])
    return count if colours[0] is not None and colours[0] not in colours[count:] else 0


def _ground(draft: Draft, row: int, fills: Sequence[Fill]) -> tuple[float, ...] | None:
    """The colour on which all words of a row stand; the area painted last counts."""
    colours = set()
    for word in draft.row_words(row):
        grounds = [colour for box, colour in fills if inside(word.box, box)]
        colours.add(grounds[-1] if grounds else None)
    return colours.pop() if len(colours) == 1 else None


def _is_data(draft: Draft) -> bool:
    """Whether the first row is one like all others: numbers where they have numbers, or a sign where they have signs."""
    texts = [[""] * draft.columns for _ in range(draft.rows)]
    for cell in draft.cells:
        if cell.is_single:
            texts[cell.row][cell.column] = text_of(cell.words)
    first, body = texts[0], texts[1:]
    if len(body) < 2 or not all(first):
        return False
    signs = [not re.search(r"\w", row[0]) for row in texts if row[0]]
    if sum(signs) > 0.5 * len(signs) and signs[0]:
        return True
    columns = [
        column
        for column in range(draft.columns)
        if sum(NUMBER.match(row[column]) is not None for row in body) > 0.8 * len(body)
    ]
    return bool(columns) and all(NUMBER.match(first[column]) and not _YEAR.match(first[column]) for column in columns)


def _has_numbers(draft: Draft, row: int) -> bool:
    """Whether more than half of a row's cells, its label left out, hold a number."""
    cells = [cell for cell in draft.cells if cell.row == row and cell.column > 0 and cell.words]
    return sum(_is_number(cell) for cell in cells) > 0.5 * len(cells)


def _is_value_row(draft: Draft, row: int) -> bool:
    """Whether a third of a row's cells or more, its label counted, hold a number."""
    cells = [cell for cell in draft.cells if cell.row == row and cell.words]
    return 3 * sum(_is_number(cell) for cell in cells) >= len(cells) > 0


def _is_number(cell: Cell) -> bool:
    text = "".join(word.text for word in cell.words)
    return sum(letter.isdigit() for letter in text) > 0.5 * len(text)
