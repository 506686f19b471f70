"""Chen's notation: attributes in ovals, relationships in diamonds, their lines and labels.

Gives what can be read with certainty, and a doubt for each part that can't.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from indexing.reading.diagrams.endmarks import cardinality_of_marks, end_marks
from indexing.reading.diagrams.graph import Graph, Node
from indexing.reading.diagrams.labels import beside, split_labels
from indexing.reading.diagrams.nets import Net
from indexing.reading.diagrams.phrases import cardinality_of
from indexing.records import Attribute, End, Relationship

_BOLD = 1.8  # times as wide as the thinnest arm: a bold line


@dataclass(slots=True)
class Parts:
    """What was read so far. `fits` and `misfits` count the lines that make sense as an ER diagram, and those that don't;
    `marked` the line ends whose crow's-foot marks were read."""

    attributes: list[Attribute] = field(default_factory=list)
    relationships: list[Relationship] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    fits: int = 0
    misfits: int = 0
    marked: int = 0


@dataclass(frozen=True, slots=True)
class Branch:
    """An oval and the node that it hangs on: another oval (a component), an entity or a relationship."""

    oval: int
    parent: int
    owner: int


def branches(graph: Graph, aliases: dict[int, int], parts: Parts) -> list[Branch]:
    """Every oval that hangs on exactly one owner by a way without cycles, owners' own ovals before their components."""
    edges = _edges(graph, aliases)
    ovals = [i for i, node in enumerate(graph.nodes) if node.shape.kind == "oval" and i not in aliases]
    seen: set[int] = set()
    found: list[Branch] = []
    for oval in ovals:
        if oval in seen:
            continue
        group = _group(oval, edges, graph.nodes)
        seen.update(group)
        roots = [(i, j) for i in group for j in sorted(edges[i]) if graph.nodes[j].shape.kind != "oval"]
        inner = sum(j in group for i in group for j in edges[i]) // 2
        names = ", ".join(graph.nodes[i].name or "an oval without a name" for i in sorted(group))
        if len(roots) != 1 or inner != len(group) - 1:
            reason = "is not connected to an owner" if not roots else "is connected to more than one owner"
            parts.doubts.append(f"attribute {names} {reason}")
            parts.misfits += len(group) if roots else 0
            continue
        found += _hanging(*roots[0], edges, group)
    parts.fits += len(found)
    return found


def _edges(graph: Graph, aliases: dict[int, int]) -> dict[int, set[int]]:
    """Which nodes hang on which; on a line that branches, all ovals hang on its one node that is none."""
    edges: dict[int, set[int]] = defaultdict(set)
    for net in graph.nets:
        ends = sorted({aliases.get(i, i) for i in net.shapes})
        others = [i for i in ends if graph.nodes[i].shape.kind != "oval"]
        if len(ends) > 2 and len(others) != 1:
            continue
        hub = others[0] if len(ends) > 2 else (ends[0] if ends else 0)
        for end in ends:
            if end != hub and "oval" in (graph.nodes[end].shape.kind, graph.nodes[hub].shape.kind):
                edges[end].add(hub)
                edges[hub].add(end)
    return edges


def _group(oval: int, edges: dict[int, set[int]], nodes: Sequence[Node]) -> set[int]:
    """The ovals that are connected with one through ovals alone."""
    group, waiting = {oval}, [oval]
    while waiting:
        for other in edges[waiting.pop()]:
            if other not in group and nodes[other].shape.kind == "oval":
                group.add(other)
                waiting.append(other)
    return group


def _hanging(root: int, owner: int, edges: dict[int, set[int]], group: set[int]) -> list[Branch]:
    found, waiting = [Branch(root, owner, owner)], [root]
    placed = {root}
    while waiting:
        here = waiting.pop(0)
        for other in sorted(edges[here] & group - placed):
            placed.add(other)
            found.append(Branch(other, here, owner))
            waiting.append(other)
    return found


def attribute_of(branch: Branch, nodes: Sequence[Node]) -> Attribute:
    """The attribute that an oval states."""
    node = nodes[branch.oval]
    return Attribute(
        owner=nodes[branch.owner].name,
        name=node.name,
        parent=nodes[branch.parent].name if branch.parent != branch.owner else None,
        key=node.underline == "solid",
        partial_key=node.underline == "dashed",
        multivalued=node.shape.double,
        derived=node.shape.dashed,
    )


