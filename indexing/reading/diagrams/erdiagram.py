"""Whether a connected drawing is an ER diagram, and what it says if it is.

The same shapes make flow charts, query trees, automata, B+-trees and architecture pictures. A drawing counts as an ER diagram
only where nearly all its lines make sense as one: none, where it has arrows that no ER notation has, answers beside decisions,
operators for names, or nodes of other shapes.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from indexing.reading.diagrams.chen import Branch, Parts, aliases_of, attribute_of, branches, relationships
from indexing.reading.diagrams.crowsfoot import direct, row_attributes
from indexing.reading.diagrams.endmarks import end_marks
from indexing.reading.diagrams.graph import Graph, Node
from indexing.reading.diagrams.labels import unread_labels
from indexing.reading.diagrams.naming import with_outer_names
from indexing.reading.diagrams.nets import Net
from indexing.records import Attribute, Diagram, Entity, Relationship

_ANSWERS = {"yes", "no", "true", "false", "y", "t", "f", "ja", "nein", "else", "otherwise"}
_STEPS = {"start", "stop", "end", "begin", "return", "exit", "halt"}
_SPECIALISATIONS = {"d", "o", "u", "isa", "is a", "is-a", "∪"}
_NAME = re.compile(r"[^\W\d_]")  # a letter
_OPERATORS = re.compile(r"[σπρ⋈⨝×∪∩−∧∨¬=<>≤≥?!;{}\[\]]|:=|==")
Notation = Literal["chen", "min-max", "crows-foot"]

_OPERATIONS = {"join", "semijoin", "antijoin", "product", "union", "intersection", "intersect", "difference", "minus", "except"}
_OPERATIONS |= {"select", "selection", "project", "projection", "rename", "merge", "sort", "hash", "scan", "and", "or", "not"}
_VISIBILITY = re.compile(r"[-+~#]\s*\w+.*(:|\()")
_FIELD = re.compile(r"\w+\s*:\s*\w+.*")
_METHOD = re.compile(r"\w+\s*\(.*\)\s*:\s*\w|\w+\s*\(.*\w\s*:\s*\w.*\)")  # a method with a result, or with typed parameters
_MISFITS = 0.2  # of the lines may make no sense


@dataclass(frozen=True, slots=True)
class Reading:
    """What a drawing says; `diagram` is None where it is no ER diagram, and then there are no doubts either."""

    diagram: Diagram | None
    doubts: tuple[str, ...] = ()


def read_diagram(graph: Graph) -> Reading:
    """Read a connected drawing."""
    graph = with_outer_names(graph)
    if _is_something_else(graph) or _has_members(graph):
        return Reading(None)
    graph, doubts = _without_specialisations(graph)
    parts = Parts(doubts=doubts)
    aliases = aliases_of(graph.nodes)
    hanging = branches(graph, aliases, parts)
    own, attributes = _attributes(graph, hanging, parts)
    relationships(graph, aliases, own, parts)
    by_diamonds = len(parts.relationships)
    direct(graph, parts)
    _arrows(graph, parts)
    _unread_lines(graph, parts)
    entities = _entities(graph, aliases, parts)
    attributes += [a for node in graph.nodes if node.shape.kind == "rectangle" for a in row_attributes(node)]
    known = {entity.name for entity in entities}
    diagram = Diagram(
        notation=_notation(parts, by_diamonds),
        entities=entities,
        attributes=[a for a in attributes if a.owner in known],
        relationships=[r for r in parts.relationships if all(end.entity in known for end in r.ends)],
    )
    if not _convinces(graph, parts, by_diamonds, hanging):
        return Reading(None)
    parts.doubts += unread_labels(graph, diagram)
    return Reading(diagram, tuple(dict.fromkeys(parts.doubts)))


def _is_something_else(graph: Graph) -> bool:
    """Whether words give a drawing away as another kind of picture."""
    labels = {label.text.strip(" .:?()[]").lower() for label in graph.labels}
    if len(labels & _ANSWERS) >= 2 or ({"yes", "no"} & labels):
        return True
    for node in graph.nodes:
        name = node.name.lower()
        if node.shape.kind == "diamond" and (name.endswith("?") or _OPERATORS.search(name)):
            return True
        if node.shape.kind == "oval" and name in _STEPS:
            return True
    named = [node.name for node in graph.nodes if node.name]
    odd = [name for name in named if not _NAME.search(name) or _OPERATORS.search(name)]
    return len(odd) > 0.15 * len(named)


def _has_members(graph: Graph) -> bool:
    """Whether boxes list members with their visibility, or methods, as class diagrams do."""
    rows = [row.text for node in graph.nodes for row in node.rows]
    visible = sum(bool(_VISIBILITY.match(row)) for row in rows)
    return visible > 0.5 * len(rows) or any(_METHOD.match(row) for row in rows)


def _without_specialisations(graph: Graph) -> tuple[Graph, list[str]]:
    """The graph without the lines of circles "d", "o", "U" and ISA triangles: the records have no form for them."""
    special = {i for i, node in enumerate(graph.nodes) if node.shape.kind == "triangle" or _is_specialisation(node)}
    if not special:
        return graph, []
    nets = tuple(net for net in graph.nets if not special & set(net.shapes))
    cut = [net for net in graph.nets if special & set(net.shapes)]
    names = sorted({graph.nodes[i].name for net in cut for i in net.shapes if i not in special})
    nodes = tuple(
        replace(node, shape=replace(node.shape, kind="triangle")) if i in special else node
        for i, node in enumerate(graph.nodes)
    )
    return replace(graph, nodes=nodes, nets=nets), [f"a specialisation of {', '.join(names)} is shown and not read"]


def _is_specialisation(node: Node) -> bool:
    if node.shape.kind == "rectangle" or node.name.lower() not in _SPECIALISATIONS:
        return False
    return len(node.name) > 2 or _round(node)


def _round(node: Node) -> bool:
    return node.shape.kind == "oval" and node.shape.width < 1.3 * node.shape.height and len(node.name) == 1


def _attributes(graph: Graph, hanging: Sequence[Branch], parts: Parts) -> tuple[dict[int, list[str]], list[Attribute]]:
    """The names of each diamond's own attributes, and the attributes of entities."""
    own: dict[int, list[str]] = {}
    attributes: list[Attribute] = []
    for branch in hanging:
        node, owner = graph.nodes[branch.oval], graph.nodes[branch.owner]
        if not node.name:
            parts.doubts.append(f"an oval without a name at {owner.name or 'a shape without a name'}")
        elif owner.shape.kind == "diamond" and branch.parent == branch.owner:
            own.setdefault(branch.owner, []).append(node.name)
        elif owner.shape.kind == "diamond":
            parts.doubts.append(f"component {node.name} of an attribute of relationship {owner.name}")
        elif owner.shape.kind == "rectangle":
            attributes.append(attribute_of(branch, graph.nodes))
    return own, attributes


