"""From a book's PDF to its records: the order of the work, each step in a module of its own.

    read_book(path) -> Reading(records, outline, questions, doubts, unread)

Leaves the PDF library to `pdf.py`, and writing files to `indexing.rebuild`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexing.reading.apparatus import apparatus_rows
from indexing.reading.captions import place_figures
from indexing.reading.collect import Progress, collect
from indexing.reading.continued import join_over_pages
from indexing.reading.footnotes import take_out_footnotes
from indexing.reading.headings import find_headings
from indexing.reading.outline import with_outline
from indexing.reading.pages import Doubt, PageContent, span_of
from indexing.reading.sections import assemble
from indexing.reading.style import measure
from indexing.records import OutlineEntry, Question, Record, Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `doubts` are for a person to check; `unread` names the pages that gave no text, and why.

    `heading_spans` (one list for each outline entry) and `left_out` (running headers and page numbers) serve the report.
    """

    records: list[Record]
    outline: list[OutlineEntry]
    questions: list[Question]
    doubts: list[Doubt]
    unread: list[Doubt]
    heading_spans: list[list[Span]] = field(default_factory=list)
    left_out: list[Span] = field(default_factory=list)


def read_book(path: Path, *, password: str | None = None, progress: Progress | None = None) -> Reading:
    """Read a whole book. `progress(done, total)` is called after every page.

    SourceError where the file cannot be read at all or has no text; a page that cannot be read is named in `unread`.
    """
    book = collect(path, password, progress)
    _take_out_apparatus(book.pages)
    style = measure(page.rows for page in book.pages)
    for page in book.pages:
        book.doubts += place_figures(page, style)
        take_out_footnotes(page, style)
    join_over_pages(book.pages)
    rows = [row for page in book.pages for row in page.rows]
    headings, unprinted = with_outline(find_headings(rows, style), book.bookmarks, rows)
    sections = assemble(book.pages, headings, style)
    return Reading(
        records=sections.records,
        outline=[OutlineEntry(level=heading.level, title=heading.title, page=heading.page) for heading in headings],
        questions=sections.questions,
        doubts=sorted([*book.doubts, *unprinted], key=lambda doubt: doubt.page),
        unread=book.unread,
        heading_spans=[[span_of(row) for row in rows[heading.first : heading.last + 1]] for heading in headings],
        left_out=[span_of(row) for page in book.pages for row in page.furniture],
    )


def _take_out_apparatus(pages: Sequence[PageContent]) -> None:
    """Contents pages and the index are kept beside the running text, under their page."""
    for page, indices in zip(pages, apparatus_rows([page.rows for page in pages]), strict=True):
        page.apparatus = [row for index, row in enumerate(page.rows) if index in indices]
        page.rows = [row for index, row in enumerate(page.rows) if index not in indices]
