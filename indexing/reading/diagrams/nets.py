"""From strokes and marks to nets: connected lines, each with the shapes that it ties together.

A net is an electrician's word: all strokes that touch each other outside shapes. An end belongs to a shape that it touches or
would reach if it went on a little.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from indexing.reading.diagrams.geometry import (
    Grid,
    Points,
    box_of,
    crossings,
    distance,
    length_of,
    resampled,
    to_polyline,
    unit,
)
from indexing.reading.diagrams.paths import Path
from indexing.reading.diagrams.shapes import Shape
from indexing.reading.pdf import Point

_TOUCH = 1.6  # points between an end and what it touches
_REACH = 10.0  # the widest gap that a line may leave to the shape that it points to
_ASIDE = 3.5  # the widest gap to a shape that it does not point to
_DASH_GAP = 6.0  # between two dashes round a corner
_CLUSTER = 24.0  # line ends on one shape this near are the ends of one mark (a crow's foot)
_BAND = 7.0  # the widest double line


@dataclass(frozen=True, slots=True)
class Attachment:
    """A line that ends on shape number `shape` at a point."""

    shape: int
    point: Point


@dataclass(frozen=True, slots=True)
class Net:
    """Connected strokes. `ends` are where it meets shapes, the ends of one crow's foot counted once."""

    pieces: tuple[Points, ...]
    marks: tuple[Shape, ...]
    ends: tuple[Attachment, ...]
    double: bool
    dashed: bool
    bold: float

    @property
    def length(self) -> float:
        return sum(length_of(piece) for piece in self.pieces)

    @property
    def shapes(self) -> tuple[int, ...]:
        return tuple(sorted({end.shape for end in self.ends}))

    @property
    def main(self) -> Points:
        """Its longest stroke, gone on with at both ends by the strokes that meet it there."""
        return chained(self.pieces)


def chained(pieces: Sequence[Points]) -> Points:
    """The way along strokes that meet end to end, from the longest on; at a branching the straightest way on."""
    left = sorted(pieces, key=length_of)
    way = left.pop()
    for _ in range(2):
        while (following := _following(way, left)) is not None:
            index, piece = following
            del left[index]
            way = (*way, *piece[1:])
        way = way[::-1]
    return way


def _following(way: Points, pieces: Sequence[Points]) -> tuple[int, Points] | None:
    """The stroke that goes on best from a way's last point, turned so that it starts there."""
    ahead = unit(way[-2], way[-1])
    best: tuple[float, int, Points] | None = None
    for index, piece in enumerate(pieces):
        for turned in (piece, piece[::-1]):
            if distance(way[-1], turned[0]) <= _TOUCH:
                out = unit(turned[0], turned[1])
                straight = ahead[0] * out[0] + ahead[1] * out[1]
                if straight > -0.2 and (best is None or straight > best[0]):
                    best = (straight, index, turned)
    return (best[1], best[2]) if best else None


def nets_of(strokes: Sequence[Path], marks: Sequence[Shape], shapes: Sequence[Shape]) -> list[Net]:
    """The nets that strokes and marks form between shapes; parallel twins are one double net."""
    return _paired(list(_Wiring(strokes, marks, shapes).nets()))


