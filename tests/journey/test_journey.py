"""From a PDF to a cited answer through the real commands, as a user runs them."""

import json
from pathlib import Path

import pytest

from indexing.library import find_book
from tests.conftest import run_command


@pytest.fixture
def ask(sample_home: Path, session_root: Path):
    def run(*arguments: str | Path, stdin: str | None = None):
        return run_command("-m", "tutor.query", *arguments, home=sample_home, cache=session_root / "cache", stdin=stdin)

    return run


def test_the_sample_book_is_whole(sample_home: Path) -> None:
    book = find_book("sample", sample_home)
    counts = book.manifest.counts
    assert book.manifest.title == "Database Systems: a short course"
    assert counts["answered questions"] >= 100
    assert counts["table"] >= 20
    assert counts["ER_desc"] >= 10
    chapters = [entry.title.split()[0] for entry in book.outline() if entry.level == 1 and entry.title[0].isdigit()]
    assert chapters == [str(number) for number in range(1, 14)]


def test_the_showcase_question_is_answered_with_its_section(ask) -> None:
    done = ask("--json", "What is the normal form of the DEPT_LOCATIONS relation?")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert "BCNF" in answer["answer"] or "Boyce" in answer["answer"]
    assert any(citation["heading"].startswith("8.4.") for citation in answer["citations"])
    assert answer["refused"] is False
    assert all(sentence["citations"] for sentence in answer["sentences"] if sentence["supported"])


def test_every_quoted_sentence_stands_on_its_cited_page(ask, sample_home: Path) -> None:
    import pymupdf

    answer = json.loads(ask("--json", "What is a weak entity type?").stdout)
    pdf = pymupdf.open(find_book("sample", sample_home).pdf_path)
    squeeze = lambda text: "".join(char for char in text if char.isalnum())  # noqa: E731
    assert answer["sentences"]
    for sentence in answer["sentences"]:
        cited = [citation for citation in answer["citations"] if citation["n"] in sentence["citations"]]
        printed = "".join(pdf[page - 1].get_text() for citation in cited for page in citation["pages"])
        assert squeeze(sentence["text"]) in squeeze(printed)


def test_the_terminal_shows_sources_by_heading_and_page(ask) -> None:
    done = ask("What is a foreign key?")
    assert done.returncode == 0
    assert "Sources" in done.stdout
    assert "4 The relational model" in done.stdout
    assert "p. " in done.stdout


def test_a_question_outside_the_book_is_refused_with_status_3(ask) -> None:
    done = ask("--json", "Who won the football world cup in 1974?")
    answer = json.loads(done.stdout)
    assert done.returncode == 3
    assert answer["refused"] is True
    assert answer["citations"] == []
    assert answer["answer"].startswith("The book does not answer this.")
    assert 0 <= answer["confidence"] < 0.5


def test_a_batch_gives_one_object_a_line_in_order(ask, tmp_path: Path) -> None:
    batch = tmp_path / "questions.txt"
    batch.write_text(
        'What is a candidate key?\n{"id": "q2", "question": "What is the moon made of?"}\n{"id": 3, "question": "  "}\n'
    )
    done = ask("--batch", batch)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("id") for line in lines] == [None, "q2", 3]
    assert lines[0]["citations"]
    assert lines[1]["refused"] is True
    assert lines[2]["error"].startswith("the question is empty")
    assert done.returncode == 1


QUESTIONS = [json.loads(line) for line in (Path(__file__).parent / "questions.jsonl").read_text().splitlines()]


def section_pages(sample_home: Path, section: str) -> set[int]:
    """The pages of a section by the PDF's own bookmarks: from its heading to the next heading."""
    import pymupdf

    toc = pymupdf.open(find_book("sample", sample_home).pdf_path).get_toc()
    index = next(i for i, (_, title, _) in enumerate(toc) if title.split()[0] == section)
    return set(range(toc[index][2], toc[index + 1][2] + 1))


def test_twenty_questions_cite_their_pages(ask, sample_home: Path, tmp_path: Path) -> None:
    """Questions and their sections were chosen from the outline, before any answer was looked at."""
    batch = tmp_path / "questions.jsonl"
    batch.write_text("\n".join(json.dumps({"id": i, "question": item["question"]}) for i, item in enumerate(QUESTIONS)))
    answers = [json.loads(line) for line in ask("--batch", batch).stdout.splitlines()]
    missed = [
        item["question"]
        for item, answer in zip(QUESTIONS, answers, strict=True)
        if not {page for citation in answer["citations"] for page in citation["pages"]}
        & section_pages(sample_home, item["section"])
    ]
    assert len(QUESTIONS) == 20
    assert len(missed) <= 2, missed
