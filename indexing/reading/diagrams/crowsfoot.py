"""Boxes with attribute lines, and lines straight from box to box with marks or (min,max) labels at their ends."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexing.reading.diagrams.chen import Parts
from indexing.reading.diagrams.endmarks import cardinality_of_marks, end_marks
from indexing.reading.diagrams.geometry import box_to_polyline, distance, length_of, resampled
from indexing.reading.diagrams.graph import Graph, Node, Row
from indexing.reading.diagrams.labels import beside, reach_of, split_labels
from indexing.reading.diagrams.nets import Net
from indexing.reading.diagrams.phrases import Phrase, cardinality_of
from indexing.records import Attribute, End, Relationship

_MARKER = re.compile(
    r"[(\[<«{]*(?P<keys>(?:PK|FK|UK|AK|PPK|U|K|I)\d*(?:\s*[,/&+]\s*(?:PK|FK|UK|AK|U)\d*)*)[)\]>»}]*", re.IGNORECASE
)
_BULLET = re.compile(r"[#*+~•●○◦▪■□◆◇♦🔑-]|o")
_TYPE = re.compile(
    r"(?:(?:tiny|small|medium|big)?int(?:eger)?|serial|n?(?:var)?char2?|character|string|text|clob|blob|bytea|binary|number|numeric|decimal|"
    r"float|real|double|money|bool(?:ean)?|bit|date|time|datetime2?|timestamp|year|uuid|json|enum|long|byte)(?:\s*\([^)]*\))?",
    re.IGNORECASE,
)
_EVERYDAY = {"number", "date", "time", "year", "text", "money", "string", "character", "long", "double", "real", "bit", "byte"}
_BASE_SLACK = 3.0  # points; rows that start further right than this belong to the row above


def row_attributes(node: Node) -> list[Attribute]:
    """The attributes that the lines below a box's title state."""
    found: list[Attribute] = []
    starts = [start for row in node.rows if (start := _start(row)) is not None]
    base = min(starts, default=0.0)
    indented = _is_indented(node.rows, base)
    type_first = sum(_typed(row) for row in node.rows) > 0
    type_last = _ends_in_types(node.rows)
    parent: str | None = None
    for row in node.rows:
        parsed = _parsed(row, type_first, type_last)
        start = _start(row)
        if parsed is None or start is None:
            continue
        attribute = parsed.attribute(node.name, row)
        if indented and start > base + _BASE_SLACK and parent:
            attribute = attribute.model_copy(update={"parent": parent})
        else:
            parent = attribute.name
        found.append(attribute)
    return found


@dataclass(frozen=True, slots=True)
class _Parsed:
    name: str
    primary: bool
    multivalued: bool
    derived: bool

    def attribute(self, owner: str, row: Row) -> Attribute:
        return Attribute(
            owner=owner,
            name=self.name,
            key=row.underline == "solid" or self.primary,
            partial_key=row.underline == "dashed",
            multivalued=self.multivalued,
            derived=self.derived,
        )


def _words(row: Row) -> list[str]:
    return [word for phrase in row.phrases for word in phrase.text.split()]


def _typed(row: Row) -> int:
    """1 where a row's data type stands before its name, -1 where it stands behind, 0 where that can't be told."""
    words = _without_marks(_words(row))[0]
    if len(words) < 2:
        return 0
    first, last = (bool(_TYPE.fullmatch(word)) for word in (words[0], words[-1]))
    return 0 if first == last else (1 if first and len(row.phrases) > 1 else -1)


def _without_marks(words: Sequence[str]) -> tuple[list[str], bool]:
    """A row's words without key marks and bullets, and whether they mark the primary key."""
    left, primary = list(words), False
    while left and _is_marker(left[0]):
        primary |= _is_primary(left.pop(0))
    while len(left) > 1 and _is_marker(left[-1]):
        primary |= _is_primary(left.pop())
    return left, primary


def _ends_in_types(rows: Sequence[Row]) -> bool:
    """Whether rows state data types behind names: one that is no everyday word, or in capitals; or nearly all of three rows."""
    lines = [words for row in rows if len(words := _without_marks(_words(row))[0]) > 1]
    typed = [words for words in lines if _TYPE.fullmatch(words[-1])]
    sure = any(words[-1].lower() not in _EVERYDAY or words[-1].isupper() > words[0].isupper() for words in typed)
    return sure or (len(typed) >= 3 and len(typed) >= 0.8 * len(rows))


