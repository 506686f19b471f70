"""Tables without rulings, and the lines of half-ruled tables beyond their first or last rule: words in columns.

A run of printed lines is a candidate where the white between their segments lies below each other. Where both sides of that
white are running text the page is set in columns, and each is looked at by itself. Leaves the judgement to evidence.py.
"""

import itertools
from collections.abc import Sequence

from indexing.reading.pdf import Box, Word
from indexing.reading.tables.columns import (
    COLUMN_GAP,
    PrintedLine,
    River,
    extent,
    find_rivers,
    place,
    segments,
    word_height,
)
from indexing.reading.tables.geometry import hull, overlap, printed_lines
from indexing.reading.tables.half_ruled import Region
from indexing.reading.tables.rows import bottom, top
from indexing.reading.tables.rulings import Ruling

MOST_WHITE = 1.6  # heights of a word: more white between two lines ends a table without rulings
MOST_SINGLE = 4  # lines of one segment in a row that a table's wrapped cell may have

Gap = tuple[float, float]


def unruled_regions(words: Sequence[Word], horizontal: Sequence[Ruling], depth: int = 0) -> list[Region]:
    """The runs of lines in columns, with their rivers."""
    lines = printed_lines(words)
    height = word_height(lines)
    regions: list[Region] = []
    for found in _runs(lines, height):
        run = _with_header(_without_text(found, height), lines)
        rivers = find_rivers(run)
        if not rivers:
            continue
        if depth < 2 and len(run) > 5 and is_set_in_columns(run, rivers):
            for side in _sides(run, rivers):
                regions += unruled_regions(side, horizontal, depth + 1)
            continue
        regions.append(_region(run, rivers, horizontal, height))
    return regions


def _runs(lines: Sequence[PrintedLine], height: float) -> list[list[PrintedLine]]:
    """Runs of neighbouring lines that share white between segments."""
    runs: list[list[PrintedLine]] = []
    run: list[PrintedLine] = []
    common: list[Gap] = []
    singles = 0
    for line in lines:
        groups = segments(line, height)
        shared = _shared(common, _gaps(groups), height) if run else []
        near = bool(run) and top(line) - bottom(run[-1]) <= MOST_WHITE * height
        fits = near and _has_inner(shared) and (len(groups) > 1 or singles < MOST_SINGLE) and not has_leader(line)
        if fits:
            run.append(line)
            common = shared
            singles = singles + 1 if len(groups) == 1 else 0
            continue
        runs.append(_trimmed(run, height))
        run, common, singles = ([line], _gaps(groups), 0) if len(groups) > 1 and not has_leader(line) else ([], [], 0)
    runs.append(_trimmed(run, height))
    return [run for run in runs if len(run) > 1]


def _without_text(run: list[PrintedLine], height: float) -> list[PrintedLine]:
    """A run without lines of running text at its ends: those that lie across its rivers, or stand in one column."""
    rivers = find_rivers(run)
    first, last = 0, len(run)
    while first < last and _is_text(run[first], rivers, height):
        first += 1
    while last > first and _is_text(run[last - 1], rivers, height):
        last -= 1
    return run[first:last]


def _is_text(line: PrintedLine, rivers: Sequence[River], height: float) -> bool:
    """Whether a line has but one entry, or one that is long and lies across a river."""
    entries = place(line, rivers, height)
    return len(entries) < 2 or any(first != last and len(words) > 5 for first, last, words in entries)


