"""Rows without horizontal rulings: which printed lines of a band belong to one row.

Lines that overlap in height belong together (a label of two lines with its values beside the middle). Otherwise a printed
line is a row of its own unless it carries on the row above: its first column is empty, and the lines above it were broken
because they were full, or white divides the rows more clearly than their lines. Leaves columns to columns.py.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from indexing.reading.pdf import Word
from indexing.reading.tables.columns import Entry, PrintedLine, River, extent
from indexing.reading.tables.geometry import is_number, text_of
from indexing.reading.tables.placing import place


def top(line: PrintedLine) -> float:
    """The upper edge of a printed line."""
    return min(word.box[1] for word in line)


def bottom(line: PrintedLine) -> float:
    """The lower edge of a printed line."""
    return max(word.box[3] for word in line)


def rows_of(
    lines: Sequence[PrintedLine], separators: Sequence[River], height: float, bold: Sequence[bool] | None = None
) -> list[list[int]]:
    """The lines of a table's body in groups of one row each (indices into `lines`).

    `bold` says which lines begin in bold: a line set otherwise than the one above does not carry it on.
    """
    placed = [place(line, separators, height) for line in lines]
    apart = _apart_by_white(lines, placed, height)
    if apart is not None:
        return apart
    pitches = [_middle(below) - _middle(above) for above, below in pairwise(lines)]
    usual = median(pitches) if pitches else 0.0
    reach = column_reach(placed, len(separators) + 1)
    values = _value_columns(placed)
    rows: list[list[int]] = []
    for index in range(len(lines)):
        alike = bold is None or index == 0 or bold[index] == bold[index - 1]
        if rows and (
            pitches[index - 1] < 0.6 * height
            or (alike and pitches[index - 1] <= 1.25 * usual and _carries_on(placed, rows[-1], index, values, reach, height))
            or (alike and pitches[index - 1] <= 1.1 * usual and _label_goes_on(placed, rows[-1], index, reach, height))
        ):
            rows[-1].append(index)
        else:
            rows.append([index])
    return [list(range(len(lines)))] if _are_wrapped(placed, rows, reach, height) else rows


def is_open(lines: Sequence[PrintedLine], separators: Sequence[River], height: float, filled: float = 0.6) -> bool:
    """Whether a band holds several rows: two lines or more fill the part `filled` of its columns, and none is wrapped text."""
    placed = [place(line, separators, height) for line in lines]
    columns = {entry[0] for entries in placed for entry in entries}
    full = sum(len(entries) >= filled * len(columns) for entries in placed)
    return len(columns) > 1 and full > 1 and len(rows_of(lines, separators, height)) >= max(2, 0.5 * full)


def _are_wrapped(
    placed: Sequence[Sequence[Entry]], rows: Sequence[Sequence[int]], reach: Sequence[tuple[float, float]], height: float
) -> bool:
    """Whether lines are one row of wrapped cells.

    In columns of several words most lines end because they were full, some column runs out before the last line, none begins
    again after a gap, and no column holds values.
    """
    words: dict[int, list[int]] = {}
    within: dict[int, list[int]] = {}  # the lines in which a column has an entry
    for number, entries in enumerate(placed):
        for first, last, entry in entries:
            if first == last:
                words.setdefault(first, []).append(len(entry))
                within.setdefault(first, []).append(number)
    if any(numbers[-1] - numbers[0] >= len(numbers) for numbers in within.values()):
        return False
    wordy = {column for column, counts in words.items() if sum(counts) >= 2 * len(counts)}
    runs_out = len(placed[-1]) < len(words)
    has_values = any(len(words[column]) > 1 for column in _value_columns(placed) - {0})
    if not wordy or len(rows) < 2 or not runs_out or has_values:
        return False
    full = ends = 0
    for above, below in pairwise(rows):
        upper = {entry[0]: entry for line in above for entry in placed[line]}
        for column, _, entry in placed[below[0]]:
            if column in wordy and column in upper:
                ends += 1
                full += was_full(upper[column][2], entry, reach[column], height)
    return ends > 0 and full > 0.6 * ends and len(wordy) >= 0.5 * len(words)


def _middle(line: PrintedLine) -> float:
    return median((word.box[1] + word.box[3]) / 2 for word in line)


def _apart_by_white(lines: Sequence[PrintedLine], placed: Sequence[Sequence[Entry]], height: float) -> list[list[int]] | None:
    """Rows told by white: two clearly different distances of lines, and rows of several lines that begin with a label.

    None where the distances tell nothing, or where the groups are blocks of rows (more than one full line in a group).
    """
    if len(lines) < 4:
        return None
    whites = [top(below) - bottom(above) for above, below in pairwise(lines)]
    ordered = sorted(white for white in whites if white > -0.4 * height)  # others overlap: one line, set on two heights
    jumps = [(after - before, (before + after) / 2) for before, after in pairwise(ordered)]
    jump, limit = max(jumps, default=(0.0, 0.0))
    if jump < 0.15 * height:
        return None
    groups = [[0]]
    for index, white in enumerate(whites, 1):
        if white > limit:
            groups.append([index])
        else:
            groups[-1].append(index)
    several = [group for group in groups if len(group) > 1]
    if len(groups) < 3 or not several:
        return None
    if any(not _is_one_row([placed[index] for index in group]) for group in several):
        return None
    return groups


def _is_one_row(lines: Sequence[Sequence[Entry]]) -> bool:
    """Whether lines read as one wrapped row: below the first, columns run out, and none begins that the first lacks."""
    first = {entry[0] for entry in lines[0]}
    if len(first) < 2:
        return False
    return all(
        len(line) < len(first)
        and {entry[0] for entry in line} <= first
        and not any(is_number(text_of(entry[2])) for entry in line)
        for line in lines[1:]
    )


def column_reach(placed: Sequence[Sequence[Entry]], columns: int) -> list[tuple[float, float]]:
    """How far to the left and right the entries of each column reach."""
    reach = [(float("inf"), float("-inf"))] * columns
    for entries in placed:
        for first, last, words in entries:
            if first == last:
                low, high = extent(words)
                reach[first] = (min(reach[first][0], low), max(reach[first][1], high))
    return reach


def _value_columns(placed: Sequence[Sequence[Entry]]) -> set[int]:
    """Columns whose entries are numbers or single words: they are not wrapped, and tell where a row is."""
    texts: dict[int, list[bool]] = {}
    for entries in placed:
        for first, last, words in entries:
            if first == last:
                texts.setdefault(first, []).append(len(words) == 1 or is_number(text_of(words)))
    return {column for column, single in texts.items() if sum(single) > 0.8 * len(single)}


def _carries_on(
    placed: Sequence[Sequence[Entry]],
    row: Sequence[int],
    index: int,
    values: set[int],
    reach: Sequence[tuple[float, float]],
    height: float,
) -> bool:
    """Whether a line carries on the entries of the row above it.

    A label may be carried on too where the row has values, and the line has none.
    """
    here = {entry[0]: entry for entry in placed[index]}
    above = {entry[0]: entry for line in row for entry in placed[line]}
    if not here or not set(here) <= set(above) or len(here) >= len(above):
        return False
    has_values = bool((values - {0}) & set(above)) and not (values - {0}) & set(here)
    if values & set(here) and not any(_is_broken(above[column][2], here[column][2]) for column in here):
        return False
    if set(here) == {0} and not _is_label_broken(above[0][2], here[0][2], reach[0]):
        return False
    if (0 in here and not has_values) or any(first != last for first, last, _ in here.values()):
        return False
    if any(is_number(text_of(words)) for _, _, words in here.values()):
        return False
    return all(was_full(above[column][2], here[column][2], reach[column], height) for column in here)


def _is_broken(above: Sequence[Word], here: Sequence[Word]) -> bool:
    """Whether the second of two entries goes on with the first: after a hyphen, or in small letters below a capital."""
    begins, goes_on = above[0].text[:1], here[0].text[:1]
    return above[-1].text[-1:] in "-\u00ad\u2010/" or (goes_on.islower() and not begins.islower())


def _is_label_broken(above: Sequence[Word], here: Sequence[Word], reach: tuple[float, float]) -> bool:
    """Whether a label goes on in a line of its own: in small letters, set in, or below a label about as long as any."""
    low, high = extent(above)
    is_long = high - low > 0.75 * (reach[1] - reach[0])
    return is_long or here[0].text[:1].islower() or here[0].box[0] > low + 2


def _label_goes_on(
    placed: Sequence[Sequence[Entry]], row: Sequence[int], index: int, reach: Sequence[tuple[float, float]], height: float
) -> bool:
    """Whether a label that filled the line above alone goes on here, perhaps with its values beside its last line."""
    above, here = placed[row[-1]], placed[index]
    if len(above) != 1 or not here:
        return False
    if above[0][0] != 0 or above[0][1] != 0 or here[0][0] != 0 or here[0][1] != 0:
        return False
    word = here[0][2][0]
    goes_on = word.text[:1].islower() or word.box[0] > above[0][2][0].box[0] + 2
    return goes_on and was_full(above[0][2], here[0][2], reach[0], height)


def was_full(above: Sequence[Word], here: Sequence[Word], reach: tuple[float, float], height: float) -> bool:
    """Whether the next line's first word had no room at the end of the line above."""
    low, high = extent(above)
    first = here[0].box[2] - here[0].box[0]
    return (high - low) + 0.25 * height + first > (reach[1] - reach[0]) - 0.1 * height
