"""Closed outlines that were painted in pieces: rectangles and diamonds of four lines, ovals of arcs, dashes one by one.

Takes open strokes, gives closed loops and the strokes that are left. Leaves to `shapes` what kind of shape a loop is.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from indexing.reading.diagrams.dashes import straightened, undashed
from indexing.reading.diagrams.ends import Ends
from indexing.reading.diagrams.geometry import Points, area, box_of, closed_corners, distance, holds, length_of
from indexing.reading.diagrams.paths import Path, middle_line
from indexing.reading.pdf import Box, Point

_JOINT = 0.8  # points; ends this near to each other meet
_SHORT = 7.0  # pieces of a many-segment outline
_BAND = 7.0  # the widest double line that is drawn as one outline
_PIECES = 3000  # more pieces than this aren't searched for diamonds and dashes

Made = tuple[Path, list[Path]]  # a loop, and the strokes that it was made of


def joined(paths: Sequence[Path]) -> list[Path]:
    """The paths with pieces put together; closed loops that were pieces come back as closed paths."""
    doubles, loops = _bands([path for path in paths if path.closed])
    strokes = [path for path in paths if not path.closed]
    if len(strokes) <= _PIECES:
        strokes = straightened(strokes)
        strokes = undashed(strokes)
        loops += [path for path in strokes if path.closed]
        strokes = [path for path in strokes if not path.closed]
    finders = [
        lambda left: _rings(left),
        lambda left: _rings([path for path in left if path.curved]),
        lambda left: _rings([path for path in left if length_of(path.points) < _SHORT]),
        _rectangles,
        _diamonds,
    ]
    for finder in finders:
        made = [(loop, pieces) for loop, pieces in finder(strokes) if not _between_shapes(loop, loops)]
        gone = {id(piece) for _, pieces in made for piece in pieces}
        loops += [loop for loop, _ in made]
        strokes = [path for path in strokes if id(path) not in gone]
    return loops + strokes + doubles


def _bands(loops: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Double lines that were drawn as a long thin outline, as strokes; and the other loops."""
    lines: list[Path] = []
    others: list[Path] = []
    for loop in loops:
        fits = loop.stroked and not loop.curved and len(loop.points) == 4
        middle = middle_line(loop.points, _BAND) if fits else None
        if middle is not None and length_of(middle) >= 14:
            lines.append(replace(loop, points=middle, closed=False, filled=False, double=True, box=box_of(middle)))
        else:
            others.append(loop)
    return lines, others


def _between_shapes(loop: Path, shapes: Sequence[Path]) -> bool:
    """Whether a loop's corners lie in other shapes beside it: then its sides are lines that connect those."""
    corners = closed_corners(loop.points, 1.0)
    beside = [s.box for s in shapes if s.size > 6 and not holds(s.box, loop.box, 2.0) and not _covers(s.box, loop.box)]
    return any(box[0] + 2 < x < box[2] - 2 and box[1] + 2 < y < box[3] - 2 for box in beside for x, y in corners)


def _covers(a: Box, b: Box) -> bool:
    """Whether a box lies on more than half of another, as a shape's shadow or filling does."""
    common = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    return common[0] < common[2] and area(common) > 0.5 * area(b)


def _chained(strokes: Sequence[Path], order: Sequence[tuple[int, bool]]) -> Points:
    """The points of strokes one after the other; True means from last point to first."""
    points: list[Point] = []
    for index, backwards in order:
        piece = strokes[index].points[::-1] if backwards else strokes[index].points
        points += piece[1:] if points and distance(points[-1], piece[0]) <= _JOINT else piece
    return tuple(points)


def _rings(chosen: Sequence[Path]) -> list[Made]:
    """Loops of strokes that meet end to end, two at each joint and no third."""
    ends = Ends(chosen, _JOINT)
    after: dict[tuple[int, int], tuple[int, int]] = {}
    for index, path in enumerate(chosen):
        for side in (0, -1):
            others = [end for end in ends.near(path.points[side]) if end != (index, side)]
            if len(others) == 1:
                after[index, side] = others[0]
    used: set[int] = set()
    rings: list[Made] = []
    for index in range(len(chosen)):
        order = _walk(index, after) if index not in used else None
        if order and len(order) > 1:
            used.update(i for i, _ in order)
            points = _chained(chosen, order)
            if distance(points[0], points[-1]) <= _JOINT:
                points = points[:-1]
            if len(points) > 2:
                pieces = [chosen[i] for i, _ in order]
                rings.append((_loop(points, pieces), pieces))
    return rings


def _walk(start: int, after: dict[tuple[int, int], tuple[int, int]]) -> list[tuple[int, bool]] | None:
    """The strokes met on a walk from `start` back to itself, or None where the walk ends."""
    order: list[tuple[int, bool]] = []
    seen: set[int] = set()
    index, entered = start, 0
    while index not in seen:
        seen.add(index)
        order.append((index, entered == -1))
        following = after.get((index, -1 if entered == 0 else 0))
        if following is None or after.get(following) != (index, -1 if entered == 0 else 0):
            return None
        index, entered = following
    return order if (index, entered) == (start, 0) else None


