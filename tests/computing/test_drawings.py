"""SVG drawings: well-formed, self-contained, in the reader's colour, every text escaped."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from indexing.records import Attribute, Diagram, End, Entity, Relationship
from tutor.computing.er_drawing import er_diagram
from tutor.computing.graph_drawing import dependency_diagram, precedence_graph
from tutor.computing.notation import parse_schema
from tutor.computing.serializability import conflict_serializability, parse_schedule

SVG = "{http://www.w3.org/2000/svg}"
DIAGRAMS = Path(__file__).resolve().parents[2] / "data" / "sample" / "source" / "diagrams"


def texts(drawing):
    return [element.text for element in parse(drawing).iter(f"{SVG}text")]


def parse(drawing):
    """The drawing as XML, after checks that hold for every one."""
    root = ElementTree.fromstring(drawing)
    assert root.tag == f"{SVG}svg"
    assert root.get("aria-label")
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "line", "rect", "ellipse", "polygon", "path", "text", "title",
    }  # fmt: skip
    for word in ("<script", "href", "url(", "<style", "id="):
        assert word not in drawing
    for element in root.iter():
        for name in ("fill", "stroke"):
            assert element.get(name) in (None, "none", "currentColor")
    width, height = float(root.get("width")), float(root.get("height"))
    for element in root.iter(f"{SVG}text"):
        assert 0 <= float(element.get("x")) <= width
        assert 0 <= float(element.get("y")) <= height
    return root


def test_a_precedence_graph_shows_nodes_edges_and_the_cycle():
    drawing = precedence_graph(conflict_serializability(parse_schedule("r1(x) w2(x) w1(x) r3(y) w1(y)")))
    assert texts(drawing) == ["T1", "T2", "T3"]
    paths = list(parse(drawing).iter(f"{SVG}path"))
    assert sorted(path.get("stroke-width") for path in paths) == ["1.3", "2.6", "2.6"]
    assert sorted(path.find(f"{SVG}title").text for path in paths) == [
        "r1(x) before w2(x)",
        "r3(y) before w1(y)",
        "w2(x) before w1(x)",
    ]


@pytest.mark.parametrize("schedule", ["r1(x)", "r1(x) r2(x)", " ".join(f"w{i}(x)" for i in range(30))])
def test_graphs_of_any_size(schedule):
    parse(precedence_graph(conflict_serializability(parse_schedule(schedule))))


def test_a_dependency_diagram_has_a_box_for_each_attribute_and_an_arrow_for_each_dependent():
    schema = parse_schema("R(A, B, C); A -> B, C; B -> C; A, B -> A")
    drawing = dependency_diagram(schema, frozenset({"A"}))
    assert texts(drawing) == ["R", "A", "B", "C", "FD1", "FD2", "FD3"]
    root = parse(drawing)
    assert len(list(root.iter(f"{SVG}rect"))) == 3
    assert len(list(root.iter(f"{SVG}polygon"))) == 3
    assert sum("underline" in (element.get("style") or "") for element in root.iter(f"{SVG}text")) == 1


def test_every_er_diagram_of_the_sample_course_is_drawn_whole():
    drawn = 0
    for path in sorted(DIAGRAMS.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["kind"] != "er":
            continue
        diagram = Diagram.model_validate({**data["diagram"], "notation": data["notation"]})
        shown = texts(er_diagram(diagram))
        for name in [e.name for e in diagram.entities] + [a.name for a in diagram.attributes]:
            assert name in shown
        drawn += 1
    assert drawn >= 10


def test_shapes_of_chen():
    diagram = Diagram(
        entities=[Entity(name="A"), Entity(name="B", weak=True)],
        attributes=[
            Attribute(owner="A", name="k", key=True),
            Attribute(owner="A", name="m", multivalued=True),
            Attribute(owner="A", name="d", derived=True),
            Attribute(owner="B", name="p", partial_key=True),
        ],
        relationships=[
            Relationship(
                name="R",
                identifying=True,
                attributes=["x"],
                ends=[End(entity="A", cardinality="1"), End(entity="B", total=True)],
            )
        ],
    )
    root = parse(er_diagram(diagram))
    assert len(list(root.iter(f"{SVG}rect"))) == 3
    assert len(list(root.iter(f"{SVG}polygon"))) == 2
    assert len(list(root.iter(f"{SVG}ellipse"))) == 6
    assert [e.get("stroke-dasharray") for e in root.iter(f"{SVG}ellipse")].count("4 3") == 1
    styles = [element.get("style") for element in root.iter(f"{SVG}text")]
    assert styles.count("text-decoration:underline") == 1
    assert styles.count("text-decoration:underline dashed") == 1


def test_text_is_escaped():
    evil = '<script>"&'
    diagram = Diagram(
        entities=[Entity(name=evil)],
        attributes=[Attribute(owner=evil, name=evil)],
        relationships=[
            Relationship(name=evil, attributes=[evil], ends=[End(entity=evil, cardinality=evil, role=evil), End(entity="gone")])
        ],
    )
    assert set(texts(er_diagram(diagram))) == {evil}


def test_an_empty_diagram_is_an_empty_drawing():
    assert texts(er_diagram(Diagram())) == []
