"""Pictures of a book's pages. Leaves marks and layout to `render.py`."""

from functools import lru_cache
from pathlib import Path

from indexing.reading.pdf import Pdf

_DPI = 110


@lru_cache(maxsize=64)
def page_picture(pdf_path: Path, page: int) -> tuple[bytes, tuple[float, float]]:
    """(PNG, (width, height) in points) of a page; the latest ones are kept."""
    with Pdf.open(pdf_path) as pdf:
        return pdf.picture(page, _DPI), pdf.page_size(page)


@lru_cache(maxsize=16)
def page_count(pdf_path: Path) -> int:
    """Pages of a PDF."""
    with Pdf.open(pdf_path) as pdf:
        return pdf.page_count