def _with_header(run: list[PrintedLine], lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """A run with the line above it, if that stands in the same columns: header words may be no further apart than in text."""
    if len(run) < 2:
        return run
    height = word_height(run)
    above = [line for line in lines if 0 <= top(run[0]) - bottom(line) + 0.3 * height <= height and line[0] is not run[0][0]]
    if not above:
        return run
    longer = [above[-1], *run]
    rivers = find_rivers(longer)
    fits = len(rivers) >= len(find_rivers(run)) and len(place(above[-1], rivers, height)) > 1
    return longer if fits and not _is_text(above[-1], rivers, height) else run


def _trimmed(run: list[PrintedLine], height: float) -> list[PrintedLine]:
    """A run without lines of one segment at its end, which are text below it; one that carries on a cell may stay."""
    last = len(run)
    while last and len(segments(run[last - 1], height)) == 1:
        last -= 1
    return run[:last]


def has_leader(line: PrintedLine) -> bool:
    """Whether dots lead the eye across the line, as in contents pages."""
    return (
        any(word.text.count(".") > 3 or word.text.count("…") > 1 for word in line) or sum(word.text == "." for word in line) > 2
    )


def _gaps(groups: Sequence[Sequence[Word]]) -> list[Gap]:
    """The white of a line, outer white included."""
    ends = [extent(group) for group in groups]
    edges = [float("-inf"), *(edge for end in ends for edge in end), float("inf")]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _shared(a: Sequence[Gap], b: Sequence[Gap], height: float) -> list[Gap]:
    least = 0.5 * COLUMN_GAP * height
    both = [(max(x[0], y[0]), min(x[1], y[1])) for x in a for y in b]
    return [gap for gap in both if gap[1] - gap[0] >= least]


def _has_inner(gaps: Sequence[Gap]) -> bool:
    """Whether some white has text on both sides."""
    return any(gap[0] != float("-inf") and gap[1] != float("inf") for gap in gaps)


def is_set_in_columns(lines: Sequence[PrintedLine], rivers: Sequence[River]) -> bool:
    """Whether at least two of the columns are running text: most of their lines are full and of several words."""
    if len(rivers) > 3:
        return False
    columns = _columns(lines, rivers)
    return sum(is_running_text(column) for column in columns) >= 2


def is_running_text(column: Sequence[PrintedLine]) -> bool:
    """Whether lines are running text: five at least, of four words or more on average, most as wide as the widest."""
    if len(column) < 5:
        return False
    widths = [extent(line)[1] - extent(line)[0] for line in column]
    words = sum(len(line) for line in column) / len(column)
    full = sum(width > 0.85 * max(widths) for width in widths)
    return words >= 4 and full >= 0.5 * len(column)


def _columns(lines: Sequence[PrintedLine], rivers: Sequence[River]) -> list[list[PrintedLine]]:
    """The parts of lines between rivers."""
    bounds = [float("-inf"), *(river.middle for river in rivers), float("inf")]
    columns: list[list[PrintedLine]] = []
    for low, high in itertools.pairwise(bounds):
        parts = [[word for word in line if low <= (word.box[0] + word.box[2]) / 2 < high] for line in lines]
        columns.append([part for part in parts if part])
    return columns


def _sides(lines: Sequence[PrintedLine], rivers: Sequence[River]) -> list[list[Word]]:
    return [[word for line in column for word in line] for column in _columns(lines, rivers)]


def _region(run: list[PrintedLine], rivers: list[River], horizontal: Sequence[Ruling], height: float) -> Region:
    """A run with the rulings that lie across it: the first full one parts the header from the body."""
    box = hull(word.box for line in run for word in line)
    within = [rule for rule in horizontal if box[1] < rule.at < box[3] and overlap(rule.low, rule.high, box[0], box[2]) > 0]
    bands: list[list[PrintedLine]] = [run]
    edges = [box[1] - 1, box[3] + 1]
    for at in sorted({rule.at for rule in within}):
        inked = sum(overlap(r.low, r.high, box[0], box[2]) for r in within if abs(r.at - at) < 1)
        above = [line for line in run if bottom(line) < at + 0.35 * height]
        if inked > 0.6 * (box[2] - box[0]) and 0 < len(above) < len(run) and len(above) <= 5:
            bands, edges = [above, run[len(above) :]], [edges[0], at, edges[1]]
            break
    return Region(bands, edges, rivers, within)


def grown(region: Region, lines: Sequence[PrintedLine], barriers: Sequence[Box] = ()) -> Region:
    """A region with the lines above and below it that stand in its columns."""
    height = word_height(region.lines)
    bands, edges = [list(band) for band in region.bands], list(region.edges)
    below = sorted((line for line in lines if top(line) > edges[-1] - 0.3 * height), key=top)
    new = _fitting(below, edges[-1], region.rivers, height, barriers)
    if new:
        if len(bands) == 1 and len(bands[0]) <= 3:
            bands.append(new)
            edges.append(bottom(new[-1]) + 1)
        else:
            bands[-1] = bands[-1] + new
            edges[-1] = bottom(new[-1]) + 1
    return Region(bands, edges, region.rivers, region.partial)


def _fitting(
    lines: Sequence[PrintedLine], edge: float, rivers: Sequence[River], height: float, barriers: Sequence[Box]
) -> list[PrintedLine]:
    """The lines, in order, that stand in the columns, until one does not."""
    new: list[PrintedLine] = []
    for line in lines:
        entries = place(line, rivers, height)
        is_far = top(line) - edge > MOST_WHITE * height
        crosses = any(first != last for first, last, _ in entries)
        if is_far or crosses or len(entries) < 2 or any(overlap(edge, top(line), box[1], box[3]) > 0 for box in barriers):
            break
        new.append(line)
        edge = bottom(line)
    return new
