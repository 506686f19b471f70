"""From the paths and words of one drawing to a connected drawing: named shapes, nets between them, labels beside the nets.

What the shapes stand for in a notation is left to `chen` and `crowsfoot`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from indexing.reading.diagrams.boxes import compounds
from indexing.reading.diagrams.geometry import Grid, Points, area, box_to_polyline, center
from indexing.reading.diagrams.nets import Net, nets_of
from indexing.reading.diagrams.paths import Path
from indexing.reading.diagrams.phrases import Phrase, lines_of, name_of, parted, phrase_of
from indexing.reading.diagrams.shapes import Shape, can_hold_name, frames, is_mark, shapes_of
from indexing.reading.diagrams.visibility import visible
from indexing.reading.pdf import Box, Point

Underline = Literal["solid", "dashed"]
_BARKER = re.compile(r"(#\s*[*o]?|[*o•○◦°])\s+\w")  # of the unique identifier, mandatory, optional


@dataclass(frozen=True, slots=True)
class Row:
    """A line of text in a box with compartments."""

    phrases: tuple[Phrase, ...]
    underline: Underline | None

    @property
    def text(self) -> str:
        return " ".join(phrase.text for phrase in self.phrases)


@dataclass(frozen=True, slots=True)
class Node:
    """A shape that text stands in. `head` are the lines that its name was read from, `rows` those of further compartments.

    `underline` is the name's; `cells` counts the columns of a box that was drawn in tiles.
    """

    shape: Shape
    name: str
    underline: Underline | None
    head: tuple[Row, ...]
    rows: tuple[Row, ...]
    compartments: int
    cells: int


@dataclass(frozen=True, slots=True)
class Graph:
    """A drawing. `nets` number their ends' shapes as `nodes` do; `blank` shapes are nodes without text."""

    nodes: tuple[Node, ...]
    nets: tuple[Net, ...]
    labels: tuple[Phrase, ...]
    marks: tuple[Shape, ...]
    strokes: tuple[Points, ...]


def graph_of(paths: Sequence[Path], phrases: Sequence[Phrase], page_size: tuple[float, float]) -> Graph:
    """The connected drawing that paths and phrases make. Paths come `joined`."""
    shapes = shapes_of([path for path in paths if path.closed], page_size)
    borders = {id(frame) for frame in frames(shapes)}
    shapes, tiles = compounds([shape for shape in shapes if id(shape) not in borders])
    homes, free = _housed(phrases, shapes)
    chosen = [i for i, shape in enumerate(shapes) if homes[i] or (not is_mark(shape) and _named_kind(shape))]
    marks = [shape for i, shape in enumerate(shapes) if not homes[i] and is_mark(shape)]
    chosen.sort(key=lambda i: (round(center(shapes[i].box)[1] / 30), shapes[i].box[0]))  # as one reads
    nodes_shapes = [shapes[i] for i in chosen]
    strokes = [path for path in paths if not path.closed]
    nodes = tuple(_node(shapes[i], homes[i], strokes, tiles.get(i, [])) for i in chosen)
    seen = visible([stroke for stroke in strokes if not _underlines_any(stroke, free)], nodes_shapes)
    return Graph(
        nodes=nodes,
        nets=tuple(nets_of(seen, marks, nodes_shapes)),
        labels=tuple(free),
        marks=tuple(marks),
        strokes=tuple(stroke.points for stroke in seen),
    )


def _named_kind(shape: Shape) -> bool:
    return can_hold_name(shape) and shape.kind in ("rectangle", "diamond", "oval") and shape.outlined


def _housed(phrases: Sequence[Phrase], shapes: Sequence[Shape]) -> tuple[list[list[Phrase]], list[Phrase]]:
    """The phrases in each shape, and those in none."""
    grid = Grid([shape.box for shape in shapes])

    def home(point: Point) -> int | None:
        near = grid.near((point[0], point[1], point[0], point[1]), 0.0)
        holding = [(area(shapes[i].box), i) for i in near if can_hold_name(shapes[i]) and shapes[i].contains(point)]
        return min(holding)[1] if holding else None

    homes: list[list[Phrase]] = [[] for _ in shapes]
    free: list[Phrase] = []
    for phrase in phrases:
        for part, place in parted(phrase, home):
            (free if place is None else homes[place]).append(part)
    return homes, free


