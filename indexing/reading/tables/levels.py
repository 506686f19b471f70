"""The levels of a header: which of its printed lines head groups of columns, and which columns each entry heads.

A new level begins below a partial rule, below a line with an entry across columns, and below a line of few entries that had
room for the words below them (they were broken off on purpose) and stand over the middle of groups of columns. Leaves
headers without levels as one row.
"""

from collections.abc import Sequence
from itertools import pairwise

from indexing.reading.pdf import Word
from indexing.reading.tables.columns import Entry, PrintedLine, River, extent, segments
from indexing.reading.tables.geometry import overlap
from indexing.reading.tables.placing import place
from indexing.reading.tables.rows import bottom, top, was_full
from indexing.reading.tables.rulings import Ruling

FLUSH = 1.5  # points by which the lines of one cell may differ
OFF_MIDDLE = 3.0  # points by which a heading may miss the middle of its columns, or 5 % of their width
Reach = Sequence[tuple[float, float]]


def header_levels(
    band: Sequence[PrintedLine],
    rivers: Sequence[River],
    partial: Sequence[Ruling],
    reach: Reach,
    xs: Sequence[float],
    height: float,
) -> list[tuple[list[PrintedLine], list[Entry]]]:
    """A header's rows, each with its lines and its entries, which span the columns that they head.

    `reach` is how far each column's entries reach, `xs` the boundaries of the columns.
    """
    placed = [place(line, rivers, height) for line in band]
    if len(band) > 1:
        placed[0] = _whole_over_groups(band[0], placed, reach, height)
    levels: list[list[int]] = [[0]]
    for index, (above, line) in enumerate(pairwise(band), 1):
        ruled = any(bottom(above) - 0.5 * height < rule.at < bottom(line) and rule.at > top(above) for rule in partial)
        spans = any(first != last for first, last, _ in placed[index - 1])
        if ruled or spans or (index == 1 and _heads_groups(placed[0], placed[1], reach, height)):
            levels.append([index])
        else:
            levels[-1].append(index)
    rows = []
    for number, level in enumerate(levels):
        entries = [entry for index in level for entry in placed[index]]
        if number + 1 < len(levels):
            under = _rules_under(band, level[-1], partial, height)
            entries = _over_rules(entries, xs, under, reach) if under else _over_groups(entries, reach)
        rows.append(([band[index] for index in level], entries))
    return rows


def _rules_under(band: Sequence[PrintedLine], index: int, partial: Sequence[Ruling], height: float) -> list[Ruling]:
    """The partial rules between a header line and the next."""
    low, high = bottom(band[index]) - 0.5 * height, bottom(band[index + 1])
    return [rule for rule in partial if low < rule.at < high and rule.at > top(band[index])]


def _whole_over_groups(line: PrintedLine, placed: Sequence[Sequence[Entry]], reach: Reach, height: float) -> list[Entry]:
    """The first header line's entries; uncut, where its segments stand over the middle of groups of the columns below.

    Between narrow columns a heading of two words may have its word space just where the columns part.
    """
    groups = segments(line, height)
    if not len(groups) < len(placed[0]) or len(groups) > len(placed[1]) - 2:
        return list(placed[0])
    begins = [min(first for first, _, words in placed[0] if any(word in group for word in words)) for group in groups]
    uncut = [(begin, begin, group) for begin, group in zip(begins, groups, strict=True)]
    over = _groups(uncut, reach)
    return list(placed[0]) if over is None else [(*ends, group) for ends, group in zip(over, groups, strict=True)]


def _over_rules(entries: Sequence[Entry], xs: Sequence[float], under: Sequence[Ruling], reach: Reach) -> list[Entry]:
    """Entries over the columns that the rules below underline; those over one long rule over their groups of columns."""
    heads = [[rule for rule in under if rule.low < sum(extent(words)) / 2 < rule.high] for _, _, words in entries]
    if len(entries) > 1 and all(heads) and len({rule for rules in heads for rule in rules}) == 1:
        return _over_groups(entries, reach)
    return [_over_rule(entry, xs, rules) for entry, rules in zip(entries, heads, strict=True)]


def _over_rule(entry: Entry, xs: Sequence[float], rules: Sequence[Ruling]) -> Entry:
    """An entry over the columns that the first rule below it that reaches over half of one underlines."""
    for rule in rules:
        columns = [
            column
            for column, (left, right) in enumerate(pairwise(xs))
            if overlap(left, right, rule.low, rule.high) > 0.5 * (right - left)
        ]
        if columns:
            return columns[0], columns[-1], entry[2]
    return entry


def _heads_groups(above: Sequence[Entry], below: Sequence[Entry], reach: Reach, height: float) -> bool:
    """Whether the first of two header lines heads groups of the second's columns."""
    here = {first: words for first, _, words in below}
    if len(above) > len(below) - 2 or any(first not in here or first != last for first, last, _ in above):
        return False
    if _groups(above, reach) is None:
        return False
    set_apart = any(not _are_flush(words, here[first]) for first, _, words in above)
    return set_apart or not any(was_full(words, here[first], reach[first], height) for first, _, words in above)


def _are_flush(above: Sequence[Word], below: Sequence[Word]) -> bool:
    """Whether two lines may be one cell's: their left ends, right ends or middles are in one place."""
    (low, high), (left, right) = extent(above), extent(below)
    return min(abs(low - left), abs(high - right), abs(low + high - left - right) / 2) <= FLUSH


def _over_groups(entries: Sequence[Entry], reach: Reach) -> list[Entry]:
    """Entries over the groups of columns in whose middle they stand; as they are where no groups fit."""
    groups = _groups(entries, reach)
    if groups is None:
        return list(entries)
    return [(first, last, words) for (first, last), (_, _, words) in zip(groups, entries, strict=True)]


def _groups(entries: Sequence[Entry], reach: Reach) -> list[tuple[int, int]] | None:
    """Neighbouring columns, all but the labels' in all, over the middle of which the entries stand; None if none fit."""
    groups: list[tuple[int, int]] = []
    begin = 1
    for number, (column, last, words) in enumerate(entries):
        low, high = extent(words)
        is_final = number + 1 == len(entries)
        latest = len(reach) - 1 if is_final else entries[number + 1][0] - 1
        ends = [end for end in ([latest] if is_final else range(last, latest + 1)) if end >= begin and column >= begin]
        errors = {end: abs((reach[begin][0] + reach[end][1]) - (low + high)) / 2 for end in ends}
        if not errors:
            return None
        end = min(errors, key=lambda end: errors[end])
        if errors[end] > max(OFF_MIDDLE, 0.05 * (reach[end][1] - reach[begin][0])):
            return None
        groups.append((begin, end))
        begin = end + 1
    return groups
