"""The drawings of a page: where they are, and which of them are ER diagrams.

Rules, table grids, shaded boxes, underlines and page decoration are no drawings. Pages without shapes cost next to nothing.
"""

from collections.abc import Sequence

from indexing.reading.diagrams.erdiagram import Reading, read_diagram
from indexing.reading.diagrams.geometry import Grid, grown, holds, meets, union
from indexing.reading.diagrams.graph import graph_of
from indexing.reading.diagrams.loops import joined
from indexing.reading.diagrams.paths import Path, paths_of
from indexing.reading.diagrams.phrases import phrases_of
from indexing.reading.found import FoundDrawing
from indexing.reading.pdf import Box, Drawing, Page, Pdf, Word

_GAP = 14.0  # points; paths nearer than this belong to one drawing
_LEAST = (36.0, 24.0)  # width and height of the smallest drawing
_MOST_PATHS = 2500  # in one drawing; beyond this it is artwork or a map and isn't read
_TELLING = 6.0  # the size from which a curve or an oblique line counts


def find_drawings(pdf: Pdf, page: Page) -> list[FoundDrawing]:
    """The drawings of a page, top to bottom, with `diagram` where it is an ER diagram."""
    drawings = pdf.drawings(page.number)
    if not _worth_a_look(drawings):
        return []
    paths = [path for path in paths_of(drawings) if not _is_background(path, page)]
    found: list[FoundDrawing] = []
    words: list[Word] | None = None
    for group in _regions(paths):
        box = union([path.box for path in group])
        if box[2] - box[0] < _LEAST[0] or box[3] - box[1] < _LEAST[1]:
            continue
        if len(group) > _MOST_PATHS:
            if _is_drawing(group):
                doubt = f"a drawing of {len(group)} paths is more than is read ({_MOST_PATHS}); it stays a figure"
                found.append(FoundDrawing(page.number, box, None, (doubt,)))
            continue
        if not any(_tells(path) for path in group) and not _has_boxes(group):
            continue
        words = pdf.words(page.number) if words is None else words
        drawing = _found(page, box, group, words)
        if drawing is not None:
            found.append(drawing)
    return sorted(found, key=lambda f: (f.box[1], f.box[0]))


def _worth_a_look(drawings: Sequence[Drawing]) -> bool:
    """Whether anything on the page could be part of a drawing: a curve, an oblique line, two or more boxes."""
    boxes = 0
    for drawing in drawings:
        x0, y0, x1, y1 = drawing.box
        if min(x1 - x0, y1 - y0) < _TELLING:
            continue
        kinds = {item[0] for item in drawing.items}
        if kinds != {"re"}:
            return True
        boxes += 1
        if boxes >= 2:
            return True
    return _lines_make_boxes(drawings)


def _lines_make_boxes(drawings: Sequence[Drawing]) -> bool:
    """Whether there are upright lines enough for two boxes drawn line by line."""
    return sum(d.box[2] - d.box[0] < 1.0 and d.box[3] - d.box[1] > _TELLING for d in drawings) >= 4


def _is_background(path: Path, page: Page) -> bool:
    """Page-sized areas, and rules across the page."""
    wide, high = path.box[2] - path.box[0], path.box[3] - path.box[1]
    return wide > 0.85 * page.width and high > 0.85 * page.height


def _regions(paths: Sequence[Path]) -> list[list[Path]]:
    """Paths in groups that lie near each other."""
    grid = Grid([path.box for path in paths])
    group = [-1] * len(paths)
    groups: list[list[Path]] = []
    for start in range(len(paths)):
        if group[start] >= 0:
            continue
        group[start] = len(groups)
        waiting, members = [start], [start]
        while waiting:
            for other in grid.near(paths[waiting.pop()].box, _GAP):
                if group[other] < 0:
                    group[other] = len(groups)
                    waiting.append(other)
                    members.append(other)
        groups.append([paths[i] for i in sorted(members)])
    return groups


def _tells(path: Path) -> bool:
    """Whether a path is what rules and table grids aren't made of: a larger curve, oblique line or odd shape."""
    if path.size < _TELLING:
        return False
    if path.curved:
        return min(path.box[2] - path.box[0], path.box[3] - path.box[1]) > 2
    pairs = zip(path.points, path.points[1:], strict=False)
    return any(min(abs(a[0] - b[0]), abs(a[1] - b[1])) > 2.5 for a, b in pairs)


def _has_boxes(group: Sequence[Path]) -> bool:
    upright = sum(path.box[3] - path.box[1] > _TELLING and path.box[2] - path.box[0] < 1.0 for path in group)
    closed = sum(path.closed and min(path.box[2] - path.box[0], path.box[3] - path.box[1]) > _TELLING for path in group)
    return closed >= 2 or upright >= 4


def _is_drawing(group: Sequence[Path]) -> bool:
    return sum(_tells(path) for path in group) >= 3


def _found(page: Page, box: Box, group: list[Path], words: Sequence[Word]) -> FoundDrawing | None:
    """The drawing that a group of paths makes, or None where it is a table, a rule or decoration."""
    phrases = phrases_of(words, page, grown(box, 10.0))
    graph = graph_of(joined(group), phrases, (page.width, page.height))
    tied = [net for net in graph.nets if len(net.shapes) >= 2]
    telling = sum(_tells(path) for path in group)
    reading = read_diagram(graph) if tied else Reading(None)
    if reading.diagram is None and not tied and telling < 3:
        return None
    if reading.diagram is None and telling == 0 and len(tied) < 2:
        return None
    inner = [p.box for p in phrases if holds(grown(box, 6.0), p.box) and meets(box, grown(p.box, 4.0))]
    whole = union([box, *inner])
    return FoundDrawing(page.number, whole, reading.diagram, reading.doubts)
