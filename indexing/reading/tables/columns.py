"""Columns without vertical rulings: white rivers that run down through printed lines.

A gap between two words of a line is a place where a column may end when it is clearly wider than a word space; a river is where
such gaps (or the empty ends of lines) lie below each other in nearly all lines. Leaves rows to rows.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from indexing.reading.pdf import Word
from indexing.reading.tables.geometry import overlap

WORD_SPACE = 0.45  # of a word's height: in running text, justified too, words are rarely further apart
COLUMN_GAP = 0.7  # of a word's height: the least white between columns in the middle line

Segment = list[Word]
PrintedLine = list[Word]


@dataclass(frozen=True, slots=True)
class River:
    """White from `low` to `high`."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


def word_height(lines: Sequence[PrintedLine]) -> float:
    """The height of the middle word, in points."""
    heights = [word.box[3] - word.box[1] for line in lines for word in line]
    return median(heights) if heights else 10.0


def segments(line: PrintedLine, height: float) -> list[Segment]:
    """A line's words in groups that only word spaces divide."""
    groups: list[Segment] = []
    for word in line:
        if groups and word.box[0] - groups[-1][-1].box[2] <= WORD_SPACE * height:
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def extent(words: Sequence[Word]) -> tuple[float, float]:
    """The left and right end of at least one word."""
    return min(word.box[0] for word in words), max(word.box[2] for word in words)


def find_rivers(lines: Sequence[PrintedLine], crossed: float = 0.15) -> list[River]:
    """The rivers between the columns of some lines, from left to right.

    Lines of one segment have no say, unless they lie across a river: of all lines at most the part `crossed` may.
    """
    height = word_height(lines)
    split = [segments(line, height) for line in lines]
    voters = [groups for groups in split if len(groups) > 1]
    if not voters:
        return []
    allowed = int(crossed * len(split)) if len(split) >= 4 else 0
    rivers = _uncovered([extent(group) for groups in split for group in groups], allowed)
    rivers = [river for river in rivers if _is_wide(river, voters, height)]
    return _supported(rivers, split)


def _uncovered(intervals: Sequence[tuple[float, float]], allowed: int) -> list[River]:
    """Stretches that at most `allowed` intervals cover; of each the least covered parts, for between two of them a column of
    few entries may lie."""
    events = sorted([(low, 1) for low, _ in intervals] + [(high, -1) for _, high in intervals], key=lambda event: event[0])
    rivers: list[River] = []
    stretch: list[tuple[int, float, float]] = []
    depth, start = 0, events[0][0]
    at = start
    for edge, step in events:
        if edge > at:
            if depth <= allowed:
                stretch.append((depth, at, edge))
            elif stretch:
                rivers += _least(stretch)
                stretch = []
            at = edge
        depth += step
    return [river for river in rivers if river.low > start]


def _least(stretch: Sequence[tuple[int, float, float]]) -> list[River]:
    least = min(depth for depth, _, _ in stretch)
    parts: list[River] = []
    for depth, low, high in stretch:
        if depth == least and parts and low - parts[-1].high < 0.01:
            parts[-1] = River(parts[-1].low, high)
        elif depth == least:
            parts.append(River(low, high))
    return parts


def _is_wide(river: River, voters: Sequence[list[Segment]], height: float) -> bool:
    """Whether the lines with text on both sides leave a gap there that is clearly more than a word space."""
    gaps = []
    for groups in voters:
        left = [extent(group)[1] for group in groups if extent(group)[1] <= river.middle]
        right = [extent(group)[0] for group in groups if extent(group)[0] >= river.middle]
        if left and right:
            gaps.append(min(right) - max(left))
    return bool(gaps) and median(gaps) >= COLUMN_GAP * height


def _supported(rivers: Sequence[River], split: Sequence[list[Segment]]) -> list[River]:
    """Rivers with a column of at least two entries (of one, among three lines or fewer) on each side."""
    least = 2 if len(split) > 3 else 1
    kept: list[River] = []
    for index, river in enumerate(rivers):
        low = kept[-1].middle if kept else float("-inf")
        high = rivers[index + 1].middle if index + 1 < len(rivers) else float("inf")
        left = _entries(split, low, river.middle)
        right = _entries(split, river.middle, high)
        if left >= least and right >= least:
            kept.append(river)
    return kept


def _entries(split: Sequence[list[Segment]], low: float, high: float) -> int:
    """How many lines have a segment whose middle lies between two places."""
    return sum(any(low <= sum(extent(group)) / 2 <= high for group in groups) for groups in split)


def place(line: PrintedLine, separators: Sequence[River], height: float) -> list[tuple[int, int, list[Word]]]:
    """A line's entries as (first column, last column, words).

    A segment is cut at a river where its words leave white there that is wide by itself or as wide as the river; a segment
    that lies across a river uncut spans the columns on both sides.
    """
    entries: list[tuple[int, int, list[Word]]] = []
    for group in segments(line, height):
        for part in _cut(group, separators, height):
            first, last = _columns_of(part, separators)
            if entries and first <= entries[-1][1]:
                before = entries[-1]
                entries[-1] = (before[0], max(before[1], last), before[2] + part)
            else:
                entries.append((first, last, part))
    return entries


def _cut(group: Segment, separators: Sequence[River], height: float) -> list[Segment]:
    parts: list[Segment] = [[group[0]]]
    for before, word in pairwise(group):
        gap = word.box[0] - before.box[2]
        for river in separators:
            shared = overlap(before.box[2], word.box[0], river.low, river.high)
            if shared > 0 and (gap >= COLUMN_GAP * height or gap >= 0.7 * (river.high - river.low)):
                parts.append([])
                break
        parts[-1].append(word)
    return parts


def _columns_of(words: Sequence[Word], separators: Sequence[River]) -> tuple[int, int]:
    """The columns that words lie in: those beyond a river only where they reach well across it."""
    low, high = extent(words)
    middle = (low + high) / 2
    home = sum(river.middle < middle for river in separators)
    first = last = home
    while first > 0 and low < separators[first - 1].low - 2:
        first -= 1
    while last < len(separators) and high > separators[last].high + 2:
        last += 1
    return first, last
