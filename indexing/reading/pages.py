"""One page on its way from the PDF to records, and the notes that are taken on the way."""

from dataclasses import dataclass, field

from indexing.reading.found import FoundDrawing, FoundTable
from indexing.reading.layout import Row
from indexing.reading.pdf import Box
from indexing.reading.tables import JoinedTable
from indexing.records import Span


def span_of(row: Row) -> Span:
    """Where a row is printed, to a tenth of a point."""
    x0, y0, x1, y1 = (round(value, 1) for value in row.box)
    return row.page, x0, y0, x1, y1


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that a person should look at; `page` is a 1-based position in the PDF."""

    page: int
    message: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A table, drawing or image with its caption; `anchor` rows of its page come before it in reading order."""

    page: int
    box: Box
    caption: str
    caption_boxes: tuple[Box, ...]
    anchor: int
    found: JoinedTable | FoundDrawing | None = None


@dataclass
class PageContent:
    """What is on a page. `rows` shrink to the running text as furniture, captions and so on are taken out."""

    number: int
    label: str
    width: float
    height: float
    rows: list[Row] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    tables: list[FoundTable] = field(default_factory=list)
    drawings: list[FoundDrawing] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    furniture: list[Row] = field(default_factory=list)
    footnotes: list[list[Row]] = field(default_factory=list)
    apparatus: list[Row] = field(default_factory=list)
