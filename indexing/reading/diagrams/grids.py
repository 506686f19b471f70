"""Whether paths are the rules of a table: level and upright lines that mostly run through the whole of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from indexing.reading.diagrams.paths import Path
from indexing.reading.pdf import Box

_RULES = 60  # a page holds hardly more rules than this
_SQUARES = 10  # even lines each way make squared paper
_THROUGH = 0.8  # of the extent that a line covers to run through
_SHARE = 0.6  # of all lines' length that lies on such lines, level and upright


def is_grid(paths: Sequence[Path], box: Box) -> bool:
    """Whether the outlined paths within a box form a table's grid. A drawing's boxes stand free, and most borders are short."""
    level: dict[int, list[tuple[float, float]]] = defaultdict(list)
    upright: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for (ax, ay), (bx, by) in _edges(paths):
        if abs(ay - by) < 0.6:
            level[round((ay + by) / 3)].append((min(ax, bx), max(ax, bx)))
        elif abs(ax - bx) < 0.6:
            upright[round((ax + bx) / 3)].append((min(ay, by), max(ay, by)))
    return _runs_through(level, box[2] - box[0], 2) and _runs_through(upright, box[3] - box[1], 3)


def without_squared_paper(paths: Sequence[Path]) -> Sequence[Path]:
    """The paths without a ground of squares: even series of level and of upright lines, each as long as all of the series."""
    lines = [path for path in paths if len(path.points) == 2 and not path.closed]
    if len(lines) < 2 * _SQUARES:
        return paths
    ground: list[Path] = []
    for across in (0, 1):  # 0: level lines, 1: upright ones
        series: dict[tuple[int, int], list[Path]] = defaultdict(list)
        for path in lines:
            if path.box[3 - across] - path.box[1 - across] < 0.6:
                series[round(path.box[across]), round(path.box[across + 2])].append(path)
        largest = max(series.values(), key=len, default=[])
        places = sorted({round(path.box[1 - across], 1) for path in largest})
        steps = [b - a for a, b in pairwise(places)]
        if len(places) < _SQUARES or max(steps) - min(steps) > 0.5:
            return paths
        ground += largest
    gone = {id(path) for path in ground}
    return [path for path in paths if id(path) not in gone]


def _edges(paths: Sequence[Path]) -> Iterable[tuple[tuple[float, float], tuple[float, float]]]:
    for path in paths:
        if path.stroked and not path.curved:
            yield from pairwise((*path.points, path.points[0]) if path.closed else path.points)


def _runs_through(lines: dict[int, list[tuple[float, float]]], extent: float, least: int) -> bool:
    """Whether most of the lines' length runs through, on at least `least` lines (two columns have three borders)."""
    covered = [_covered(stretches) for stretches in lines.values()]
    through = [length for length in covered if length >= _THROUGH * extent]
    return len(through) >= least and sum(through) >= _SHARE * sum(covered)


def _covered(stretches: list[tuple[float, float]]) -> float:
    """The length that stretches of one line cover together; gaps of a rule's width are none."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(stretches):
        start = max(start, reached) if start - reached > 1.5 else reached
        if end > start:
            total += end - start
            reached = end
    return total


def are_dotted_rules(dots: Sequence[Box], box: Box) -> bool:
    """Whether very many small paths are the dots of a few level and upright rules."""
    rows = Counter(round((dot[1] + dot[3]) / 2) for dot in dots)
    columns = Counter(round((dot[0] + dot[2]) / 2) for dot in dots)
    full_rows = {y for y, count in rows.items() if count >= (box[2] - box[0]) / 12}
    full_columns = {x for x, count in columns.items() if count >= (box[3] - box[1]) / 12}
    on_rules = sum(round((d[1] + d[3]) / 2) in full_rows or round((d[0] + d[2]) / 2) in full_columns for d in dots)
    return on_rules >= 0.9 * len(dots) and len(full_rows) + len(full_columns) <= _RULES
