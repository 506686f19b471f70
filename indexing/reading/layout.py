"""From the lines that a PDF holds to rows in the order in which a person reads them.

A row is everything printed on one baseline of one column. Columns are told by a gutter that hardly any line crosses while
many lines end before it and many begin after it; lines that cross it (titles, wide figures' captions) divide the page into
bands, and in each band the left column is read before the right one.

Leaves what a row means (heading, list item, footnote, running header) to the other modules.
"""

import itertools
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexing.reading.pdf import Box, Line, Page, TextSpan
from indexing.reading.pieces import Piece, mostly, pieces_of

MIN_GUTTER = 7.0  # points; narrower gaps occur between justified words
MIN_COLUMN_LINES = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line of one column. Size and font are those of most of its letters; `column` is (left, right) in points.

    `gap` is the widest white between two of its words in points, the one after a leading number aside; between a table's cells
    it is wide.
    """

    page: int
    box: Box
    baseline: float
    pieces: tuple[Piece, ...]
    text: str
    size: float
    font: str
    bold: bool
    italic: bool
    mono: bool
    gap: float
    column: tuple[float, float]

    @property
    def x0(self) -> float:
        return self.box[0]

    @property
    def x1(self) -> float:
        return self.box[2]


def rows_of(page: Page) -> list[Row]:
    """The rows of a page in reading order. Sideways text is left out unless most of the page is set sideways."""
    lines = [line for line in page.lines if line.text.strip()]
    level = [line for line in lines if abs(line.direction[1]) < 0.1 and line.direction[0] > 0]
    if len(level) * 2 < len(lines):
        level = lines
    gutters = find_gutters(level)
    rows: list[Row] = []
    for group in _in_columns(level, gutters):
        rows += _rows_of_column(group, page.number)
    return rows


def find_gutters(lines: Sequence[Line]) -> list[float]:
    """The x positions, ascending, that divide the lines into columns; none for an ordinary page."""
    if len(lines) < 2 * MIN_COLUMN_LINES:
        return []
    left, right = min(line.box[0] for line in lines), max(line.box[2] for line in lines)
    found: list[float] = []
    for x0, x1 in _gaps(lines, left, right):
        middle = (x0 + x1) / 2
        if _divides(lines, x0, x1, found[-1] if found else left, right):
            found.append(middle)
    return found


def _gaps(lines: Sequence[Line], left: float, right: float) -> list[tuple[float, float]]:
    """The x intervals, at least MIN_GUTTER wide, that at most a tenth of the lines cross."""
    step = 1.0
    changes = [0] * (int((right - left) / step) + 3)
    for line in lines:
        changes[int((line.box[0] - left) / step)] += 1
        changes[int((line.box[2] - left) / step) + 1] -= 1
    counts = list(itertools.accumulate(changes))
    allowed = max(1, len(lines) // 10)
    gaps: list[tuple[float, float]] = []
    start: int | None = None
    for index, count in enumerate(counts):
        if count <= allowed and start is None:
            start = index
        if count > allowed and start is not None:
            if (index - start) * step >= MIN_GUTTER and start > 0:
                gaps.append((left + start * step, left + index * step))
            start = None
    return gaps


def _divides(lines: Sequence[Line], x0: float, x1: float, left: float, right: float) -> bool:
    """Whether the gap has a column of prose on either side, rather than cells of a table or a list's marks."""
    before = [line for line in lines if line.box[0] >= left - 1 and line.box[2] <= x1]
    after = [line for line in lines if line.box[0] >= x0 and line.box[2] <= right + 1]
    if len(before) < MIN_COLUMN_LINES or len(after) < MIN_COLUMN_LINES:
        return False
    overlap = min(_bottom(before), _bottom(after)) - max(_top(before), _top(after))
    heights = [line.box[3] - line.box[1] for line in lines]
    if overlap < MIN_COLUMN_LINES * statistics.median(heights):
        return False
    return _is_filled(before, left, x0) and _is_filled(after, x1, max(line.box[2] for line in after))