def _entities(graph: Graph, aliases: dict[int, int], parts: Parts) -> list[Entity]:
    """The named rectangles; of two with one name the second is a doubt."""
    entities: list[Entity] = []
    seen: Counter[str] = Counter()
    for i, node in enumerate(graph.nodes):
        if node.shape.kind != "rectangle" or i in aliases:
            continue
        if not node.name:
            parts.doubts.append("a rectangle without a name")
        elif seen[node.name]:
            parts.doubts.append(f"entity {node.name} is drawn more than once")
        else:
            entities.append(Entity(name=node.name, weak=node.shape.double))
        seen[node.name] += 1
    return entities


def _arrows(graph: Graph, parts: Parts) -> None:
    """Count arrowheads where no ER notation has them as misfits; those between a diamond and a rectangle are a doubt.

    Some notations have them at the rectangle, some at the diamond; a drawing with both is a flow chart.
    """
    at_diamonds = at_rectangles = 0
    for net in graph.nets:
        for end in net.ends:
            node = graph.nodes[end.shape]
            marks = end_marks(net, end, node.shape, graph.strokes, graph.marks)
            if not any(mark.kind == "arrow" for mark in marks):
                continue
            others = [graph.nodes[i] for i in net.shapes if i != end.shape]
            kinds = [node.shape.kind, *(other.shape.kind for other in others)]
            if kinds == ["rectangle", "diamond"]:
                parts.doubts.append(f"the arrowhead at {node.name}'s end of {others[0].name} is not read")
                at_rectangles += 1
            elif kinds == ["diamond", "rectangle"]:
                parts.doubts.append(f"the arrowhead at {node.name} on the line from {others[0].name} is not read")
                at_diamonds += 1
            elif not _is_joint(net, graph.nodes):
                parts.misfits += 1
    if at_rectangles:
        parts.misfits += at_diamonds


