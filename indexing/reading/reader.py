"""From a book's PDF to its records: the order of the work, each step in a module of its own.

    read_book(path) -> Reading(records, outline, questions, doubts, unread)

Leaves the PDF library to `pdf.py`, and writing files to `indexing.rebuild`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexing.reading.apparatus import apparatus_rows
from indexing.reading.captions import place_figures
from indexing.reading.continued import found_doubts, join_over_pages
from indexing.reading.diagrams import find_drawings
from indexing.reading.footnotes import take_out_footnotes
from indexing.reading.furniture import find_furniture
from indexing.reading.headings import Heading, find_headings
from indexing.reading.layout import rows_of
from indexing.reading.outline import with_outline
from indexing.reading.pages import Doubt, PageContent
from indexing.reading.pdf import Pdf
from indexing.reading.sections import assemble
from indexing.reading.style import measure
from indexing.reading.tables import find_tables
from indexing.records import OutlineEntry, Question, Record

Progress = Callable[[int, int], None]
Bookmark = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `doubts` are for a person to check; `unread` names the pages that gave no text, and why."""

    records: list[Record]
    outline: list[OutlineEntry]
    questions: list[Question]
    doubts: list[Doubt]
    unread: list[Doubt]


def read_book(path: Path, *, password: str | None = None, progress: Progress | None = None) -> Reading:
    """Read a whole book. `progress(done, total)` is called after every page.

    SourceError where the file cannot be read at all; a page that cannot be read is named in `unread`.
    """
    pages, bookmarks = read_pages(path, password, progress)
    take_out_furniture(pages)
    _take_out_apparatus(pages)
    style = measure(page.rows for page in pages)
    doubts = [doubt for page in pages for doubt in place_figures(page, style)]
    for page in pages:
        take_out_footnotes(page, style)
    join_over_pages(pages)
    doubts += [Doubt(page.number, text) for page in pages for text in found_doubts(page)]
    rows = [row for page in pages for row in page.rows]
    headings, unprinted = with_outline(find_headings(rows, style), bookmarks, rows)
    sections = assemble(pages, headings, style)
    return Reading(sections.records, _outline(headings), sections.questions, doubts + unprinted, [])


def read_pages(
    path: Path, password: str | None, progress: Progress | None, *, figures: bool = True
) -> tuple[list[PageContent], list[Bookmark]]:
    """All that is on the pages (tables and drawings if asked), and the PDF's outline as (level, title, page)."""
    pages: list[PageContent] = []
    with Pdf.open(path, password) as pdf:
        for number in range(1, pdf.page_count + 1):
            page = pdf.page(number)
            content = PageContent(number, page.label, page.width, page.height, rows_of(page), list(page.images))
            if figures:
                content.drawings = find_drawings(pdf, page)
                content.tables = find_tables(pdf, page, [drawing.box for drawing in content.drawings])
            pages.append(content)
            if progress:
                progress(number, pdf.page_count)
        return pages, pdf.outline()


def take_out_furniture(pages: Sequence[PageContent]) -> None:
    """Running headers, footers and page numbers leave the rows."""
    furniture = find_furniture([page.rows for page in pages], [page.height for page in pages])
    for page, indices in zip(pages, furniture, strict=True):
        page.rows = [row for index, row in enumerate(page.rows) if index not in indices]


def _take_out_apparatus(pages: Sequence[PageContent]) -> None:
    """Contents pages and the index are kept beside the running text, under their page."""
    for page, indices in zip(pages, apparatus_rows([page.rows for page in pages]), strict=True):
        page.apparatus = [row for index, row in enumerate(page.rows) if index in indices]
        page.rows = [row for index, row in enumerate(page.rows) if index not in indices]


def _outline(headings: Sequence[Heading]) -> list[OutlineEntry]:
    return [OutlineEntry(level=heading.level, title=heading.title, page=heading.page) for heading in headings]
