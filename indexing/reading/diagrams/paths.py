"""From a page's vector drawings to plain paths: one per subpath, curves flattened, tricks of the painting undone.

A path is a closed loop or an open stroke. Undone are: strokes painted as thin filled areas, outlines painted as filled
frames, two parallel lines painted as a wide dark stroke with a narrower white one on top, a shape filled and stroked in two
steps, areas shaded strip by strip, invisible white strokes. What the loops and strokes mean is left to `shapes` and `nets`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexing.reading.diagrams.geometry import Points, box_of, distance, length_of, polygon_area, union
from indexing.reading.pdf import Box, Drawing, Point

_CURVE_PIECES = 8  # straight pieces per Bézier curve: a quarter ellipse is then within 0.5 % of its radius
THIN = 2.2  # points; a filled area no wider than this is a painted stroke
_STRIP = 5.0  # points; the widest strip of an area that is painted in shades
_STRIPS = 5  # so many make such an area
_WHITE = 0.97  # colour components above this are paper


@dataclass(frozen=True, slots=True)
class Path:
    """One subpath. `order` is its place in the painting order; `double` a stroke split in two by a white core."""

    points: Points
    closed: bool
    curved: bool
    stroked: bool
    filled: bool
    paper: bool
    dashed: bool
    width: float
    order: int
    box: Box
    double: bool = False

    @property
    def size(self) -> float:
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])


def paths_of(drawings: Sequence[Drawing]) -> list[Path]:
    """The visible paths of some drawings, in painting order."""
    found: list[Path] = []
    for order, drawing in enumerate(_shaded_whole(drawings)):
        if len(drawing.items) == 1 and drawing.items[0][0] == "l" and drawing.stroke is None:
            continue  # a filled line covers nothing
        paths = list(_subpaths(drawing, order))
        if drawing.stroke is None:
            paths = _frames([_thin(path) for path in paths])
        found += paths
    return _merged(found)


def _shaded_whole(drawings: Sequence[Drawing]) -> list[Drawing]:
    """The drawings with areas that were painted strip by strip, each strip in a shade of its own, as one area each."""
    result: list[Drawing] = []
    strips: list[Drawing] = []
    for drawing in (*drawings, None):
        if drawing is not None and strips and _goes_on(strips[-1], drawing):
            strips.append(drawing)
            continue
        if len(strips) >= _STRIPS:
            box = union([strip.box for strip in strips])
            result.append(replace(strips[0], items=(("re", box),), box=box))
        else:
            result += strips
        strips = []
        if drawing is not None:
            (strips if _is_strip(drawing) else result).append(drawing)
    return result


def _is_strip(drawing: Drawing) -> bool:
    x0, y0, x1, y1 = drawing.box
    plain = drawing.stroke is None and len(drawing.items) == 1 and drawing.items[0][0] == "re"
    return plain and min(x1 - x0, y1 - y0) <= _STRIP < max(x1 - x0, y1 - y0)


def _goes_on(strip: Drawing, drawing: Drawing) -> bool:
    """Whether a drawing is a strip along the last one, as long as it, in another shade."""
    if not _is_strip(drawing) or drawing.fill == strip.fill:
        return False
    same = [abs(a - b) < 0.3 for a, b in zip(strip.box, drawing.box, strict=True)]
    level = same[0] and same[2] and abs(strip.box[3] - drawing.box[1]) < 0.3
    return level or (same[1] and same[3] and abs(strip.box[2] - drawing.box[0]) < 0.3)


def _is_white(color: tuple[float, ...] | None) -> bool:
    return color is not None and bool(color) and min(color) >= _WHITE


def _subpaths(drawing: Drawing, order: int) -> Iterable[Path]:
    filled = drawing.fill is not None
    stroked = drawing.stroke is not None and not (filled and _is_white(drawing.stroke))  # a white outline shows nothing
    runs = list(_runs(drawing))
    for index, (points, curved) in enumerate(runs):
        gap = distance(points[0], points[-1])
        size = max(drawing.box[2] - drawing.box[0], drawing.box[3] - drawing.box[1])
        shut = len(points) > 3 and gap <= max(0.6, 0.01 * size)
        ends_closed = drawing.closed and len(points) > 2 and (index == len(runs) - 1 or len(points) > 3)
        closed = shut or ends_closed or (filled and drawing.stroke is None and len(points) > 2)
        if gap == 0 or shut:
            points = points[:-1]
        if len(points) < 2:
            continue
        yield Path(
            points=tuple(points),
            closed=closed,
            curved=curved,
            stroked=stroked,
            filled=filled and closed,
            paper=_is_white(drawing.stroke if stroked else drawing.fill),
            dashed=drawing.dashed,
            width=drawing.width if stroked else 0.0,
            order=order,
            box=box_of(points),
        )


def _runs(drawing: Drawing) -> Iterable[tuple[list[Point], bool]]:
    """The unbroken polylines of a drawing and whether they have curves."""
    run: list[Point] = []
    curved = False
    for item in drawing.items:
        kind = item[0]
        if kind in ("re", "qu"):
            if len(run) > 1:
                yield run, curved
            run, curved = [], False
            yield _quad(item), False
            continue
        start = item[1]
        if run and distance(run[-1], start) > 0.05:
            yield run, curved
            run, curved = [], False
        if not run:
            run = [start]
        if kind == "c":
            curved = True
            run += _flattened(*item[1:5])
        elif item[2] != run[-1]:
            run.append(item[2])
    if len(run) > 1:
        yield run, curved


def _quad(item: tuple[Any, ...]) -> list[Point]:
    if item[0] == "re":
        x0, y0, x1, y1 = item[1]
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    _, ul, ur, ll, lr = item
    return [ul, ur, lr, ll, ul]


def _flattened(p: Point, c: Point, d: Point, q: Point) -> list[Point]:
    """Points along a cubic Bézier curve, without its first."""
    result = []
    for i in range(1, _CURVE_PIECES + 1):
        t = i / _CURVE_PIECES
        a, b, e, f = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        result.append((a * p[0] + b * c[0] + e * d[0] + f * q[0], a * p[1] + b * c[1] + e * d[1] + f * q[1]))
    return result


def _thin(path: Path) -> Path:
    """A stroke that was painted as a thin filled area, as the stroke along its middle; any other path as it is."""
    count = len(path.points)
    middle = middle_line(path.points, THIN) if path.closed and count % 2 == 0 and count <= 16 else None
    if middle is None:
        return path
    return replace(
        path,
        points=middle,
        closed=False,
        filled=False,
        stroked=True,
        width=2 * polygon_area(path.points) / (length_of(path.points) or 1.0),
        box=box_of(middle),
    )


def middle_line(contour: Points, thickest: float) -> Points | None:
    """The line along the middle of a band of even width up to `thickest` and at least four times as long, or None.

    The band's contour runs along one side and back along the other: point i faces point n - 1 - i.
    """
    count = len(contour)
    best: Points | None = None
    for start in range(count // 2):
        turned = contour[start:] + contour[:start]
        pairs = [(turned[i], turned[count - 1 - i]) for i in range(count // 2)]
        if max(distance(p, q) for p, q in (pairs[0], pairs[-1])) > thickest:
            continue
        if max(distance(p, q) for p, q in pairs) > 1.5 * thickest:
            continue
        middle = tuple(((p[0] + q[0]) / 2, (p[1] + q[1]) / 2) for p, q in pairs)
        long, wide = length_of(middle), max(distance(p, q) for p, q in pairs)
        if long >= 4 * wide and (best is None or long > length_of(best)):
            best = middle
    return best


def _frames(paths: list[Path]) -> list[Path]:
    """Two loops of one fill that lie a stroke's width apart are the outline of one shape."""
    result: list[Path] = []
    for path in paths:
        last = result[-1] if result else None
        if (
            last is not None
            and last.closed
            and path.closed
            and last.order == path.order
            and last.size > 8
            and max(abs(a - b) for a, b in zip(last.box, path.box, strict=True)) <= THIN
        ):
            outer = last if last.size >= path.size else path
            result[-1] = replace(outer, stroked=True, filled=False)
        else:
            result.append(path)
    return result


