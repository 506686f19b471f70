"""Tables with horizontal rulings only: rules above and below, one below the header, perhaps rules under parts of the header.

Coloured stripes of one width (every second row, or every row) count as such rules. Leaves lattices to ruled.py, and lines
of tables above the first or below the last rule to unruled.py.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexing.reading.pdf import Box, Word
from indexing.reading.tables.columns import PrintedLine, River, find_rivers_below, segments, word_height
from indexing.reading.tables.geometry import CAPTION, line_text, overlap, printed_lines
from indexing.reading.tables.placing import place
from indexing.reading.tables.rows import bottom, top
from indexing.reading.tables.rulings import Fill, Ruling
from indexing.reading.tables.runs import MOST_WHITE, common_white, has_inner, has_leader

MOST_SERIES = 40  # of coloured stripes on a page; one with more is a map or a plot
LEAST_LINES = 4  # fewer lines of running text leave white below white by chance
SAME_END = 4.0  # points by which the ends of one table's rules may differ


@dataclass(frozen=True, slots=True)
class Region:
    """Lines that may be a table: in bands, band i between edges[i] and edges[i + 1], with the rivers through them."""

    bands: list[list[PrintedLine]]
    edges: list[float]
    rivers: list[River]
    partial: list[Ruling]
    has_rule: bool = True  # a ruling, and no coloured ground, parts the first band from the others
    reach: tuple[float, float] | None = None  # the left and right end of its rules

    @property
    def lines(self) -> list[PrintedLine]:
        """All printed lines."""
        return [line for band in self.bands for line in band]


def stacks(horizontal: Sequence[Ruling]) -> list[list[Ruling]]:
    """Rulings of the same left and right end, from top to bottom, at least two."""
    groups: list[list[Ruling]] = []
    for ruling in sorted(horizontal, key=lambda ruling: ruling.at):
        for group in groups:
            if abs(group[0].low - ruling.low) <= SAME_END and abs(group[0].high - ruling.high) <= SAME_END:
                if ruling.at - group[-1].at > SAME_END:
                    group.append(ruling)
                break
        else:
            groups.append([ruling])
    return [group for group in groups if len(group) > 1]


def stripes(fills: Sequence[Fill]) -> list[list[Ruling]]:
    """The upper and lower edges of coloured stripes that follow each other as rows do, one list for each such series.

    Areas side by side in one row are one stripe. At least two stripes, with no more white between them than a stripe is high.
    """
    rows: list[Box] = []
    for box in sorted((box for box, _ in fills), key=lambda box: (round(box[1]), box[0])):
        if rows and abs(rows[-1][1] - box[1]) < 1 and abs(rows[-1][3] - box[3]) < 1 and box[0] - rows[-1][2] < SAME_END:
            rows[-1] = (rows[-1][0], rows[-1][1], max(rows[-1][2], box[2]), rows[-1][3])
        else:
            rows.append(box)
    series: list[list[Box]] = []
    latest: dict[tuple[int, int], list[list[Box]]] = {}  # by left and right end: the series that a stripe may go on
    for row in rows:
        left, right = int(row[0] // SAME_END), int(row[2] // SAME_END)
        near = [group for x in (-1, 0, 1) for y in (-1, 0, 1) for group in latest.get((left + x, right + y), ())]
        for group in near:
            last = group[-1]
            same = abs(last[0] - row[0]) <= SAME_END and abs(last[2] - row[2]) <= SAME_END
            if same and row[1] - last[3] < 1.5 * max(last[3] - last[1], row[3] - row[1]):
                group.append(row)
                break
        else:
            series.append([row])
            latest[left, right] = [*latest.get((left, right), ())[-2:], series[-1]]
    striped = sorted((group for group in series if _are_rows(group)), key=len, reverse=True)[:MOST_SERIES]
    return [[Ruling(at, box[0], box[2]) for box in group for at in (box[1], box[3])] for group in striped]


def _are_rows(series: Sequence[Box]) -> bool:
    """Whether stripes are as high as rows are: at least two, the highest no more than four times the lowest."""
    heights = [box[3] - box[1] for box in series]
    return len(series) > 1 and max(heights) <= 4 * min(heights)


def half_ruled_regions(
    horizontal: Sequence[Ruling], words: Sequence[Word], taken: Sequence[Box] = (), *, has_rule: bool = True
) -> list[Region]:
    """What lies between stacked rules and has columns. No region reaches over a box in `taken`."""
    regions: list[Region] = []
    for stack in stacks(horizontal):
        low, high = stack[0].low, stack[0].high
        bands = _bands(words, stack)
        first = 0
        while first < len(bands):
            last, rivers = _run(bands, first)
            rules = stack[first : last + 2]
            blocked = any(_meet(box, (low, rules[0].at, high, rules[-1].at)) for box in taken)
            if not rivers and first == 0 and len(stack) > 2 and _is_single_column(bands):
                last, rules = len(bands) - 1, stack
            elif not rivers:
                blocked = True
            if not blocked:
                partial = [r for r in horizontal if rules[0].at < r.at < rules[-1].at and r.high - r.low < 0.95 * (high - low)]
                regions.append(
                    Region(bands[first : last + 1], [rule.at for rule in rules], rivers, partial, has_rule, (low, high))
                )
            first = last + 1
    return regions


def _is_single_column(bands: Sequence[list[PrintedLine]]) -> bool:
    """Whether all bands have lines of one segment and a few words."""
    return all(band and all(len(line) < 5 and len(segments(line, word_height(band))) == 1 for line in band) for band in bands)


def _meet(a: Box, b: Box) -> bool:
    return overlap(a[0], a[2], b[0], b[2]) > 0 and overlap(a[1], a[3], b[1], b[3]) > 0


def _bands(words: Sequence[Word], stack: Sequence[Ruling]) -> list[list[PrintedLine]]:
    """The printed lines between each two neighbouring rules."""
    low, high = stack[0].low - 2, stack[0].high + 2
    between = sorted((word for word in words if low <= (word.box[0] + word.box[2]) / 2 <= high), key=_middle)
    middles = [_middle(word) for word in between]
    return [
        printed_lines(between[bisect_left(middles, above.at - 1) : bisect_right(middles, below.at + 1)])
        for above, below in pairwise(stack)
    ]


def _middle(word: Word) -> float:
    return (word.box[1] + word.box[3]) / 2


def _run(bands: Sequence[list[PrintedLine]], first: int) -> tuple[int, list[River]]:
    """The last band of the table that begins with band `first`, and its rivers; no rivers where none begins there.

    A band carries on the table when its lines share white with those before; one or two lines of one segment may part two
    such bands.
    """
    height = word_height(bands[first])
    if _is_text_band(bands[first], height):
        return first, []
    white = common_white(bands[first], height)
    last = first
    for index in range(first + 1, len(bands)):
        band = bands[index]
        if _is_text_band(band, height):
            break
        own = common_white(band, height)
        if not has_inner(own):
            fits = has_inner(white) and has_inner(common_white(band, height, white))
            if not band or (len(band) > 2 and not fits):
                break
            last = index if fits else last
            continue
        shared = common_white([line for b in bands[first : index + 1] for line in b], height)
        if has_inner(white) and not has_inner(shared):
            break
        white, last = shared, index
    rivers = find_rivers_below([line for band in bands[first : last + 1] for line in band]) if has_inner(white) else []
    return (last, rivers) if first or last == len(bands) - 1 else _whole(bands, height, last, rivers)


def _whole(bands: Sequence[list[PrintedLine]], height: float, last: int, rivers: list[River]) -> tuple[int, list[River]]:
    """All bands, where these have the columns of the first ones: entries so long that only a word space parts some."""
    lines = [line for band in bands for line in band]
    if len(lines) <= LEAST_LINES or any(not band or _is_text_band(band, height) for band in bands):
        return last, rivers
    whole = find_rivers_below(lines)
    return (len(bands) - 1, whole) if len(whole) >= max(1, len(rivers)) else (last, rivers)


def has_rows(region: Region) -> bool:
    """Whether the bands of coloured stripes are a table's rows: four or more, all but one beginning with several entries."""
    height = word_height(region.lines)
    several = sum(bool(band) and len(place(band[0], region.rivers, height)) > 1 for band in region.bands)
    return len(region.bands) > 3 and several >= len(region.bands) - 1


def _is_text_band(band: Sequence[PrintedLine], height: float) -> bool:
    """Whether text lies between two rules: a caption, leading dots, or more white than a table has."""
    if any(CAPTION.match(line_text(line)) or has_leader(line) for line in band):
        return True
    return any(top(below) - bottom(above) > 2 * MOST_WHITE * height for above, below in pairwise(band))
