"""Which columns a printed line's words lie in. Leaves finding the columns to columns.py."""

from collections.abc import Sequence
from itertools import pairwise

from indexing.reading.pdf import Word
from indexing.reading.tables.columns import COLUMN_GAP, NARROW_GAP, Entry, PrintedLine, River, Segment, extent, segments
from indexing.reading.tables.geometry import overlap

SAME_START = 0.5  # points by which words that begin at one place may differ


def place(line: PrintedLine, separators: Sequence[River], height: float) -> list[Entry]:
    """A line's entries.

    A segment is cut at a river where a ruling is drawn, or where its words leave white that is wide by itself or as wide as the
    river; a segment that lies across a river uncut spans the columns on both sides.
    """
    entries: list[Entry] = []
    for group in segments(line, height):
        for part in _cut(group, separators, height):
            first, last = _columns_of(part, separators)
            before = entries[-1] if entries else (-1, -1, [])
            if first > before[1]:
                entries.append((first, last, part))
            elif first > before[0]:  # both would span the column between them: it is the later one's
                entries[-1] = (before[0], first - 1, before[2])
                entries.append((first, last, part))
            elif last > before[1]:
                entries.append((before[1] + 1, last, part))
            else:
                entries[-1] = (before[0], before[1], before[2] + part)
    return entries


def _cut(group: Segment, separators: Sequence[River], height: float) -> list[Segment]:
    parts: list[Segment] = [[group[0]]]
    starts = _starts_in(group, separators, height)
    for before, word in pairwise(group):
        if any(
            word is start if start is not None else _parts(river, before, word, height)
            for river, start in zip(separators, starts, strict=True)
        ):
            parts.append([])
        parts[-1].append(word)
    return parts


def _starts_in(group: Segment, separators: Sequence[River], height: float) -> list[Word | None]:
    """For each river the word that begins where all entries to its right do, as that of a header that fills its column does.

    None for all where the group lies across another river uncut: running text, in which a word begins there by chance.
    """
    starts = [_start_in(group, river, height) for river in separators]
    if any(start is not None for start in starts):
        low, high = extent(group)
        for river, start in zip(separators, starts, strict=True):
            crosses = low < river.low and river.high < high
            if start is None and crosses and not any(_parts(river, a, b, height) for a, b in pairwise(group)):
                return [None] * len(starts)
    return starts


def _start_in(group: Segment, river: River, height: float) -> Word | None:
    if river.start is None or river.ruling is not None:
        return None
    for before, word in pairwise(group):
        if abs(word.box[0] - river.start) < SAME_START and word.box[0] - before.box[2] > NARROW_GAP * height:
            return word
    return None


def _parts(river: River, before: Word, word: Word, height: float) -> bool:
    """Whether a river parts two neighbouring words of a line."""
    if river.ruling is not None and river.is_drawn((word.box[1] + word.box[3]) / 2):
        return (before.box[0] + before.box[2]) / 2 < river.ruling < (word.box[0] + word.box[2]) / 2
    gap = word.box[0] - before.box[2]
    shared = overlap(before.box[2], word.box[0], river.low, river.high)
    return shared > 0 and (gap >= COLUMN_GAP * height or gap >= 0.7 * river.width)


def _columns_of(words: Sequence[Word], separators: Sequence[River]) -> tuple[int, int]:
    """The columns that words lie in: those beyond a river only where they reach well across it, and no ruling is drawn."""
    low, high = extent(words)
    middle, y = (low + high) / 2, (words[0].box[1] + words[0].box[3]) / 2
    for index, river in enumerate(separators):
        if river.low - 1 <= low and high <= river.high + 1 and river.ruling is None:
            side = river.lean or (middle > river.low + 0.7 * river.width) - (middle < river.low + 0.3 * river.width)
            return index + (side > 0), index + (side >= 0)
    home = sum(river.middle < middle for river in separators)
    first = last = home
    while first > 0 and low < separators[first - 1].low - 2 and not separators[first - 1].is_drawn(y):
        first -= 1
    while last < len(separators) and high > separators[last].high + 2 and not separators[last].is_drawn(y):
        last += 1
    return first, last
