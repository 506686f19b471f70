"""Shapes and lines on a PDF page in the manners of different drawing tools: the same picture, painted in different pieces."""

import math
import random
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pymupdf

Point = tuple[float, float]
Box = tuple[float, float, float, float]
_BLACK = (0.0, 0.0, 0.0)
_K = 0.5523  # control points of a quarter ellipse


@dataclass
class Style:
    """One tool's manner. `random_style` picks one; tests may set single fields."""

    rectangle: str = "re"  # re, lines, polyline, frame, rounded
    oval: str = "bezier4"  # bezier4, bezier8, polygon, arcs, stadium
    diamond: str = "polyline"  # polyline, lines
    fill: str = "none"  # none, white, colour, apart (filled and stroked as two paths)
    under: bool = False  # lines run to the shapes' middles and are painted over; needs a fill
    short: float = 0.0  # gap between a line's end and its shape
    connector: str = "straight"  # straight, elbow, curve, pieces, filled
    double: str = "parallel"  # parallel, core (wide dark, narrow white), band (thin outline)
    dash: str = "pattern"  # pattern, pieces
    underline: str = "line"  # line, filled
    inset: float = 3.0
    font: str = "helv"
    size: float = 8.0
    width: float = 0.8
    shadow: bool = False
    frame: bool = False
    gap: float = 3.0  # between the two lines of a double line
    colour: tuple[float, float, float] = field(default=_BLACK)

    @property
    def solid(self) -> bool:
        return self.fill != "none"


def random_style(rng: random.Random) -> Style:
    """A manner of drawing at random."""
    fill = rng.choice(["none", "white", "colour", "apart"])
    return Style(
        rectangle=rng.choice(["re", "lines", "polyline", "frame", "rounded"]),
        oval=rng.choice(["bezier4", "bezier8", "polygon", "arcs", "stadium"]),
        diamond=rng.choice(["polyline", "lines"]),
        fill=fill,
        under=fill != "none" and rng.random() < 0.4,
        short=rng.choice([0.0, 0.0, 0.5, 2.0, 4.0, 6.0]),
        connector=rng.choice(["straight", "straight", "curve", "pieces", "filled"]),
        double=rng.choice(["parallel", "core", "band"]),
        dash=rng.choice(["pattern", "pieces"]),
        underline=rng.choice(["line", "filled"]),
        inset=rng.choice([2.0, 3.0, 4.0]),
        font=rng.choice(["helv", "tiro", "cour"]),
        size=rng.choice([6.0, 7.0, 8.0, 10.0]),
        width=rng.choice([0.3, 0.5, 0.8, 1.0, 1.4]),
        shadow=fill != "none" and rng.random() < 0.2,
        frame=rng.random() < 0.2,
        gap=rng.choice([2.0, 3.0, 4.0]),
        colour=rng.choice([_BLACK, (0.2, 0.2, 0.2), (0.1, 0.2, 0.6), (0.6, 0.6, 0.6)]),
    )