def _is_filled(lines: Sequence[Line], left: float, right: float) -> bool:
    """Whether lines of prose fill the column: many of them run from near its left to near its right edge."""
    width = right - left
    long = sum(1 for line in lines if line.box[2] - line.box[0] > 0.7 * width)
    return long * 5 >= len(lines) * 2 and width > 80


def _top(lines: Sequence[Line]) -> float:
    return min(line.box[1] for line in lines)


def _bottom(lines: Sequence[Line]) -> float:
    return max(line.box[3] for line in lines)


def _in_columns(lines: list[Line], gutters: list[float]) -> list[list[Line]]:
    """Groups of lines, each one column of one band, in reading order."""
    if not gutters:
        return [lines]
    groups: list[list[Line]] = []
    band: list[Line] = []
    for line in sorted(lines, key=lambda line: (line.box[1] + line.box[3]) / 2):
        if any(line.box[0] < gutter < line.box[2] for gutter in gutters):
            groups += _band(band, gutters)
            band = []
            groups.append([line])
        else:
            band.append(line)
    return groups + _band(band, gutters)


def _band(lines: list[Line], gutters: list[float]) -> list[list[Line]]:
    columns: list[list[Line]] = [[] for _ in range(len(gutters) + 1)]
    for line in lines:
        columns[sum(line.box[0] > gutter for gutter in gutters)].append(line)
    return [column for column in columns if column]


def _rows_of_column(lines: list[Line], page: int) -> list[Row]:
    """Lines on one baseline become one row; rows come top to bottom."""
    if not lines:
        return []
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (_baseline(line), line.box[0])):
        if groups and _on_one_baseline(groups[-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    column = (min(line.box[0] for line in lines), max(line.box[2] for line in lines))
    rows = (
        _row([span for line in sorted(group, key=lambda line: line.box[0]) for span in line.spans], page) for group in groups
    )
    return [replace(row, column=column) for row in rows if row]


def _baseline(line: Line) -> float:
    return max(line.spans, key=lambda span: (span.size, len(span.text))).origin[1]


def _on_one_baseline(group: list[Line], line: Line) -> bool:
    """Same baseline within a third of the letters' height, side by side."""
    last = group[-1]
    size = min(span.size for span in (*last.spans, *line.spans))
    if abs(_baseline(last) - _baseline(line)) > 0.34 * size:
        return False
    return all(line.box[0] >= other.box[2] - size or line.box[2] <= other.box[0] + size for other in group)


def _row(spans: list[TextSpan], page: int) -> Row | None:
    pieces = pieces_of(spans)
    text = "".join(piece.text for piece in pieces).rstrip()
    if not text.strip():
        return None
    weights: dict[tuple[str, float], int] = {}
    for piece in pieces:
        key = (piece.font, round(piece.size, 1))
        weights[key] = weights.get(key, 0) + len(piece.text.strip())
    font, size = max(weights, key=lambda key: weights[key])
    printed = [span for span in spans if span.text.strip()]
    box = _union([span.box for span in printed])
    main = max(printed, key=lambda span: (len(span.text.strip()), span.size))
    return Row(
        page=page,
        box=box,
        baseline=main.origin[1],
        pieces=pieces,
        text=text,
        size=size,
        font=font,
        bold=mostly(pieces, "bold"),
        italic=mostly(pieces, "italic"),
        mono=mostly(pieces, "mono"),
        gap=_widest_gap(printed),
        column=(box[0], box[2]),
    )


def _widest_gap(spans: Sequence[TextSpan]) -> float:
    """Between neighbouring printed spans, but not after a number that begins the row."""
    gaps = [0.0]
    for number, (span, after) in enumerate(itertools.pairwise(spans)):
        if number or not re.fullmatch(r"\W*[\dA-Z.]{1,9}[.:)]?\s*", span.text):
            gaps.append(after.box[0] - span.box[2])
    return max(gaps)


def _union(boxes: Sequence[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
