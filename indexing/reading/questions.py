"""The PDF of review questions: numbered questions, each followed by its answer.

    read_questions(path) -> [Question(question="1.9 – What is …?", answer="…", chapter="1", number="1.9"), …]

A question begins at a row that starts with the next number of the PDF's own numbering ("1.9 - …?", "1.9. …", "Q1.9",
"Question 9:", "9)"). It ends where its bold type ends, at a question mark that ends a row, at "Answer:", or at the next
paragraph. The answer is everything up to the next question, over paragraphs and pages; chapter headings between are left out.
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from indexing.errors import SourceError
from indexing.reading.collect import Progress, collect
from indexing.reading.headings import find_headings
from indexing.reading.layout import Row
from indexing.reading.numbering import heading_number
from indexing.reading.paragraphs import compose
from indexing.reading.style import BookStyle, measure
from indexing.records import Question

_NUMBER = re.compile(
    r"\(?(?P<word>(?:q|question|exercise|problem|ex|rq)\.?\s*#?\s*)?(?P<number>\d{1,3}(?:\.\d{1,3}){0,3})"
    r"(?P<mark>\s?[.:)\]]|\s*[-–—]|(?=\s))\s*(?=\S|$)",
    re.I,
)
_ANSWER = re.compile(r"(?:answers?|ans|solution|a|response)\s?[.:)]\s*|(?:answer|solution)\s*$", re.I)

Form = tuple[bool, int, str]


def read_questions(path: Path, *, password: str | None = None, progress: Progress | None = None) -> list[Question]:
    """The numbered question–answer pairs of a PDF, in order. SourceError where the PDF has none."""
    pages = collect(path, password, progress, figures=False).pages
    rows = [row for page in pages for row in page.rows]
    style = measure(page.rows for page in pages)
    starts = _starts(rows)
    if not starts:
        raise SourceError(f"{path}: no numbered questions; number them like “1.9 - What is …?”, each followed by its answer")
    labels = {page.number: page.label for page in pages}
    headings = [h for h in find_headings(rows, style) if not any(h.first <= start <= h.last for start in starts)]
    titles = {index for heading in headings for index in range(heading.first, heading.last + 1)}
    questions: list[Question] = []
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        members = [index for index in range(start, end) if index not in titles]
        above = [heading for heading in headings if heading.first < start]
        chapter = above[-1] if above else None
        questions.append(_question([rows[index] for index in members], style, chapter.title if chapter else "", labels))
    return questions


def _starts(rows: Sequence[Row]) -> list[int]:
    """The rows that begin a question: those in the commonest form of number whose numbers go on from one another."""
    matches = [(index, match) for index, row in enumerate(rows) if (match := _NUMBER.match(row.text.strip()))]
    forms = Counter(_form(match) for _, match in matches)
    best: list[int] = []
    for form in forms:
        candidates = [(index, _values(match)) for index, match in matches if _form(match) == form]
        run = _in_sequence(candidates)
        depth = form[1]
        if run and (len(run), depth) > (len(best), 0):
            best = run
    return best


def _form(match: re.Match[str]) -> Form:
    return bool(match["word"]), match["number"].count("."), match["mark"].strip()[:1].replace("–", "-").replace("—", "-")


def _values(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(part) for part in match["number"].split("."))


def _in_sequence(candidates: Sequence[tuple[int, tuple[int, ...]]]) -> list[int]:
    """Candidates that go up: by one or a few in the last place, or on to a later chapter."""
    kept: list[int] = []
    last: tuple[int, ...] | None = None
    for index, values in candidates:
        if last is None or _goes_on(last, values):
            kept.append(index)
            last = values
    return kept


def _goes_on(last: tuple[int, ...], values: tuple[int, ...]) -> bool:
    if values[:-1] == last[:-1]:
        return last[-1] < values[-1] <= last[-1] + 5 or (len(values) == 1 and values[-1] == 1)
    return values[:-1] > last[:-1] and values[0] <= last[0] + 3 and values[-1] <= 5


def _question(rows: Sequence[Row], style: BookStyle, heading: str, labels: dict[int, str]) -> Question:
    cut = _question_end(rows)
    asked, answered = compose(rows[:cut], style), compose(rows[cut:], style)
    match = _NUMBER.match(rows[0].text.strip())
    assert match is not None
    number = match["number"]
    printed = heading_number(heading)
    chapter = number.split(".")[0] if "." in number else (printed.value if printed else heading)
    answer = _ANSWER.sub("", answered.text, count=1) if _ANSWER.match(answered.text) else answered.text
    spans = asked.spans + answered.spans
    pages = sorted({span[0] for span in spans})
    return Question(
        question=" ".join(asked.text.split()),
        answer=answer.strip() or None,
        chapter=chapter,
        number=number,
        heading=heading,
        heading_path=[heading] if heading else [],
        spans=spans,
        page_labels=[labels[page] for page in pages] if any(labels[page] for page in pages) else [],
    )


def _question_end(rows: Sequence[Row]) -> int:
    """How many of the rows print the question."""
    for index in range(1, len(rows)):
        row, above = rows[index], rows[index - 1]
        if _ANSWER.match(row.text.strip()) or rows[0].bold != row.bold:
            return index
        if not rows[0].bold and above.text.rstrip().endswith("?"):
            return index
        if row.page == above.page and row.baseline - above.baseline > 1.5 * row.size and not rows[0].bold:
            return index
    return len(rows)
