"""From vector drawings to rulings, and from rulings that meet to grids.

A ruling is a horizontal or vertical stretch of ink: a line, the side of a stroked rectangle, a thin filled rectangle or a thin
image; dashes and dots in one row are one ruling. Sides of filled cells are kept apart (`fills`): they mark rows and
columns too, where no ink does. Leaves text to the detectors.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from indexing.reading.pdf import Box, Drawing
from indexing.reading.tables.geometry import clusters, nearest

THIN = 3.0  # points: a filled rectangle no thicker is a drawn line; the lowest printed row is about twice as high
SNAP = 3.0  # points: rulings closer than this are one (double rules, cell borders drawn side by side)
SHORTEST = 5.0  # points: no row is lower and no column narrower
MOST_CELLS = 20_000  # a finer lattice on one page is squared paper
MOST_RULINGS = 6_000  # per direction; a page with more is a map or a plot, and no table


Fill = tuple[Box, tuple[float, ...]]  # a coloured area and its colour


@dataclass(frozen=True, slots=True)
class Ruling:
    """A stretch at `at` (y of a horizontal, x of a vertical one) from `low` to `high`."""

    at: float
    low: float
    high: float


@dataclass(slots=True)
class Rulings:
    """A page's rulings by direction, and its coloured areas."""

    horizontal: list[Ruling] = field(default_factory=list)
    vertical: list[Ruling] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lattice:
    """Rulings that meet: `xs` and `ys` are their positions, `across[i]` and `down[j]` the inked stretches along each."""

    xs: list[float]
    ys: list[float]
    across: list[list[tuple[float, float]]]
    down: list[list[tuple[float, float]]]

    @property
    def box(self) -> Box:
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]


def find_rulings(drawings: Iterable[Drawing], images: Iterable[Box] = ()) -> Rulings:
    """All rulings of a page, collinear pieces merged, sorted by position."""
    across: list[Ruling] = []
    down: list[Ruling] = []
    fills: list[Fill] = []
    for drawing in drawings:
        _take(drawing, across, down, fills)
    for box in images:
        _take_thin(box, across, down)
    return Rulings(_merged(across), _merged(down), _areas(fills))


def _areas(fills: list[Fill]) -> list[Fill]:
    """Coloured areas; pieces of one colour and width that touch are one: text on a ground that was painted line by line."""
    areas: list[Fill] = []
    open_areas: dict[tuple[int, int, tuple[float, ...]], int] = {}
    for box, colour in sorted(fills, key=lambda fill: fill[0][1]):
        key = (round(box[0]), round(box[2]), colour)
        index = open_areas.get(key)
        if index is not None and box[1] - areas[index][0][3] < 0.3:
            last = areas[index][0]
            areas[index] = ((last[0], last[1], last[2], max(last[3], box[3])), colour)
        else:
            open_areas[key] = len(areas)
            areas.append((box, colour))
    return areas


def cell_rulings(fills: Sequence[Fill]) -> tuple[list[Ruling], list[Ruling]]:
    """The edges of coloured cells, horizontal and vertical: areas that lie side by side in a row."""
    boxes = sorted((box for box, _ in fills), key=lambda box: (round(box[1]), round(box[3]), box[0]))
    cells: set[Box] = set()
    for left, right in pairwise(boxes):
        if abs(left[1] - right[1]) < 1 and abs(left[3] - right[3]) < 1 and -1 < right[0] - left[2] < SNAP:
            cells |= {left, right}
    edges = Counter(round(x / 2) for box in cells for x in (box[0], box[2]))
    aligned = sum(edges[round(box[0] / 2)] > 1 and edges[round(box[2] / 2)] > 1 for box in cells)
    if aligned < 0.7 * len(cells):
        return [], []  # bars of a chart, which end anywhere
    across = [Ruling(y, box[0], box[2]) for box in cells for y in (box[1], box[3])]
    down = [Ruling(x, box[1], box[3]) for box in cells for x in (box[0], box[2])]
    return _merged(across), _merged(down)


