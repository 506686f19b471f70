"""Lines that were painted piece by piece, put together again: straight ones of touching pieces, dashed ones of dashes."""

import math
from collections.abc import Sequence
from dataclasses import replace

from indexing.reading.diagrams.ends import Ends
from indexing.reading.diagrams.geometry import box_of, distance, length_of, unit
from indexing.reading.diagrams.paths import Path
from indexing.reading.pdf import Point

_DASH = 9.0  # points; the longest piece that is taken for a dash, and the widest gap between two
_TRUE_GAP = 0.4  # points; the least white between two dashes
_TOUCH = 0.3  # points; ends this near to each other touch
_PIECE = 15.0  # points; the longest piece of a line that is drawn in many
_BEND = 0.18  # 1 minus the cosine: pieces of one line turn by less than about 35 degrees
_LEAST_PIECES = 4  # fewer collinear pieces may meet by chance, as a line's end and a mark there
_DASHES = 3  # at least so many in a row make a dashed line


def straightened(strokes: Sequence[Path]) -> list[Path]:
    """Straight lines painted in short pieces that touch, each as one stroke.

    Where a third stroke ends at a joint, only pieces of one length are pieces of one line. Longer lines stay as they are: one
    in a box may go on, by chance, in one that leads to the box.
    """
    straight = [path for path in strokes if len(path.points) == 2 and length_of(path.points) <= _PIECE]
    ends = Ends(straight, _TOUCH)
    after: dict[tuple[int, int], tuple[int, int]] = {}
    for index, path in enumerate(straight):
        for side in (0, -1):
            others = [end for end in ends.near(path.points[side]) if end != (index, side)]
            on = [end for end in others if _goes_straight_on(path, side, straight[end[0]], end[1])]
            if len(on) == 1 and (len(others) == 1 or _are_as_long(path, straight[on[0][0]])):
                after[index, side] = on[0]
    after = {end: other for end, other in after.items() if after.get(other) == end}
    gone: set[int] = set()
    result: list[Path] = []
    for index, side in [(i, s) for i in range(len(straight)) for s in (0, -1) if (i, s) not in after]:
        if index in gone or (index, -1 - side) not in after:
            continue
        order, _ = _dash_row(index, side, after)
        if len(order) < _LEAST_PIECES:
            continue
        gone.update(i for i, _ in order)
        (last, backwards) = order[-1]
        points = (straight[index].points[side], straight[last].points[0 if backwards else -1])
        result.append(replace(straight[index], points=points, box=box_of(points)))
    left = {id(straight[i]) for i in gone}
    return [path for path in strokes if id(path) not in left] + result


def _goes_straight_on(path: Path, side: int, other: Path, end: int) -> bool:
    """Whether a stroke goes on straight (to 2 degrees) in another of its manner that begins where it ends."""
    here, there = unit(path.points[-1 - side], path.points[side]), unit(other.points[end], other.points[-1 - end])
    alike = path.dashed == other.dashed and path.double == other.double and abs(path.width - other.width) < 0.1
    return alike and _turn(here, there) < 0.0006


def _are_as_long(a: Path, b: Path) -> bool:
    first, second = length_of(a.points), length_of(b.points)
    return abs(first - second) <= 0.05 * max(first, second)


def undashed(strokes: list[Path]) -> list[Path]:
    """Rows of short pieces with even gaps, each row as one dashed stroke (or loop where it bites its tail)."""
    short = [path for path in strokes if 0.05 < length_of(path.points) <= _DASH and not path.dashed]
    if len(short) < _DASHES:
        return strokes
    after = _next_dashes(short)
    gone: set[int] = set()
    result: list[Path] = []
    firsts = [end for end in ((i, s) for i in range(len(short)) for s in (0, -1)) if end not in after]
    for index, side in firsts + [(i, 0) for i in range(len(short))]:
        if index in gone:
            continue
        order, ring = _dash_row(index, side, after)
        if len(order) < _DASHES or gone & {i for i, _ in order}:
            continue
        gone.update(i for i, _ in order)
        points = tuple(point for i, back in order for point in (short[i].points[::-1] if back else short[i].points))
        ring = ring or (len(order) >= 2 * _DASHES and distance(points[0], points[-1]) <= _DASH)  # a last gap may be odd
        result.append(replace(short[index], points=points, closed=ring, dashed=True, box=box_of(points)))
    left = {id(short[i]) for i in gone}
    return [path for path in strokes if id(path) not in left] + result


def _next_dashes(short: Sequence[Path]) -> dict[tuple[int, int], tuple[int, int]]:
    """For each end of a dash the end of the next dash, where both choose each other and there is a true gap."""
    ends = Ends(short, _DASH)
    choice: dict[tuple[int, int], tuple[int, int]] = {}
    for index, path in enumerate(short):
        for side in (0, -1):
            here, before = path.points[side], path.points[1 if side == 0 else -2]
            best = math.inf
            if any(_touches(path, side, short[other], end) for other, end in ends.near(here) if other != index):
                continue
            for other, end in ends.near(here):
                there, beyond = short[other].points[end], short[other].points[1 if end == 0 else -2]
                gap = distance(here, there)
                if other == index or gap > 2.5 * max(1.5, length_of(path.points)):
                    continue
                turns = [_turn(unit(before, here), unit(here, there)), _turn(unit(here, there), unit(there, beyond))]
                cost = gap + 8 * sum(turns)
                if max(turns) < _BEND and cost < best:
                    best, choice[index, side] = cost, (other, end)
    return {end: other for end, other in choice.items() if choice.get(other) == end}


def _touches(path: Path, side: int, other: Path, end: int) -> bool:
    """Whether a piece goes on in another without a gap, as the pieces of a curve do."""
    here, there = path.points[side], other.points[end]
    turn = _turn(unit(path.points[-1 - side], here), unit(there, other.points[-1 - end]))
    return distance(here, there) < _TRUE_GAP and turn < _BEND


def _turn(a: Point, b: Point) -> float:
    """How much one direction turns from another: 1 minus the cosine."""
    return 1.0 - a[0] * b[0] - a[1] * b[1]


def _dash_row(index: int, side: int, after: dict[tuple[int, int], tuple[int, int]]) -> tuple[list[tuple[int, bool]], bool]:
    """The dashes from a row's end on, and whether the row comes back to its start. `side` is the end that leads nowhere."""
    order = [(index, side == -1)]
    seen = {index}
    leaving = (index, -1 if side == 0 else 0)
    while leaving in after:
        following, entered = after[leaving]
        if following in seen:
            return order, following == index
        seen.add(following)
        order.append((following, entered == -1))
        leaving = (following, -1 if entered == 0 else 0)
    return order, False
