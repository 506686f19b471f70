"""Rows without horizontal rulings: which printed lines of a band belong to one row.

A printed line is a row of its own unless it carries on the row above: its first column is empty, and the lines above it were
broken because they were full. Leaves columns to columns.py.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from indexing.reading.pdf import Word
from indexing.reading.tables.columns import PrintedLine, River, extent, place

Entry = tuple[int, int, list[Word]]


def rows_of(lines: Sequence[PrintedLine], separators: Sequence[River], height: float) -> list[list[int]]:
    """The lines of a table's body in groups of one row each (indices into `lines`)."""
    placed = [place(line, separators, height) for line in lines]
    pitches = [_pitch(above, below) for above, below in pairwise(lines)]
    usual = median(pitches) if pitches else 0.0
    reach = _reach(placed, len(separators) + 1)
    rows: list[list[int]] = []
    for index in range(len(lines)):
        if rows and _carries_on(placed, rows[-1], index, pitches[index - 1], usual, reach, height):
            rows[-1].append(index)
        else:
            rows.append([index])
    return rows


def _pitch(above: PrintedLine, below: PrintedLine) -> float:
    return _middle(below) - _middle(above)


def _middle(line: PrintedLine) -> float:
    return median((word.box[1] + word.box[3]) / 2 for word in line)


def _reach(placed: Sequence[Sequence[Entry]], columns: int) -> list[tuple[float, float]]:
    """How far to the left and right the entries of each column reach."""
    reach = [(float("inf"), float("-inf"))] * columns
    for entries in placed:
        for first, last, words in entries:
            if first == last:
                low, high = extent(words)
                reach[first] = (min(reach[first][0], low), max(reach[first][1], high))
    return reach


def _carries_on(
    placed: Sequence[Sequence[Entry]],
    row: Sequence[int],
    index: int,
    pitch: float,
    usual: float,
    reach: Sequence[tuple[float, float]],
    height: float,
) -> bool:
    """Whether a line carries on the entries of the row above it."""
    here = {entry[0]: entry for entry in placed[index]}
    above = {entry[0]: entry for line in row for entry in placed[line]}
    if not here or not set(here) <= set(above) or len(here) >= len(above) or pitch > 1.25 * usual:
        return False
    if any(first != last for first, last, _ in here.values()):
        return False
    return all(_was_full(above[column][2], here[column][2], reach[column], height) for column in here)


def _was_full(above: Sequence[Word], here: Sequence[Word], reach: tuple[float, float], height: float) -> bool:
    """Whether the next line's first word had no room at the end of the line above."""
    low, high = extent(above)
    first = here[0].box[2] - here[0].box[0]
    return (high - low) + 0.25 * height + first > (reach[1] - reach[0]) - 0.1 * height
