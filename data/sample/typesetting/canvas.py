"""A drawing in the making: lines, outlines and labels, written out as Typst code at the end."""

from __future__ import annotations

from collections.abc import Sequence

from .geometry import Point, Shape
from .marks import call, literal, pt

STROKE = "0.6pt"
DASHED = '(thickness: 0.6pt, dash: "dashed")'
DOTTED = "(thickness: 0.7pt, dash: (2pt, 1.5pt))"
LABEL_SIZE = 9.0
SMALL_SIZE = 8.5
LINE_HEIGHT = 11.0
TEXT_WIDTH = 455.0  # points; A4 less the margins of style.typ
SMALLEST_SCALE = 0.88  # labels of 9 pt stay at 7.9 pt or more


class Canvas:
    """Collects the marks of one drawing; it becomes as large as its marks need, wherever they were put.

    `widths` gives the printed width in points of every line of text at LABEL_SIZE.
    """

    def __init__(self, widths: dict[str, float]) -> None:
        self.widths = widths
        self.marks: list[str] = []
        self.corners: list[Point] = []
        self.lines: list[tuple[Point, Point]] = []

    def measure(self, text: str, size: float = LABEL_SIZE) -> float:
        """The printed width of the longest line of a label, in points."""
        return max(self.widths[line] for line in text.split("\n")) * size / LABEL_SIZE

    def _place(self, what: str, x: float, y: float) -> None:
        self.marks.append(call("place", what, dx=pt(x), dy=pt(y)))

    def line(self, start: Point, end: Point, stroke: str = STROKE) -> None:
        """A straight line."""
        self.corners += [start, end]
        self.lines.append((start, end))
        ends = [f"({pt(point[0])}, {pt(point[1])})" for point in (start, end)]
        self._place(call("line", start=ends[0], end=ends[1], stroke=stroke), 0, 0)

    def double_line(self, start: Point, end: Point) -> None:
        """Two parallel lines, 2.4 pt apart."""
        length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
        dx, dy = (end[1] - start[1]) / length * 1.2, (start[0] - end[0]) / length * 1.2
        for sign in (1, -1):
            self.line((start[0] + sign * dx, start[1] + sign * dy), (end[0] + sign * dx, end[1] + sign * dy))

    def polygon(self, points: Sequence[Point], fill: str = "none") -> None:
        """A closed outline."""
        self.corners += points
        corners = [f"({pt(x)}, {pt(y)})" for x, y in points]
        self._place(call("polygon", *corners, stroke=STROKE, fill=fill), 0, 0)

    def outline(self, shape: Shape, stroke: str = STROKE, inset: float = 0.0) -> None:
        """A shape's outline, drawn `inset` points inside it."""
        self.corners += [(shape.left, shape.top), (shape.left + shape.width, shape.top + shape.height)]
        width, height = shape.width - 2 * inset, shape.height - 2 * inset
        if shape.form == "diamond":
            # an inset of a diamond's sides shortens its diagonals by more than the inset itself
            half = (shape.width**2 + shape.height**2) ** 0.5 / 2
            a = shape.width / 2 - inset * half / (shape.height / 2)
            b = shape.height / 2 - inset * half / (shape.width / 2)
            x, y = shape.x, shape.y
            self.polygon([(x - a, y), (x, y - b), (x + a, y), (x, y + b)])
            return
        kind = "ellipse" if shape.form == "oval" else "rect"
        mark = call(kind, width=pt(width), height=pt(height), stroke=stroke)
        self._place(mark, shape.left + inset, shape.top + inset)

    def circle(self, centre: Point, radius: float) -> None:
        """A small circle, white inside."""
        mark = call("circle", radius=pt(radius), stroke=STROKE, fill="white")
        self._place(mark, centre[0] - radius, centre[1] - radius)

    def label(self, text: str, at: Point, size: float = LABEL_SIZE, style: str = "normal", white: bool = False) -> None:
        """Text centred at a point, one line under the other; `white` clears the ground behind it."""
        lines = text.split("\n")
        for index, line in enumerate(lines):
            width = self.measure(line, size)
            y = at[1] + (index - (len(lines) - 1) / 2) * LINE_HEIGHT
            self.corners += [
                (at[0] - width / 2, y - LINE_HEIGHT / 2),
                (at[0] + width / 2, y + LINE_HEIGHT / 2),
            ]
            words = call("text", literal(line), size=pt(size), style=literal(style))
            if white:
                ground = call("rect", width=pt(width + 3), height=pt(size + 1), fill="white", stroke="none")
                self._place(ground, at[0] - width / 2 - 1.5, y - (size + 1) / 2)
            held = call("box", f"align(center + horizon, {words})", width=pt(width + 2), height=pt(LINE_HEIGHT))
            self._place(held, at[0] - width / 2 - 1, y - LINE_HEIGHT / 2)

    def underline(self, text: str, at: Point, stroke: str = STROKE, size: float = LABEL_SIZE) -> None:
        """A line under a one-line label centred at a point."""
        half, y = self.measure(text, size) / 2, at[1] + size * 0.47
        self.line((at[0] - half, y), (at[0] + half, y), stroke)

    def extent(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of all marks together, with a point of air around them."""
        xs, ys = [point[0] for point in self.corners], [point[1] for point in self.corners]
        return min(xs) - 1, min(ys) - 1, max(xs) - min(xs) + 2, max(ys) - min(ys) + 2

    def code(self) -> str:
        """The whole drawing as one Typst box, made smaller where it is a little wider than the page's text.

        ValueError where that would make its labels hard to read.
        """
        left, top, width, height = self.extent()
        ground = call("box", f"{{ {'; '.join(self.marks)} }}", width=pt(width), height=pt(height))
        moved = call("place", ground, dx=pt(-left), dy=pt(-top))
        whole = call("box", moved, width=pt(width), height=pt(height))
        if width <= TEXT_WIDTH:
            return whole
        if width > TEXT_WIDTH / SMALLEST_SCALE:
            raise ValueError(f"the drawing is {width:.0f} pt wide, the page's text {TEXT_WIDTH:.0f} pt")
        return call("scale", f"{TEXT_WIDTH / width:.4%}", whole, reflow="true")