class Brush:
    """Paints on a page in one style."""

    def __init__(self, page: Any, style: Style) -> None:
        self.page, self.style = page, style

    def _finish(self, shape: Any, **options: Any) -> None:
        options.setdefault("width", self.style.width)
        options.setdefault("color", self.style.colour)
        shape.finish(**options)
        shape.commit()

    def stroke(self, points: list[Point], dashed: bool = False, width: float | None = None, colour: Any = None) -> None:
        """An open polyline as one path."""
        if dashed and self.style.dash == "pieces":
            for dash in _dashes(points):
                self.stroke(dash)
            return
        shape = self.page.new_shape()
        shape.draw_polyline(points)
        self._finish(
            shape,
            dashes="[3 2] 0" if dashed else None,
            width=width if width is not None else self.style.width,
            color=colour or self.style.colour,
            closePath=False,
        )

    def closed(self, points: list[Point], dashed: bool, pieces: bool, fill: Any) -> None:
        """A polygon, filled first where the style says so."""
        ring = [*points, points[0]]
        if fill and self.style.fill == "apart":
            self.fill_only(points, fill)
            fill = None
        if pieces or (dashed and self.style.dash == "pieces"):
            if fill:
                self.fill_only(points, fill)
            if dashed:
                self.stroke(ring, dashed=True)
            else:
                for a, b in pairwise(ring):
                    self.stroke([a, b])
            return
        shape = self.page.new_shape()
        shape.draw_polyline(ring)
        self._finish(shape, fill=fill, dashes="[3 2] 0" if dashed else None, closePath=False)

    def fill_only(self, points: list[Point], fill: Any) -> None:
        """A filled polygon without an outline."""
        shape = self.page.new_shape()
        shape.draw_polyline([*points, points[0]])
        self._finish(shape, fill=fill, color=None, width=0)

    def _paper(self) -> Any:
        return {"none": None, "white": (1, 1, 1)}.get(self.style.fill, (0.85, 0.9, 1.0))

    def shape(self, kind: str, box: Box, *, double: bool = False, dashed: bool = False) -> None:
        """A rectangle, oval or diamond with the style's fill, shadow and doubling."""
        if self.style.shadow:
            self.fill_only(outline(kind, (box[0] + 3, box[1] + 3, box[2] + 3, box[3] + 3)), (0.7, 0.7, 0.7))
        if double and self.style.double == "core" and not dashed:
            self._outline(kind, box, False, self._paper(), width=3 * self.style.width + 1.5)
            self._outline(kind, box, False, None, width=self.style.width + 1.5, colour=(1, 1, 1))
            return
        self._outline(kind, box, dashed, self._paper())
        if double:
            inset = self.style.inset
            x, y = (2 * inset, inset) if kind == "diamond" else (inset, inset)
            self._outline(kind, (box[0] + x, box[1] + y, box[2] - x, box[3] - y), dashed, None)

    def _outline(self, kind: str, box: Box, dashed: bool, fill: Any, width: float | None = None, colour: Any = None) -> None:
        if width is not None:
            shape = self.page.new_shape()
            shape.draw_polyline([*outline(kind, box), outline(kind, box)[0]])
            self._finish(shape, fill=fill, width=width, color=colour or self.style.colour, closePath=False)
            return
        if kind == "oval" and self.style.oval != "polygon" and not (dashed and self.style.dash == "pieces"):
            self._curved(box, dashed, fill)
            return
        if kind == "rectangle" and not dashed and self.style.rectangle in ("re", "frame", "rounded"):
            self._rectangle(box, fill)
            return
        manner = self.style.rectangle if kind == "rectangle" else self.style.diamond
        self.closed(outline(kind, box), dashed, kind != "oval" and manner == "lines", fill)

    def _rectangle(self, box: Box, fill: Any) -> None:
        x0, y0, x1, y1 = box
        if self.style.rectangle == "frame":
            if fill:
                self.fill_only(outline("rectangle", box), fill)
            w = self.style.width
            for a in ((x0, y0, x1, y0 + w), (x0, y1 - w, x1, y1), (x0, y0, x0 + w, y1), (x1 - w, y0, x1, y1)):
                self.fill_only(outline("rectangle", a), self.style.colour)
            return
        shape = self.page.new_shape()
        if self.style.rectangle == "rounded":
            shape.draw_rect(pymupdf.Rect(box), radius=0.12)
        else:
            shape.draw_rect(pymupdf.Rect(box))
        self._finish(shape, fill=fill)

    def _curved(self, box: Box, dashed: bool, fill: Any) -> None:
        """An oval of Bézier curves: four, eight, or four paths of their own; or a rectangle with round ends."""
        dashes = "[3 2] 0" if dashed else None
        if self.style.oval == "stadium":
            shape = self.page.new_shape()
            shape.draw_rect(pymupdf.Rect(box), radius=(0.499 * (box[3] - box[1]) / (box[2] - box[0]), 0.499))
            self._finish(shape, fill=fill, dashes=dashes)
            return
        curves = _quarters(box)
        if self.style.oval == "bezier8":
            curves = [half for curve in curves for half in _halves(curve)]
        if self.style.oval == "arcs":
            if fill:
                self.fill_only(outline("oval", box), fill)
            for curve in curves:
                shape = self.page.new_shape()
                shape.draw_bezier(*curve)
                self._finish(shape, dashes=dashes, closePath=False)
            return
        shape = self.page.new_shape()
        for curve in curves:
            shape.draw_bezier(*curve)
        self._finish(shape, fill=fill, dashes=dashes)

    def connect(self, points: list[Point], double: bool = False, dashed: bool = False) -> None:
        """A line between shapes along some points."""
        if self.style.connector == "curve" and len(points) == 2:
            points = _bent(points[0], points[1])
        if not double:
            self._line(points, dashed)
        elif self.style.double == "core":
            self.stroke(points, width=2 * self.style.width + 2)
            self.stroke(points, width=2.0, colour=(1, 1, 1))
        elif self.style.double == "band" and len(points) == 2:
            self.closed(_shifted(points, self.style.gap / 2) + _shifted(points, -self.style.gap / 2)[::-1], False, False, None)
        else:
            self._line(_shifted(points, self.style.gap / 2), dashed)
            self._line(_shifted(points, -self.style.gap / 2), dashed)

    def _line(self, points: list[Point], dashed: bool) -> None:
        if self.style.connector == "pieces" and len(points) == 2:
            middle = ((points[0][0] + points[1][0]) / 2, (points[0][1] + points[1][1]) / 2)
            self.stroke([points[0], middle], dashed)
            self.stroke([middle, points[1]], dashed)
        elif self.style.connector == "filled" and len(points) == 2 and not dashed:
            self.fill_only(_shifted(points, self.style.width / 2) + _shifted(points, -self.style.width / 2)[::-1], _BLACK)
        else:
            self.stroke(points, dashed)

    def text(self, text: str, middle: Point, underline: str | None = None, size: float | None = None) -> Box:
        """Text centred on a point (lines parted by a newline), underlined "solid" or "dashed"; gives its box."""
        size = size or self.style.size
        lines = text.split("\n")
        top = middle[1] - len(lines) * 1.15 * size / 2
        widest = max(text_width(line, self.style.font, size) for line in lines)
        for i, line in enumerate(lines):
            wide = text_width(line, self.style.font, size)
            x, y = middle[0] - wide / 2, top + (i + 0.85) * 1.15 * size
            self.page.insert_text((x, y), line, fontname=self.style.font, fontsize=size)
            if underline:
                self.underline((x, y + 0.15 * size), wide, underline == "dashed")
        return middle[0] - widest / 2, top, middle[0] + widest / 2, top + len(lines) * 1.15 * size

    def underline(self, start: Point, wide: float, dashed: bool) -> None:
        x, y = start
        if dashed and self.style.dash == "pattern":
            shape = self.page.new_shape()
            shape.draw_line((x, y), (x + wide, y))
            self._finish(shape, dashes="[2 1.5] 0", width=0.5)
        elif dashed:
            for i in range(int(wide // 3.5) + 1):
                self.stroke([(x + 3.5 * i, y), (min(x + wide, x + 3.5 * i + 2), y)], width=0.5)
        elif self.style.underline == "filled":
            self.fill_only([(x, y), (x + wide, y), (x + wide, y + 0.5), (x, y + 0.5)], _BLACK)
        else:
            self.stroke([(x, y), (x + wide, y)], width=0.5)


def text_width(text: str, font: str, size: float) -> float:
    return pymupdf.get_text_length(text, fontname=font, fontsize=size)


def outline(kind: str, box: Box) -> list[Point]:
    x0, y0, x1, y1 = box
    if kind == "rectangle":
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    if kind == "diamond":
        return [(x, y0), (x1, y), (x, y1), (x0, y)]
    return [
        (x + (x1 - x0) / 2 * math.cos(2 * math.pi * i / 48), y + (y1 - y0) / 2 * math.sin(2 * math.pi * i / 48))
        for i in range(48)
    ]


def border_point(kind: str, box: Box, towards: Point) -> Point:
    """Where the way from a shape's middle to a point leaves the shape."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    a, b = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    dx, dy = towards[0] - x, towards[1] - y
    u, v = abs(dx) / a, abs(dy) / b
    scale = {"rectangle": max(u, v), "diamond": u + v, "oval": math.hypot(u, v)}[kind] or 1.0
    return x + dx / scale, y + dy / scale


def _quarters(box: Box) -> list[tuple[Point, Point, Point, Point]]:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    a, b = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    return [
        ((x + a, y), (x + a, y + _K * b), (x + _K * a, y + b), (x, y + b)),
        ((x, y + b), (x - _K * a, y + b), (x - a, y + _K * b), (x - a, y)),
        ((x - a, y), (x - a, y - _K * b), (x - _K * a, y - b), (x, y - b)),
        ((x, y - b), (x + _K * a, y - b), (x + a, y - _K * b), (x + a, y)),
    ]


def _mid(p: Point, q: Point) -> Point:
    return (p[0] + q[0]) / 2, (p[1] + q[1]) / 2


def _halves(curve: tuple[Point, Point, Point, Point]) -> list[tuple[Point, Point, Point, Point]]:
    """A Bézier curve as two (de Casteljau)."""
    p, c, d, q = curve
    pc, cd, dq = _mid(p, c), _mid(c, d), _mid(d, q)
    left, right = _mid(pc, cd), _mid(cd, dq)
    middle = _mid(left, right)
    return [(p, pc, left, middle), (middle, right, dq, q)]


def _bent(a: Point, b: Point) -> list[Point]:
    """A gentle arc between two points."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    return [
        (a[0] + dx * t - dy * 0.04 * math.sin(math.pi * t), a[1] + dy * t + dx * 0.04 * math.sin(math.pi * t))
        for t in (i / 16 for i in range(17))
    ]


def _shifted(points: list[Point], by: float) -> list[Point]:
    """A polyline moved sideways."""
    dx, dy = points[-1][0] - points[0][0], points[-1][1] - points[0][1]
    long = math.hypot(dx, dy) or 1.0
    return [(x - by * dy / long, y + by * dx / long) for x, y in points]


def _dashes(points: list[Point]) -> list[list[Point]]:
    """The dashes of a line, one by one, bent where the line bends."""
    result: list[list[Point]] = []
    walked = 0.0
    for p, q in pairwise(points):
        long = math.hypot(q[0] - p[0], q[1] - p[1])
        at = -(walked % 5.0)
        while long and at < long:
            a, b = max(0.0, at), min(long, at + 3.0)
            if b > a:
                start, end = ((p[0] + (q[0] - p[0]) * t / long, p[1] + (q[1] - p[1]) * t / long) for t in (a, b))
                if at < 0 and result:
                    result[-1].append(end)
                else:
                    result.append([start, end])
            at += 5.0
        walked += long
    return result