class _Wiring:
    """Union-find over strokes (0 … n - 1) and marks (n …), with the shapes that each touches."""

    def __init__(self, strokes: Sequence[Path], marks: Sequence[Shape], shapes: Sequence[Shape]) -> None:
        self._strokes, self._marks, self._shapes = strokes, marks, shapes
        self._parent = list(range(len(strokes) + len(marks)))
        self._stroke_grid = Grid([stroke.box for stroke in strokes])
        self._mark_grid = Grid([mark.box for mark in marks])
        self._shape_grid = Grid([shape.box for shape in shapes])
        self._touched: list[tuple[int, Attachment]] = []
        for index, stroke in enumerate(strokes):
            for side in (0, -1):
                self._tie(index, stroke, side)
        for index, mark in enumerate(marks):
            self._tie_mark(index, mark)

    def _root(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def _join(self, a: int, b: int) -> None:
        self._parent[self._root(a)] = self._root(b)

    def _tie(self, index: int, stroke: Path, side: int) -> None:
        """Tie one end of a stroke to the shape it touches, else to strokes and marks, else to the shape it points to."""
        end = stroke.points[side]
        shape = self._nearest(end, _TOUCH)
        if shape is not None:
            self._touched.append((index, Attachment(shape, end)))
            return
        spot = (end[0], end[1], end[0], end[1])
        loose = True
        for other in self._stroke_grid.near(spot, _TOUCH):
            if other != index and to_polyline(end, self._strokes[other].points) <= max(1.0, self._strokes[other].width):
                self._join(index, other)
                loose = False
        for other in self._mark_grid.near(spot, _TOUCH):
            if self._marks[other].gap(end) <= _TOUCH:
                self._join(index, len(self._strokes) + other)
                loose = False
        if loose and stroke.dashed:
            loose = not self._goes_on(index, end)
        if loose and length_of(stroke.points) >= 4:
            shape = self._pointed_at(stroke.points if side == -1 else stroke.points[::-1])
            shape = self._nearest(end, _ASIDE) if shape is None else shape
            if shape is not None:
                self._touched.append((index, Attachment(shape, end)))
            else:
                self._reach_mark(index, stroke.points if side == -1 else stroke.points[::-1])

    def _reach_mark(self, index: int, points: Points) -> None:
        """Tie a stroke to the mark that it would reach if it went on a little."""
        end, ahead = points[-1], unit(points[-2], points[-1])
        tip = (end[0] + 2 * _ASIDE * ahead[0], end[1] + 2 * _ASIDE * ahead[1])
        for other in self._mark_grid.near(box_of((end, tip)), 0.0):
            if crossings(end, tip, self._marks[other].contour):
                self._join(index, len(self._strokes) + other)

    def _goes_on(self, index: int, end: Point) -> bool:
        """Tie a dashed stroke to another that ends a gap further on, round a corner."""
        for other in self._stroke_grid.near((end[0], end[1], end[0], end[1]), _DASH_GAP):
            path = self._strokes[other]
            if (
                other != index
                and path.dashed
                and min(distance(end, path.points[0]), distance(end, path.points[-1])) <= _DASH_GAP
            ):
                self._join(index, other)
                return True
        return False

    def _nearest(self, point: Point, reach: float) -> int | None:
        """The shape nearest to a point within reach; of several that hold it, the smallest."""
        spot = (point[0], point[1], point[0], point[1])
        near = [
            (self._shapes[i].gap(point), self._shapes[i].width * self._shapes[i].height, i)
            for i in self._shape_grid.near(spot, reach)
        ]
        near = [item for item in near if item[0] <= reach]
        return min(near)[2] if near else None

    def _pointed_at(self, points: Points) -> int | None:
        """The first shape on the straight way on from a polyline's last point."""
        steps = resampled(points, max(2, int(length_of(points))))
        before, end = steps[-min(8, len(steps))], points[-1]
        dx, dy = unit(before, end)
        tip = (end[0] + _REACH * dx, end[1] + _REACH * dy)
        hits = [
            (ways[0], i)
            for i in self._shape_grid.near(box_of((end, tip)), 0.0)
            if (ways := crossings(end, tip, self._shapes[i].contour))
        ]
        return min(hits)[1] if hits else None

    def _tie_mark(self, index: int, mark: Shape) -> None:
        """Tie a mark to the shape that it touches, and to the marks that it touches."""
        middle = ((mark.box[0] + mark.box[2]) / 2, (mark.box[1] + mark.box[3]) / 2)
        for point in (*resampled((*mark.contour, mark.contour[0]), 24), middle):
            shape = self._nearest(point, _TOUCH)
            if shape is not None:
                self._touched.append((len(self._strokes) + index, Attachment(shape, point)))
                break
        for other in self._mark_grid.near(mark.box, _TOUCH):
            if other > index and self._marks[other].gap(middle) <= _TOUCH + max(mark.width, mark.height) / 2:
                self._join(len(self._strokes) + index, len(self._strokes) + other)

    def nets(self) -> Iterable[Net]:
        members: dict[int, list[int]] = {}
        for index in range(len(self._parent)):
            members.setdefault(self._root(index), []).append(index)
        touched: dict[int, list[Attachment]] = {}
        for index, attachment in self._touched:
            touched.setdefault(self._root(index), []).append(attachment)
        count = len(self._strokes)
        for root, indices in members.items():
            strokes = [self._strokes[i] for i in indices if i < count]
            if not strokes:
                continue
            long = max(strokes, key=lambda stroke: length_of(stroke.points))
            yield Net(
                pieces=tuple(stroke.points for stroke in strokes),
                marks=tuple(self._marks[i - count] for i in indices if i >= count),
                ends=tuple(_clustered(touched.get(root, []))),
                double=long.double,
                dashed=long.dashed,
                bold=long.width,
            )


def _clustered(attachments: Sequence[Attachment]) -> list[Attachment]:
    """Attachments with those near each other on one shape as one, at their middle."""
    groups: list[list[Attachment]] = []
    for attachment in sorted(attachments, key=lambda a: a.shape):
        for group in groups:
            if group[0].shape == attachment.shape and any(distance(a.point, attachment.point) <= _CLUSTER for a in group):
                group.append(attachment)
                break
        else:
            groups.append([attachment])
    return [Attachment(g[0].shape, (sum(a.point[0] for a in g) / len(g), sum(a.point[1] for a in g) / len(g))) for g in groups]


def _paired(nets: list[Net]) -> list[Net]:
    """Nets between the same two shapes that run side by side are one double net; of one the end may miss its shape."""
    result: list[Net] = []
    at_shape: dict[int, list[int]] = {}
    for net in sorted(nets, key=lambda n: (-len(n.shapes), -n.length)):
        near = at_shape.get(net.ends[0].shape, []) if net.ends else []
        twin = next((i for i in near if _parallel(result[i], net)), None)
        if twin is not None:
            result[twin] = replace(result[twin], double=True)
            continue
        for shape in net.shapes if len(net.shapes) == 2 else ():
            at_shape.setdefault(shape, []).append(len(result))
        result.append(net)
    return result


def _parallel(a: Net, b: Net) -> bool:
    if len(a.shapes) != 2 or not b.shapes or not set(b.shapes) <= set(a.shapes) or not 0.7 <= b.length / a.length <= 1.4:
        return False
    way = a.main
    gaps = [to_polyline(point, way) for point in resampled(b.main, 11)[1:-1]]
    return 0.5 <= max(gaps) <= _BAND and max(gaps) - min(gaps) <= 2.5
