"""The drawings of a page: where they are, and which of them are ER diagrams.

Rules, table grids, shaded boxes, underlines and page decoration are no drawings. Pages without shapes cost next to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexing.reading.diagrams.boxes import compounds
from indexing.reading.diagrams.erdiagram import Reading, read_diagram
from indexing.reading.diagrams.geometry import Grid, box_gap, grown, holds, resampled, union
from indexing.reading.diagrams.graph import Graph, graph_of
from indexing.reading.diagrams.grids import are_dotted_rules, is_grid, without_squared_paper
from indexing.reading.diagrams.loops import joined
from indexing.reading.diagrams.nets import Net
from indexing.reading.diagrams.paths import Path, paths_of
from indexing.reading.diagrams.phrases import phrases_of
from indexing.reading.diagrams.regions import (
    TELLING,
    TICK,
    has_figure_caption,
    is_behind_prose,
    is_foreground,
    is_part,
    regions_of,
    related,
    worth_a_look,
)
from indexing.reading.diagrams.shapes import can_hold_name, kind_of, shapes_of
from indexing.reading.found import FoundDrawing
from indexing.reading.pdf import Box, Page, Pdf, Point, Word

_LEAST = (36.0, 24.0)  # width and height of the smallest drawing
_MOST_PATHS = 2500  # in one drawing; beyond this it is artwork or a map and isn't read
_ENOUGH = 3  # telling curves and lines make a drawing
_LARGE = 40.0  # a curve this wide and high makes a drawing alone
_APART = 4.0  # the least room round a box that stands free
_APART_LINE = 12.0  # the shortest line that shows that something is drawn; shorter ones part the rows of a table
_SPECK = 20.0  # points between a drawing and small parts of it that are nothing by themselves
_BESIDE = 18.0  # labels stand this near to a drawing's paths


@dataclass(frozen=True, slots=True)
class _Region:
    """Paths that lie near each other. `telling` counts those that no table is made of."""

    box: Box
    paths: list[Path]
    telling: int
    candidate: bool


def find_drawings(pdf: Pdf, page: Page) -> list[FoundDrawing]:
    """The drawings of a page, top to bottom, with `diagram` where it is an ER diagram."""
    drawings = pdf.drawings(page.number)
    if not worth_a_look(drawings):
        return []
    groups = regions_of([path for path in paths_of(drawings) if is_foreground(path, page)])
    found = [_too_much(page, group) for group in groups if len(group) > _MOST_PATHS]
    regions = [region for group in groups if len(group) <= _MOST_PATHS and (region := _region(group, page))]
    if not any(region.candidate for region in regions):
        return [drawing for drawing in found if drawing]
    words = pdf.words(page.number)
    for places in related([region.box for region in regions], page):
        parts = [regions[i] for i in places]
        if any(part.candidate for part in parts):
            found += _read(page, parts, words)
    return sorted((drawing for drawing in found if drawing), key=lambda f: (f.box[1], f.box[0]))


def _too_much(page: Page, group: Sequence[Path]) -> FoundDrawing | None:
    """A drawing of so many paths that it is shown and not read; None where they are rules drawn dot by dot."""
    box = union([path.box for path in group])
    if min(box[2] - box[0], box[3] - box[1]) < _LARGE or are_dotted_rules([path.box for path in group], box):
        return None
    doubt = f"a drawing of {len(group)} paths is more than is read ({_MOST_PATHS}); it stays a figure"
    return FoundDrawing(page.number, box, None, (doubt,))


def _region(group: Sequence[Path], page: Page) -> _Region | None:
    """A group of paths with its pieces put together, or None where it is a speck or a table's rules."""
    box = union([path.box for path in group])
    if min(box[2] - box[0], box[3] - box[1]) < (TELLING if len(group) < 2 else TICK):
        return None
    telling = sum(_weight(path) for path in group)
    if telling < _ENOUGH and len(group) > 2 and is_grid(group, box):
        return None
    group = without_squared_paper(group)
    if not group:
        return None
    paths = joined(group)
    large = box[2] - box[0] >= _LEAST[0] and box[3] - box[1] >= _LEAST[1]
    candidate = telling > 0 or _is_captioned(box, page, paths) or _free_boxes(paths, page) or _has_bars(paths)
    return _Region(box, paths, telling, large and candidate)


def _weight(path: Path) -> int:
    """How much a path speaks for a drawing: a large curve alone makes one."""
    large = min(path.box[2] - path.box[0], path.box[3] - path.box[1]) >= _LARGE
    return (_ENOUGH if large else 1) * _tells(path)


