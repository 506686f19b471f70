"""Captions tied to pictures, drawings and tables; tables that go on over a page."""

from pathlib import Path
from typing import Any

from indexing.reading.reader import read_book
from indexing.records import FigureRecord, TableRecord, TextRecord

from .conftest import Paper, line, lorem


def ruled(page: Any, top: float, rows: list[list[str]], left: float = 100) -> None:
    """A fully ruled table with columns of 120 points and rows of 20."""
    bottom, right = top + 20 * len(rows), left + 120 * len(rows[0])
    for y in range(len(rows) + 1):
        page.draw_line((left, top + 20 * y), (right, top + 20 * y))
    for x in range(len(rows[0]) + 1):
        page.draw_line((left + 120 * x, top), (left + 120 * x, bottom))
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            page.insert_text((left + 120 * x + 4, top + 20 * y + 14), cell, fontsize=10, fontname="tiro")


def with_pictures(path: Path, *boxes: tuple[float, float, float, float]) -> Path:
    import pymupdf

    document = pymupdf.open(path)
    pixels = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 40, 40), False)
    pixels.clear_with(128)
    for box in boxes:
        document[0].insert_image(pymupdf.Rect(box), pixmap=pixels)
    document.save(path.with_name("pictures.pdf"))
    return path.with_name("pictures.pdf")


def test_a_picture_and_the_caption_under_it(paper: Paper) -> None:
    page = [*lorem(80), line(325, "Figure 1.1: A bank.", 9), *lorem(360)]
    records = read_book(with_pictures(paper([page]), (200, 200, 300, 310))).records
    (figure,) = [r for r in records if isinstance(r, FigureRecord)]
    assert figure.caption == "Figure 1.1: A bank."
    assert [round(value) for value in figure.spans[0]] == [1, 200, 205, 300, 305]
    assert not any("Figure 1.1" in r.content for r in records if isinstance(r, TextRecord))


def test_two_pictures_take_the_nearest_captions(paper: Paper) -> None:
    page = [line(195, "Figure 1: One.", 9), line(395, "Figure 2: Two.", 9), *lorem(500)]
    records = read_book(with_pictures(paper([page]), (200, 80, 300, 180), (200, 280, 300, 380))).records
    assert [r.caption for r in records if isinstance(r, FigureRecord)] == ["Figure 1: One.", "Figure 2: Two."]


def test_text_that_speaks_of_a_figure_is_no_caption(paper: Paper) -> None:
    page = [
        *lorem(80),
        line(330, "Figure 1.1 shows a bank, and it is a paragraph of the text."),
        line(360, "Figure 1.1: A bank.", 9),
    ]
    records = read_book(with_pictures(paper([page]), (200, 200, 300, 310))).records
    assert any("Figure 1.1 shows a bank" in r.content for r in records if isinstance(r, TextRecord))


def test_small_and_whole_page_pictures_are_no_figures(paper: Paper) -> None:
    path = with_pictures(paper([lorem(80, 20)]), (10, 10, 30, 30), (0, 0, 595, 842))
    assert [r for r in read_book(path).records if isinstance(r, FigureRecord)] == []


def test_a_table_with_its_caption_leaves_the_text(paper: Paper, tmp_path: Path) -> None:
    import pymupdf

    document = pymupdf.open(paper([[*lorem(80), line(190, "Table 2.1: Projects.", 9), *lorem(320)]]))
    ruled(document[0], 200, [["Name", "Number"], ["Lantern", "11"], ["Foundry", "20"]])
    document.save(tmp_path / "table.pdf")
    records = read_book(tmp_path / "table.pdf").records
    (table,) = [r for r in records if isinstance(r, TableRecord)]
    assert table.caption == "Table 2.1: Projects."
    assert table.content == [{"Name": "Lantern", "Number": "11"}, {"Name": "Foundry", "Number": "20"}]
    assert len(table.spans) == len(table.grid) == 3
    assert "Lantern" not in "".join(r.content for r in records if isinstance(r, TextRecord))


def test_a_table_goes_on_over_the_page(paper: Paper, tmp_path: Path) -> None:
    import pymupdf

    document = pymupdf.open(paper([[*lorem(80), line(690, "Table 2.1: Projects.", 9)], lorem(200)]))
    ruled(document[0], 700, [["Name", "Number"], ["Lantern", "11"], ["Foundry", "20"]])
    ruled(document[1], 72, [["Name", "Number"], ["Compass", "10"]])
    document.save(tmp_path / "long.pdf")
    (table,) = [r for r in read_book(tmp_path / "long.pdf").records if isinstance(r, TableRecord)]
    assert table.grid == [["Name", "Number"], ["Lantern", "11"], ["Foundry", "20"], ["Compass", "10"]]
    assert table.pages == [1, 2]


def test_a_table_caption_without_a_table_is_a_doubt(paper: Paper) -> None:
    reading = read_book(paper([[*lorem(80), line(220, "Table 2.1: Projects.", 9), *lorem(260)]]))
    assert [(d.page, d.message) for d in reading.doubts] == [
        (1, "no table was found for the caption “Table 2.1: Projects.”; its cells stand in the text")
    ]
