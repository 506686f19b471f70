"""A real book that this project did not write, end to end: Adrienne Watt, Database Design, 2nd edition (CC BY 4.0)."""

import json
from pathlib import Path

import pymupdf

from indexing.library import find_book
from tests.conftest import run_command


def test_watt_from_pdf_to_cited_answer(shared: Path, session_root: Path, tmp_path: Path) -> None:
    source = shared / "data" / "books" / "watt-database-design.pdf"
    cache = session_root / "cache"
    built = run_command("-m", "indexing.rebuild", source, "--book", "watt", home=tmp_path, cache=cache)
    assert built.returncode == 0, built.stderr
    book = find_book("watt", tmp_path)
    chapters = {record.heading_path[0] for record in book.records() if record.type == "text" and record.heading_path}
    for number in range(1, 17):
        assert any(heading.startswith(f"Chapter {number} ") for heading in chapters), f"no record of chapter {number}"

    done = run_command("-m", "tutor.query", "--book", "watt", "--json", "What is a weak entity?", home=tmp_path, cache=cache)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    pages = {page for citation in answer["citations"] for page in citation["pages"]}
    pdf = pymupdf.open(source)
    assert any("weak" in pdf[page - 1].get_text() for page in pages)
