"""Diagrams that were not made for these tests: the sample course's, and teaching material beside the project."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from er_facts import facts

from indexing.reading.diagrams import find_drawings
from indexing.reading.pdf import Pdf
from indexing.records import Diagram

_SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample"


def _shown_only(diagram: Diagram) -> Diagram:
    """A diagram without participations: a reader gives None where its notation doesn't show them."""
    relationships = [
        r.model_copy(update={"ends": [e.model_copy(update={"total": bool(e.total)}) for e in r.ends]})
        for r in diagram.relationships
    ]
    return diagram.model_copy(update={"relationships": relationships})


@pytest.fixture(scope="module")
def sample_diagrams() -> list[Diagram]:
    book = _SAMPLE / "book.pdf"
    with Pdf.open(book) as pdf:
        found = [d for n in range(1, pdf.page_count + 1) for d in find_drawings(pdf, pdf.page(n))]
    return [drawing.diagram for drawing in found if drawing.diagram is not None]


def _sources() -> list[Path]:
    return [
        path
        for path in sorted((_SAMPLE / "source" / "diagrams").glob("*.json"))
        if json.loads(path.read_text())["kind"] == "er"
    ]


@pytest.mark.parametrize("source", _sources(), ids=lambda path: path.stem)
def test_every_fact_of_the_sample_course(source: Path, sample_diagrams: list[Diagram]) -> None:
    gold = json.loads(source.read_text())
    drawn = Diagram.model_validate({**gold["diagram"], "notation": gold["notation"]})
    read = next(
        (
            d
            for d in sample_diagrams
            if {e.name for e in d.entities} == {e.name for e in drawn.entities}
            and facts(_shown_only(d)) == facts(_shown_only(drawn))
        ),
        None,
    )
    assert read is not None, f"no diagram of the book says what {source.stem} does"
    assert read.notation == drawn.notation


def test_nothing_else_in_the_sample_course_is_an_er_diagram(sample_diagrams: list[Diagram]) -> None:
    assert len(sample_diagrams) == len(_sources())


def test_teaching_material(shared: Path, tmp_path: Path) -> None:
    read = tmp_path / "read.jsonl"
    with read.open("w") as file:
        for path in sorted((shared / "data" / "er").glob("*.pdf")):
            with Pdf.open(path) as pdf:
                for drawing in find_drawings(pdf, pdf.page(1)):
                    if drawing.diagram:
                        file.write(json.dumps({"file": path.name, **drawing.diagram.model_dump()}) + "\n")
    scorer = [sys.executable, str(shared / "score" / "score_er.py"), str(read), str(shared / "data" / "er" / "gold")]
    total = subprocess.run(scorer, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    precision, recall = (float(value) for value in re.findall(r"[PR] ([\d.]+)", total)[:2])
    assert precision >= 0.95
    assert 2 * precision * recall / (precision + recall) >= 0.9


def test_tables_of_official_reports_are_no_diagrams(shared: Path) -> None:
    kinds: Counter[str] = Counter()
    for path in sorted((shared / "data" / "tables").glob("*.pdf")):
        with Pdf.open(path) as pdf:
            for number in range(1, pdf.page_count + 1):
                kinds.update("diagram" if d.diagram else "figure" for d in find_drawings(pdf, pdf.page(number)))
    assert kinds["diagram"] == 0