def _merged(paths: Sequence[Path]) -> list[Path]:
    """The same line painted again: narrower in white makes it double, otherwise it is one path with both paints."""
    places: dict[tuple[object, ...], int] = {}
    result: list[Path | None] = []
    for path in paths:
        key = _key(path)
        at = places.get(key)
        before = result[at] if at is not None else None
        if at is not None and before is not None:
            if path.paper and path.stroked and not path.filled and before.stroked and not before.paper:
                if 0 < path.width < before.width:
                    result[at] = replace(before, double=True)
                continue
            result[at] = None
            path = replace(
                path,
                stroked=path.stroked or before.stroked,
                filled=path.filled or before.filled,
                paper=path.paper and before.paper,
                dashed=path.dashed or (before.dashed and not path.stroked),
                width=max(path.width, before.width),
            )
        places[key] = len(result)
        result.append(path)
    return [path for path in result if path is not None and not (path.paper and path.stroked)]


def _key(path: Path) -> tuple[object, ...]:
    """Equal for paths along the same points, whatever their direction and start."""
    if path.closed:
        return ("loop", *(round(2 * v) for v in path.box), round(polygon_area(path.points)) // 8)
    ends = sorted((round(2 * x), round(2 * y)) for x, y in (path.points[0], path.points[-1]))
    return ("stroke", *ends, round(length_of(path.points)))
