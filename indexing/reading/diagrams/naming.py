"""Names that stand outside their shapes: beside a small diamond, above a box whose top compartment holds the key (IDEF1X)."""

from collections.abc import Sequence
from dataclasses import replace

from indexing.reading.diagrams.geometry import box_gap
from indexing.reading.diagrams.graph import Graph, Node
from indexing.reading.diagrams.phrases import Phrase, cardinality_of

_NEAR = 8.0  # points between a diamond and its name
_ABOVE = 6.0  # points between a box and its title above


def with_outer_names(graph: Graph) -> Graph:
    """The graph with such labels taken as their shapes' names, where there is exactly one to take."""
    return _titled(_beside_diamonds(graph))


def _beside_diamonds(graph: Graph) -> Graph:
    nodes, labels = list(graph.nodes), list(graph.labels)
    for index, node in enumerate(nodes):
        if node.shape.kind != "diamond" or node.name:
            continue
        near = [label for label in labels if cardinality_of(label.text) is None and box_gap(label.box, node.shape.box) <= _NEAR]
        if len(near) == 1:
            nodes[index] = replace(node, name=near[0].text)
            labels.remove(near[0])
    return replace(graph, nodes=tuple(nodes), labels=tuple(labels))


def _titled(graph: Graph) -> Graph:
    """Only where every divided box has a title above: a single label there is a neighbour's."""
    divided = [
        i for i, node in enumerate(graph.nodes) if node.shape.kind == "rectangle" and node.compartments > 1 and node.name
    ]
    titles = {i: above for i in divided if (above := _title(graph.nodes[i], graph.labels)) is not None}
    if not divided or len(titles) < len(divided) or len({id(title) for title in titles.values()}) < len(titles):
        return graph
    nodes = tuple(_renamed(node, titles[i]) if i in titles else node for i, node in enumerate(graph.nodes))
    taken = {id(title) for title in titles.values()}
    return replace(graph, nodes=nodes, labels=tuple(label for label in graph.labels if id(label) not in taken))


def _title(node: Node, labels: Sequence[Phrase]) -> Phrase | None:
    """The one label that stands directly above a box, within its width."""
    x0, y0, x1, _ = node.shape.box
    above = [
        label
        for label in labels
        if -0.3 * label.height <= y0 - label.box[3] <= _ABOVE
        and x0 - 3 <= label.box[0]
        and label.box[2] <= max(x1, x0 + 1.6 * (x1 - x0))
        and cardinality_of(label.text) is None
    ]
    return above[0] if len(above) == 1 else None


def _renamed(node: Node, title: Phrase) -> Node:
    """A box named by the title above it; what stood for its name are its first rows, the key."""
    keys = tuple(replace(row, underline="solid") for row in node.head)
    return replace(node, name=title.text, rows=(*keys, *node.rows), underline=None)