def _parsed(row: Row, type_first: bool, type_last: bool) -> _Parsed | None:
    """A row without key marks, bullets and data types."""
    words, primary = _without_marks(_words(row))
    if type_first and len(words) > 1 and _TYPE.fullmatch(words[0]):
        words = words[1:]
    text = re.split(r"\s*:\s*", " ".join(words))[0].strip()
    if len(words) > 1 and "(" not in words[0] and type_last and not type_first:
        text = re.sub(rf"\s+{_TYPE.pattern}$", "", text, flags=re.IGNORECASE)
    multivalued = text.startswith("{") and text.endswith("}")
    derived = bool(re.search(r"\(\s*\)$", text)) or text.startswith("/")
    name = re.sub(r"\(\s*\)$", "", text.strip("{}/ ")).strip()
    return _Parsed(name, primary, multivalued, derived) if name else None


def _is_marker(word: str) -> bool:
    return bool(_MARKER.fullmatch(word) or _BULLET.fullmatch(word))


def _is_primary(word: str) -> bool:
    return word == "#" or word == "🔑" or bool(re.match(r"\W*PK", word, re.IGNORECASE))


def _start(row: Row) -> float | None:
    """Where a row's name starts, key marks before it left aside."""
    for phrase in row.phrases:
        for word in phrase.words:
            if not _is_marker(word.text):
                return word.box[0]
    return row.phrases[0].box[0] if row.phrases else None


def _is_indented(rows: Sequence[Row], base: float) -> bool:
    """Whether rows are set off to the right as components; centred rows start anywhere."""
    middles = [(row.phrases[0].box[0] + row.phrases[-1].box[2]) / 2 for row in rows if row.phrases]
    centred = bool(middles) and max(middles) - min(middles) <= 2.0
    first = _start(rows[0]) if rows else None
    return not centred and first is not None and first <= base + _BASE_SLACK


def direct(graph: Graph, parts: Parts) -> None:
    """Read lines straight from box to box into `parts`."""
    nets = [net for net in graph.nets if _from_box_to_box(net, graph.nodes)]
    counts, texts = split_labels(graph.labels)
    by_end = _at_ends(counts, nets)
    names, unsure = beside(texts, nets)
    parts.doubts += [f'the label "{label.text}" could be of more than one end' for label in unsure]
    for index, net in enumerate(nets):
        ends, read = _ends(graph, net, [by_end.get((index, side)) for side in (0, 1)])
        who = " and ".join(end.entity for end in ends)
        if any(end.cardinality is None for end in ends):
            parts.doubts.append(f"the line between {who}: the mark at an end could not be read")
        if not any(end.cardinality for end in ends):
            parts.misfits += 1
            continue
        parts.marked += read
        parts.fits += 1
        name = names[index].text if index in names else None
        parts.relationships.append(Relationship(name=name, ends=ends))


def _from_box_to_box(net: Net, nodes: Sequence[Node]) -> bool:
    if len(net.ends) != 2 or any(nodes[end.shape].shape.kind != "rectangle" or not nodes[end.shape].name for end in net.ends):
        return False
    return len(net.shapes) == 2 or net.length > 40


def _ends(graph: Graph, net: Net, labels: Sequence[Phrase | None]) -> tuple[list[End], int]:
    ends, read = [], 0
    for end, label in zip(net.ends, labels, strict=True):
        node = graph.nodes[end.shape]
        cardinality = cardinality_of_marks(end_marks(net, end, node.shape, graph.strokes, graph.marks))
        read += cardinality is not None
        if cardinality is None and label is not None:
            cardinality = cardinality_of(label.text)
        ends.append(End(entity=node.name, cardinality=cardinality))
    return ends, read


def _at_ends(labels: Sequence[Phrase], nets: Sequence[Net]) -> dict[tuple[int, int], Phrase]:
    """The cardinality label beside each end (0 or 1) of each net, the nearest pairs first."""
    pairs = []
    for i, label in enumerate(labels):
        for j, net in enumerate(nets):
            for side, end in enumerate(net.ends):
                stretch = _first_part(net, end.point)
                if stretch and (gap := box_to_polyline(label.box, stretch)) <= reach_of(label):
                    pairs.append((gap, i, j, side))
    given: dict[tuple[int, int], Phrase] = {}
    used: set[int] = set()
    for _, i, j, side in sorted(pairs):
        if i not in used and (j, side) not in given:
            given[j, side] = labels[i]
            used.add(i)
    return given


def _first_part(net: Net, point: tuple[float, float]) -> list[tuple[float, float]]:
    """The part of a net's line nearest to one of its ends: 40 % of it, at most 45 points."""
    near = [p for p in net.pieces if min(distance(p[0], point), distance(p[-1], point)) <= 34]
    if not near:
        return []
    piece = max(near, key=length_of)
    if distance(piece[-1], point) < distance(piece[0], point):
        piece = piece[::-1]
    steps = resampled(piece, max(2, int(length_of(piece)) + 1))
    return steps[: max(2, min(45, int(0.4 * len(steps))))]
