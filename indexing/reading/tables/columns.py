"""Columns: white rivers that run down through printed lines, and vertical rulings where there are any.

A gap between two words of a line is a place where a column may end when it is clearly wider than a word space; a river is
where such gaps (or the empty ends of lines) lie below each other in nearly all lines. Where columns stand closer together
than that, a river is believed if every line leaves it white and the entries to its right (or left) begin (or end) at the
same place. Leaves rows to rows.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from indexing.reading.pdf import Word
from indexing.reading.tables.geometry import is_number

WORD_SPACE = 0.45  # of a word's height: in running text, justified too, words are rarely further apart
COLUMN_GAP = 0.6  # of a word's height: the least white between columns in the middle line
NARROW_GAP = 0.12  # of a word's height: the least white where the entries beside it are flush
FLUSH = 0.8  # points by which flush entries may differ
SUPPORT = 3  # lines with text on both sides that a column within a ruled one needs

Segment = list[Word]
PrintedLine = list[Word]
Entry = tuple[int, int, list[Word]]  # first column, last column, words
Gap = tuple[int, Word, Word]  # a line's number, and its words to the left and to the right of a river


@dataclass(frozen=True, slots=True)
class River:
    """White from `low` to `high`. Where a ruling runs in it, `ruling` is its x and `inked` the stretches that are drawn.

    A header may stand inside the white: above the columns on both sides, or set left above numbers set right.
    """

    low: float
    high: float
    ruling: float | None = None
    inked: tuple[tuple[float, float], ...] = ()
    lean: int = 0  # where a word inside the white belongs: -1 left, 1 right, 0 to the columns on both sides
    start: float | None = None  # where the entries to its right begin, if flush

    @property
    def middle(self) -> float:
        """Where the boundary of the columns is drawn."""
        return (self.low + self.high) / 2 if self.ruling is None else self.ruling

    @property
    def width(self) -> float:
        """The white's width."""
        return self.high - self.low

    def is_drawn(self, y: float) -> bool:
        """Whether the ruling is there at a height."""
        return any(low <= y <= high for low, high in self.inked)