def aliases_of(nodes: Sequence[Node]) -> dict[int, int]:
    """Rectangles drawn round a diamond (associative entities), each standing for its diamond."""
    found: dict[int, int] = {}
    for i, outer in enumerate(nodes):
        for j, inner in enumerate(nodes):
            if outer.shape.kind == "rectangle" and not outer.name and inner.shape.kind == "diamond":
                gaps = [abs(a - b) for a, b in zip(outer.shape.box, inner.shape.box, strict=True)]
                if max(gaps) <= 0.15 * max(outer.shape.width, outer.shape.height) + 1:
                    found[i] = j
    return found


@dataclass(frozen=True, slots=True)
class _Arm:
    """A line from a relationship's diamond to an entity."""

    diamond: int
    entity: int
    net: Net


def relationships(graph: Graph, aliases: dict[int, int], own: dict[int, list[str]], parts: Parts) -> None:
    """Read each diamond with its arms into `parts`. `own` has the attributes of each diamond."""
    arms = _arms(graph, aliases, parts)
    counts, texts = split_labels(graph.labels)
    nets = [arm.net for arm in arms]
    cardinalities, unsure = beside(counts, nets)
    roles, unsure_roles = beside(texts, nets)
    for label in (*unsure, *unsure_roles):
        parts.doubts.append(f'the label "{label.text}" could be of more than one end')
    total = _drawn_total(nets)
    shown = any(total)
    for i, node in enumerate(graph.nodes):
        if node.shape.kind != "diamond":
            continue
        mine = sorted((k for k, arm in enumerate(arms) if arm.diamond == i), key=lambda k: arms[k].entity)
        if len(mine) < 2:
            parts.doubts.append(f"relationship {node.name or 'without a name'} has fewer than two ends that could be read")
            parts.misfits += 1
            continue
        parts.fits += len(mine)
        ends = []
        for k in mine:
            cardinality = cardinality_of(cardinalities[k].text) if k in cardinalities else _marked(graph, arms[k])
            parts.marked += k not in cardinalities and cardinality is not None
            letter = cardinality is not None and ".." not in cardinality
            ends.append(
                End(
                    entity=graph.nodes[arms[k].entity].name,
                    cardinality=cardinality,
                    total=total[k] if shown or letter else None,
                    role=roles[k].text if k in roles else None,
                )
            )
        parts.relationships.append(
            Relationship(name=node.name or None, identifying=node.shape.double, attributes=own.get(i, []), ends=ends)
        )


def _drawn_total(nets: Sequence[Net]) -> list[bool]:
    """Which arms show total participation: double lines, or bold ones among thin ones."""
    thin = min((net.bold for net in nets), default=0.0)
    return [net.double or net.bold >= _BOLD * thin > 0 for net in nets]


def _arms(graph: Graph, aliases: dict[int, int], parts: Parts) -> list[_Arm]:
    arms: list[_Arm] = []
    for net in graph.nets:
        ends = sorted({aliases.get(i, i) for i in net.shapes})
        kinds = [graph.nodes[i].shape.kind for i in ends]
        if "diamond" not in kinds or "oval" in kinds or len(ends) < 2:
            continue
        names = " and ".join(graph.nodes[i].name or "a shape without a name" for i in ends)
        if sorted(kinds) != ["diamond", "rectangle"] or len(net.ends) != 2:
            parts.doubts.append(f"the line between {names} is no end of a relationship")
            parts.misfits += 1
            continue
        diamond, entity = (ends[0], ends[1]) if kinds[0] == "diamond" else (ends[1], ends[0])
        if not graph.nodes[entity].name:
            parts.doubts.append(f"{names}: an entity without a name")
            continue
        arms.append(_Arm(diamond, entity, net))
    return arms


def _marked(graph: Graph, arm: _Arm) -> str | None:
    """The cardinality that crow's-foot marks at the entity's end of an arm show."""
    end = next((end for end in arm.net.ends if end.shape == arm.entity), None)
    if end is None:
        return None
    marks = end_marks(arm.net, end, graph.nodes[arm.entity].shape, graph.strokes, graph.marks)
    return cardinality_of_marks(marks)