def _loop(points: Points, pieces: Sequence[Path]) -> Path:
    first = pieces[0]
    return replace(
        first,
        points=points,
        closed=True,
        curved=any(piece.curved for piece in pieces),
        dashed=sum(piece.dashed for piece in pieces) * 2 > len(pieces),
        double=all(piece.double for piece in pieces),
        order=max(piece.order for piece in pieces),
        box=box_of(points),
    )


def _rectangles(strokes: Sequence[Path]) -> list[Made]:
    """Upright rectangles made of lines: two level lines of the same extent and an upright line at both their ends.

    Level lines between them (a box's compartments) stay strokes.
    """
    level = [p for p in strokes if len(p.points) == 2 and p.box[3] - p.box[1] < 0.5 and p.box[2] - p.box[0] > 6]
    upright = [p for p in strokes if len(p.points) == 2 and p.box[2] - p.box[0] < 0.5 and p.box[3] - p.box[1] > 4]
    groups: list[list[Path]] = []
    for path in sorted(level, key=lambda p: (p.box[0], p.box[2], p.box[1])):
        for group in reversed(groups[-8:]):
            if abs(group[0].box[0] - path.box[0]) <= 1.2 and abs(group[0].box[2] - path.box[2]) <= 1.2:
                group.append(path)
                break
        else:
            groups.append([path])
    columns: dict[int, list[Path]] = defaultdict(list)
    for path in upright:
        columns[round(path.box[0] / 2)].append(path)
    return [
        (_loop(_corners_of(found), found), found)
        for group in groups
        for found in _boxes_of(sorted(group, key=lambda p: p.box[1]), columns)
    ]


def _boxes_of(group: list[Path], columns: dict[int, list[Path]]) -> Iterable[list[Path]]:
    """The lines round each rectangle that level lines of one extent make with the upright lines at both ends."""
    start = 0
    while start < len(group) - 1:
        for end in range(len(group) - 1, start, -1):
            left, right = (_side(x, group[start], group[end], columns) for x in (group[start].box[0], group[start].box[2]))
            if left and right:
                yield [group[start], group[end], *left, *right]
                start = end
                break
        start += 1


def _side(x: float, top: Path, bottom: Path, columns: dict[int, list[Path]]) -> list[Path]:
    """The upright lines at x that lead from one level line to the other, one after the other; none where they don't."""
    near = {id(p): p for cell in (-1, 0, 1) for p in columns.get(round(x / 2) + cell, ()) if abs(p.box[0] - x) <= 1.2}
    reached, pieces = top.box[1], list[Path]()
    for path in sorted(near.values(), key=lambda p: p.box[1]):
        if abs(path.box[1] - reached) <= 1.2 and path.box[3] <= bottom.box[3] + 1.2:
            pieces.append(path)
            reached = path.box[3]
    return pieces if abs(reached - bottom.box[3]) <= 1.2 else []


def _corners_of(found: Sequence[Path]) -> Points:
    x0, y0, x1, y1 = box_of([point for path in found for point in path.points])
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def _diamonds(strokes: Sequence[Path]) -> list[Made]:
    """Four oblique lines round a diamond, also where other lines end at its corners."""
    oblique = [p for p in strokes if len(p.points) == 2 and min(p.box[2] - p.box[0], p.box[3] - p.box[1]) > 3]
    ends = Ends(oblique, 1.5)
    loops: list[Made] = []
    gone: set[int] = set()
    if len(oblique) > _PIECES:
        return []
    for index, path in enumerate(oblique):
        top = min(path.points, key=lambda p: p[1])
        if id(path) in gone:
            continue
        for pieces in _around(index, top, oblique, ends):
            if not gone & {id(piece) for piece in pieces}:
                x0, y0, x1, y1 = box_of([point for piece in pieces for point in piece.points])
                x, y = (x0 + x1) / 2, (y0 + y1) / 2
                loops.append((_loop(((x, y0), (x1, y), (x, y1), (x0, y)), pieces), pieces))
                gone.update(id(piece) for piece in pieces)
                break
    return loops


def _around(index: int, top: Point, oblique: Sequence[Path], ends: Ends) -> Iterable[list[Path]]:
    """The four lines of each diamond whose upper corner is the upper end of line `index`."""

    def other(i: int, side: int) -> Point:
        return oblique[i].points[-1 if side == 0 else 0]

    mine = max(oblique[index].points, key=lambda p: p[1])
    for second, side in ends.near(top):
        across = other(second, side)
        if second == index or abs(across[1] - mine[1]) > 1.5 or abs((across[0] + mine[0]) / 2 - top[0]) > 1.5:
            continue
        bottom = ((mine[0] + across[0]) / 2, 2 * mine[1] - top[1])
        third = [i for i, s in ends.near(mine) if distance(other(i, s), bottom) <= 2.0]
        fourth = [i for i, s in ends.near(across) if distance(other(i, s), bottom) <= 2.0]
        if third and fourth and len({index, second, third[0], fourth[0]}) == 4:
            yield [oblique[i] for i in (index, second, third[0], fourth[0])]