def word_height(lines: Iterable[PrintedLine]) -> float:
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

    Of all lines at most the part `crossed` may lie across a river.
    """
    height = word_height(lines)
    allowed = int(crossed * len(lines)) if len(lines) >= 4 else 0
    rivers = _uncovered([(word.box[0], word.box[2]) for line in lines for word in line], allowed)
    least = NARROW_GAP * height
    rivers = [river for river in rivers if river.width >= least]
    return _supported(_believed(rivers, lines, height), lines)


def _with_starts(rivers: Sequence[River], lines: Sequence[PrintedLine]) -> list[River]:
    """The rivers, with the place where nearly all of three entries or more to their right begin."""
    result: list[River] = []
    for river, end in zip(rivers, [*(river.middle for river in rivers), float("inf")][1:], strict=True):
        parts = [[word.box[0] for word in line if river.middle < (word.box[0] + word.box[2]) / 2 < end] for line in lines]
        begins = sorted(min(part) for part in parts if part)
        usual = begins[len(begins) // 2] if begins else 0.0
        flush = sum(abs(begin - usual) <= 0.5 * FLUSH for begin in begins)
        result.append(replace(river, start=usual) if flush >= max(SUPPORT, 0.7 * len(begins)) else river)
    return result


def find_rivers_below(lines: Sequence[PrintedLine], most: int = 2) -> list[River]:
    """The rivers of lines of which up to `most` on top may head several columns each.

    Such a line has fewer segments than others, and is left out where more rivers are found without it.
    """
    height = word_height(lines)
    best = find_rivers(lines)
    counts = [len(segments(line, height)) for line in lines]
    for count in range(1, min(most, len(lines) - 2) + 1):
        if counts[count - 1] > 0.75 * max(counts[count:]):
            break
        rivers = find_rivers(lines[count:])
        if len(rivers) > len(best):
            best = rivers
    return _with_starts(best, lines)


def with_rulings(lines: Sequence[PrintedLine], rulings: Sequence[tuple[float, Sequence[tuple[float, float]]]]) -> list[River]:
    """The rivers of lines through which vertical rulings run: (x, inked stretches) each.

    A ruling is a river; more are found between rulings where at least three lines have text on both sides.
    """
    bounds = [float("-inf"), *(x for x, _ in rulings), float("inf")]
    rivers = [_around(x, tuple(inked), lines) for x, inked in rulings]
    for low, high in pairwise(bounds):
        parts = [[word for word in line if low <= (word.box[0] + word.box[2]) / 2 <= high] for line in lines]
        parts = [part for part in parts if part]
        for river in find_rivers(parts):
            both = sum(any(w.box[0] > river.middle for w in part) and part[0].box[0] < river.middle for part in parts)
            if both >= SUPPORT:
                rivers.append(river)
    return sorted(rivers, key=lambda river: river.middle)


def _around(x: float, inked: tuple[tuple[float, float], ...], lines: Sequence[PrintedLine]) -> River:
    """The white around a ruling."""
    low, high = x - 20.0, x + 20.0
    for line in lines:
        for word in line:
            if word.box[0] + 1 < x < word.box[2] - 1:
                continue
            if (word.box[0] + word.box[2]) / 2 < x:
                low = max(low, min(word.box[2], x))
            else:
                high = min(high, max(word.box[0], x))
    return River(low, high, x, inked)


def _uncovered(intervals: Sequence[tuple[float, float]], allowed: int) -> list[River]:
    """Stretches that at most `allowed` intervals cover.

    Of each the least covered parts, for between two of them a column of few entries may lie.
    """
    events = sorted([(low, 1) for low, _ in intervals] + [(high, -1) for _, high in intervals], key=lambda event: event[0])
    rivers: list[River] = []
    stretch: list[tuple[int, float, float]] = []
    depth, start = 0, events[0][0] if events else 0.0
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
            parts[-1] = replace(parts[-1], high=high)
        elif depth == least:
            parts.append(River(low, high))
    return parts


def _believed(rivers: list[River], lines: Sequence[PrintedLine], height: float) -> list[River]:
    """Rivers that enough lines bear out: the least believable goes first, since it parts the columns of its neighbours."""
    while rivers:
        gaps = [_gaps_at(index, rivers, lines) for index in range(len(rivers))]
        bounds = [float("-inf"), *(river.middle for river in rivers), float("inf")]
        entries = [len(_lines_between(lines, low, high)) for low, high in pairwise(bounds)]
        scores = [_belief(gap, rivers[index], min(entries[index : index + 2]), height) for index, gap in enumerate(gaps)]
        worst = min(range(len(rivers)), key=lambda index: scores[index])
        if scores[worst] >= 1:
            return rivers
        rivers = rivers[:worst] + rivers[worst + 1 :]
    return rivers


def _gaps_at(index: int, rivers: Sequence[River], lines: Sequence[PrintedLine]) -> list[Gap]:
    """The lines with words in both columns beside a river."""
    low = rivers[index - 1].middle if index else float("-inf")
    high = rivers[index + 1].middle if index + 1 < len(rivers) else float("inf")
    middle = rivers[index].middle
    found = []
    for number, line in enumerate(lines):
        left = [word for word in line if low < (word.box[0] + word.box[2]) / 2 < middle]
        right = [word for word in line if middle < (word.box[0] + word.box[2]) / 2 < high]
        if left and right:
            found.append((number, left[-1], right[0]))
    return found


def _belief(gaps: Sequence[Gap], river: River, entries: int, height: float) -> float:
    """1 or more for a river to be believed: its middle gap in units of the least white between columns.

    `entries` is how many lines have something in the emptier of the columns beside it. A narrower river counts as 1 where
    entries are flush beside it, or numbers on one side and words on the other.
    """
    if not gaps:
        return river.width / height
    white = [begin.box[0] - end.box[2] for _, end, begin in gaps]
    tight = sum(gap < WORD_SPACE * height for gap in white)
    belief = median(white) / (COLUMN_GAP * height)
    if tight > 0.4 * len(white) or (len(white) < 4 and tight):
        belief = min(belief, 0.9)
    if belief < 1 and min(white) >= 0 and _is_regular(gaps, entries):
        return 1.0
    return belief


def _is_regular(gaps: Sequence[Gap], entries: int) -> bool:
    """Whether entries are flush beside a river, or of two kinds: in three lines, most entries, and one of the first three."""
    if len(gaps) < 3 or len(gaps) < 0.8 * entries or gaps[0][0] > 2:
        return False
    _, first_end, first_begin = gaps[0]
    if gaps[0][0] > 0 and (is_number(first_end.text) or is_number(first_begin.text)):
        return False  # the first line to have something on both sides is no header: one heads both, as of dates and times
    body = gaps[1:]  # a header is often centred, and never a number
    kinds = [(is_number(end.text), is_number(begin.text)) for _, end, begin in body]
    if len(kinds) > 2 and len(set(kinds)) == 1 and kinds[0][0] != kinds[0][1]:
        return True
    texts = [end.text for _, end, _ in body]
    if not is_number(texts[0]) and max(map(texts.count, texts)) > max(1, 0.5 * len(texts)):
        return False  # lines that begin with the same words
    ends, begins = [end.box[2] for _, end, _ in body], [begin.box[0] for _, _, begin in body]
    if len(body) < SUPPORT and not any(all(kind) for kind in zip(*kinds, strict=True)):
        return False  # two lines of running text are flush somewhere, by chance; with numbers they are not
    return max(begins) - min(begins) <= FLUSH or max(ends) - min(ends) <= FLUSH


def _supported(rivers: Sequence[River], lines: Sequence[PrintedLine]) -> list[River]:
    """Rivers with a column of at least two entries (of one, among three lines or fewer) on each side.

    Two rivers with nothing but a header between them are one.
    """
    merged: list[River] = []
    for index, river in enumerate(rivers):
        if merged and (island := _lines_between(lines, merged[-1].middle, river.middle)) and _is_header_only(island, lines):
            high = rivers[index + 1].middle if index + 1 < len(rivers) else float("inf")
            low = merged[-2].middle if len(merged) > 1 else float("-inf")
            left = _lines_between(lines, low, merged[-1].middle)
            right = _lines_between(lines, river.middle, high)
            begins_left, begins_right = (left or [len(lines)])[0], (right or [len(lines)])[0]
            lean = (begins_right > begins_left) - (begins_left > begins_right)
            lean = lean if max(begins_left, begins_right) > max(island) else 0
            merged[-1] = replace(merged[-1], high=river.high, lean=lean)
        else:
            merged.append(river)
    least = 2 if len(lines) > 3 else 1
    kept: list[River] = []
    for index, river in enumerate(merged):
        low = kept[-1].middle if kept else float("-inf")
        high = merged[index + 1].middle if index + 1 < len(merged) else float("inf")
        before, after = _entries(lines, low, river.middle), _entries(lines, river.middle, high)
        if min(len(before), len(after)) >= least and not _is_one_word(before) and not _is_one_word(after):
            kept.append(river)
    return kept


def _is_header_only(numbers: Sequence[int], lines: Sequence[PrintedLine]) -> bool:
    """Whether only the first lines of many have something in a column."""
    return len(lines) > max(numbers) + 3 and max(numbers) < 3


def _lines_between(lines: Sequence[PrintedLine], low: float, high: float) -> list[int]:
    """Which lines have a word whose middle lies between two places."""
    return [number for number, line in enumerate(lines) if any(low <= (word.box[0] + word.box[2]) / 2 <= high for word in line)]


def _entries(lines: Sequence[PrintedLine], low: float, high: float) -> list[str]:
    """What the lines that have words between two places have there."""
    parts = [[word.text for word in line if low <= (word.box[0] + word.box[2]) / 2 <= high] for line in lines]
    return ["".join(part) for part in parts if part]


def _is_one_word(entries: Sequence[str]) -> bool:
    """Whether all of three entries or more are the same, the first line's too: no header stands above them."""
    return len(entries) > 2 and len(set(entries)) == 1