def _tells(path: Path) -> bool:
    """Whether a path is what rules, boxes and table grids aren't made of: a larger curve, oblique line or odd shape."""
    if path.size < TELLING:
        return False
    if path.closed and kind_of(path.points, path.box) == "rectangle":
        return False
    if path.curved:
        return min(path.box[2] - path.box[0], path.box[3] - path.box[1]) > 2
    return any(min(abs(a[0] - b[0]), abs(a[1] - b[1])) > 2.5 for a, b in pairwise(path.points))


def _is_captioned(box: Box, page: Page, paths: Sequence[Path]) -> bool:
    """Whether a figure's caption stands at lines that go both ways; level rules alone may be a table with that caption."""
    upright = sum(path.box[3] - path.box[1] > TICK and path.box[2] - path.box[0] < TICK for path in paths)
    return upright >= 2 and has_figure_caption(box, page)


def _free_boxes(paths: Sequence[Path], page: Page) -> bool:
    """Whether at least two boxes stand apart from all others, as they do in a drawing and not in a table."""
    shapes, _ = compounds(shapes_of([path for path in paths if path.closed], (page.width, page.height)))
    boxes = [shape.box for shape in shapes if can_hold_name(shape)]
    grid = Grid(boxes)
    alone = [i for i, box in enumerate(boxes) if all(i == j or holds(boxes[j], box) for j in grid.near(box, _APART))]
    return len(alone) >= 2


def _has_bars(paths: Sequence[Path]) -> bool:
    """Whether at least three filled columns of one width stand apart on one line, of different heights, or lie so."""
    filled = [path.box for path in paths if path.filled and not path.paper and path.closed and path.size > 10]
    bars = [box for box in filled if min(box[2] - box[0], box[3] - box[1]) >= 3]
    for foot in (3, 0):
        across = 1 - foot % 2
        groups: dict[tuple[int, int], list[Box]] = {}
        for box in bars:
            groups.setdefault((round(box[foot]), round((box[across + 2] - box[across]) / 2)), []).append(box)
        for group in groups.values():
            group.sort(key=lambda box: box[across])
            apart = all(b[across] - a[across + 2] > 1.5 for a, b in pairwise(group))
            if apart and len({round(box[(foot + 2) % 4]) for box in group}) >= 3:
                return True
    return False


def _read(page: Page, parts: Sequence[_Region], words: Sequence[Word]) -> list[FoundDrawing]:
    """The drawing that some regions make together if that is an ER diagram, else the drawing that each makes alone."""
    if len(parts) > 1:
        together = _found(page, parts, words)
        if together is not None and together.diagram is not None:
            return [together]
    specks = [part for part in parts if not part.candidate]
    found = []
    for part in parts:
        beside = [speck for speck in specks if box_gap(speck.box, part.box) <= _SPECK] if part.candidate else []
        drawing = _found(page, [part, *beside], words) if part.candidate else None
        if drawing is not None:
            found.append(drawing)
    return found


def _found(page: Page, parts: Sequence[_Region], words: Sequence[Word]) -> FoundDrawing | None:
    """The drawing that regions make, or None where they are a table, a rule or decoration."""
    box = union([part.box for part in parts])
    paths = [path for part in parts for path in part.paths]
    phrases = phrases_of(words, page, grown(box, _BESIDE))
    graph = graph_of(paths, phrases, (page.width, page.height))
    telling = sum(part.telling for part in parts)
    connected = any(_connects(net, graph, telling) for net in graph.nets)
    reading = read_diagram(graph) if connected else Reading(None)
    shown = connected or telling >= _ENOUGH or _is_captioned(box, page, paths) or _has_bars(paths)
    if reading.diagram is None and not shown:
        return None
    if reading.diagram is None and is_behind_prose(box, page):
        return None
    inner = [line.box for line in page.lines if is_part(line, box, page)]
    return FoundDrawing(page.number, union([box, *inner]), reading.diagram, reading.doubts)


def _connects(net: Net, graph: Graph, telling: int) -> bool:
    """Whether a net is a free line between shapes, at least one of them named.

    Rules of a table may seem to lead from one shaded cell to another, but they go on along the cells' sides, or are short.
    Where nothing but level and upright lines is drawn, a line must connect just two shapes.
    """
    if not any(graph.nodes[i].name for i in net.shapes) or net.length < _APART_LINE or len(net.ends) < 2:
        return False
    if telling:
        return len(net.shapes) > 1 or net.length > _LARGE
    steps = resampled(net.main, 5)
    shapes = [graph.nodes[i].shape for i in net.shapes]
    free = all(shape.to_border(steps[2]) > 2.5 and not _goes_along(steps, shape.box) for shape in shapes)
    return len(shapes) == 2 and free


def _goes_along(steps: Sequence[Point], box: Box) -> bool:
    """Whether all points lie on the line of one of a box's sides."""
    return any(all(abs(point[side % 2] - box[side]) <= 1.5 for point in steps) for side in range(4))
