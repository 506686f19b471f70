"""Drawings with a part that no step reads: it is left out and told as a doubt, and the rest is read. And class diagrams."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from er_brush import Style
from er_facts import found_on
from other_drawings import Sheet

from indexing.reading.diagrams import sentences

TWO_BOXES = ["ALPHA is an entity.", "BETA is an entity."]


def _pair(s: Sheet, middle: str = "HAS") -> None:
    s.put("a", "rectangle", "ALPHA", 100, 200)
    s.put("b", "rectangle", "BETA", 400, 200)
    s.put("r", "diamond", middle, 250, 200, 90, 44)


def _joined(s: Sheet) -> None:
    _pair(s)
    s.tie("a", "r", arrow=False)
    s.tie("r", "b", arrow=False)


def _class(s: Sheet, x: float, name: str, rows: list[str]) -> None:
    s.brush.shape("rectangle", (x, 100, x + 110, 122 + 14 * len(rows)))
    s.brush.stroke([(x, 118), (x + 110, 118)])
    s.brush.text(name, (x + 55, 109))
    for i, row in enumerate(rows):
        s.brush.text(row, (x + 50, 126 + 14 * i))


def hollow_arrow(s: Sheet) -> None:
    """A hollow arrowhead to the general entity, as class diagrams have it, in an ER diagram."""
    _joined(s)
    for key, x in (("GAMMA", 60), ("DELTA", 200)):
        s.put(key, "rectangle", key, x, 340)
        s.brush.stroke([(x, 323), (x, 280)])
    s.brush.closed([(100, 217), (93, 229), (107, 229)], False, False, None)
    s.brush.stroke([(100, 229), (100, 280)])
    s.brush.stroke([(60, 280), (200, 280)])


def arrow_at_diamond(s: Sheet) -> None:
    _pair(s)
    s.tie("a", "r", arrow=False)
    s.tie("b", "r", arrow=True)


def attribute_at_small_circle(s: Sheet) -> None:
    _joined(s)
    s.brush.stroke([(100, 183), (100, 150)])
    s.brush.shape("oval", (97, 144, 103, 150))
    s.brush.text("code", (100, 136))


def hexagon(s: Sheet) -> None:
    _joined(s)
    s.put("c", "rectangle", "GAMMA", 400, 340)
    s.brush.closed([(360, 270), (380, 250), (420, 250), (440, 270), (420, 290), (380, 290)], False, False, None)
    s.brush.text("NEEDS", (400, 270))
    s.brush.stroke([(400, 217), (400, 250)])
    s.brush.stroke([(400, 290), (400, 323)])
    for i, name in enumerate("ABCD"):
        s.put(name, "oval", name, 60 + 75 * i, 110, 66, 26)
        s.tie(name, "a", arrow=False)


def two_labels_on_a_line(s: Sheet) -> None:
    _joined(s)
    for text, x in (("1", 150), ("N", 195), ("M", 345)):
        s.brush.text(text, (x, 192))


@pytest.mark.parametrize(
    ("paint", "told", "doubts"),
    [
        (
            hollow_arrow,
            [*TWO_BOXES, "GAMMA is an entity.", "DELTA is an entity.", "HAS relates ALPHA to BETA."],
            ["the line that joins ALPHA, DELTA, GAMMA is not read; it may be a specialisation"],
        ),
        (
            arrow_at_diamond,
            [*TWO_BOXES, "HAS relates ALPHA to BETA."],
            ["the arrowhead at HAS on the line from BETA is not read"],
        ),
        (
            attribute_at_small_circle,
            [*TWO_BOXES, "HAS relates ALPHA to BETA."],
            ["a line from ALPHA ends at a small circle and is not read; it may be an attribute"],
        ),
        (
            hexagon,
            [
                "ALPHA has attributes A, B, C and D.",
                "BETA is an entity.",
                "GAMMA is an entity.",
                "HAS relates ALPHA to BETA.",
            ],
            ["NEEDS stands in a shape that no ER notation has and is not read"],
        ),
        (
            two_labels_on_a_line,
            [*TWO_BOXES, "HAS relates ALPHA to BETA (M)."],
            ['the label "1" could be of more than one end', 'the label "N" could be of more than one end'],
        ),
    ],
)
def test_what_is_left_out_is_told(paint: Callable[[Sheet], None], told: list[str], doubts: list[str], tmp_path: Path) -> None:
    (drawing,) = found_on(tmp_path, lambda page: paint(Sheet(page, random.Random(1), Style())))
    assert drawing.diagram is not None
    assert sentences(drawing.diagram) == told
    assert list(drawing.doubts) == doubts


@pytest.mark.parametrize(
    "rows", [["id: Integer", "total: Money"], ["id", "close(): void"], ["number", "add(line: Line)"]], ids=str
)
def test_class_diagrams_stay_figures(rows: list[str], tmp_path: Path) -> None:
    def paint(s: Sheet) -> None:
        _class(s, 60, "Order", rows)
        _class(s, 330, "Customer", rows)
        s.brush.stroke([(170, 130), (330, 130)])
        for text, x in (("0..*", 187), ("1..1", 312)):
            s.brush.text(text, (x, 122))

    drawings = found_on(tmp_path, lambda page: paint(Sheet(page, random.Random(1), Style())))
    assert [drawing.diagram for drawing in drawings] == [None]
