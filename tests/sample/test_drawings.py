"""The drawings of the sample course: what they state is well formed, and where their parts stand is legible."""

from __future__ import annotations

import json
import math
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typesetting import chen, crowsfoot, drawing, graph
from typesetting.canvas import TEXT_WIDTH, Canvas
from typesetting.document import FONT
from typesetting.drawing import DrawingError
from typesetting.geometry import Shape, along

DIAGRAMS = Path(__file__).resolve().parents[2] / "data" / "sample" / "source" / "diagrams"
DRAWINGS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DIAGRAMS.glob("*.json"))
}
ER = {name: each for name, each in DRAWINGS.items() if each["kind"] == "er"}
CHEN = {name: each for name, each in ER.items() if each["notation"] != "crows-foot"}
ATTRIBUTE = {"owner", "name", "parent", "key", "partial_key", "multivalued", "derived"}
MARKS = {"chen": r"[1NMP]", "min-max": r"\d+\.\.(\d+|N)", "crows-foot": r"[01]\.\.[1N]"}


@pytest.fixture(scope="module")
def widths() -> dict[str, float]:
    return drawing.measure_widths(drawing.label_lines(DRAWINGS.values()), FONT)


@pytest.mark.parametrize("name", ER)
def test_diagram_has_the_agreed_form(name: str) -> None:
    diagram = ER[name]["diagram"]
    assert diagram.keys() == {"entities", "attributes", "relationships"}
    assert all(entity.keys() == {"name", "weak"} for entity in diagram["entities"])
    assert all(attribute.keys() == ATTRIBUTE for attribute in diagram["attributes"])
    for relationship in diagram["relationships"]:
        assert relationship.keys() == {"name", "identifying", "attributes", "ends"}
        assert all(end.keys() == {"entity", "cardinality", "total", "role"} for end in relationship["ends"])
        assert len(relationship["ends"]) >= 2


@pytest.mark.parametrize("name", ER)
def test_diagram_makes_sense(name: str) -> None:
    diagram = ER[name]["diagram"]
    weak = {entity["name"]: entity["weak"] for entity in diagram["entities"]}
    owned = {(attribute["owner"], attribute["name"]) for attribute in diagram["attributes"]}
    assert len(weak) == len(diagram["entities"])
    assert len(owned) == len(diagram["attributes"])
    for attribute in diagram["attributes"]:
        assert attribute["owner"] in weak
        assert attribute["parent"] is None or (attribute["owner"], attribute["parent"]) in owned
        assert not (attribute["key"] and attribute["partial_key"])
        assert not attribute["partial_key"] or weak[attribute["owner"]]
    for relationship in diagram["relationships"]:
        assert {end["entity"] for end in relationship["ends"]} <= weak.keys()
        mark = MARKS[ER[name]["notation"]]
        assert all(re.fullmatch(mark, end["cardinality"]) for end in relationship["ends"])
        if relationship["identifying"]:
            assert any(weak[end["entity"]] and end["total"] for end in relationship["ends"])
    for entity, is_weak in weak.items():
        around = [r for r in diagram["relationships"] if any(end["entity"] == entity for end in r["ends"])]
        assert not is_weak or any(relationship["identifying"] for relationship in around), entity


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawing_fits_the_page(name: str, widths: dict[str, float]) -> None:
    assert drawing.typeset(name, DRAWINGS[name], widths).startswith(("box(", "scale("))
    assert 0 < drawing.height(name, DRAWINGS[name], widths) < 450


def outline(shape: Shape) -> list[tuple[float, float]]:
    """Points on a shape's outline, all around."""
    angles = [2 * math.pi * step / 72 for step in range(72)]
    far = shape.width + shape.height
    return [shape.leave((shape.x + far * math.cos(angle), shape.y + far * math.sin(angle))) for angle in angles]


@pytest.mark.parametrize("name", CHEN)
def test_no_two_parts_overlap(name: str, widths: dict[str, float]) -> None:
    shapes = chen.shapes(Canvas(widths), CHEN[name]["diagram"], CHEN[name]["layout"])
    clashes = [
        (one, two)
        for one, two in combinations(shapes, 2)
        if any(shapes[two].contains(point) for point in outline(shapes[one]))
        or shapes[two].contains((shapes[one].x, shapes[one].y))
        or shapes[one].contains((shapes[two].x, shapes[two].y))
    ]
    assert clashes == []


