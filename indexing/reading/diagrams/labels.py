"""Which line a free label belongs to: cardinalities, (min,max) pairs and roles beside the lines of relationships."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexing.reading.diagrams.geometry import box_gap, union
from indexing.reading.diagrams.graph import Graph, label_distance
from indexing.reading.diagrams.nets import Net
from indexing.reading.diagrams.phrases import Phrase, cardinality_of, name_of, phrase_of
from indexing.records import Diagram

_LONGEST = 40  # characters; longer text is prose beside the drawing
_NEAR = 2.5  # times its height: a label further than that from all lines is a title or a note
_SURE = 1.5  # points by which a line must be nearer than another line that could have the label


@dataclass(frozen=True, slots=True)
class NetLabels:
    """What stands beside one net: its cardinality and its other text, None where there is none or it is uncertain."""

    cardinality: str | None = None
    text: str | None = None


def reach_of(label: Phrase) -> float:
    """How far from its line a label may stand: a cardinality a little more than its height, other text hardly as far."""
    height = min(label.height, 16.0)
    return 1.3 * height + 4.0 if cardinality_of(label.text) is not None else 0.9 * height + 3.0


def split_labels(labels: Sequence[Phrase]) -> tuple[list[Phrase], list[Phrase]]:
    """Cardinality labels and other labels; "N supervisor" is one of each."""
    counts: list[Phrase] = []
    texts: list[Phrase] = []
    for label in labels:
        if cardinality_of(label.text) is not None:
            counts.append(label)
            continue
        words = label.words
        if len(words) > 1 and cardinality_of(words[0].text) is not None:
            counts.append(phrase_of(words[:1]))
            texts.append(phrase_of(words[1:]))
        elif len(words) > 1 and cardinality_of(words[-1].text) is not None:
            counts.append(phrase_of(words[-1:]))
            texts.append(phrase_of(words[:-1]))
        elif len(label.text) <= _LONGEST:
            texts.append(label)
    return counts, _blocks(texts)


def _blocks(texts: Sequence[Phrase]) -> list[Phrase]:
    """Labels of several lines put together."""
    blocks: list[list[Phrase]] = []
    for text in sorted(texts, key=lambda p: p.box[1]):
        for block in blocks:
            last = block[-1].box
            close = -0.5 * text.height <= text.box[1] - last[3] <= 0.35 * text.height
            centred = abs((last[0] + last[2]) - (text.box[0] + text.box[2])) / 2 <= 3 or abs(last[0] - text.box[0]) <= 1.5
            if close and centred and block[-1].upright and text.upright:
                block.append(text)
                break
        else:
            blocks.append([text])
    return [
        block[0] if len(block) == 1 else replace(block[0], text=name_of(block), box=union([p.box for p in block]), words=())
        for block in blocks
    ]


def beside(labels: Sequence[Phrase], nets: Sequence[Net]) -> tuple[dict[int, Phrase], list[Phrase]]:
    """The label of each net (by its place), at most one each, the nearest pairs first; and the labels that are uncertain.

    Uncertain is a label that stands as near to another net which got none, and two of one kind beside the same net.
    """
    pairs = sorted(
        (distance, i, j)
        for i, label in enumerate(labels)
        for j, net in enumerate(nets)
        if _near(label, net) and (distance := label_distance(label, net)) <= reach_of(label)
    )
    given: dict[int, int] = {}
    of_label: dict[int, tuple[int, float]] = {}
    for distance, i, j in pairs:
        if i not in of_label and j not in given:
            given[j] = i
            of_label[i] = (j, distance)
    unsure = {i for distance, i, j in pairs if i in of_label and j not in given and distance < of_label[i][1] + _SURE}
    for _, i, j in pairs:
        if i not in of_label and _same_kind(labels[i], labels[given[j]]):
            unsure |= {i, given[j]}
    return (
        {j: labels[i] for j, i in given.items() if i not in unsure},
        [labels[i] for i in sorted(unsure)],
    )


def unread_labels(graph: Graph, diagram: Diagram) -> list[str]:
    """A doubt for each label near a line or a diamond that stands for something, and that nothing of the diagram took."""
    ends = [end for relationship in diagram.relationships for end in relationship.ends]
    taken = [relationship.name for relationship in diagram.relationships] + [end.role for end in ends]
    words = {word for text in taken if text for word in text.split()}
    diamonds = [node.shape.box for node in graph.nodes if node.shape.kind == "diamond"]
    nets = [net for net in graph.nets if len(net.shapes) > 1]
    doubts = []
    for label in split_labels(graph.labels)[1]:
        near = min(
            [label_distance(label, net) for net in nets] + [box_gap(label.box, box) for box in diamonds], default=math.inf
        )
        if near <= _NEAR * label.height and not set(label.text.split()) <= words:
            doubts.append(f'the label "{label.text}" is not read')
    return doubts


def _same_kind(a: Phrase, b: Phrase) -> bool:
    """Whether two labels are both single cardinalities, or both pairs; a line may have one of each."""
    first, second = cardinality_of(a.text), cardinality_of(b.text)
    return first is not None and second is not None and (".." in first) == (".." in second)


def _near(label: Phrase, net: Net) -> bool:
    reach = reach_of(label)
    return any(
        box_gap(
            label.box, (min(x for x, _ in piece), min(y for _, y in piece), max(x for x, _ in piece), max(y for _, y in piece))
        )
        <= reach
        for piece in net.pieces
    )
