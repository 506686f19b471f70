"""The ends of strokes, found by place."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from indexing.reading.diagrams.geometry import distance
from indexing.reading.diagrams.paths import Path
from indexing.reading.pdf import Point


def _spot(point: Point, size: float) -> tuple[int, int]:
    return round(point[0] / size), round(point[1] / size)


class Ends:
    """The ends of strokes, so that those near a point are found at once."""

    def __init__(self, strokes: Sequence[Path], reach: float) -> None:
        self._reach = reach
        self._cells: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        self._strokes = strokes
        for index, path in enumerate(strokes):
            for side in (0, -1):
                self._cells[_spot(path.points[side], reach)].append((index, side))

    def near(self, point: Point) -> Iterable[tuple[int, int]]:
        """(stroke, 0 or -1 for its first or last point) of the ends within reach of a point."""
        x, y = _spot(point, self._reach)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                for index, side in self._cells.get((x + dx, y + dy), ()):
                    if distance(self._strokes[index].points[side], point) <= self._reach:
                        yield index, side
