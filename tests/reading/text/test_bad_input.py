"""What is wrong with a PDF is one line with a remedy; one bad page does not lose the others; nothing hangs."""

import random
from pathlib import Path
from typing import Any

import pytest

from indexing.errors import PageError, SourceError
from indexing.reading import collect
from indexing.reading.pdf import Page, Pdf
from indexing.reading.reader import read_book
from indexing.records import TextRecord

from .conftest import Paper, line, lorem


def test_a_locked_pdf_asks_for_its_password(paper: Paper) -> None:
    import pymupdf

    locked = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "user_pw": "open", "owner_pw": "own"}
    path = paper([[line(100, "A secret text.")]], save=locked)
    with pytest.raises(SourceError, match="encrypted; give its password with --password"):
        read_book(path)
    with pytest.raises(SourceError, match="the password is wrong"):
        read_book(path, password="no")
    (record,) = read_book(path, password="open").records
    assert record.content == "A secret text."


@pytest.mark.parametrize(
    ("data", "says"), [(b"", "empty"), (b"hello", "not a PDF"), (b"%PDF-1.7\n", "no pages|not a readable PDF")]
)
def test_files_that_are_no_pdf(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "x.pdf").write_bytes(data)
    with pytest.raises(SourceError, match=says):
        read_book(tmp_path / "x.pdf")


def test_a_broken_cross_reference_is_repaired_and_said(paper: Paper) -> None:
    path = paper([lorem(100, 20)])
    path.write_bytes(path.read_bytes().replace(b"startxref", b"startxxxx"))
    reading = read_book(path)
    assert reading.records
    assert "damaged and was repaired" in reading.doubts[0].message


def test_a_page_that_raises_inside_the_library_is_named_and_skipped(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Pdf.page

    def failing(self: Pdf, number: int) -> Page:
        if number == 2:
            raise PageError("x.pdf, page 2 cannot be read (syntax error)")
        return whole(self, number)

    monkeypatch.setattr(Pdf, "page", failing)
    reading = read_book(paper([lorem(100), lorem(100), lorem(100)]))
    assert [(d.page, d.message) for d in reading.unread] == [(2, "x.pdf, page 2 cannot be read (syntax error)")]
    assert reading.records[0].pages == [1, 3]


def test_what_the_library_raises_becomes_a_page_error(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    with Pdf.open(paper([lorem(100)])) as pdf:
        page: Any = pdf._page(1)
        monkeypatch.setattr(page, "get_cdrawings", lambda: (_ for _ in ()).throw(RuntimeError("code=7: bad\nstream")))
        with pytest.raises(PageError, match=r"page 1 cannot be read \(code=7: bad stream\)"):
            pdf.drawings(1)


def scan(tmp_path: Path, paper: Paper, rows: int = 20) -> Path:
    import pymupdf

    picture = pymupdf.open(paper([lorem(100, rows, size=12)]))[0].get_pixmap(dpi=150)
    document = pymupdf.open()
    document.new_page().insert_image((0, 0, 595, 842), pixmap=picture)
    document.new_page().insert_text((72, 100), "A page with text.")
    document.save(tmp_path / "scan.pdf")
    return tmp_path / "scan.pdf"


def test_a_scan_without_ocr_is_named_with_the_remedy(paper: Paper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "can_ocr", lambda: False)
    reading = read_book(scan(tmp_path, paper))
    assert [d.page for d in reading.unread] == [1]
    assert "install Tesseract" in reading.unread[0].message
    assert [r.content for r in reading.records if isinstance(r, TextRecord)] == ["A page with text."]


def test_a_book_of_scans_without_ocr_is_an_error(paper: Paper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pymupdf

    monkeypatch.setattr(collect, "can_ocr", lambda: False)
    document = pymupdf.open(scan(tmp_path, paper))
    document.delete_page(1)
    document.save(tmp_path / "only.pdf")
    with pytest.raises(SourceError, match="no page has text: a scan without text; install Tesseract"):
        read_book(tmp_path / "only.pdf")


@pytest.mark.skipif(not collect.can_ocr(), reason="needs Tesseract")
def test_a_scan_is_read_by_ocr(paper: Paper, tmp_path: Path) -> None:
    reading = read_book(scan(tmp_path, paper))
    assert "every tuple holds one value for each attribute" in str(reading.records[0].content)
    assert reading.doubts[0].message == "read by OCR: check its spelling"


def test_ten_thousand_tiny_drawings(paper: Paper, tmp_path: Path) -> None:
    import pymupdf

    document = pymupdf.open(paper([lorem(100)]))
    shape, dice = document[0].new_shape(), random.Random(1)
    for _ in range(10_000):
        x, y = dice.uniform(0, 500), dice.uniform(0, 700)
        shape.draw_rect((x, y, x + 3, y + 3))
        shape.finish(width=0.3)
    shape.commit()
    document.save(tmp_path / "tiny.pdf")
    assert any(isinstance(record, TextRecord) for record in read_book(tmp_path / "tiny.pdf").records)


def test_right_to_left_and_cjk_text(tmp_path: Path) -> None:
    import pymupdf

    document = pymupdf.open()
    document.new_page().insert_htmlbox((50, 50, 500, 700), "<h1>第1章 数据库</h1><p>数据库是相关数据的集合。</p><p>قاعدة</p>")
    document.save(tmp_path / "other.pdf")
    content = "".join(str(record.content) for record in read_book(tmp_path / "other.pdf").records)
    assert "数据库是相关数据的集合。" in content


def test_blank_pages_only_is_an_error(paper: Paper) -> None:
    with pytest.raises(SourceError, match="no page has text: its pages are blank"):
        read_book(paper([[], []]))


def test_progress_is_told_after_every_page(paper: Paper) -> None:
    done: list[tuple[int, int]] = []
    read_book(paper([lorem(100), lorem(100)]), progress=lambda *pair: done.append(pair))
    assert done == [(1, 2), (2, 2)]