def _node(shape: Shape, phrases: Sequence[Phrase], strokes: Sequence[Path], tiles: Sequence[Shape]) -> Node:
    """A shape with its name, and the rows of its further compartments."""
    inner = [s for s in strokes if _level(s) and _spans(s, shape)]
    separators = _separators(shape, inner, tiles)
    cells = len({round(tile.box[0]) for tile in tiles})
    lines = lines_of(phrases)
    title, rest = lines, list[list[Phrase]]()
    first = _first_marked(lines) if shape.kind == "rectangle" and not separators else None
    if first is not None:
        title, rest = lines[:first], lines[first:]
    elif separators:
        title = [line for line in lines if center(line[0].box)[1] < separators[0]]
        rest = [line for line in lines if center(line[0].box)[1] >= separators[0]]
    flat = [phrase for line in title for phrase in line]
    return Node(
        shape=shape,
        name=name_of(flat),
        underline=_underline(flat, shape, strokes),
        head=tuple(Row(tuple(line), None) for line in title),
        rows=tuple(Row(tuple(line), _row_underline(line, shape, strokes)) for line in rest),
        compartments=len(separators) + 1,
        cells=max(1, cells),
    )


def _first_marked(lines: Sequence[Sequence[Phrase]]) -> int | None:
    """Where Barker's attributes begin in a box without compartments: below its name, each behind a mark for its kind."""
    marked = [_BARKER.match(" ".join(phrase.text for phrase in line)) is not None for line in lines]
    first = next((index for index, mark in enumerate(marked) if mark), 0)
    return first if first and all(marked[first:]) else None


def _level(stroke: Path) -> bool:
    return len(stroke.points) == 2 and stroke.box[3] - stroke.box[1] < 0.6


def _spans(stroke: Path, shape: Shape) -> bool:
    """Whether a level stroke runs from a shape's left to its right border."""
    return shape.box[1] + 2 < stroke.box[1] < shape.box[3] - 2 and _wide(stroke, shape)


def _wide(stroke: Path, shape: Shape) -> bool:
    return abs(stroke.box[0] - shape.box[0]) <= 2.5 and abs(stroke.box[2] - shape.box[2]) <= 2.5


def _separators(shape: Shape, strokes: Sequence[Path], tiles: Sequence[Shape]) -> list[float]:
    """The heights at which a box is divided, from top to bottom."""
    heights = [stroke.box[1] for stroke in strokes]
    heights += [tile.box[side] for tile in tiles for side in (1, 3)]
    _, y0, _, y1 = shape.box
    result: list[float] = []
    for height in sorted(heights):
        if y0 + 3 < height < y1 - 1.5 and (not result or height - result[-1] > 2.5):
            result.append(height)
    return result if shape.kind == "rectangle" else []


def _underline(phrases: Sequence[Phrase], shape: Shape, strokes: Sequence[Path]) -> Underline | None:
    """How a name is underlined: level lines beneath at least 60 % of its text, no wider than the text.

    Short pieces beneath one word are dashes, however few.
    """
    kinds: set[Underline] = set()
    covered = total = 0.0
    for phrase in phrases:
        beneath = [stroke for stroke in strokes if _is_beneath(stroke, phrase) and not _wide(stroke, shape)]
        wide = phrase.box[2] - phrase.box[0]
        shares = [_common(stroke.box, phrase.box) for stroke in beneath]
        total += wide
        covered += sum(shares)
        if beneath:
            broken = len(beneath) > 1 and max(shares) < 0.6 * wide and len(beneath) != len(phrase.words)
            kinds.add("dashed" if broken or any(stroke.dashed for stroke in beneath) else "solid")
    if not total or covered < (0.4 if "dashed" in kinds else 0.6) * total or len(kinds) != 1:
        return None
    return kinds.pop()


def _row_underline(line: Sequence[Phrase], shape: Shape, strokes: Sequence[Path]) -> Underline | None:
    """How a row is underlined, wholly or in one of its words: a data type or a key mark beside the name may be bare."""
    whole = _underline(line, shape, strokes)
    words = [word for phrase in line for word in phrase.words]
    single = (_underline([phrase_of([word])], shape, strokes) for word in words)
    return whole or next((kind for kind in single if kind), None)


def _is_beneath(stroke: Path, phrase: Phrase) -> bool:
    x0, _, x1, y1 = phrase.box
    sx0, sy0, sx1, sy1 = stroke.box
    slack = 0.3 * (x1 - x0) + 5
    level = sy1 - sy0 < 0.6 and (len(stroke.points) == 2 or stroke.dashed)
    near = y1 - 0.42 * phrase.height <= sy0 <= y1 + 0.2 * phrase.height + 1.5
    return level and near and sx0 >= x0 - slack and sx1 <= x1 + slack


def _common(a: Box, b: Box) -> float:
    """How much of their width two boxes share."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0]))


def _underlines_any(stroke: Path, phrases: Sequence[Phrase]) -> bool:
    """Whether a stroke underlines a free label."""
    return _level(stroke) and any(
        phrase.box[3] - 0.42 * phrase.height <= stroke.box[1] <= phrase.box[3] + 1.5
        and abs(stroke.box[0] - phrase.box[0]) <= 3
        and abs(stroke.box[2] - phrase.box[2]) <= 3
        for phrase in phrases
    )


def label_distance(label: Phrase, net: Net) -> float:
    """How far a label lies from a net."""
    return min(box_to_polyline(label.box, piece) for piece in net.pieces)
