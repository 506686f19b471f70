"""From closed loops to shapes: rectangles, diamonds, ovals, triangles; doubled, dashed; marks; frames and shadows set aside.

A shape is recognised from its whole contour, however many pieces it was drawn with: a point (u, v) of it, scaled so that its
box is -1..1, has |u| + |v| = 1 on a diamond, u² + v² = 1 on an oval, max(|u|, |v|) = 1 on a rectangle.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from indexing.reading.diagrams.geometry import (
    Grid,
    Points,
    area,
    box_gap,
    center,
    closed_corners,
    holds,
    inside,
    polygon_area,
    resampled,
    to_polyline,
)
from indexing.reading.diagrams.paths import Path
from indexing.reading.pdf import Box, Point

Kind = Literal["rectangle", "diamond", "oval", "triangle", "other"]

_SAMPLES = 64
_MOST_POINTS = 400  # contours of more are artwork
_MARK = 17.0  # points; unnamed shapes up to this size are marks on lines
_LEAST = (7.0, 5.0)  # width and height of the smallest shape that can hold a name


@dataclass(frozen=True, slots=True)
class Shape:
    """A closed outline. `order` is its place in the painting order, `solid` whether it hides what was painted before."""

    kind: Kind
    contour: Points
    box: Box
    double: bool
    dashed: bool
    solid: bool
    outlined: bool
    order: int

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    def contains(self, point: Point) -> bool:
        x0, y0, x1, y1 = self.box
        return x0 <= point[0] <= x1 and y0 <= point[1] <= y1 and inside(point, self.contour)

    def to_border(self, point: Point) -> float:
        return to_polyline(point, (*self.contour, self.contour[0]))

    def gap(self, point: Point) -> float:
        """The distance from a point to the shape, 0 inside it."""
        return 0.0 if self.contains(point) else self.to_border(point)


def shapes_of(loops: Sequence[Path], page_size: tuple[float, float]) -> list[Shape]:
    """The shapes that loops make, doubled outlines as one, shadows and page-sized backgrounds left out."""
    found = []
    for loop in loops:
        wide, high = loop.box[2] - loop.box[0], loop.box[3] - loop.box[1]
        if wide > 0.9 * page_size[0] and high > 0.9 * page_size[1]:
            continue
        if loop.paper and not loop.stroked:
            continue
        if wide < 1.0 or high < 1.0:
            continue
        found.append(
            Shape(
                kind=kind_of(loop.points, loop.box),
                contour=loop.points,
                box=loop.box,
                double=loop.double,
                dashed=loop.dashed,
                solid=loop.filled,
                outlined=loop.stroked,
                order=loop.order,
            )
        )
    return _without_shadows(_doubled(found))


def kind_of(contour: Points, box: Box) -> Kind:
    """What kind of shape a closed contour is."""
    x, y = center(box)
    half_width, half_height = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    if half_width <= 0 or half_height <= 0:
        return "other"
    if len(contour) > _MOST_POINTS:
        return "other"
    points = resampled((*contour, contour[0]), _SAMPLES)
    scaled = [(abs(px - x) / half_width, abs(py - y) / half_height) for px, py in points]
    border = [min((1 - u) * half_width, (1 - v) * half_height) for u, v in scaled]
    if max(border) <= max(0.8, 0.02 * min(half_width, half_height)):
        return "rectangle"
    diamond = [abs(u + v - 1) for u, v in scaled]
    if sum(diamond) / len(diamond) < 0.05 and max(diamond) < 0.16:
        return "diamond"
    radii = [abs(math.hypot(u, v) - 1) for u, v in scaled]
    if sum(radii) / len(radii) < 0.05 and max(radii) < 0.13:
        return "oval"
    if min(math.hypot(u, v) for u, v in scaled) >= 0.96:
        return _rounded(contour, box, border)
    if len(closed_corners(contour, max(0.4, 0.06 * min(half_width, half_height)))) == 3:
        return "triangle"
    return "other"


def _rounded(contour: Points, box: Box, border: Sequence[float]) -> Kind:
    """A rectangle with rounded corners; with ends that are half circles it is drawn for an oval."""
    wide, high = box[2] - box[0], box[3] - box[1]
    missing = wide * high - polygon_area(contour)
    radius = math.sqrt(max(0.0, missing) / (4 - math.pi))  # four corners miss (4 - pi) r² of the box
    straight = sum(gap <= 0.5 for gap in border) / len(border)
    if radius >= 0.42 * min(wide, high):
        return "oval"
    return "rectangle" if straight >= 0.4 else "other"


def _doubled(shapes: list[Shape]) -> list[Shape]:
    """Two outlines of one kind, one evenly inside the other, are one double shape; the same outline twice is one."""
    ordered = sorted(shapes, key=lambda shape: -area(shape.box))
    grid = Grid([shape.box for shape in ordered])
    gone: set[int] = set()
    result: list[Shape] = []
    for index, outer in enumerate(ordered):
        if index in gone:
            continue
        for other in grid.near(outer.box, 0.0):
            inner = ordered[other]
            if other <= index or other in gone or not holds(outer.box, inner.box, 1.0):
                continue
            inset = _inset(outer, inner)
            if inset is None:
                continue
            gone.add(other)
            double = outer.double or (inset > 0.9 and outer.outlined and inner.outlined) or inner.double
            outer = replace(
                outer,
                double=double,
                dashed=outer.dashed or inner.dashed,
                solid=outer.solid or inner.solid,
                outlined=outer.outlined or inner.outlined,
                order=max(outer.order, inner.order),
            )
        result.append(outer)
    return result


def _inset(outer: Shape, inner: Shape) -> float | None:
    """How far the inner outline lies inside the outer one on all sides, or None where the two aren't one shape."""
    if outer.kind != inner.kind:
        return None
    gaps = [abs(a - b) for a, b in zip(outer.box, inner.box, strict=True)]
    horizontal, vertical = (gaps[0] + gaps[2]) / 2, (gaps[1] + gaps[3]) / 2
    if outer.kind == "diamond":  # an even distance between oblique sides is a larger one between corners
        fits = horizontal <= 0.24 * outer.width and vertical <= 0.3 * outer.height
    else:
        fits = max(gaps) <= min(0.3 * min(outer.width, outer.height), 9.0)
    if not fits and max(gaps) > 1.0:
        return None
    if abs(gaps[0] - gaps[2]) > 1.2 or abs(gaps[1] - gaps[3]) > 1.2:
        return None  # not about one centre
    if max(gaps) > 1.5 and outer.kind == "rectangle" and max(horizontal, vertical) > 3 * min(horizontal, vertical):
        return None
    return min(horizontal, vertical)