def _take(drawing: Drawing, across: list[Ruling], down: list[Ruling], fills: list[Fill]) -> None:
    """Sort one drawing's straight parts into rulings and filled areas."""
    if any(item[0] == "c" for item in drawing.items):
        return  # curves: a figure or a rounded frame, never a grid
    if _take_thin(drawing.box, across, down):
        return
    for item in drawing.items:
        if item[0] == "l" and drawing.stroke is not None:
            _take_line(item[1], item[2], drawing.width, across, down, fills, drawing.stroke)
        elif item[0] in ("re", "qu"):
            box = item[1] if item[0] == "re" else _quad_box(item[1:])
            if box is not None:
                _take_box(box, drawing, across, down, fills)
    if (
        drawing.fill is not None
        and len(drawing.items) > 2
        and all(item[0] == "l" for item in drawing.items)
        and _is_box(drawing)
    ):
        _take_fill(drawing, drawing.box, fills)


def _take_thin(box: Box, across: list[Ruling], down: list[Ruling]) -> bool:
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    if height <= THIN and width >= height:
        across.append(Ruling((y0 + y1) / 2, x0, x1))
    elif width <= THIN:
        down.append(Ruling((x0 + x1) / 2, y0, y1))
    else:
        return False
    return True


def _take_line(
    start: tuple[float, float],
    end: tuple[float, float],
    width: float,
    across: list[Ruling],
    down: list[Ruling],
    fills: list[Fill],
    colour: tuple[float, ...],
) -> None:
    (x0, x1), (y0, y1) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    if y1 - y0 <= 1 and x1 - x0 > y1 - y0:
        if width > 2 * THIN:
            fills.append(((x0, y0 - width / 2, x1, y1 + width / 2), colour))
        else:
            across.append(Ruling((y0 + y1) / 2, x0, x1))
    elif x1 - x0 <= 1:
        if width > 2 * THIN:
            fills.append(((x0 - width / 2, y0, x1 + width / 2, y1), colour))
        else:
            down.append(Ruling((x0 + x1) / 2, y0, y1))


def _take_box(box: Box, drawing: Drawing, across: list[Ruling], down: list[Ruling], fills: list[Fill]) -> None:
    if _take_thin(box, across, down):
        return
    x0, y0, x1, y1 = box
    if drawing.stroke is not None:
        across += [Ruling(y0, x0, x1), Ruling(y1, x0, x1)]
        down += [Ruling(x0, y0, y1), Ruling(x1, y0, y1)]
    if drawing.fill is not None:
        _take_fill(drawing, box, fills)


def _take_fill(drawing: Drawing, box: Box, fills: list[Fill]) -> None:
    if drawing.fill is not None and min(drawing.fill, default=1.0) < 0.995:  # white paint on white paper marks nothing
        fills.append((box, drawing.fill))


def _quad_box(corners: Sequence[tuple[float, float]]) -> Box | None:
    """The box of a quad that is upright, else None."""
    xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    if xs[1] - xs[0] > 1 or xs[3] - xs[2] > 1 or ys[1] - ys[0] > 1 or ys[3] - ys[2] > 1:
        return None
    return xs[0], ys[0], xs[3], ys[3]


def _is_box(drawing: Drawing) -> bool:
    """Whether a path of lines goes along its box."""
    x0, y0, x1, y1 = drawing.box
    points = [point for item in drawing.items for point in item[1:3]]
    return all((abs(x - x0) < 1 or abs(x - x1) < 1) and (abs(y - y0) < 1 or abs(y - y1) < 1) for x, y in points)


