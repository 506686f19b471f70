"""Boxes that were drawn in tiles: a title bar on a body, a row for each attribute, cells for key marks.

Rectangles that share borders and together fill a rectangle are one box; what the tiles tell is where it is divided.
"""

from collections.abc import Sequence
from dataclasses import replace

from indexing.reading.diagrams.geometry import Grid, area, box_of, holds, union
from indexing.reading.diagrams.shapes import Shape

_SHARED = 1.6  # points between borders that are one


def compounds(shapes: Sequence[Shape]) -> tuple[list[Shape], dict[int, list[Shape]]]:
    """The shapes with tiles put together, and for each box that has tiles (by its place in the list) its tiles."""
    rectangles = [shape for shape in shapes if shape.kind == "rectangle"]
    result = [shape for shape in shapes if shape.kind != "rectangle"]
    tiles: dict[int, list[Shape]] = {}
    for group in _stacks(_groups(rectangles)):
        whole = union([shape.box for shape in group])
        outer = next((shape for shape in group if holds(shape.box, whole, _SHARED)), None)
        parts = [shape for shape in group if shape is not outer]
        if not parts or (outer is None and not _filled(parts)):
            result += group
            continue
        tiles[len(result)] = parts
        result.append(_whole(group, outer))
    return result, tiles


def _whole(group: Sequence[Shape], outer: Shape | None) -> Shape:
    x0, y0, x1, y1 = union([shape.box for shape in group])
    contour = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    first = outer or group[0]
    return replace(
        first,
        contour=contour,
        box=box_of(contour),
        solid=any(shape.solid for shape in group),
        outlined=any(shape.outlined for shape in group),
        order=max(shape.order for shape in group),
    )


def _filled(parts: Sequence[Shape]) -> bool:
    """Whether tiles fill the rectangle round them, stacked in at least two rows."""
    whole = union([part.box for part in parts])
    covered = sum(area(part.box) for part in parts)
    return 0.93 * area(whole) <= covered <= 1.12 * area(whole) and len({round(part.box[1]) for part in parts}) > 1


def _groups(rectangles: Sequence[Shape]) -> list[list[Shape]]:
    """Rectangles that belong to one box: tiles along each other's borders, or inside along the border of an outer one."""
    grid = Grid([shape.box for shape in rectangles])
    parent = list(range(len(rectangles)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for i, shape in enumerate(rectangles):
        for j in grid.near(shape.box, _SHARED):
            if j > i and (_tile_of(shape, rectangles[j]) or _tile_of(rectangles[j], shape) or _stacked(shape, rectangles[j])):
                parent[root(i)] = root(j)
    groups: dict[int, list[Shape]] = {}
    for i, shape in enumerate(rectangles):
        groups.setdefault(root(i), []).append(shape)
    return list(groups.values())


def _stacks(groups: Sequence[list[Shape]]) -> list[list[Shape]]:
    """Groups with those put together that lie on top of each other with one width: a title above rows of cells."""
    boxes = [union([shape.box for shape in group]) for group in groups]
    grid = Grid(boxes)
    top_of = list(range(len(groups)))
    result: dict[int, list[Shape]] = {}
    for i in sorted(range(len(groups)), key=lambda i: boxes[i][1]):
        x0, y0, x1, _ = boxes[i]
        for j in grid.near((x0, y0, x1, y0), _SHARED):
            x2, _, x3, y3 = boxes[j]
            if j != i and max(abs(x0 - x2), abs(x1 - x3), abs(y0 - y3)) <= _SHARED and top_of[j] in result:
                top_of[i] = top_of[j]
                break
        result.setdefault(top_of[i], []).extend(groups[i])
    return list(result.values())


def _tile_of(outer: Shape, inner: Shape) -> bool:
    """Whether `inner` lies in `outer` and shares at least two of its borders, or its width."""
    if not holds(outer.box, inner.box, _SHARED):
        return False
    shared = [abs(a - b) <= _SHARED for a, b in zip(outer.box, inner.box, strict=True)]
    return sum(shared) >= 2


def _stacked(a: Shape, b: Shape) -> bool:
    """Whether two rectangles lie on top of each other with a whole border in common."""
    same_width = abs(a.box[0] - b.box[0]) <= _SHARED and abs(a.box[2] - b.box[2]) <= _SHARED
    touching = abs(a.box[3] - b.box[1]) <= _SHARED or abs(b.box[3] - a.box[1]) <= _SHARED
    beside = abs(a.box[1] - b.box[1]) <= _SHARED and abs(a.box[3] - b.box[3]) <= _SHARED
    side = abs(a.box[2] - b.box[0]) <= _SHARED or abs(b.box[2] - a.box[0]) <= _SHARED
    return (same_width and touching) or (beside and side)
