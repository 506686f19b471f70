"""Strokes as they are seen, where shapes were painted over them. Lines are often drawn to a shape's middle and covered."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from indexing.reading.diagrams.geometry import Grid, Points, box_of, crossings, distance, grown, length_of, resampled
from indexing.reading.diagrams.paths import Path
from indexing.reading.diagrams.shapes import Shape
from indexing.reading.pdf import Point


def visible(strokes: Sequence[Path], shapes: Sequence[Shape]) -> list[Path]:
    """Strokes as they are seen: without the parts inside the shapes that they end in or that were painted over them."""
    grid = Grid([shape.box for shape in shapes])
    result: list[Path] = []
    for stroke in strokes:
        near = [shapes[i] for i in grid.near(stroke.box, 0.0)]
        if any(_inner(stroke, shape) for shape in near):
            continue
        runs = [stroke.points]
        for shape in near:
            runs = [run for points in runs for run in _outside(points, shape, shape.solid and shape.order > stroke.order)]
        for run in runs:
            if length_of(run) > 0.5:
                result.append(replace(stroke, points=run, box=box_of(run)))
    return result


def _inner(stroke: Path, shape: Shape) -> bool:
    """Whether a stroke lies wholly in a shape: an underline or a compartment's border, no connection."""
    x0, y0, x1, y1 = grown(shape.box, 1.0)
    bx0, by0, bx1, by1 = stroke.box
    if bx0 < x0 or by0 < y0 or bx1 > x1 or by1 > y1:
        return False
    return all(shape.gap(point) <= 1.0 for point in resampled(stroke.points, 9))


def _outside(points: Points, shape: Shape, hidden: bool) -> list[Points]:
    """The parts of a polyline outside a shape: cut at its ends, in the middle only where the shape hides it."""
    first, last = shape.contains(points[0]), shape.contains(points[-1])
    cuts = _cuts(points, shape)
    if not cuts or not (first or last or hidden):
        return [points]
    total = length_of(points)
    if not hidden:
        start, end = (cuts[0] if first else 0.0), (cuts[-1] if last else total)
        return [_part(points, start, end)] if end > start else []
    bounds = [0.0, *cuts, total]
    keep = [(a, b) for a, b in pairwise(bounds) if not shape.contains(_at(points, (a + b) / 2))]
    return [_part(points, a, b) for a, b in keep if b - a > 0.3]


def _cuts(points: Points, shape: Shape) -> list[float]:
    """The lengths along a polyline at which it crosses a shape's contour."""
    walked, found = 0.0, []
    for p, q in pairwise(points):
        part = distance(p, q)
        found += [walked + t * part for t in crossings(p, q, shape.contour)]
        walked += part
    return found


def _at(points: Points, wanted: float) -> Point:
    walked = 0.0
    for p, q in pairwise(points):
        part = distance(p, q)
        if part and walked + part >= wanted:
            t = (wanted - walked) / part
            return p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])
        walked += part
    return points[-1]


def _part(points: Points, start: float, end: float) -> Points:
    """The stretch of a polyline between two lengths along it."""
    walked, inner = 0.0, []
    for p, q in pairwise(points):
        walked += distance(p, q)
        if start < walked < end:
            inner.append(q)
    return (_at(points, start), *inner, _at(points, end))
