"""Lines whose dashes were painted one by one: rows of short pieces with gaps, put together again."""

import math
from collections.abc import Sequence
from dataclasses import replace

from indexing.reading.diagrams.ends import Ends
from indexing.reading.diagrams.geometry import box_of, distance, length_of, unit
from indexing.reading.diagrams.paths import Path
from indexing.reading.pdf import Point

_DASH = 9.0  # points; the longest piece that is taken for a dash, and the widest gap between two
_DASHES = 3  # at least so many in a row make a dashed line


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
            for other, end in ends.near(here):
                there, beyond = short[other].points[end], short[other].points[1 if end == 0 else -2]
                gap = distance(here, there)
                if other == index or gap < 0.4 or gap > 2.5 * max(1.5, length_of(path.points)):
                    continue
                turns = [_turn(unit(before, here), unit(here, there)), _turn(unit(here, there), unit(there, beyond))]
                cost = gap + 8 * sum(turns)
                if max(turns) < 0.18 and cost < best:  # less than about 35 degrees
                    best, choice[index, side] = cost, (other, end)
    return {end: other for end, other in choice.items() if choice.get(other) == end}


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
