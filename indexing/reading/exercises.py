"""End-of-chapter questions: sections that a book titles so, and their numbered questions."""

import re
from collections.abc import Sequence

from indexing.reading.layout import Row
from indexing.reading.paragraphs import compose
from indexing.reading.style import BookStyle
from indexing.records import Question

_TITLE = re.compile(
    r"(?:(?:chapter|section|end[- ]of[- ]chapter|additional|practice|programming|self[- ]?(?:test|check|assessment)?|review"
    r"|discussion|lab|study|exam|short[- ]answer|multiple[- ]choice|thought|sample|comprehension|concept|basic|advanced|further"
    r"|challenge|homework)\W+)*"
    r"(?:exercises?|questions?|problems?|self[- ]?test|self[- ]?check|quiz|assignments?)(?:\s+(?:and|&)\s+\w+)?"
    r"(?:\s+\([^()]*\))?",  # "Advanced Questions (Using Joins)"
    re.I,
)
_NUMBERED = re.compile(
    r"(?:(?:exercise|question|problem|q)\s*)?(\d{1,3}(?:\.\d{1,3}){0,3})(?:[.):]|\s[-–—]|(?=\s))\s*(?=\S)", re.I
)


def is_exercises_title(title: str) -> bool:
    """Whether a heading, its number aside, says exercises, review questions, problems and so on."""
    words = re.sub(r"^(?:(?:chapter|unit|module)\s+)?(?:\d+(?:\.\d+)*|[A-Z](?:\.\d+)+)[.:]?\s+", "", title.strip(), flags=re.I)
    return bool(_TITLE.fullmatch(words.strip(" :.")))


def find_questions(rows: Sequence[Row], style: BookStyle, heading: str, path: list[str], chapter: str) -> list[Question]:
    """The numbered questions in the rows of such a section; each runs to the next number."""
    groups: list[tuple[str, list[Row]]] = []
    for row in rows:
        match = _NUMBERED.match(row.text.strip())
        if match and _follows(groups, match.group(1), row):
            groups.append((match.group(1), [row]))
        elif groups:
            groups[-1][1].append(row)
    questions: list[Question] = []
    for number, members in groups:
        content = compose(members, style)
        questions.append(
            Question(
                question=content.text, chapter=chapter, number=number, heading=heading, heading_path=path, spans=content.spans
            )
        )
    return questions


def _follows(groups: Sequence[tuple[str, list[Row]]], number: str, row: Row) -> bool:
    """Whether the number is the next one, and stands as far left as the others."""
    if not groups:
        return True
    last, rows = groups[-1]
    before, now = last.split("."), number.split(".")
    if len(before) != len(now) or (row.x0 > rows[0].x0 + 3 * row.size and row.column == rows[0].column):
        return False
    return int(now[-1]) == int(before[-1]) + 1 or now[:-1] != before[:-1]