def _without_shadows(shapes: list[Shape]) -> list[Shape]:
    """Shapes without the filled copies that lie a little aside beneath another shape of the same size."""
    grid = Grid([shape.box for shape in shapes])
    return [
        shape
        for i, shape in enumerate(shapes)
        if shape.outlined or not any(j != i and _shadowed(shape, shapes[j]) for j in grid.near(shape.box, 0.0))
    ]


def _shadowed(shape: Shape, by: Shape) -> bool:
    aside = max(abs(by.box[0] - shape.box[0]), abs(by.box[1] - shape.box[1]))
    return (
        by.order > shape.order
        and abs(by.width - shape.width) <= 3
        and abs(by.height - shape.height) <= 3
        and 0 < aside <= 8
        and aside < 0.5 * min(shape.width, shape.height)
    )


def is_mark(shape: Shape) -> bool:
    """Whether an unnamed shape is small enough to be a mark on a line (circle, foot, arrowhead)."""
    return max(shape.width, shape.height) <= _MARK


def can_hold_name(shape: Shape) -> bool:
    """Whether a shape is large enough for a word of small print."""
    return shape.width >= _LEAST[0] and shape.height >= _LEAST[1]


def frames(shapes: Sequence[Shape]) -> list[Shape]:
    """Rectangles round several other shapes that stand apart: borders of the figure or of a group, not parts of it."""
    grid = Grid([shape.box for shape in shapes])
    found = []
    for index, shape in enumerate(shapes):
        if shape.kind != "rectangle" or is_mark(shape):
            continue
        near = [shapes[i] for i in grid.near(shape.box, 0.0) if i != index]
        held = [s for s in near if can_hold_name(s) and not is_mark(s) and holds(shape.box, s.box, 0.5)]
        if _apart(shape, held):
            found.append(shape)
    return found


def _apart(outer: Shape, held: Sequence[Shape]) -> bool:
    """Whether at least two of the held shapes stand free, away from the border and from each other."""
    free = [shape for shape in held if not any(abs(a - b) <= 1.5 for a, b in zip(shape.box, outer.box, strict=True))]
    others = [shape for shape in free if shape.kind != "rectangle"]
    return bool(others and len(free) >= 2) or any(box_gap(a.box, b.box) > 3 for i, a in enumerate(free) for b in free[i + 1 :])
