"""Small PDFs drawn for a test, and real files only where a test says so."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from indexing.reading.style import BookStyle, measure

Text = tuple[float, float, str, float, str]  # x, baseline y, text, size, font ("tiro", "tibo", "tiit", "cour", "helv", "hebo")
Paper = Callable[[Sequence[Sequence[Text]]], Path]


def line(y: float, text: str, size: float = 10, font: str = "tiro", x: float = 72) -> Text:
    return x, y, text, size, font


def lorem(y: float, rows: int = 5, x: float = 72, size: float = 10) -> list[Text]:
    """A paragraph of full rows of running text, 12 points apart."""
    words = "the relation holds tuples and every tuple holds one value for each attribute of it in turn"
    return [line(y + 12 * row, f"{words} so" if row < rows - 1 else "and so it ends.", size, x=x) for row in range(rows)]


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Print pages of text; each is a list of (x, y, text, size, font)."""

    def make(pages: Sequence[Sequence[Text]], name: str = "paper.pdf", save: dict[str, Any] | None = None) -> Path:
        import pymupdf

        document = pymupdf.open()
        for texts in pages:
            page = document.new_page(width=595, height=842)
            for x, y, text, size, font in texts:
                if text.isascii():
                    page.insert_text((x, y), text, fontsize=size, fontname=font)
                    continue
                writer = pymupdf.TextWriter(page.rect)  # the PDF's own fonts know Latin-1 alone
                writer.append((x, y), text, font=pymupdf.Font(font), fontsize=size)
                writer.write_text(page)
        document.save(tmp_path / name, **(save or {}))
        return tmp_path / name

    return make


@pytest.fixture
def style() -> BookStyle:
    return measure([])
