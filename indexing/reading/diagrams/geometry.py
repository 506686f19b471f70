"""Plane geometry for reading drawings: boxes, polylines, distances. Points and lengths are in points, y grows downwards."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from indexing.reading.pdf import Box, Point

Points = tuple[Point, ...]


def box_of(points: Sequence[Point]) -> Box:
    """The smallest upright box round some points."""
    xs = [point[0] for point in points]
    ys = [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def union(boxes: Sequence[Box]) -> Box:
    """The smallest box round some boxes."""
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def grown(box: Box, by: float) -> Box:
    """A box with a margin on all sides."""
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def center(box: Box) -> Point:
    """The middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def holds(outer: Box, inner: Box, slack: float = 0.0) -> bool:
    """Whether `outer` encloses `inner`, which may stick out by `slack`."""
    return (
        inner[0] >= outer[0] - slack
        and inner[1] >= outer[1] - slack
        and inner[2] <= outer[2] + slack
        and inner[3] <= outer[3] + slack
    )


def meets(a: Box, b: Box) -> bool:
    """Whether two boxes overlap or touch."""
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def area(box: Box) -> float:
    """Square points; 0 for an inverted box."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def box_gap(a: Box, b: Box) -> float:
    """The distance between two boxes; 0 where they overlap."""
    dx = max(a[0] - b[2], b[0] - a[2], 0.0)
    dy = max(a[1] - b[3], b[1] - a[3], 0.0)
    return math.hypot(dx, dy)


def distance(p: Point, q: Point) -> float:
    """The distance between two points."""
    return math.hypot(p[0] - q[0], p[1] - q[1])


def unit(p: Point, q: Point) -> Point:
    """The direction from p to q; (0, 0) where they coincide."""
    length = distance(p, q)
    return ((q[0] - p[0]) / length, (q[1] - p[1]) / length) if length else (0.0, 0.0)


def length_of(points: Sequence[Point]) -> float:
    """The length of a polyline."""
    return sum(distance(p, q) for p, q in pairwise(points))


def to_segment(p: Point, a: Point, b: Point) -> float:
    """The distance from a point to a segment."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    if square == 0.0:
        return distance(p, a)
    t = max(0.0, min(1.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square))
    return math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)


def to_polyline(p: Point, points: Sequence[Point]) -> float:
    """The distance from a point to a polyline of at least two points."""
    return min(to_segment(p, a, b) for a, b in pairwise(points))


def box_to_polyline(box: Box, points: Sequence[Point]) -> float:
    """The distance from a box to a polyline, 0 where it runs through the box. Sampled at a point's distance."""
    return min((_point_to_box(p, box) for p in resampled(points, max(8, int(length_of(points))))), default=math.inf)


def _point_to_box(p: Point, box: Box) -> float:
    return math.hypot(max(box[0] - p[0], p[0] - box[2], 0.0), max(box[1] - p[1], p[1] - box[3], 0.0))


def inside(p: Point, contour: Sequence[Point]) -> bool:
    """Whether a point lies in a closed polygon (even-odd rule)."""
    x, y = p
    odd = False
    ax, ay = contour[-1]
    for bx, by in contour:
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            odd = not odd
        ax, ay = bx, by
    return odd


def polygon_area(contour: Sequence[Point]) -> float:
    """The area of a simple closed polygon (shoelace formula)."""
    total = 0.0
    ax, ay = contour[-1]
    for bx, by in contour:
        total += ax * by - bx * ay
        ax, ay = bx, by
    return abs(total) / 2


def resampled(points: Sequence[Point], count: int) -> list[Point]:
    """`count` points at equal distances along a polyline, both ends included."""
    total = length_of(points)
    if total == 0.0 or count < 2:
        return [points[0]] * count
    step, walked, wanted = total / (count - 1), 0.0, 0.0
    result: list[Point] = []
    for p, q in pairwise(points):
        part = distance(p, q)
        while part and wanted <= walked + part + 1e-9 and len(result) < count:
            t = min(1.0, (wanted - walked) / part)
            result.append((p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])))
            wanted += step
        walked += part
    result += [points[-1]] * (count - len(result))
    return result


def crossings(a: Point, b: Point, contour: Sequence[Point]) -> list[float]:
    """Where the segment a–b crosses a closed contour: parameters in 0..1 along it, ascending."""
    found: list[float] = []
    px, py = contour[-1]
    for qx, qy in contour:
        denominator = (b[0] - a[0]) * (qy - py) - (b[1] - a[1]) * (qx - px)
        if denominator:
            t = ((px - a[0]) * (qy - py) - (py - a[1]) * (qx - px)) / denominator
            s = ((px - a[0]) * (b[1] - a[1]) - (py - a[1]) * (b[0] - a[0])) / denominator
            if 0.0 <= t <= 1.0 and 0.0 <= s < 1.0:
                found.append(t)
        px, py = qx, qy
    return sorted(found)


def corners(points: Sequence[Point], tolerance: float) -> list[Point]:
    """A polyline with the points left out that lie within `tolerance` of a straight way (Douglas and Peucker 1973)."""
    if len(points) < 3:
        return list(points)
    first, last = points[0], points[-1]
    worst, at = max((to_segment(p, first, last), i) for i, p in enumerate(points[1:-1], 1))
    if worst <= tolerance:
        return [first, last]
    return corners(points[: at + 1], tolerance)[:-1] + corners(points[at:], tolerance)


def closed_corners(contour: Sequence[Point], tolerance: float) -> list[Point]:
    """The corners of a closed contour."""
    start = max(range(len(contour)), key=lambda i: distance(contour[i], contour[0]))
    turned = [*contour[start:], *contour[: start + 1]]
    half = max(range(len(turned)), key=lambda i: distance(turned[i], turned[0]))
    return corners(turned[: half + 1], tolerance)[:-1] + corners(turned[half:], tolerance)[:-1]


class Grid:
    """Boxes in square cells, so that those near a box are found without looking at all."""

    def __init__(self, boxes: Sequence[Box], cell: float = 48.0) -> None:
        self._cell = cell
        self._boxes = boxes
        self._cells: dict[tuple[int, int], list[int]] = {}
        for index, box in enumerate(boxes):
            for key in self._keys(box):
                self._cells.setdefault(key, []).append(index)

    def _keys(self, box: Box) -> Iterator[tuple[int, int]]:
        for column in range(int(box[0] // self._cell), int(box[2] // self._cell) + 1):
            for row in range(int(box[1] // self._cell), int(box[3] // self._cell) + 1):
                yield column, row

    def near(self, box: Box, by: float) -> list[int]:
        """The indices of the boxes within `by` of a box, ascending."""
        wide = grown(box, by)
        return sorted({i for key in self._keys(wide) for i in self._cells.get(key, ()) if meets(self._boxes[i], wide)})
