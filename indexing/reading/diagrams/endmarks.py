"""What is drawn at a line's end beside a shape: crow's foot, bar, circle, arrowhead.

Everything small near the end is looked at in a frame of its own: `t` runs outwards along the line from the shape's border,
`s` across it. A foot spreads towards the shape, an arrowhead narrows towards it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from indexing.reading.diagrams.geometry import Points, center, distance, grown, length_of, meets, resampled, unit
from indexing.reading.diagrams.nets import Attachment, Net
from indexing.reading.diagrams.shapes import Shape
from indexing.reading.pdf import Box, Point

MarkKind = Literal["foot", "bar", "circle", "arrow", "other"]

_DEEP = 34.0  # marks lie this near to the shape
_WIDE = 13.0  # and this near to the line
_CARDINALITIES = {
    ("foot",): "N",
    ("bar",): "1",
    ("foot", "circle"): "0..N",
    ("foot", "bar"): "1..N",
    ("bar", "bar"): "1..1",
    ("bar", "circle"): "0..1",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark and how far it lies from the shape's border."""

    kind: MarkKind
    at: float


def cardinality_of_marks(marks: Sequence[Mark]) -> str | None:
    """ "min..max" of crow's-foot marks, the mark next to the shape giving the maximum; "N" or "1" without a minimum.

    None where there are none, or where they are no crow's-foot marks or a mixture without a known meaning.
    """
    return _CARDINALITIES.get(tuple(mark.kind for mark in marks))


def end_marks(net: Net, end: Attachment, shape: Shape, small: Sequence[Points], loops: Sequence[Shape]) -> list[Mark]:
    """The marks at an end of a net, from the shape outwards. `small` are all strokes of the drawing, `loops` its marks."""
    frame = _Frame.of(net, end, shape)
    if frame is None:
        return []
    strokes = [points for points in small if meets(frame.box, _box(points)) and length_of(points) < 60]
    found = list(_stroke_marks(frame, strokes))
    for loop in loops:
        if meets(frame.box, loop.box):
            found += _loop_marks(frame, loop)
    return _distinct(sorted(found, key=lambda mark: mark.at))


def _box(points: Points) -> Box:
    return min(p[0] for p in points), min(p[1] for p in points), max(p[0] for p in points), max(p[1] for p in points)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Coordinates (t, s) at a line's end."""

    origin: Point
    out: Point
    box: Box

    @classmethod
    def of(cls, net: Net, end: Attachment, shape: Shape) -> "_Frame | None":
        """The frame at an end, from the longest piece of the net that comes near it."""
        near = [p for p in net.pieces if min(distance(p[0], end.point), distance(p[-1], end.point)) <= _DEEP]
        if not near:
            return None
        piece = max(near, key=length_of)
        if distance(piece[-1], end.point) < distance(piece[0], end.point):
            piece = piece[::-1]
        total = length_of(piece)
        ahead = resampled(piece, max(2, int(total)))[min(14, max(1, int(total) - 1))]
        out = unit(piece[0], ahead)
        gap = shape.gap(piece[0])
        origin = (piece[0][0] - gap * out[0], piece[0][1] - gap * out[1])
        return cls(origin, out, grown((*origin, *origin), _DEEP))

    def __call__(self, point: Point) -> Point:
        x, y = point[0] - self.origin[0], point[1] - self.origin[1]
        return x * self.out[0] + y * self.out[1], y * self.out[0] - x * self.out[1]


def _stroke_marks(frame: _Frame, strokes: Sequence[Points]) -> Iterable[Mark]:
    toes: list[tuple[float, float]] = []  # (side, far end) of segments that spread towards the shape
    barbs: list[tuple[float, float]] = []
    for points in strokes:
        turned = [frame(point) for point in points]
        if any(t < -6 or t > _DEEP or abs(s) > _WIDE for t, s in turned):
            continue
        bar = _bar(turned)
        if bar is not None:
            yield bar
            continue
        for (t1, s1), (t2, s2) in pairwise(turned):
            low, high = sorted(((t1, s1), (t2, s2)))
            if abs(low[1] - high[1]) < 1.0 or abs(low[0] - high[0]) < 1.0:
                continue
            if abs(low[1]) > abs(high[1]) + 0.8:
                toes.append((low[1], high[0]))
            elif abs(high[1]) > abs(low[1]) + 0.8:
                barbs.append((high[1], low[0]))
    if _both_sides(toes):
        yield Mark("foot", 0.0)
    if _both_sides(barbs):
        yield Mark("arrow", min(at for _, at in barbs))


def _bar(turned: Sequence[Point]) -> Mark | None:
    ts, ss = [t for t, _ in turned], [s for _, s in turned]
    wide = max(ss) - min(ss)
    if wide >= 3.0 and min(ss) < -1.0 and max(ss) > 1.0 and max(ts) - min(ts) <= 0.35 * wide:
        return Mark("bar", sum(ts) / len(ts))
    return None


def _both_sides(sides: Sequence[tuple[float, float]]) -> bool:
    return any(s > 0.8 for s, _ in sides) and any(s < -0.8 for s, _ in sides)


def _loop_marks(frame: _Frame, loop: Shape) -> Iterable[Mark]:
    turned = [frame(point) for point in resampled((*loop.contour, loop.contour[0]), 48)]
    t, s = frame(center(loop.box))
    low, high = min(p[0] for p in turned), max(p[0] for p in turned)
    if low < -6 or high > _DEEP or abs(s) > _WIDE / 2 or max(abs(p[1]) for p in turned) > _WIDE:
        return
    if loop.kind == "oval" and max(loop.width, loop.height) < 1.6 * min(loop.width, loop.height):
        yield Mark("circle", t)
        return
    near = [abs(p[1]) for p in turned if p[0] < low + 0.25 * (high - low)]
    far = [abs(p[1]) for p in turned if p[0] > high - 0.25 * (high - low)]
    if max(near) > 1.6 * max(far) and low < 4:
        yield Mark("foot", 0.0)
    elif max(far) > 1.6 * max(near):
        yield Mark("arrow", low)
    else:
        yield Mark("other", t)


def _distinct(marks: Sequence[Mark]) -> list[Mark]:
    """Marks without repetitions at the same place."""
    result: list[Mark] = []
    for mark in marks:
        if not any(mark.kind == other.kind and abs(mark.at - other.at) < 1.5 for other in result):
            result.append(mark)
    return result