@pytest.mark.parametrize("name", CHEN)
def test_no_line_runs_through_a_part(name: str, widths: dict[str, float]) -> None:
    canvas = Canvas(widths)
    chen.draw(canvas, CHEN[name]["diagram"], CHEN[name]["layout"])
    shapes = chen.shapes(canvas, CHEN[name]["diagram"], CHEN[name]["layout"])
    crossed = set()
    for start, end in canvas.lines:
        length = math.dist(start, end)
        points = [along(start, end, distance) for distance in range(3, int(length) - 2, 2)]
        for part, shape in shapes.items():
            underline = shape.contains(start) and shape.contains(end)
            if not underline and any(shape.contains(point) for point in points):
                crossed.add(part)
    assert crossed == set()


@pytest.mark.parametrize("name", [name for name in DRAWINGS if name not in CHEN])
def test_other_drawings_draw(name: str, widths: dict[str, float]) -> None:
    canvas = Canvas(widths)
    if DRAWINGS[name]["kind"] == "graph":
        graph.draw(canvas, DRAWINGS[name])
    else:
        crowsfoot.draw(canvas, DRAWINGS[name]["diagram"], DRAWINGS[name]["layout"])
    assert 0 < canvas.extent()[2] <= TEXT_WIDTH * 1.13


forms = st.sampled_from(["box", "oval", "diamond"])
lengths = st.floats(10, 200)
angles = st.floats(0, 2 * math.pi)


@given(forms, lengths, lengths, angles, st.floats(1.1, 5))
def test_a_line_leaves_on_the_outline(form: str, width: float, height: float, angle: float, times: float) -> None:
    shape = Shape(form, 0, 0, width, height)
    far = math.hypot(width, height) * times
    target = (far * math.cos(angle), far * math.sin(angle))
    x, y = shape.leave(target)
    assert shape.contains((x, y))
    assert not shape.contains((x * 1.001, y * 1.001))
    assert math.isclose(x * target[1], y * target[0], abs_tol=1e-6 * far * far)


def test_a_line_from_inside_to_inside_is_refused() -> None:
    with pytest.raises(ValueError, match="a line ends inside the box at 0, 0"):
        Shape("box", 0, 0, 10, 10).leave((1, 1))


def box(name: str, at: list[float]) -> dict[str, Any]:
    return {"id": name, "label": name, "shape": "box", "at": at}


def test_mistakes_in_a_drawing_are_named() -> None:
    widths = {"A": 5.0, "": 0.0}
    lost = {"kind": "graph", "nodes": [box("A", [0, 0])], "edges": [{"from": "A", "to": "B", "label": "", "arrow": True}]}
    with pytest.raises(DrawingError, match=r"^x\.json: 'B' is missing or not placed$"):
        drawing.typeset("x.json", lost, widths)
    wide = {"kind": "graph", "nodes": [box("A", [0, 0]), {**box("A", [900, 0]), "id": "C"}], "edges": []}
    with pytest.raises(DrawingError, match=r"^x\.json: the drawing is \d+ pt wide, the page's text 455 pt$"):
        drawing.typeset("x.json", wide, widths)
    end = {"entity": "A", "cardinality": "2..3", "total": None, "role": None}
    relationship = {"name": "A", "identifying": False, "attributes": [], "ends": [end, end]}
    entity = {"name": "A", "weak": False}
    strange = {
        "kind": "er",
        "notation": "crows-foot",
        "diagram": {"entities": [entity, {**entity, "name": "B"}], "attributes": [], "relationships": [relationship]},
        "layout": {"A": [0, 0], "B": [300, 0]},
    }
    relationship["ends"] = [end, {**end, "entity": "B"}]
    with pytest.raises(DrawingError, match=r"crow's-foot notation has no mark for '2\.\.3'"):
        drawing.typeset("x.json", strange, {**widths, "B": 5.0})


def test_description_in_words() -> None:
    assert drawing.describe(DRAWINGS["supervision"]) == (
        "Entity-relationship diagram with entity types EMPLOYEE and relationship types SUPERVISION"
    )
