"""What the detectors report about one page, before the reader puts it in order and ties captions to it."""

from dataclasses import dataclass

from indexing.reading.pdf import Box
from indexing.records import Diagram


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table on one page. `row_boxes[i]` is the box of `grid[i]`; header rows come first.

    Spanning cells are repeated in every position they cover. `doubt` is what a person should check, or None.
    """

    page: int
    box: Box
    grid: list[list[str]]
    header_rows: int
    row_boxes: list[Box]
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class FoundDrawing:
    """A vector drawing on one page; `diagram` where it is an ER diagram that could be read.

    `doubts` are the parts that were left out because they were uncertain, one short line each.
    """

    page: int
    box: Box
    diagram: Diagram | None = None
    doubts: tuple[str, ...] = ()