def _is_joint(net: Net, nodes: Sequence[Node]) -> bool:
    """Whether a line branches between three rectangles or more."""
    return len(net.shapes) > 2 and all(nodes[i].shape.kind == "rectangle" for i in net.shapes)


def _unread_lines(graph: Graph, parts: Parts) -> None:
    """A doubt for each line that no step reads: one that branches between entities, one from an entity to a small circle."""
    for net in graph.nets:
        named = [graph.nodes[i].name for i in net.shapes]
        if _is_joint(net, graph.nodes) and all(named):
            parts.doubts.append(f"the line that joins {', '.join(sorted(named))} is not read; it may be a specialisation")
        elif any(graph.nodes[i].shape.kind == "other" for i in net.shapes) and all(named):
            odd = [graph.nodes[i].name for i in net.shapes if graph.nodes[i].shape.kind == "other"]
            parts.doubts.append(f"{' and '.join(odd)} stands in a shape that no ER notation has and is not read")
        elif len(net.ends) == 1 and named[0] and any(mark.kind == "oval" for mark in net.marks):
            parts.doubts.append(f"a line from {named[0]} ends at a small circle and is not read; it may be an attribute")


def _notation(parts: Parts, by_diamonds: int) -> Notation:
    counts = [end.cardinality for r in parts.relationships for end in r.ends if end.cardinality]
    pairs = sum(".." in count for count in counts)
    if parts.marked:
        return "crows-foot"
    if counts and pairs * 2 > len(counts):
        return "min-max"
    return "chen" if by_diamonds or len(parts.relationships) == 0 else "min-max"


def _convinces(graph: Graph, parts: Parts, by_diamonds: int, hanging: Sequence[Branch]) -> bool:
    """Whether enough of the drawing makes sense as an ER diagram, and hardly anything speaks against it."""
    other = sum(node.shape.kind == "other" for node in graph.nodes if node.name)
    if not parts.attributes and _has_operations(graph, parts):
        return False
    if parts.misfits + other > _MISFITS * parts.fits or (by_diamonds + parts.marked == 0 and _has_typed_fields(graph)):
        return False
    on_entities = [b for b in hanging if graph.nodes[b.owner].shape.kind == "rectangle"]
    paired = any(_is_labelled(relationship, graph.nodes) for relationship in parts.relationships)
    return by_diamonds > 0 or parts.marked > 0 or paired or len(on_entities) >= 3


def _has_operations(graph: Graph, parts: Parts) -> bool:
    """Whether a diamond is named by an operation of a query or a circuit, and nothing else shows an ER diagram."""
    plain = not any(end.cardinality or end.total for relationship in parts.relationships for end in relationship.ends)
    named = [node.name.lower().split() for node in graph.nodes if node.shape.kind == "diamond"]
    return plain and any(words and {words[0], words[-1]} & _OPERATIONS for words in named)


def _has_typed_fields(graph: Graph) -> bool:
    """Whether boxes list "name: type" and mark no key, as class diagrams do; there too lines are labelled "1" and "*"."""
    rows = [row for node in graph.nodes for row in node.rows]
    typed = sum(bool(_FIELD.fullmatch(row.text)) for row in rows)
    keyed = any(row.underline for row in rows) or any(
        attribute.key for node in graph.nodes for attribute in row_attributes(node)
    )
    return typed > 0.5 * len(rows) and not keyed


def _is_labelled(relationship: Relationship, nodes: Sequence[Node]) -> bool:
    """Whether both ends of a line between boxes are labelled: with pairs, or "1" and "N" where the boxes list attributes."""
    counts = [end.cardinality for end in relationship.ends]
    listing = {node.name for node in nodes if node.rows}
    return all(counts) and (all(".." in str(count) for count in counts) or all(e.entity in listing for e in relationship.ends))
