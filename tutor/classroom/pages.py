"""Pictures of a book's pages. Leaves marks and layout to `tutor.ui.render`."""

from functools import lru_cache
from pathlib import Path
from threading import Lock

from indexing.errors import UsageError
from indexing.library import Book
from indexing.reading.pdf import Pdf

_DPI = 110
_PDF = Lock()  # MuPDF is not made for threads


def page_picture(book: Book, page: int) -> bytes:
    """PNG of a page. UsageError where the book has no PDF or no such page."""
    pdf_path = _pdf(book)
    if not 1 <= page <= page_count(book):
        raise UsageError(f"the book has no page {page}")
    return _picture(pdf_path, page)


def page_size(book: Book, page: int) -> tuple[float, float]:
    """(width, height) of a page in points."""
    return _size(_pdf(book), page)


def page_count(book: Book) -> int:
    """Pages of the book's PDF; 0 where it has none."""
    return _count(book.pdf_path) if book.pdf_path else 0


def _pdf(book: Book) -> Path:
    if book.pdf_path is None:
        raise UsageError(f"'{book.name}' was built without a PDF; there are no pages to show")
    return book.pdf_path


@lru_cache(maxsize=256)
def _picture(pdf_path: Path, page: int) -> bytes:
    with _PDF, Pdf.open(pdf_path) as pdf:
        return pdf.picture(page, _DPI)


@lru_cache(maxsize=4096)
def _size(pdf_path: Path, page: int) -> tuple[float, float]:
    with _PDF, Pdf.open(pdf_path) as pdf:
        return pdf.page_size(page)


@lru_cache(maxsize=64)
def _count(pdf_path: Path) -> int:
    with _PDF, Pdf.open(pdf_path) as pdf:
        return pdf.page_count
