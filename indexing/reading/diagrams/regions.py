"""Where on a page drawings could be: paths that lie near each other, and groups of them that no text parts."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from indexing.reading.diagrams.geometry import box_gap, center, grown, holds, meets, union
from indexing.reading.diagrams.paths import Path
from indexing.reading.pdf import Box, Drawing, Line, Page

_GAP = 12.0  # points; paths nearer than this belong together
_CELL = 6.0  # points; how finely that is told
_FAR = 130.0  # groups further apart than this are drawings of their own
_MANY = 80  # more groups than this on a page are decoration, and aren't put together
_CROWD = 2500  # more drawings than this on a page are looked at, however small
_BLEED = 150.0  # points that a path may reach over the page
_MUCH = 4  # lines of prose on a drawing
TELLING = 6.0  # the size from which a curve or an oblique line counts
TICK = 3.0  # the length from which an upright line counts
_CAPTION_GAP = 30.0  # points between a figure and its caption
_FIGURE = re.compile(r"\s*(figure|fig\.|abbildung|abb\.)\s*\d", re.IGNORECASE)
_CAPTION = re.compile(r"\s*(figure|fig\.|table|tab\.|listing|example|abbildung|tabelle)\s*\d", re.IGNORECASE)


def worth_a_look(drawings: Sequence[Drawing]) -> bool:
    """Whether anything on the page could be part of a drawing: a curve, an oblique line, two or more boxes."""
    boxes = 0
    if len(drawings) > _CROWD:
        return True
    for drawing in drawings:
        x0, y0, x1, y1 = drawing.box
        if min(x1 - x0, y1 - y0) < TELLING:
            continue
        if any(item[0] != "re" for item in drawing.items):
            return True
        boxes += 1
        if boxes >= 2:
            return True
    # lines and ticks enough for two boxes drawn line by line, or a time line
    return sum(drawing.box[3] - drawing.box[1] > TICK for drawing in drawings) >= 4


def is_foreground(path: Path, page: Page) -> bool:
    """Whether a path can be a part of a drawing: on the page (broken files have endless coordinates), and not as large."""
    x0, y0, x1, y1 = path.box
    if not (x0 >= -_BLEED and y0 >= -_BLEED and x1 <= page.width + _BLEED and y1 <= page.height + _BLEED):
        return False
    return x1 - x0 <= 0.85 * page.width or y1 - y0 <= 0.85 * page.height


def regions_of(paths: Sequence[Path]) -> list[list[Path]]:
    """Paths in groups that lie near each other, each group in painting order. Linear in the paths' number and height."""
    parent = list(range(len(paths)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for stretches in _rows(paths).values():
        stretches.sort()
        _, reach, last = stretches[0]
        for low, high, i in stretches[1:]:
            if low <= reach:
                parent[root(i)] = root(last)
            reach, last = max(reach, high), i if high > reach else last
    groups: dict[int, list[Path]] = {}
    for i, path in enumerate(paths):
        groups.setdefault(root(i), []).append(path)
    return list(groups.values())


def _rows(paths: Sequence[Path]) -> dict[int, list[tuple[int, int, int]]]:
    """Rows of squares, and from which column to which one each path with half the gap round it covers them: (from, to, place).

    Paths with a square in common are near each other.
    """
    rows: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for i, path in enumerate(paths):
        x0, y0, x1, y1 = (int(v // _CELL) for v in grown(path.box, _GAP / 2))
        for row in range(y0, y1 + 1):
            rows[row].append((x0, x1, i))
    return rows


def _grouped(count: int, neighbours: Callable[[int], Iterable[int]]) -> list[list[int]]:
    """0 … count - 1 in groups that are connected by `neighbours`; each group ascending."""
    seen = [False] * count
    groups: list[list[int]] = []
    for start in range(count):
        if seen[start]:
            continue
        seen[start] = True
        group, waiting = [start], [start]
        while waiting:
            for other in neighbours(waiting.pop()):
                if not seen[other]:
                    seen[other] = True
                    waiting.append(other)
                    group.append(other)
        groups.append(sorted(group))
    return groups


def related(boxes: Sequence[Box], page: Page) -> list[list[int]]:
    """Groups (by their places) that may be parts of one drawing: not far apart, and neither prose nor a caption between."""
    if len(boxes) > _MANY:
        return [[i] for i in range(len(boxes))]
    prose = [line.box for line in page.lines if is_caption(line.text) or _is_prose(line, page)]
    return _grouped(len(boxes), lambda i: [j for j in range(len(boxes)) if j != i and _related(boxes[i], boxes[j], prose)])


def _related(a: Box, b: Box, prose: Sequence[Box]) -> bool:
    if box_gap(a, b) > _FAR:
        return False
    whole = union([a, b])
    between = (box for box in prose if meets(whole, box))
    return all(_in(center(box), a) or _in(center(box), b) or not _in(center(box), whole) for box in between)


def _in(point: tuple[float, float], box: Box) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def is_caption(text: str) -> bool:
    """Whether a line starts as captions do."""
    return bool(_CAPTION.match(text))


def has_figure_caption(box: Box, page: Page) -> bool:
    """Whether a figure's caption stands right below a box (or above, where nothing else does)."""
    return any(
        _FIGURE.match(line.text)
        and line.box[0] < box[2]
        and box[0] < line.box[2]
        and -3 <= max(line.box[1] - box[3], box[1] - line.box[3]) <= _CAPTION_GAP
        for line in page.lines
    )


def _is_prose(line: Line, page: Page) -> bool:
    return line.box[2] - line.box[0] > 0.35 * page.width and len(line.text) > 40


def is_behind_prose(box: Box, page: Page) -> bool:
    """Whether running text stands on a drawing: then it is decoration or a shaded area."""
    return sum(_is_prose(line, page) and _in(center(line.box), box) for line in page.lines) >= _MUCH


def is_part(line: Line, box: Box, page: Page) -> bool:
    """Whether a printed line belongs to a drawing: inside its box, or short and close beside it, and no caption."""
    near = (box[0] - 5, box[1] - 5, box[2] + 5, box[3] + 5)
    if not meets(near, line.box) or is_caption(line.text):
        return False
    return holds(box, line.box, 3.0) or line.box[2] - line.box[0] < 0.25 * page.width
