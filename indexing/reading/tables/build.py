"""From printed lines and rivers to a draft: shared by the detectors of tables without vertical rulings.

The lines come in bands (between rulings, or coloured stripes); a table without rulings inside has one or two: the header
and the body. Leaves finding lines and rivers to the detectors.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from indexing.reading.pdf import Word
from indexing.reading.tables.bands import with_bands_cut
from indexing.reading.tables.cells import Cell, Draft
from indexing.reading.tables.columns import Entry, PrintedLine, River, extent, place, word_height
from indexing.reading.tables.geometry import overlap
from indexing.reading.tables.rows import bottom, is_open, rows_of, top
from indexing.reading.tables.rulings import Ruling


def build(
    bands: Sequence[Sequence[PrintedLine]],
    edges: Sequence[float],
    rivers: Sequence[River],
    partial: Sequence[Ruling] = (),
    is_bold: Callable[[Word], bool] | None = None,
) -> Draft:
    """Rows and columns of one table.

    Band i lies between edges[i] and edges[i + 1]; the first of several bands is the header. `partial` are rulings under
    parts of the header. `is_bold` tells words in bold.
    """
    every = [line for band in bands for line in band]
    height = word_height(every)
    low, high = extent([word for line in every for word in line])
    xs = [low, *(river.middle for river in rivers), high]
    ys = [edges[0]]
    cells: list[Cell] = []
    is_row_ruled = len(bands) > 3
    for number, band in enumerate(bands):
        if not band:
            ys[-1] = edges[number + 1]
            continue
        if number == 0 and len(bands) > 1:
            groups = _header_rows(band, rivers, partial, height)
        elif is_row_ruled and not (len(band) > 2 and is_open(band, rivers, height)):
            groups = [list(range(len(band)))]
        else:
            groups = rows_of(band, rivers, height, [is_bold(line[0]) for line in band] if is_bold else None)
        for group in groups:
            under = _rules_under(band, group, partial, height) if number == 0 else []
            cells += _row_cells(len(ys) - 1, [band[index] for index in group], rivers, height, xs, under)
            last = edges[number + 1]
            if group[-1] + 1 < len(band):
                last = (bottom(band[group[-1]]) + top(band[group[-1] + 1])) / 2
            ys.append(max(last, ys[-1]))
    draft = Draft(xs, ys, cells)
    return with_bands_cut(draft) if is_row_ruled else draft


def _header_rows(
    band: Sequence[PrintedLine], rivers: Sequence[River], partial: Sequence[Ruling], height: float
) -> list[list[int]]:
    """A header's lines by level: a new level begins below a partial rule, or below a line that spans columns."""
    rows: list[list[int]] = [[0]] if band else []
    for index, (above, line) in enumerate(pairwise(band), 1):
        ruled = any(bottom(above) - 0.5 * height < rule.at < bottom(line) and rule.at > top(above) for rule in partial)
        spans = any(first != last for first, last, _ in place(above, rivers, height))
        if ruled or spans:
            rows.append([index])
        else:
            rows[-1].append(index)
    return rows


def _rules_under(band: Sequence[PrintedLine], group: Sequence[int], partial: Sequence[Ruling], height: float) -> list[Ruling]:
    """The partial rules between a header's level and the next: they show which columns an entry above them spans."""
    if group[-1] + 1 >= len(band):
        return []
    low, high = bottom(band[group[-1]]) - 0.5 * height, bottom(band[group[-1] + 1])
    return [rule for rule in partial if low < rule.at < high and rule.at > top(band[group[-1]])]


def _row_cells(
    row: int,
    lines: Sequence[PrintedLine],
    rivers: Sequence[River],
    height: float,
    xs: Sequence[float],
    under: Sequence[Ruling],
) -> list[Cell]:
    """The cells of one row; entries that share a column are one cell."""
    spans: list[Entry] = []
    for line in lines:
        for entry in place(line, rivers, height):
            first, last, words = _spanned(entry, xs, under)
            touching = [span for span in spans if overlap(first, last, span[0], span[1]) >= 0]
            for span in touching:
                spans.remove(span)
                first, last, words = min(first, span[0]), max(last, span[1]), span[2] + words
            spans.append((first, last, words))
    cells = [Cell(row, first, row, last, words) for first, last, words in spans]
    covered = {column for first, last, _ in spans for column in range(first, last + 1)}
    return cells + [Cell(row, column, row, column) for column in range(len(xs) - 1) if column not in covered]


def _spanned(entry: Entry, xs: Sequence[float], under: Sequence[Ruling]) -> Entry:
    """A header's entry over the columns that a rule below it underlines."""
    low, high = extent(entry[2])
    for rule in under:
        if rule.low < (low + high) / 2 < rule.high:
            columns = [
                column
                for column, (left, right) in enumerate(pairwise(xs))
                if overlap(left, right, rule.low, rule.high) > 0.5 * (right - left)
            ]
            if columns:
                return columns[0], columns[-1], entry[2]
    return entry
