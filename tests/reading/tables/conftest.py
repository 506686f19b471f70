"""A brush for small PDFs with tables in varied styles, and a way to look for tables in them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from indexing.reading.found import FoundTable
from indexing.reading.pdf import Box, Pdf

Rows = Sequence[Sequence[str]]
PROSE = (
    "Every relation of the example is small enough to be printed as a whole, so that each result",
    "can be checked by hand, which a reader of these pages is well advised to do now and then,",
    "since nothing else shows as quickly where an operation was taken for another one, and why.",
)


class Brush:
    """One page to draw on. Positions are in points; `xs` are the boundaries of a table's columns."""

    def __init__(self, width: float = 595, height: float = 842) -> None:
        self.document = pymupdf.open()
        self.page = self.document.new_page(width=width, height=height)

    def text(self, x: float, y: float, text: str, font: str = "helv", size: float = 10, *, align: str = "left") -> None:
        width = pymupdf.get_text_length(text, fontname=font, fontsize=size)
        shift = {"left": 0.0, "right": width, "centre": width / 2}[align]
        self.page.insert_text((x - shift, y), text, fontname=font, fontsize=size)

    def prose(self, x: float, y: float, lines: int = 6, font: str = "tiro", size: float = 10) -> float:
        for number in range(lines):
            self.text(x, y + 13 * number, PROSE[number % len(PROSE)], font, size)
        return y + 13 * lines

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.6) -> None:
        self.page.draw_line((x0, y0), (x1, y1), width=width)

    def fill(self, box: Box, colour: tuple[float, float, float] = (0.85, 0.9, 1.0)) -> None:
        self.page.draw_rect(box, color=None, fill=colour)

    def rows(
        self,
        xs: Sequence[float],
        y: float,
        rows: Rows,
        *,
        pitch: float = 14,
        font: str = "helv",
        size: float = 9,
        align: str = "",
    ) -> list[float]:
        """Entries in columns, a row every `pitch` points; `align` has l, r or c for each. Gives the edges of the rows."""
        edges = [y]
        for row in rows:
            lines = max(cell.count("\n") + 1 for cell in row)
            for column, cell in enumerate(row):
                low, high = xs[column] + 4, xs[column + 1] - 4
                how = align[column] if align else "l"
                for number, part in enumerate(cell.split("\n")):
                    place = {"l": low, "r": high, "c": (low + high) / 2}[how]
                    name = {"l": "left", "r": "right", "c": "centre"}[how]
                    if part:
                        self.text(place, edges[-1] + 10 + pitch * number, part, font, size, align=name)
            edges.append(edges[-1] + pitch * lines)
        return edges

    def grid(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        for y in ys:
            self.line(xs[0], y, xs[-1], y)
        for x in xs:
            self.line(x, ys[0], x, ys[-1])


@pytest.fixture
def brush() -> Brush:
    """An empty A4 page."""
    return Brush()


@pytest.fixture
def new_brush() -> Callable[..., Brush]:
    """For tests that need several pages, or another size."""
    return Brush


@pytest.fixture
def find(tmp_path: Path) -> Callable[..., list[FoundTable]]:
    """Look for tables on the first page of what was drawn."""
    from indexing.reading.tables import find_tables

    def look(drawn: Any, avoid: Sequence[Box] = ()) -> list[FoundTable]:
        document = drawn.document if isinstance(drawn, Brush) else drawn
        path = tmp_path / "drawn.pdf"
        document.save(path)
        with Pdf.open(path) as pdf:
            return find_tables(pdf, pdf.page(1), avoid)

    return look
