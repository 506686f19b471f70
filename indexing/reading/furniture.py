"""Running headers, footers and page numbers: told by their place and by coming back on other pages.

A slot is a place at the top or bottom edge together with a style. A slot is furniture when most of its texts, digits aside,
come back on other pages in the same slot, so that a header with the chapter's title is found although every chapter changes it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from indexing.reading.layout import Row

EDGE = 0.14  # the part of the page's height, at the top and at the bottom, where furniture is looked for
SAME_PLACE = 1.5  # points by which baselines of one running header may differ from page to page
_DIGITS = re.compile(r"\d+|(?<![^\W\d_])[ivxlcdm]+(?![^\W\d_])", re.I)
_NUMBER_ALONE = re.compile(r"\W*(?:page\s*)?(?:\d{1,4}|[ivxlc]{1,7}|[A-Z]-?\d{1,3})(?:\s*(?:of|/)\s*\d+)?\W*", re.I)

Slot = tuple[str, float, str, float]


def find_furniture(pages: Sequence[Sequence[Row]], heights: Sequence[float]) -> list[set[int]]:
    """For each page the indices of its rows that are furniture. `heights` are the pages' heights in points."""
    slots = _slots(pages, heights)
    texts: dict[Slot, Counter[str]] = defaultdict(Counter)
    for rows, found in zip(pages, slots, strict=True):
        for index, slot in found.items():
            texts[slot][_without_numbers(rows[index].text)] += 1
    titles = {
        _without_numbers(row.text)
        for rows, found in zip(pages, slots, strict=True)
        for index, row in enumerate(rows)
        if index not in found
    }
    running = {slot for slot, counter in texts.items() if _comes_back(counter, titles)}
    return [
        {index for index, slot in found.items() if slot in running or _is_page_number(rows, index, heights[number])}
        for number, (rows, found) in enumerate(zip(pages, slots, strict=True))
    ]


def _slots(pages: Sequence[Sequence[Row]], heights: Sequence[float]) -> list[dict[int, Slot]]:
    """For each page the slots of its rows near the edges, by the row's index. Baselines a little apart are one place."""
    places: dict[tuple[str, float, str], list[tuple[float, int, int]]] = defaultdict(list)
    for number, (rows, height) in enumerate(zip(pages, heights, strict=True)):
        for index, row in enumerate(rows):
            edge = "top" if row.box[3] < EDGE * height else "bottom" if row.box[1] > (1 - EDGE) * height else ""
            if edge:
                places[edge, round(row.size * 2) / 2, row.font].append((row.baseline, number, index))
    slots: list[dict[int, Slot]] = [{} for _ in pages]
    for place, found in places.items():
        start = last = -1.0
        for baseline, number, index in sorted(found):
            if baseline - last > SAME_PLACE:
                start = baseline
            last = baseline
            slots[number][index] = (*place, start)
    return slots


def _without_numbers(text: str) -> str:
    return _DIGITS.sub("#", " ".join(text.casefold().split()))


def _comes_back(counter: Counter[str], titles: set[str]) -> bool:
    """Three pages at least, and more than half of the rows have a text that stands there on another page, or is a title."""
    total = sum(counter.values())
    again = sum(count for text, count in counter.items() if count > 1 or text in titles)
    return total >= 3 and again * 2 > total


def _is_page_number(rows: Sequence[Row], index: int, height: float) -> bool:
    """A number alone, with nothing between it and the page's edge."""
    row = rows[index]
    if not _NUMBER_ALONE.fullmatch(row.text.strip()):
        return False
    if row.box[3] < EDGE * height:
        return all(other.box[1] >= row.box[1] - 2 for other in rows)
    return all(other.box[3] <= row.box[3] + 2 for other in rows)
