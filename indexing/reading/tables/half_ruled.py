"""Tables with horizontal rulings only: rules above and below, one below the header, perhaps rules under parts of the header.

Leaves lattices to ruled.py and tables without any ruling to unruled.py.
"""

from collections.abc import Sequence
from itertools import pairwise

from indexing.reading.pdf import Box, Word
from indexing.reading.tables.cells import Cell, Draft
from indexing.reading.tables.columns import PrintedLine, River, extent, find_rivers, place, word_height
from indexing.reading.tables.geometry import overlap, printed_lines
from indexing.reading.tables.rows import rows_of
from indexing.reading.tables.rulings import Ruling

SAME_END = 4.0  # points by which the ends of one table's rules may differ


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


def half_ruled_tables(horizontal: Sequence[Ruling], words: Sequence[Word], taken: Sequence[Box] = ()) -> list[Draft]:
    """The tables between stacked rules. No table reaches over a box in `taken`."""
    drafts: list[Draft] = []
    for stack in stacks(horizontal):
        low, high = stack[0].low, stack[0].high
        bands = [_band(words, low, high, top.at, bottom.at) for top, bottom in pairwise(stack)]
        first = 0
        while first < len(bands):
            last, rivers = _run(bands, first)
            blocked = [box for box in taken if overlap(box[1], box[3], stack[first].at, stack[last + 1].at) > 0]
            if any(overlap(box[0], box[2], low, high) > 0 for box in blocked):
                rivers = []
            if rivers:
                rules = stack[first : last + 2]
                partial = [r for r in horizontal if rules[0].at < r.at < rules[-1].at and r.high - r.low < 0.95 * (high - low)]
                drafts.append(_draft(bands[first : last + 1], rules, rivers, partial))
            first = last + 1
    return drafts


def _band(words: Sequence[Word], low: float, high: float, top: float, bottom: float) -> list[PrintedLine]:
    """The printed lines between two rules."""
    inner = [
        word
        for word in words
        if low - 2 <= (word.box[0] + word.box[2]) / 2 <= high + 2 and top - 1 <= (word.box[1] + word.box[3]) / 2 <= bottom + 1
    ]
    return printed_lines(inner)


def _run(bands: Sequence[list[PrintedLine]], first: int) -> tuple[int, list[River]]:
    """The last band of the table that begins with band `first`, and its rivers; no rivers where none begins there."""
    rivers: list[River] = []
    last = first
    lines: list[PrintedLine] = []
    for index in range(first, len(bands)):
        if not bands[index] and index > first:
            break
        longer = lines + bands[index]
        joint = find_rivers(longer) if longer else []
        if rivers and len(joint) < len(rivers):
            break
        if not joint and index > first + 1:
            break
        lines, rivers = longer, joint
        last = index
    return last, rivers


def _draft(
    bands: Sequence[list[PrintedLine]], rules: Sequence[Ruling], rivers: Sequence[River], partial: Sequence[Ruling]
) -> Draft:
    """Rows and columns of one table. The first of several bands is the header: one row, or one for each level."""
    every = [line for band in bands for line in band]
    height = word_height(every)
    low = min(rules[0].low, min(extent(line)[0] for line in every))
    high = max(rules[0].high, max(extent(line)[1] for line in every))
    xs = [low, *(river.middle for river in rivers), high]
    ys = [rules[0].at]
    cells: list[Cell] = []
    for number, band in enumerate(bands):
        is_header = number == 0 and len(bands) > 1
        groups = _header_rows(band, rivers, partial, height) if is_header else rows_of(band, rivers, height)
        for group in groups:
            row = len(ys) - 1
            cells += _row_cells(row, [band[index] for index in group], rivers, height, len(xs) - 1)
            following = group[-1] + 1
            bottom = rules[number + 1].at
            if following < len(band):
                bottom = (_bottom(band[group[-1]]) + _top(band[following])) / 2
            ys.append(bottom)
    return Draft(xs, ys, cells)


def _top(line: PrintedLine) -> float:
    return min(word.box[1] for word in line)


def _bottom(line: PrintedLine) -> float:
    return max(word.box[3] for word in line)


def _header_rows(
    band: Sequence[PrintedLine], rivers: Sequence[River], partial: Sequence[Ruling], height: float
) -> list[list[int]]:
    """A header's lines by level: a new level begins below a partial rule, or below a line that spans columns."""
    rows: list[list[int]] = []
    for index, line in enumerate(band):
        begins = index == 0
        if not begins:
            above = band[index - 1]
            ruled = any(_top(above) < rule.at < _bottom(line) and rule.at > _bottom(above) - 0.5 * height for rule in partial)
            spans = any(first != last for first, last, _ in place(above, rivers, height))
            begins = ruled or spans
        if begins:
            rows.append([index])
        else:
            rows[-1].append(index)
    return rows


def _row_cells(row: int, lines: Sequence[PrintedLine], rivers: Sequence[River], height: float, columns: int) -> list[Cell]:
    """The cells of one row; entries that share a column are one cell."""
    spans: list[tuple[int, int, list[Word]]] = []
    for line in lines:
        for first, last, words in place(line, rivers, height):
            touching = [span for span in spans if overlap(first, last, span[0], span[1]) >= 0]
            for span in touching:
                spans.remove(span)
                first, last, words = min(first, span[0]), max(last, span[1]), span[2] + words
            spans.append((first, last, words))
    cells = [Cell(row, first, row, last, words) for first, last, words in spans]
    covered = {column for first, last, _ in spans for column in range(first, last + 1)}
    return cells + [Cell(row, column, row, column) for column in range(columns) if column not in covered]
