"""The PDF's own outline checked against the printed page, and merged with the headings that typography shows.

An entry is believed when its title is printed on its page or a neighbour; its place is then the printed one. What typography
finds beyond the outline stays only where it looks smaller than the outline's own headings.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexing.reading.headings import MAX_ROWS
from indexing.reading.layout import Row
from indexing.reading.levels import Heading
from indexing.reading.numbering import heading_number
from indexing.reading.pages import Doubt
from indexing.reading.style import face


@dataclass(frozen=True, slots=True)
class _Entry:
    level: int
    title: str
    page: int


def with_outline(
    headings: list[Heading], bookmarks: Sequence[tuple[int, str, int]], rows: Sequence[Row]
) -> tuple[list[Heading], list[Doubt]]:
    """The headings with the outline's levels, entries added that typography missed, and a doubt for each entry not printed."""
    entries = [_Entry(level, " ".join(title.split()), page) for level, title, page in bookmarks if title.strip()]
    if len(entries) < 3:
        return headings, []
    by_page: dict[int, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        by_page[row.page].append(index)
    confirmed: list[Heading] = []
    doubts: list[Doubt] = []
    after = -1
    for entry in entries:
        heading = _printed(entry, rows, by_page, after)
        if heading:
            confirmed.append(heading)
            after = heading.first
        else:
            doubts.append(Doubt(entry.page, f"the outline's heading “{entry.title[:80]}” is not printed on its page"))
    if len(confirmed) * 2 < len(entries):
        return headings, [Doubt(1, "the PDF's outline does not fit its pages; headings were told by their print alone")]
    return _merged(confirmed, headings), doubts


def _flat(text: str) -> str:
    return "".join(ch for ch in unicodedata.normalize("NFKC", text).casefold() if ch.isalnum())


def _printed(entry: _Entry, rows: Sequence[Row], by_page: dict[int, list[int]], after: int) -> Heading | None:
    """The rows, one to MAX_ROWS, that print the entry's title, with or without its number."""
    number = heading_number(entry.title)
    wanted = {_flat(entry.title), _flat(number.title) if number else ""} - {""}
    for page in (entry.page, entry.page + 1, entry.page - 1):
        places = [index for index in by_page.get(page, ()) if index > after]
        for first in places:
            if last := _match(rows, first, wanted):
                title = " ".join(" ".join(rows[i].text.split()) for i in range(first, last))
                return Heading(first, last - 1, title, page, face(rows[first]), heading_number(title), entry.level)
    return None


def _match(rows: Sequence[Row], first: int, wanted: set[str]) -> int | None:
    """One past the last row, where the rows from `first` print one of the wanted titles."""
    text = ""
    if not _flat(rows[first].text):
        return None
    for index in range(first, min(first + MAX_ROWS, len(rows))):
        if rows[index].page != rows[first].page:
            return None
        text += " " + rows[index].text
        number = heading_number(text)
        if _flat(text) in wanted or (number and number.title and _flat(number.title) in wanted):
            return index + 1
    return None


def _merged(confirmed: list[Heading], others: Sequence[Heading]) -> list[Heading]:
    """Outline's headings, and between them the smaller ones, each one level or more below what it stands under."""
    taken = {index for heading in confirmed for index in range(heading.first, heading.last + 1)}
    smallest = min(heading.face[0] for heading in confirmed)
    faces: dict[object, list[int]] = defaultdict(list)
    for heading in confirmed:
        faces[heading.face].append(heading.level)
    extra = [h for h in others if not taken & set(range(h.first, h.last + 1))]
    merged: list[Heading] = []
    for heading in sorted([*confirmed, *extra], key=lambda heading: heading.first):
        if heading.first in taken:
            merged.append(heading)
        elif heading.face in faces:
            merged.append(replace(heading, level=min(faces[heading.face])))
        elif heading.face[0] <= smallest:
            merged.append(replace(heading, level=_below(merged, heading)))
    return merged


def _below(merged: Sequence[Heading], heading: Heading) -> int:
    """One deeper than the nearest heading before it that typography ranks above it."""
    for above in reversed(merged):
        if (above.face[0], above.face[2]) > (heading.face[0], heading.face[2]):
            return above.level + 1
        if above.face == heading.face:
            return above.level
    return 1
