"""From printed lines and rivers to a draft: shared by the detectors of tables without vertical rulings.

The lines come in bands (between rulings, or coloured stripes); a table without rulings inside has one or two: the header
and the body. Leaves finding lines and rivers to the detectors, and the levels of a header to levels.py.
"""

from collections.abc import Callable, Sequence

from indexing.reading.pdf import Word
from indexing.reading.tables.bands import with_bands_cut
from indexing.reading.tables.cells import Cell, Draft
from indexing.reading.tables.columns import Entry, PrintedLine, River, extent, segments, word_height
from indexing.reading.tables.geometry import overlap
from indexing.reading.tables.levels import OFF_MIDDLE, header_levels
from indexing.reading.tables.placing import place
from indexing.reading.tables.rows import bottom, column_reach, is_open, rows_of, top
from indexing.reading.tables.rulings import Ruling

OFF_TITLE = 0.08  # of a table's width: its words may end that much before its rules, over whose middle a title stands
Row = tuple[list[PrintedLine], list[Entry]]  # the printed lines of a row, and its entries


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
    reach = column_reach([place(line, rivers, height) for line in every], len(xs) - 1)
    ys, cells = [edges[0]], list[Cell]()
    is_row_ruled = len(bands) > 3
    for number, band in enumerate(bands):
        if not band:
            ys[-1] = edges[number + 1]
            continue
        if number == 0 and _is_title(bands, rivers, (low, high), height):
            rows = [(list(band), [(0, len(rivers), band[0])])]
        elif number == 0 and len(bands) > 1:
            rows = header_levels(band, rivers, partial, reach, xs, height)
        else:
            rows = _body_rows(band, rivers, height, is_row_ruled, is_bold)
        for index, (_, entries) in enumerate(rows):
            cells += _row_cells(len(ys) - 1, entries, len(xs) - 1)
            ys.append(max(ys[-1], _edge_below(rows, index, edges[number + 1])))
    draft = Draft(xs, ys, cells)
    return with_bands_cut(draft) if is_row_ruled else draft


def _is_title(
    bands: Sequence[Sequence[PrintedLine]], rivers: Sequence[River], reach: tuple[float, float], height: float
) -> bool:
    """Whether the first band is one line over the middle of a table whose header stands ruled off in the second band."""
    if len(bands) < 3 or len(bands[0]) != 1 or len(bands[1]) != 1 or not rivers:
        return False
    low, high = extent(bands[0][0])
    in_middle = abs(low + high - reach[0] - reach[1]) / 2 <= max(OFF_MIDDLE, OFF_TITLE * (reach[1] - reach[0]))
    return in_middle and len(segments(bands[0][0], height)) == 1 and len(place(bands[1][0], rivers, height)) == len(rivers) + 1


def _body_rows(
    band: Sequence[PrintedLine],
    rivers: Sequence[River],
    height: float,
    is_row_ruled: bool,
    is_bold: Callable[[Word], bool] | None,
) -> list[Row]:
    """A band's rows: the whole band where every row is ruled off, unless it clearly holds several."""
    if is_row_ruled and not (len(band) > 2 and is_open(band, rivers, height, 0.8)):
        groups = [list(range(len(band)))]
    else:
        groups = rows_of(band, rivers, height, [is_bold(line[0]) for line in band] if is_bold else None)
    rows: list[Row] = []
    for group in groups:
        lines = [band[index] for index in group]
        rows.append((lines, [entry for line in lines for entry in place(line, rivers, height)]))
    return rows


def _edge_below(rows: Sequence[Row], index: int, edge: float) -> float:
    """The boundary below a row: halfway to the next one in its band, or the band's own edge."""
    if index + 1 == len(rows):
        return edge
    return (max(map(bottom, rows[index][0])) + min(map(top, rows[index + 1][0]))) / 2


def _row_cells(row: int, entries: Sequence[Entry], columns: int) -> list[Cell]:
    """The cells of one row; entries that share a column are one cell."""
    spans: list[Entry] = []
    for first, last, words in entries:
        touching = [span for span in spans if overlap(first, last, span[0], span[1]) >= 0]
        for span in touching:
            spans.remove(span)
            first, last, words = min(first, span[0]), max(last, span[1]), span[2] + words
        spans.append((first, last, words))
    cells = [Cell(row, first, row, last, words) for first, last, words in spans]
    covered = {column for first, last, _ in spans for column in range(first, last + 1)}
    return cells + [Cell(row, column, row, column) for column in range(columns) if column not in covered]
