"""Tables without rulings, and the lines of half-ruled tables beyond their first or last rule: words in columns.

A run of printed lines is a candidate where the white between their segments lies below each other. Where both sides of that
white are running text the page is set in columns, and each is looked at by itself. Leaves the judgement to evidence.py.
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace

from indexing.reading.pdf import Box, Word
from indexing.reading.tables.columns import PrintedLine, River, extent, find_rivers, find_rivers_below, segments, word_height
from indexing.reading.tables.geometry import CAPTION, hull, line_text, overlap, printed_lines
from indexing.reading.tables.half_ruled import Region
from indexing.reading.tables.placing import place
from indexing.reading.tables.rows import bottom, column_reach, top, was_full
from indexing.reading.tables.rulings import Ruling
from indexing.reading.tables.runs import carried_on, is_other_size, runs

MOST_ABOVE = 8  # lines above a run that are looked at


def unruled_regions(lines: Sequence[PrintedLine], horizontal: Sequence[Ruling], depth: int = 0) -> list[Region]:
    """The runs of lines in columns, with their rivers."""
    height = word_height(lines)
    regions: list[Region] = []
    candidates = [_with_rows_below(_with_header(_without_text(run, height), lines), lines) for run in runs(lines, height)]
    taken: set[int] = set()
    for run in sorted(candidates, key=len, reverse=True):
        whole = run + wrapped_below(run, lines)
        rivers = find_rivers_below(whole)
        words_of = {id(word) for line in whole for word in line}
        if not rivers or taken & words_of:
            continue
        taken |= words_of
        if depth < 2 and len(whole) > 5 and is_set_in_columns(whole, rivers):
            for side in _sides(whole, rivers):
                regions += unruled_regions(printed_lines(side), horizontal, depth + 1)
        else:
            regions.append(_region(whole, rivers, horizontal, height))
    return regions


def _without_text(run: list[PrintedLine], height: float) -> list[PrintedLine]:
    """A run without lines of running text at its ends: those that lie across its rivers, or stand in one column."""
    rivers = find_rivers_below(run)
    first, last = 0, len(run)
    while first < last and _is_text(run[first], rivers, height):
        first += 1
    while last > first and _is_text(run[last - 1], rivers, height):
        last -= 1
    return run[first:last]


def _is_text(line: PrintedLine, rivers: Sequence[River], height: float) -> bool:
    """Whether a line has but one entry, or is running text: no gap in it, or a long entry across a river."""
    entries = place(line, rivers, height)
    if len(line) > 8 and len(segments(line, height)) == 1:
        return True
    return len(entries) < 2 or any(first != last and len(words) > 5 for first, last, words in entries)


def _with_header(run: list[PrintedLine], lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """A run with the lines above it that stand in the same columns: header words may be no further apart than in text."""
    if len(run) < 2:
        return run
    height = word_height(run)
    above = sorted((line for line in lines if bottom(line) < top(run[0]) + 0.3 * height), key=bottom, reverse=True)
    for line in above[:MOST_ABOVE]:
        if top(run[0]) - bottom(line) > height or is_other_size(line, run[0]) or CAPTION.match(line_text(line)):
            break
        longer = [line, *run]
        has_gaps = len(segments(line, height)) > 1
        rivers = find_rivers(longer) if has_gaps else find_rivers(longer, crossed=0.0)
        is_full = has_gaps or len(place(line, rivers, height)) == len(rivers) + 1
        if len(rivers) < len(find_rivers_below(run)) or not is_full or _is_text(line, rivers, height):
            break
        run = longer
    return run


def _with_rows_below(run: list[PrintedLine], lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """A run with the lines below it that have entries in most of its columns, though no further apart than in text."""
    if len(run) < 2:
        return run
    height = word_height(run)
    columns = len(find_rivers_below(run)) + 1
    for line in sorted((line for line in lines if top(line) > bottom(run[-1]) - 0.3 * height), key=top):
        rivers = find_rivers_below([*run, line])
        entries = place(line, rivers, height)
        is_row = len(entries) >= max(2, 0.6 * columns) and all(first == last for first, last, _ in entries)
        far = top(line) - bottom(run[-1]) > height or is_other_size(line, run[-1])
        if far or len(rivers) + 1 < columns or not is_row or _is_text(line, rivers, height) or CAPTION.match(line_text(line)):
            break
        run = [*run, line]
    return run


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
            within = [rule for rule in within if abs(rule.at - at) > 1]
            break
    return Region(bands, edges, rivers, within)


def with_ruled_header(region: Region, lines: Sequence[PrintedLine], horizontal: Sequence[Ruling]) -> Region:
    """A region of one band below a rule, with the header lines above that rule: close to it, each entry in one column."""
    if len(region.bands) > 1:
        return region
    height = word_height(region.lines)
    low, high = extent([word for line in region.lines for word in line])
    body = _labels_above(region, lines, height) + region.bands[0]
    edge = top(body[0])
    rules = [
        r for r in horizontal if -0.2 * height < edge - r.at < height and overlap(r.low, r.high, low, high) > 0.6 * (high - low)
    ]
    if not rules:
        return region
    at, first = rules[0].at, rules[0].at
    header: list[PrintedLine] = []
    for line in sorted((line for line in lines if bottom(line) < at + 0.35 * height), key=bottom, reverse=True):
        inner = line[0].box[0] > rules[0].low - 2 and line[-1].box[2] < rules[0].high + 2
        entries = place(line, region.rivers, height)
        is_text = any(last - begin > 1 and len(words) > 4 for begin, last, words in entries)
        if first - bottom(line) > 0.7 * height or not inner or is_text or len(header) == 5 or CAPTION.match(line_text(line)):
            break
        if len(entries) == 1 and entries[0][0] == 0 and (not header or entries[0][1] > 0):
            break
        header.insert(0, line)
        first = top(line)
    if not header:
        return region
    partial = [r for r in horizontal if top(header[0]) < r.at < at - 1]
    return replace(region, bands=[header, body], edges=[top(header[0]) - 1, at, region.edges[-1]], partial=partial)


def _labels_above(region: Region, lines: Sequence[PrintedLine], height: float) -> list[PrintedLine]:
    """Lines right above a region that have nothing but a label, flush with its first column: rows without values."""
    labels: list[PrintedLine] = []
    first = region.bands[0][0]
    left = min(line[0].box[0] for line in region.bands[0])
    for line in sorted((line for line in lines if bottom(line) < top(first) + 0.3 * height), key=bottom, reverse=True):
        entries = place(line, region.rivers, height)
        is_label = len(entries) == 1 and entries[0][:2] == (0, 0) and abs(line[0].box[0] - left) < 2
        if not is_label or top(first) - bottom(line) > height or len(labels) == 3:
            break
        labels.insert(0, line)
        first = line
    return labels


def grown(region: Region, lines: Sequence[PrintedLine], barriers: Sequence[Box], *, open_ended: bool) -> Region:
    """A region with the lines above and below it that stand in its columns.

    Only a region between two rules is taken for a part of a table (its header, or all but that), or an `open_ended` one.
    """
    if len(region.edges) > 2 and not open_ended:
        return region
    height = word_height(region.lines)
    low, high = extent([word for line in region.lines for word in line])
    low, high = min(low, (region.reach or (low, high))[0]), max(high, (region.reach or (low, high))[1])
    beside = [line for line in (_within(line, low, high, height) for line in lines) if line]
    above = sorted((line for line in beside if bottom(line) < region.edges[0] + 0.3 * height), key=bottom, reverse=True)
    below = sorted((line for line in beside if top(line) > region.edges[-1] - 0.3 * height), key=top)
    known = region.lines
    new_above = carried_on(known[::-1], _until(above, barriers), height)[::-1]
    new_below = carried_on([*new_above, *known], _until(below, barriers), height)
    if new_below:
        new_below += wrapped_below([*known, *new_below], below)
    bands, edges = list(region.bands), list(region.edges)
    if new_below:
        bands, edges = [*bands, new_below], [*edges, bottom(new_below[-1]) + 1]
    if new_above and (not new_below or open_ended):
        bands, edges = [new_above, *bands], [top(new_above[0]) - 1, *edges]
    if len(bands) == len(region.bands):
        return region
    rivers = find_rivers_below([line for band in bands for line in band])
    return (
        Region(bands, edges, rivers, region.partial, region.has_rule) if len(rivers) >= min(2, len(region.rivers)) else region
    )


def wrapped_below(run: Sequence[PrintedLine], lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """The lines right below a run that go on with cells of its last row: each entry below a full one."""
    if len(run) < 2:
        return []
    height = word_height(run)
    rivers = find_rivers_below(run)
    placed = [place(line, rivers, height) for line in run]
    reach = column_reach(placed, len(rivers) + 1)
    more: list[PrintedLine] = []
    last, above = run[-1], placed[-1]
    for line in sorted((line for line in lines if top(line) > bottom(run[-1]) - 0.3 * height), key=top):
        entries = place(line, rivers, height)
        upper = {first: words for first, end, words in above if first == end}
        goes_on = all(
            first == end and first > 0 and first in upper and was_full(upper[first], words, reach[first], height)
            for first, end, words in entries
        )
        if top(line) - bottom(last) > 0.5 * height or not goes_on or not rivers:
            break
        more.append(line)
        last, above = line, entries
    return more


def _within(line: PrintedLine, low: float, high: float, height: float) -> PrintedLine:
    """A line's words between two places; in a page set in columns the rest is another column's."""
    return [word for word in line if low - height < (word.box[0] + word.box[2]) / 2 < high + height]


def _until(lines: Sequence[PrintedLine], barriers: Sequence[Box]) -> list[PrintedLine]:
    """The lines before the first that lies beyond a barrier."""
    free: list[PrintedLine] = []
    for line in lines:
        if free and any(
            overlap(min(top(line), top(free[-1])), max(bottom(line), bottom(free[-1])), box[1], box[3]) > 0 for box in barriers
        ):
            break
        free.append(line)
    return free
