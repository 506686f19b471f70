"""A table in the making: boundaries of rows and columns, and cells over them with their words.

Detectors build a `Draft`; `found` turns it into the FoundTable that the reader takes. Leaves finding to the detectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from indexing.reading.found import FoundTable
from indexing.reading.pdf import Box, Word
from indexing.reading.tables.geometry import text_of

SPACER = 1.5  # heights of a word: an empty column no wider, or a row no higher than half of it, is no place for text


@dataclass(slots=True)
class Cell:
    """Covers rows `row`..`last_row` and columns `column`..`last_column`, both ends included."""

    row: int
    column: int
    last_row: int
    last_column: int
    words: list[Word] = field(default_factory=list)

    @property
    def is_single(self) -> bool:
        return self.row == self.last_row and self.column == self.last_column


@dataclass(slots=True)
class Draft:
    """Row i lies between ys[i] and ys[i + 1], column j between xs[j] and xs[j + 1]; the cells cover every position once."""

    xs: list[float]
    ys: list[float]
    cells: list[Cell]

    @property
    def rows(self) -> int:
        return len(self.ys) - 1

    @property
    def columns(self) -> int:
        return len(self.xs) - 1

    @property
    def box(self) -> Box:
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    def row_words(self, row: int) -> list[Word]:
        """The words of the cells that begin in a row."""
        return [word for cell in self.cells if cell.row == row for word in cell.words]


def without_empty(draft: Draft) -> Draft | None:
    """The draft without empty rows and columns at its border, and without empty spacers inside; None where all is empty."""
    used = [cell for cell in draft.cells if cell.words]
    spacer = SPACER * median([word.box[3] - word.box[1] for cell in used for word in cell.words] or [0.0])
    rows_used = {row for cell in used for row in range(cell.row, cell.last_row + 1)}
    columns_used = {column for cell in used for column in range(cell.column, cell.last_column + 1)}
    keep_rows, keep_columns = _kept(draft.ys, rows_used, spacer / 2), _kept(draft.xs, columns_used, spacer)
    if not keep_rows or not keep_columns:
        return None
    rows = {old: new for new, old in enumerate(keep_rows)}
    columns = {old: new for new, old in enumerate(keep_columns)}
    cells = []
    for cell in draft.cells:
        in_rows = [rows[row] for row in range(cell.row, cell.last_row + 1) if row in rows]
        in_columns = [columns[column] for column in range(cell.column, cell.last_column + 1) if column in columns]
        if in_rows and in_columns:
            cells.append(Cell(in_rows[0], in_columns[0], in_rows[-1], in_columns[-1], cell.words))
    return Draft(_bounds(draft.xs, keep_columns), _bounds(draft.ys, keep_rows), cells)


def _kept(bounds: Sequence[float], used: set[int], spacer: float) -> list[int]:
    """Positions from the first to the last used one, without unused ones that are narrow."""
    if not used:
        return []
    return [index for index in range(min(used), max(used) + 1) if index in used or bounds[index + 1] - bounds[index] > spacer]


def _bounds(bounds: Sequence[float], kept: Sequence[int]) -> list[float]:
    return [bounds[index] for index in kept] + [bounds[kept[-1] + 1]]


def grid_of(draft: Draft) -> list[list[str]]:
    """The texts, a spanning cell's repeated in every position that it covers."""
    grid = [[""] * draft.columns for _ in range(draft.rows)]
    for cell in draft.cells:
        text = text_of(cell.words)
        for row in range(cell.row, cell.last_row + 1):
            for column in range(cell.column, cell.last_column + 1):
                grid[row][column] = text
    return grid


def found(page: int, draft: Draft, header_rows: int, doubt: str | None = None) -> FoundTable:
    """The finished table; row boxes reach over its full width."""
    x0, _, x1, _ = draft.box
    rows: list[Box] = [(x0, draft.ys[row], x1, draft.ys[row + 1]) for row in range(draft.rows)]
    return FoundTable(page, draft.box, grid_of(draft), header_rows, rows, doubt)
