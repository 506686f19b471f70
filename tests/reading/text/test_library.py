"""The one file that knows PyMuPDF: what it loads, and what of a page it interprets once."""

import subprocess
import sys
from pathlib import Path

import pytest

from indexing.reading.pdf import Pdf

from .conftest import Paper, line

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_reading_loads_no_layout_model(paper: Paper) -> None:
    path = paper([[line(100, "Some text.")]])
    code = (
        "import sys; from pathlib import Path; from indexing.reading.reader import read_book; "
        f"read_book(Path({str(path)!r})); print(sorted({{'pymupdf4llm', 'pymupdf.layout', 'onnxruntime'}} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_images_stand_beside_the_text_and_not_in_it(tmp_path: Path) -> None:
    import pymupdf

    document = pymupdf.open()
    page = document.new_page(width=400, height=300)
    page.insert_text((50, 50), "Before.")
    picture = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 8, 8), False)
    page.insert_image(pymupdf.Rect(100, 100, 180, 180), pixmap=picture)
    document.new_page(width=400, height=300).insert_text((50, 50), "After.")
    document.save(tmp_path / "x.pdf")
    with Pdf.open(tmp_path / "x.pdf") as pdf:
        first, second = pdf.page(1), pdf.page(2)
    assert [line.text for line in first.lines] == ["Before."]
    assert [tuple(round(value) for value in box) for box in first.images] == [(100, 100, 180, 180)]
    assert ([line.text for line in second.lines], second.images) == (["After."], ())
