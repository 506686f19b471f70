"""Shapes of the drawings: where a straight line from a shape's centre leaves its outline.

Coordinates are points from the drawing's upper left corner, y downwards; a shape is given by its centre and its
full width and height.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """A rectangle ("box"), "oval" or "diamond"."""

    form: str
    x: float
    y: float
    width: float
    height: float

    def leave(self, towards: Point, start: Point | None = None) -> Point:
        """Where the ray from `start` (the centre, or a point inside) to `towards` crosses the outline.

        ValueError if `towards` lies inside the shape: such a line cannot be drawn.
        """
        inside, outside = start or (self.x, self.y), towards
        if self.contains(outside):
            raise ValueError(f"a line ends inside the {self.form} at {self.x:g}, {self.y:g}")
        for _ in range(40):  # bisection: 40 halvings bring any page below a millionth of a point
            middle = ((inside[0] + outside[0]) / 2, (inside[1] + outside[1]) / 2)
            if self.contains(middle):
                inside = middle
            else:
                outside = middle
        return inside

    def contains(self, point: Point) -> bool:
        """Whether the point lies inside or on the outline."""
        dx = abs(point[0] - self.x) / (self.width / 2)
        dy = abs(point[1] - self.y) / (self.height / 2)
        if self.form == "oval":
            return dx * dx + dy * dy <= 1
        if self.form == "diamond":
            return dx + dy <= 1
        return dx <= 1 and dy <= 1

    @property
    def left(self) -> float:
        """x of the left edge."""
        return self.x - self.width / 2

    @property
    def top(self) -> float:
        """y of the upper edge."""
        return self.y - self.height / 2


def direction(start: Point, end: Point) -> Point:
    """The unit vector from start to end."""
    length = math.dist(start, end)
    return ((end[0] - start[0]) / length, (end[1] - start[1]) / length)


def along(start: Point, towards: Point, distance: float, aside: float = 0.0) -> Point:
    """The point `distance` along the line from start, and `aside` to its right-hand side."""
    dx, dy = direction(start, towards)
    return (start[0] + dx * distance - dy * aside, start[1] + dy * distance + dx * aside)
