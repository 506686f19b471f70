"""Scanned pages: told by a picture and no text, and read by Tesseract through PyMuPDF where it is installed."""

import functools
import shutil
import statistics
from dataclasses import replace

from indexing.reading.pdf import Line, Page, Pdf

OCR_REMEDY = "install Tesseract (on Debian: apt-get install tesseract-ocr) and read the book again"
_COVERED = 0.3  # of the page's area: a smaller picture on a page without text is a plate, not a scan


@functools.cache
def can_ocr() -> bool:
    """Whether Tesseract is installed."""
    return shutil.which("tesseract") is not None


def is_scan(page: Page) -> bool:
    """Whether a page is a picture without text."""
    covered = sum((box[2] - box[0]) * (box[3] - box[1]) for box in page.images)
    return not any(line.text.strip() for line in page.lines) and covered > _COVERED * page.width * page.height


def read_scan(pdf: Pdf, page: Page) -> Page:
    """The page with recognised lines. Sizes near the page's usual one become it, since OCR measures each line anew."""
    read = pdf.recognised(page.number)
    sizes = [span.size for line in read.lines for span in line.spans if span.text.strip()]
    if not sizes:
        return read
    usual = round(statistics.median(sizes), 1)
    return replace(read, lines=tuple(_levelled(line, usual) for line in read.lines))


def _levelled(line: Line, usual: float) -> Line:
    size = statistics.median(span.size for span in line.spans)
    size = usual if abs(size - usual) < 0.25 * usual else size
    return replace(line, spans=tuple(replace(span, size=size) for span in line.spans))
