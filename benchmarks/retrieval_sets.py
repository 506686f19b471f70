"""The question sets of the retrieval and calibration benchmarks: questions with gold pages, and questions beyond a book.

A page is the one unit that every pipeline can be held to, also one that reads the PDF in its own way. Sets of our own lie in
`sets/`; XQuAD and the real books are the maintainers' material in ../shared and are left out where that is absent.

    everyday-*.jsonl     {"question", "pages"} or, for the sample course, {"question", "sections"}
    other-books.jsonl    {"book", "question", "headings", "kind": "book" | "everyday"}
    out-of-book.jsonl    {"book", "question", "kind": "other field" | "near miss"}

The everyday questions, near misses and other books' questions were written before anything was retrieved with them.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexing.records import Question, Record, TextRecord

ROOT = Path(__file__).resolve().parent.parent
SETS = ROOT / "benchmarks" / "sets"
SAMPLE = ROOT / "data" / "sample"
SHARED = ROOT.parent / "shared" / "data"

PDFS = {
    "sample": SAMPLE / "book.pdf",
    "watt": SHARED / "books" / "watt-database-design.pdf",
    "R-intro": SHARED / "headings" / "R-intro.pdf",
    "debian-faq": SHARED / "headings" / "debian-faq.pdf",
}
XQUAD = SHARED / "retrieval" / "xquad.en.json"

# An exercise that points at a figure, a table or another exercise cannot be asked alone.
_LEANS = re.compile(
    r"figure|table \d|questions? \d|\bthis (?:table|problem|question)|SQL code|^display |above|below|following", re.IGNORECASE
)


@dataclass(frozen=True)
class Item:
    """A question, and the pages on which its answer stands."""

    question: str
    pages: frozenset[int]


@dataclass(frozen=True)
class QuestionSet:
    """Questions on one book."""

    name: str
    book: str
    items: list[Item]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def question_sets(books: Iterable[str], questions: dict[str, Sequence[Question]]) -> list[QuestionSet]:
    """All sets on some of the books; `questions` are the books' own exercises as read."""
    found: list[QuestionSet] = []
    for book in books:
        if book == "watt":
            everyday = [Item(str(r["question"]), frozenset(r["pages"])) for r in lines(SETS / "everyday-watt.jsonl")]
            found.append(QuestionSet("watt everyday", book, everyday))
            found.append(QuestionSet("watt exercises", book, _exercises(PDFS[book], questions[book])))
        elif book == "sample":
            found += _sample_sets()
        elif book == "xquad":
            found.append(QuestionSet("xquad", book, xquad()[1]))
        else:
            found += _other_sets(book)
    return found


def _sample_sets() -> list[QuestionSet]:
    sections = outline_pages(PDFS["sample"], r"[\d.]+")

    def pages(names: Iterable[str]) -> frozenset[int]:
        return frozenset().union(*(sections[name] for name in names))

    everyday = [Item(str(r["question"]), pages(r["sections"])) for r in lines(SETS / "everyday-sample.jsonl")]
    review = []
    asked = re.compile(r"\*\*[\d.]+\*\* (.*?)\n.*?<!-- section: ([\d., ]+) -->", re.DOTALL)
    for file in sorted((SAMPLE / "review").glob("*.md")):
        for match in asked.finditer(file.read_text(encoding="utf-8")):
            review.append(Item(" ".join(match[1].split()), pages(name.strip() for name in match[2].split(","))))
    return [QuestionSet("sample everyday", "sample", everyday), QuestionSet("sample review", "sample", review)]


def _other_sets(book: str) -> list[QuestionSet]:
    headings = json.loads((SHARED / "headings" / f"{book}.json").read_text(encoding="utf-8"))
    headings = headings if isinstance(headings, list) else headings["headings"]
    ends = [*(item["page"] for item in headings[1:]), headings[-1]["page"]]
    pages = {item["title"]: frozenset(range(item["page"], end + 1)) for item, end in zip(headings, ends, strict=True)}
    sets = []
    for kind in ("everyday", "book"):
        rows = [row for row in lines(SETS / "other-books.jsonl") if (row["book"], row["kind"]) == (book, kind)]
        items = [Item(str(row["question"]), frozenset().union(*(pages[title] for title in row["headings"]))) for row in rows]
        sets.append(QuestionSet(f"{book} {kind}", book, items))
    return sets


def outline_pages(pdf: Path, pattern: str) -> dict[str, frozenset[int]]:
    """The pages of outline entries whose titles start with `pattern`, by what it matched, up to where the next entry starts."""
    import pymupdf

    with pymupdf.open(pdf) as document:
        entries, count = document.get_toc(), document.page_count
    ends = [*(page for _, _, page in entries[1:]), count]
    found: dict[str, frozenset[int]] = {}
    for (_, title, page), end in zip(entries, ends, strict=True):
        match = re.match(pattern, title)
        if match:
            found[match.group()] = frozenset(range(page, end + 1))
    return found


def _exercises(pdf: Path, questions: Sequence[Question]) -> list[Item]:
    """A book's own exercises that can be asked alone; gold is their chapter."""
    chapters = outline_pages(pdf, r"Chapter \d+(?= )")
    items = []
    for question in questions:
        text = re.sub(r"^[\d.]+\s*[-–]?\s*", "", " ".join(question.question.split()))
        chapter = chapters.get(f"Chapter {question.chapter}")
        if chapter and 4 <= len(text.split()) <= 40 and text.endswith(("?", ".", ")")) and not _LEANS.search(text):
            items.append(Item(text, chapter - {max(chapter)}))  # the outline ends a chapter where the next starts
    return items


def xquad() -> tuple[list[Record], list[Item]]:
    """XQuAD's English paragraphs as records, paragraph n on "page" n, and its questions."""
    records: list[Record] = []
    items: list[Item] = []
    for article in json.loads(XQUAD.read_text(encoding="utf-8"))["data"]:
        title = article["title"].replace("_", " ")
        for paragraph in article["paragraphs"]:
            page = len(records) + 1
            records.append(
                TextRecord(heading=title, heading_path=[title], content=paragraph["context"], spans=[(page, 0, 0, 0, 0)])
            )
            items += [Item(asked["question"], frozenset({page})) for asked in paragraph["qas"]]
    return records, items


def outside(book: str) -> list[tuple[str, str]]:
    """(question, kind) that a book does not answer."""
    return [(str(row["question"]), str(row["kind"])) for row in lines(SETS / "out-of-book.jsonl") if row["book"] == book]
