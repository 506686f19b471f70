"""The reading report: one file, every page and record in it, nothing from outside, text escaped."""

import re
from dataclasses import replace
from pathlib import Path

from indexing.reading.corrections import record_keys
from indexing.reading.pages import Doubt
from indexing.reading.reader import read_book
from indexing.reading.report import write_report

from .conftest import Paper, line, lorem


def test_the_report_shows_pages_records_and_doubts(paper: Paper, tmp_path: Path) -> None:
    path = paper([[line(72, "1 Keys <b>", 16, "tibo"), *lorem(100, 60)], [line(100, "The end of it & all.")]])
    reading = read_book(path)
    reading = replace(reading, doubts=[Doubt(2, "look <here>")])
    done: list[tuple[int, int]] = []
    write_report(
        path, reading, tmp_path / "report.html", unfit=["line 3 fits no more"], progress=lambda *pair: done.append(pair)
    )
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert done == [(1, 2), (2, 2)]
    assert page.count("<section") == page.count("data:image/jpeg;base64,") == 2
    assert "1 Keys &lt;b&gt;" in page
    assert "look &lt;here&gt;" in page
    assert "line 3 fits no more" in page
    assert "The end of it &amp; all." in page
    assert all(key in page for key in record_keys(reading.records))
    assert set(re.findall(r"""\s(?:src|href)=["']?(#|data:|.{9})""", page)) == {"#", "data:"}
    assert [file.name for file in tmp_path.iterdir() if file.suffix != ".pdf"] == ["report.html"]


def test_text_is_cut_at_its_pages(paper: Paper, tmp_path: Path) -> None:
    path = paper([[line(100, "On the first page it says this.")], [line(100, "On the second page it says that.")]])
    write_report(path, read_book(path), tmp_path / "report.html")
    first, second = (tmp_path / "report.html").read_text(encoding="utf-8").split("<section")[1:]
    assert "says this" in first
    assert "says that" not in first
    assert "says that" in second
