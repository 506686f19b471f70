"""All pages of a PDF as rows, images, tables and drawings, and which pages could not be read and why.

A page that is only a picture goes through OCR where Tesseract is installed. Leaves what rows mean to the other modules.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexing.errors import PageError, SourceError
from indexing.reading.diagrams import find_drawings
from indexing.reading.furniture import find_furniture
from indexing.reading.layout import rows_of
from indexing.reading.ocr import OCR_REMEDY, can_ocr, is_scan, read_scan
from indexing.reading.pages import Doubt, PageContent
from indexing.reading.pdf import Page, Pdf
from indexing.reading.tables import find_tables

Progress = Callable[[int, int], None]
Bookmark = tuple[int, str, int]


@dataclass
class Collected:
    """What the PDF holds. `unread` names the pages that gave no text; `bookmarks` are its outline: (level, title, page)."""

    pages: list[PageContent] = field(default_factory=list)
    bookmarks: list[Bookmark] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    unread: list[Doubt] = field(default_factory=list)


def collect(path: Path, password: str | None, progress: Progress | None, *, figures: bool = True) -> Collected:
    """Read every page, with its tables and drawings if asked. SourceError where no page has text."""
    collected = Collected()
    with Pdf.open(path, password) as pdf:
        for number in range(1, pdf.page_count + 1):
            _collect_page(pdf, number, collected, figures)
            if progress:
                progress(number, pdf.page_count)
        if pdf.is_repaired:
            collected.doubts.append(Doubt(1, "the file is damaged and was repaired: parts of it may be missing or garbled"))
        try:
            collected.bookmarks = pdf.outline()
        except PageError as error:
            collected.doubts.append(Doubt(1, f"{error}; headings were told by their print alone"))
    _check_text(path, collected)
    _take_out_furniture(collected.pages)
    return collected


def _collect_page(pdf: Pdf, number: int, collected: Collected, figures: bool) -> None:
    try:
        page = pdf.page(number)
    except PageError as error:
        collected.unread.append(Doubt(number, str(error)))
        return
    if is_scan(page):
        page = _scanned(pdf, page, collected)
    content = PageContent(number, page.label, page.width, page.height, rows_of(page), list(page.images))
    collected.pages.append(content)
    if figures:
        try:
            content.drawings = find_drawings(pdf, page)
            content.tables = find_tables(pdf, page, [drawing.box for drawing in content.drawings])
        except PageError as error:
            collected.doubts.append(Doubt(number, f"tables and drawings were not looked for: {error}"))


def _scanned(pdf: Pdf, page: Page, collected: Collected) -> Page:
    """The page with the text that OCR found, or as it is where there is no OCR."""
    if not can_ocr():
        collected.unread.append(Doubt(page.number, f"a scan without text; {OCR_REMEDY}"))
        return page
    try:
        read = read_scan(pdf, page)
    except PageError as error:
        collected.unread.append(Doubt(page.number, f"a scan that OCR failed on: {error}"))
        return page
    if not read.lines:
        collected.unread.append(Doubt(page.number, "a scan in which OCR found no text"))
    else:
        collected.doubts.append(Doubt(page.number, "read by OCR: check its spelling"))
    return read


def _check_text(path: Path, collected: Collected) -> None:
    if any(page.rows for page in collected.pages):
        return
    reason = f"{collected.unread[0].message} (page {collected.unread[0].page})" if collected.unread else "its pages are blank"
    raise SourceError(f"{path}: no page has text: {reason}")


def _take_out_furniture(pages: Sequence[PageContent]) -> None:
    """Running headers, footers and page numbers leave the rows."""
    furniture = find_furniture([page.rows for page in pages], [page.height for page in pages])
    for page, indices in zip(pages, furniture, strict=True):
        page.furniture = [row for index, row in enumerate(page.rows) if index in indices]
        page.rows = [row for index, row in enumerate(page.rows) if index not in indices]
