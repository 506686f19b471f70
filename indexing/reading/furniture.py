"""Running headers, footers and page numbers: told by their place and by coming back on other pages.

A slot is a place above or below the running text together with a style. A slot is furniture when most of its texts, digits
aside, come back on other pages in the same slot or are titles, so that a header with the chapter's title is found although
every chapter changes it. A heading that happens to begin a page stands where the running text does, and is none.
"""

import itertools
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
    slots = _slots(pages, heights, *_text_area(pages))
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


def _text_area(pages: Sequence[Sequence[Row]]) -> tuple[float, float]:
    """The first and last baseline of running text on nearly every page: where two long rows stand close together."""
    firsts: list[float] = []
    lasts: list[float] = []
    for rows in pages:
        widest = max((row.column[1] - row.column[0] for row in rows), default=0.0)
        long = [row for row in rows if row.x1 - row.x0 > 0.6 * widest]
        pairs = [(a, b) for a, b in itertools.pairwise(long) if 0 < b.baseline - a.baseline < 1.7 * a.size]
        if pairs:
            firsts.append(min(a.baseline for a, _ in pairs))
            lasts.append(max(b.baseline for _, b in pairs))
    if not firsts:
        return float("inf"), 0.0
    rare = len(firsts) // 20
    return sorted(firsts)[rare], sorted(lasts)[-1 - rare]


def _slots(pages: Sequence[Sequence[Row]], heights: Sequence[float], top: float, bottom: float) -> list[dict[int, Slot]]:
    """For each page the slots of its rows near the edges, by the row's index. Baselines a little apart are one place."""
    places: dict[tuple[str, float, str], list[tuple[float, int, int]]] = defaultdict(list)
    for number, (rows, height) in enumerate(zip(pages, heights, strict=True)):
        for index, row in enumerate(rows):
            above = row.baseline < top - 2 and row.box[3] < EDGE * height
            below = row.baseline > bottom + 2 and row.box[1] > (1 - EDGE) * height
            if edge := "top" if above else "bottom" if below else "":
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
    """More than half of the rows have a text that stands there on another page (three at least), or all are titles."""
    total = sum(counter.values())
    if all(text in titles for text in counter):
        return True
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
