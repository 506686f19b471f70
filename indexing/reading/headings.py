"""Headings from typography and printed numbers, for books without an outline, and for what an outline leaves out.

A candidate is one or more rows of one face that stand alone: larger than the running text, or bold with space above. Its
level is its printed number's depth; where it has none, the rank of its face among the faces of the others.
"""

import re
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexing.reading.layout import Row
from indexing.reading.numbering import Number, caption_kind, heading_number, is_bullet
from indexing.reading.style import BookStyle, Face, face

MAX_ROWS = 4
MAX_LETTERS = 220


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: rows `first` to `last` (indices into the rows given, both included)."""

    first: int
    last: int
    title: str
    page: int
    face: Face
    number: Number | None
    level: int = 1


def find_headings(rows: Sequence[Row], style: BookStyle) -> list[Heading]:
    """The headings among the rows, which are in reading order and without furniture, tables, figures and captions."""
    found: list[Heading] = []
    index = 0
    while index < len(rows):
        last = _candidate(rows, index, style)
        if last is None:
            index += 1
            continue
        found.append(_heading(rows, index, last))
        index = last + 1
    return with_levels(_labels_joined(found, rows))


def _candidate(rows: Sequence[Row], first: int, style: BookStyle) -> int | None:
    """The index of the last row of a heading that begins at `first`, or None."""
    row = rows[first]
    if not _stands_out(row, style) or is_bullet(row.text) or caption_kind(row.text):
        return None
    last = first
    while last + 1 < len(rows) and _same_heading(rows[last], rows[last + 1]):
        last += 1
    text = " ".join(rows[i].text.strip() for i in range(first, last + 1))
    if last - first >= MAX_ROWS or len(text) > MAX_LETTERS or not re.search(r"[^\W\d_]", text):
        return None
    if style.is_larger(row):
        return last
    return last if _stands_alone(rows, first, last, style) else None


def _stands_out(row: Row, style: BookStyle) -> bool:
    if style.is_larger(row):
        return True
    return row.bold and not style.bold and not style.is_smaller(row) and not row.mono


def _same_heading(row: Row, below: Row) -> bool:
    """Whether the next row is the heading's next line."""
    if below.page != row.page or face(below)[:3] != face(row)[:3]:
        return False
    step = below.baseline - row.baseline
    return 0 < step < 1.5 * row.size and heading_number(below.text) is None


def _stands_alone(rows: Sequence[Row], first: int, last: int, style: BookStyle) -> bool:
    """A bold row at body size: space above it, text of another face under it, and no sentence's end."""
    row, end = rows[first], rows[last]
    if end.text.rstrip().endswith((".", ",", ";")) and heading_number(row.text) is None:
        return False
    if first and rows[first - 1].page == row.page and 0 < row.baseline - rows[first - 1].baseline < 1.25 * style.leading:
        return False
    if last + 1 >= len(rows):
        return False
    below = rows[last + 1]
    return below.page != end.page or (face(below) != face(end) and below.x0 < row.x0 + 3 * style.size)


def _heading(rows: Sequence[Row], first: int, last: int) -> Heading:
    title = " ".join(" ".join(rows[i].text.split()) for i in range(first, last + 1))
    return Heading(first, last, title, rows[first].page, face(rows[first]), heading_number(title))


def _labels_joined(found: Sequence[Heading], rows: Sequence[Row]) -> list[Heading]:
    """ "Chapter 3" on a line of its own and the title under it are one heading, in the title's face."""
    joined: list[Heading] = []
    for heading in found:
        label = joined[-1] if joined else None
        if label and label.number and not label.number.title and label.last + 1 == heading.first and label.page == heading.page:
            gap = rows[heading.first].baseline - rows[label.last].baseline
            if heading.number is None and gap < 6 * rows[heading.first].size:
                number = replace(label.number, title=heading.title)
                title = f"{label.title} {heading.title}"
                joined[-1] = replace(heading, first=label.first, title=title, number=number)
                continue
        joined.append(heading)
    return joined


def with_levels(headings: Sequence[Heading]) -> list[Heading]:
    """Levels from 1: by the printed number's depth, otherwise by the face's rank among all faces."""
    if not headings:
        return []
    ranks = _ranks(headings)
    depths = [float(h.number.depth) if h.number and _trusted(h, ranks) else ranks[h.face] for h in headings]
    order = {depth: level for level, depth in enumerate(sorted(set(depths)), 1)}
    return [replace(heading, level=order[depth]) for heading, depth in zip(headings, depths, strict=True)]


def _trusted(heading: Heading, ranks: dict[Face, float]) -> bool:
    """A dotted or labelled number always; a lone number only where its face usually is as deep."""
    number = heading.number
    assert number is not None
    return bool(number.word) or "." in number.value or abs(ranks[heading.face] - number.depth) < 0.5


def _ranks(headings: Sequence[Heading]) -> dict[Face, float]:
    """A depth for every face: the median printed depth where many of its headings are numbered, otherwise by its size."""
    by_face: dict[Face, list[Heading]] = defaultdict(list)
    for heading in headings:
        by_face[heading.face].append(heading)
    known: dict[Face, float] = {}
    for kind, members in by_face.items():
        numbered = [h.number.depth for h in members if h.number]
        if len(numbered) * 3 >= len(members):
            known[kind] = float(statistics.median_low(numbered))
    faces = sorted(by_face, key=lambda kind: (-kind[0], not kind[2], kind[3]))
    ranks: dict[Face, float] = {}
    previous = 0.0
    for position, kind in enumerate(faces):
        if kind in known:
            ranks[kind] = previous = known[kind]
            continue
        same = [known[other] for other in known if abs(other[0] - kind[0]) < 0.3 and other[2] == kind[2]]
        if same:
            ranks[kind] = previous = same[0]
            continue
        below = [known[other] for other in faces[position + 1 :] if other in known]
        ranks[kind] = previous = (previous + min(below)) / 2 if below and min(below) > previous else previous + 1
    return ranks
