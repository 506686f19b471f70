"""The tables of real documents, measured by the maintainers' scorer; and the sample course's, cell by cell."""

import importlib.util
import re
from pathlib import Path

import pytest

from indexing.reading.pdf import Pdf
from indexing.reading.tables import find_tables

SAMPLE = Path(__file__).parents[3] / "data" / "sample"


def tables_of(path: Path) -> list[tuple[int, list[list[str]]]]:
    with Pdf.open(path) as pdf:
        return [(n, table.grid) for n in range(1, pdf.page_count + 1) for table in find_tables(pdf, pdf.page(n))]


@pytest.mark.slow
def test_icdar_2013(shared):
    spec = importlib.util.spec_from_file_location("score_tables", shared / "score" / "score_tables.py")
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    folder = shared / "data" / "tables"
    found = [
        {"file": path.stem, "page": page, "rows": rows}
        for path in sorted(folder.glob("*.pdf"))
        for page, rows in tables_of(path)
    ]
    assert scorer.evaluate(found, folder)["mean"]["f1"] >= 0.975
    assert scorer.evaluate(found, folder, mode="spaces")["mean"]["f1"] >= 0.94


@pytest.mark.slow
def test_every_table_of_the_sample_course():
    printed = [[[_plain(cell) for cell in row] for row in rows] for _, rows in tables_of(SAMPLE / "book.pdf")]
    missing = [rows for rows in _source_tables() if rows not in printed]
    assert missing == []


def _source_tables() -> list[list[list[str]]]:
    tables: list[list[list[str]]] = []
    for path in sorted((SAMPLE / "source").glob("*.md")):
        rows: list[list[str]] = []
        for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
            if line.startswith("|"):
                cells = [_plain(cell) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
                if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                    rows.append(cells)
            elif rows:
                tables.append(rows)
                rows = []
    return tables


def _plain(cell: str) -> str:
    return " ".join(re.sub(r"[*`\\]", "", cell).replace("’", "'").split())