def _merged(rulings: list[Ruling]) -> list[Ruling]:
    """Pieces of one ruling put together: those in one position (half a point) that touch, and dashes in a row."""
    merged: list[Ruling] = []
    rulings.sort(key=lambda ruling: ruling.at)
    start = 0
    for index in range(1, len(rulings) + 1):
        if index == len(rulings) or rulings[index].at - rulings[start].at > 0.75:
            merged += _row_merged(rulings[start:index])
            start = index
    long_enough = [ruling for ruling in merged if ruling.high - ruling.low >= SHORTEST]
    return long_enough if len(long_enough) <= MOST_RULINGS else []


def _row_merged(rulings: list[Ruling]) -> list[Ruling]:
    """The pieces in one position; a gap between two is bridged when it is no more than a cell border or than a dash."""
    rulings.sort(key=lambda ruling: ruling.low)
    merged = [rulings[0]]
    for ruling in rulings[1:]:
        last = merged[-1]
        if ruling.low - last.high <= 2.0:
            merged[-1] = Ruling(last.at, last.low, max(last.high, ruling.high))
        else:
            merged.append(ruling)
    return merged


def lattices(horizontal: Sequence[Ruling], vertical: Sequence[Ruling]) -> tuple[list[Lattice], list[Ruling]]:
    """Groups of rulings that meet, as lattices of at least one cell; and the horizontal rulings that meet no vertical one."""
    parent = list(range(len(horizontal) + len(vertical)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    order = sorted(range(len(vertical)), key=lambda index: vertical[index].at)
    places = [vertical[index].at for index in order]
    lonely: list[Ruling] = []
    for number, ruling in enumerate(horizontal):
        met = False
        first, last = bisect_left(places, ruling.low - SNAP), bisect_right(places, ruling.high + SNAP)
        for index in order[first:last]:
            other = vertical[index]
            if other.low - SNAP <= ruling.at <= other.high + SNAP:
                parent[root(number)] = root(len(horizontal) + index)
                met = True
        if not met:
            lonely.append(ruling)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = {}
    for number, ruling in enumerate([*horizontal, *vertical]):
        groups.setdefault(root(number), ([], []))[number >= len(horizontal)].append(ruling)
    found = [_lattice(*group) for group in groups.values() if group[0] and group[1]]
    return [lattice for lattice in found if lattice is not None], lonely


def _lattice(across: list[Ruling], down: list[Ruling]) -> Lattice | None:
    """Positions of a group's rulings. A side that is left open is closed where the crossing rulings end."""
    lefts, rights = min(r.low for r in across), max(r.high for r in across)
    tops, bottoms = min(r.low for r in down), max(r.high for r in down)
    xs = clusters([r.at for r in down], SNAP)
    ys = clusters([r.at for r in across], SNAP)
    xs = [lefts] * (lefts < xs[0] - 2 * SNAP) + xs + [rights] * (rights > xs[-1] + 2 * SNAP)
    ys = [tops] * (tops < ys[0] - 2 * SNAP) + ys + [bottoms] * (bottoms > ys[-1] + 2 * SNAP)
    if len(xs) < 2 or len(ys) < 2 or len(xs) * len(ys) > MOST_CELLS:
        return None
    inked_across: list[list[tuple[float, float]]] = [[] for _ in ys]
    inked_down: list[list[tuple[float, float]]] = [[] for _ in xs]
    for ruling in across:
        inked_across[nearest(ys, ruling.at)].append((ruling.low, ruling.high))
    for ruling in down:
        inked_down[nearest(xs, ruling.at)].append((ruling.low, ruling.high))
    return Lattice(xs, ys, inked_across, inked_down)


def share_inked(stretches: Sequence[tuple[float, float]], low: float, high: float) -> float:
    """The part of the way from `low` to `high` that ink covers."""
    covered, reached = 0.0, low
    for start, end in sorted(stretches):
        start, end = max(start, reached), min(end, high)
        if end > start:
            covered += end - start
            reached = end
    return covered / (high - low) if high > low else 0.0


def is_inked(stretches: Sequence[tuple[float, float]], low: float, high: float) -> bool:
    """Whether ink covers more than half of the way from `low` to `high`."""
    return share_inked(stretches, low, high) > 0.5
