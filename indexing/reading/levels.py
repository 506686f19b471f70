"""How deep headings are: by the depth of their printed number, otherwise by the rank of their face among the others."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexing.reading.apparatus import is_apparatus_title
from indexing.reading.numbering import Number
from indexing.reading.style import Face


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


def with_levels(headings: Sequence[Heading]) -> list[Heading]:
    """The headings with levels from 1; none is more than one level below the heading that it stands under.

    "2.3" stands under "2" wherever that is open, whatever stands between them.
    """
    if not headings:
        return []
    ranks = face_ranks(headings)
    numbers = Counter(heading.face for heading in headings if heading.number)
    faces = Counter(heading.face for heading in headings)
    numbered = {face for face, count in faces.items() if numbers[face] * 3 > count * 2}
    depths = [_depth(heading, ranks, numbered) for heading in headings]
    levels: list[int] = []
    above: list[tuple[float, str]] = []  # the depths and numbers of the headings that the next one may stand under
    for heading, depth in zip(headings, depths, strict=True):
        value = heading.number.value if heading.number else ""
        parent = [place for place, (_, number) in enumerate(above) if number and number == value.rpartition(".")[0]]
        above = above[: parent[-1] + 1] if parent else above
        above = [other for other in above if other[0] < depth] + [(depth, value)]
        levels.append(len(above))
    return [replace(heading, level=level) for heading, level in zip(headings, levels, strict=True)]


def _depth(heading: Heading, ranks: dict[Face, float], numbered: set[Face]) -> float:
    """Its number's depth or its face's. Contents and index are chapters, whatever their face.

    Where the small headings of a face have numbers, one without stands under them ("6.6.3.1 Type", then "string"); chapters and
    sections without one ("Preface", "Summary") stand beside them.
    """
    if heading.number and _is_trusted(heading, ranks):
        return float(heading.number.depth)
    rank = ranks[heading.face]
    if is_apparatus_title(heading.title):
        return min(1.0, rank)
    return rank + 0.5 if heading.number is None and heading.face in numbered and rank >= 3 else rank


def _is_trusted(heading: Heading, ranks: dict[Face, float]) -> bool:
    """A dotted number, or a chapter's, always; a lone number or a part's only where its face usually is as deep."""
    number = heading.number
    assert number is not None
    if number.depth > 1 or number.word in ("chapter", "appendix"):
        return True
    return abs(ranks[heading.face] - number.depth) < 0.5


def face_ranks(headings: Sequence[Heading]) -> dict[Face, float]:
    """A depth for every face: the median printed depth where many of its headings are numbered, otherwise by its size."""
    by_face: dict[Face, list[Heading]] = defaultdict(list)
    for heading in headings:
        by_face[heading.face].append(heading)
    known = _known(by_face)
    faces = sorted(by_face, key=lambda kind: (-kind[0], not kind[2], kind[3]))
    ranks: dict[Face, float] = {}
    previous = 0.0
    for position, kind in enumerate(faces):
        same = [known[other] for other in known if abs(other[0] - kind[0]) < 0.3 and other[2] == kind[2]]
        below = [known[other] for other in faces[position + 1 :] if other in known]
        if kind in known:
            ranks[kind] = known[kind]
        elif same:
            ranks[kind] = same[0]
        elif below and min(below) > previous:
            ranks[kind] = (previous + min(below)) / 2
        else:
            ranks[kind] = previous + 1
        previous = ranks[kind]
    return ranks


def _known(by_face: dict[Face, list[Heading]]) -> dict[Face, float]:
    """The faces whose printed numbers say how deep they are. A part is above chapters only if it is printed as large."""
    largest = max(
        (kind[0] for kind, members in by_face.items() if any(h.number and h.number.depth == 1 for h in members)), default=0.0
    )
    known: dict[Face, float] = {}
    for kind, members in by_face.items():
        numbered = [h.number.depth for h in members if h.number and (h.number.depth or kind[0] >= largest)]
        if _has_chapters_and_sections(members):
            known[kind] = 1.0
        elif len(numbered) * 3 >= len(members):
            known[kind] = float(statistics.median_low(numbered))
    return known


def _has_chapters_and_sections(headings: Sequence[Heading]) -> bool:
    """Whether a face sets both, as papers do: three lone numbers or more that count from 1, and sections of one of these."""
    values = [heading.number.value for heading in headings if heading.number and not heading.number.word]
    lone = [int(value) for value in values if value.isdigit()]
    parts = {value.split(".")[0] for value in values if "." in value}
    return len(lone) > 2 and lone == list(range(1, len(lone) + 1)) and any(str(number) in parts for number in lone)
