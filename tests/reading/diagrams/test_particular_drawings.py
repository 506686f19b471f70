"""Drawings with one peculiarity each, read into whole sentences."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from er_brush import Style
from er_facts import found_on
from other_drawings import Sheet

from indexing.reading.diagrams import sentences

_CASES: dict[str, tuple[Callable[[Sheet], Any], list[list[str]], list[str]]] = {}


def case(*expected: list[str], doubts: tuple[str, ...] = ()) -> Callable[[Callable[[Sheet], Any]], None]:
    """Register a drawing with the sentences of each diagram on its page and all doubts."""

    def register(paint: Callable[[Sheet], Any]) -> None:
        _CASES[paint.__name__.strip("_")] = (paint, list(expected), list(doubts))

    return register


def _ovals(s: Sheet, owner: str, names: list[str], x: float, y: float) -> None:
    for i, name in enumerate(names):
        s.put(name, "oval", name, x + 75 * i, y, 66, 26)
        s.tie(name, owner, arrow=False)


def _pair(s: Sheet, middle: str, y: float = 200, kind: str = "diamond", a: str = "ALPHA", b: str = "BETA") -> None:
    s.put(a, "rectangle", a, 100, y)
    s.put(b, "rectangle", b, 400, y)
    s.put(middle, kind, middle, 250, y, 90, 44)
    s.tie(a, middle, arrow=False)
    s.tie(middle, b, arrow=False)


@case(
    ["EMPLOYEE has attributes Ssn and Name.", "SUPERVISES relates EMPLOYEE (1, as supervisor) to itself (N, as subordinate)."]
)
def _recursive_with_elbows(s: Sheet) -> None:
    s.put("e", "rectangle", "EMPLOYEE", 200, 200)
    s.put("r", "diamond", "SUPERVISES", 200, 330, 110, 50)
    s.brush.stroke([(160, 200), (110, 200), (110, 330), (145, 330)])
    s.brush.stroke([(240, 200), (290, 200), (290, 330), (255, 330)])
    for text, x, y in (("1", 125, 192), ("N", 275, 192), ("supervisor", 82, 270), ("subordinate", 322, 270)):
        s.brush.text(text, (x, y))
    _ovals(s, "e", ["Ssn", "Name"], 160, 120)


@case(["EMPLOYEE is an entity.", "SUPERVISES relates EMPLOYEE (1, as boss) to itself (N, as worker)."])
def _recursive_with_straight_lines(s: Sheet) -> None:
    s.put("e", "rectangle", "EMPLOYEE", 200, 200)
    s.put("r", "diamond", "SUPERVISES", 200, 330, 110, 50)
    s.brush.stroke([(180, 217), (160, 322)])
    s.brush.stroke([(220, 217), (240, 322)])
    for text, x, y in (("1", 170, 230), ("N", 232, 230), ("boss", 150, 290), ("worker", 258, 290)):
        s.brush.text(text, (x, y))


@case(
    ["SUPPLIER is an entity.", "PROJECT is an entity.", "PART is an entity.",
     "SUPPLY relates SUPPLIER (M), PROJECT (N), and PART (P), with attribute Quantity."]
)  # fmt: skip
def _ternary(s: Sheet) -> None:
    _pair(s, "SUPPLY", a="SUPPLIER", b="PROJECT")
    s.put("c", "rectangle", "PART", 250, 320)
    s.put("q", "oval", "Quantity", 250, 110, 70, 30)
    s.tie("SUPPLY", "c", arrow=False)
    s.tie("SUPPLY", "q", arrow=False)
    for text, x, y in (("M", 170, 192), ("N", 335, 192), ("P", 258, 285)):
        s.brush.text(text, (x, y))


@case(["EMPLOYEE has attributes Ssn, Name and Salary."])
def _attributes_on_a_branching_line(s: Sheet) -> None:
    s.put("e", "rectangle", "EMPLOYEE", 120, 200)
    s.brush.stroke([(160, 200), (200, 200)])
    s.brush.stroke([(200, 140), (200, 260)])
    for i, name in enumerate(("Ssn", "Name", "Salary")):
        s.put(name, "oval", name, 260, 140 + 60 * i, 60, 26)
        s.brush.stroke([(200, 140 + 60 * i), (230, 140 + 60 * i)])


@case(["EMPLOYEE has attributes Ssn, Name and Salary."])
def _small_circles_where_lines_meet_the_entity(s: Sheet) -> None:
    s.style.fill = "white"
    s.put("e", "rectangle", "EMPLOYEE", 120, 200)
    for i, name in enumerate(("Ssn", "Name", "Salary")):
        s.put(name, "oval", name, 260, 140 + 60 * i, 60, 26)
        s.tie("e", name, arrow=False)
    s.brush.shape("oval", (160, 197, 166, 203))
    s.brush.shape("oval", (157, 215, 164, 222))


@case(
    ["EMPLOYEE has attributes Ssn, Name and Job_type.", "SECRETARY is an entity.", "ENGINEER is an entity."],
    doubts=("a specialisation of EMPLOYEE, ENGINEER, SECRETARY is shown and not read",),
)
def _a_specialisation_circle(s: Sheet) -> None:
    s.put("e", "rectangle", "EMPLOYEE", 250, 100)
    s.put("d", "oval", "d", 250, 170, 18, 18)
    s.put("a", "rectangle", "SECRETARY", 150, 250)
    s.put("b", "rectangle", "ENGINEER", 350, 250)
    for key in "eab":
        s.tie("d", key, arrow=False)
    _ovals(s, "e", ["Ssn", "Name", "Job_type"], 170, 45)


@case(
    ["person has attributes id, name and street.", "student is an entity.", "teacher is an entity."],
    doubts=("a specialisation of person, student, teacher is shown and not read",),
)
def _an_isa_triangle(s: Sheet) -> None:
    s.put("e", "rectangle", "person", 250, 100)
    s.brush.closed([(250, 150), (290, 190), (210, 190)], False, False, None)
    s.brush.text("ISA", (250, 178))
    s.put("a", "rectangle", "student", 150, 250)
    s.put("b", "rectangle", "teacher", 350, 250)
    for line in ([(250, 117), (250, 150)], [(225, 190), (160, 233)], [(275, 190), (340, 233)]):
        s.brush.stroke(line)
    _ovals(s, "e", ["id", "name", "street"], 170, 45)


def _listed(s: Sheet, x: float, y: float, name: str, rows: list[tuple[int, str, bool]]) -> None:
    """A box with a title and left-aligned rows: (steps of indentation, text, underlined)."""
    s.brush.shape("rectangle", (x, y, x + 90, y + 16 + 12.5 * len(rows)))
    s.brush.stroke([(x, y + 15), (x + 90, y + 15)])
    s.brush.text(name, (x + 45, y + 7))
    for i, (step, text, underlined) in enumerate(rows):
        left, base = x + 5 + step * 10, y + 26 + i * 12.5
        s.page.insert_text((left, base), text, fontname="helv", fontsize=8)
        if underlined:
            s.brush.underline((left, base + 1.4), 4.2 * len(text), False)


@case(
    ["instructor has key attribute ID, composite attribute name (first_name, last_name), multivalued attribute phone_number, "
     "attribute date_of_birth, and derived attribute age.",
     "student has key attribute ID, and attribute tot_cred.",
     "advisor relates instructor to student."]
)  # fmt: skip
def _diamonds_between_boxes_with_listed_attributes(s: Sheet) -> None:
    _listed(s, 80, 100, "instructor", [
        (0, "ID", True), (0, "name", False), (1, "first_name", False), (1, "last_name", False),
        (0, "{phone_number}", False), (0, "date_of_birth", False), (0, "age ( )", False)])  # fmt: skip
    _listed(s, 350, 130, "student", [(0, "ID", True), (0, "tot_cred", False)])
    s.put("r", "diamond", "advisor", 260, 150, 80, 40)
    s.brush.stroke([(170, 150), (220, 150)])
    s.brush.stroke([(300, 150), (350, 150)])


@case(
    ["ALPHA is an entity.", "BETA is an entity.", "advisor relates ALPHA to BETA."],
    doubts=("the arrowhead at BETA's end of advisor is not read",),
)
def _an_arrow_from_the_diamond(s: Sheet) -> None:
    s.put("a", "rectangle", "ALPHA", 100, 200)
    s.put("b", "rectangle", "BETA", 400, 200)
    s.put("r", "diamond", "advisor", 250, 200, 90, 44)
    s.tie("r", "a", arrow=False)
    s.tie("r", "b", arrow=True)


@case(
    ["CUSTOMER has key attribute name, and attributes sector and age.",
     "ORDER has key attribute number, and attribute address.",
     "places relates CUSTOMER (1..1) to ORDER (0..N)."]
)  # fmt: skip
def _boxes_of_cells_with_types_and_key_marks(s: Sheet) -> None:
    def box(y: float, name: str, rows: list[tuple[str, str, str]]) -> None:
        s.brush.shape("rectangle", (60, y, 200, y + 20))
        s.brush.text(name, (130, y + 10))
        for i, row in enumerate(rows):
            top = y + 20 + 18 * i
            for (left, right), text in zip(((0, 50), (50, 110), (110, 140)), row, strict=True):
                s.brush.shape("rectangle", (60 + left, top, 60 + right, top + 18))
                s.page.insert_text((65 + left, top + 12), text, fontname="helv", fontsize=8)

    s.style.fill = "white"
    box(80, "CUSTOMER", [("string", "name", "PK"), ("string", "sector", ""), ("int", "age", "")])
    box(260, "ORDER", [("int", "number", "PK"), ("string", "address", "FK")])
    for line in ([(130, 154), (130, 260)], [(125, 160), (135, 160)], [(125, 164), (135, 164)]):
        s.brush.stroke(line)
    s.brush.stroke([(130, 248), (124, 260)])
    s.brush.stroke([(130, 248), (136, 260)])
    s.brush.shape("oval", (127, 240, 133, 246))
    s.brush.text("places", (148, 205))


@case(["ALPHA is an entity.", "BETA is an entity.", "Enrols relates ALPHA to BETA, with attribute Grade."])
def _a_diamond_in_a_rectangle(s: Sheet) -> None:
    s.put("a", "rectangle", "ALPHA", 100, 200)
    s.put("b", "rectangle", "BETA", 420, 200)
    s.put("o", "rectangle", "", 260, 200, 100, 50)
    s.put("r", "diamond", "Enrols", 260, 200, 96, 46)
    s.put("g", "oval", "Grade", 260, 110, 60, 26)
    for line in ([(140, 200), (210, 200)], [(310, 200), (380, 200)], [(260, 123), (260, 175)]):
        s.brush.stroke(line)


@case(
    ["A1 is an entity.", "B1 is an entity.", "R1 relates A1 to B1."],
    ["A2 is an entity.", "B2 is an entity.", "R2 relates A2 to B2."],
)
def _two_figures_with_text_between(s: Sheet) -> None:
    _pair(s, "R1", 120, a="A1", b="B1")
    _pair(s, "R2", 330, a="A2", b="B2")
    s.page.insert_text((80, 170), "Figure 1.1 The first of two figures.", fontsize=10)
    for i in range(6):
        s.page.insert_text(
            (60, 200 + 14 * i), "This is running text of a paragraph that stands between two figures.", fontsize=10
        )
    s.page.insert_text((80, 380), "Figure 1.2 The second of two figures.", fontsize=10)


@case(
    ["ALPHA is an entity.", "BETA is an entity.", "GAMMA is an entity.", "DELTA is an entity.",
     "two relates BETA to GAMMA.", "one relates ALPHA to DELTA."]
)  # fmt: skip
def _lines_that_cross(s: Sheet) -> None:
    for name, x, y in (("ALPHA", 100, 100), ("BETA", 400, 100), ("GAMMA", 100, 300), ("DELTA", 400, 300)):
        s.put(name, "rectangle", name, x, y)
    s.put("r", "diamond", "one", 330, 230, 60, 36)
    s.put("q", "diamond", "two", 180, 230, 60, 36)
    for a, b in (("ALPHA", "r"), ("r", "DELTA"), ("BETA", "q"), ("q", "GAMMA")):
        s.tie(a, b, arrow=False)


@case(["Person is an entity.", "manages relates Person (N) to itself (1..1)."])
def _a_loop_with_marks(s: Sheet) -> None:
    s.put("e", "rectangle", "Person", 200, 200, 100, 60)
    s.brush.stroke([(250, 190), (300, 190), (300, 260), (220, 260), (220, 230)])
    for line in ([(250, 184), (260, 190)], [(250, 196), (260, 190)], [(214, 236), (226, 236)], [(214, 240), (226, 240)]):
        s.brush.stroke(line)
    s.brush.text("manages", (322, 230))


@case(["ALPHA is an entity.", "BETA is an entity.", "owns relates ALPHA (1) to BETA (N)."])
def _a_name_above_a_small_diamond(s: Sheet) -> None:
    s.put("a", "rectangle", "ALPHA", 100, 200)
    s.put("b", "rectangle", "BETA", 400, 200)
    s.put("r", "diamond", "", 250, 200, 40, 30)
    s.tie("a", "r", arrow=False)
    s.tie("r", "b", arrow=False)
    for text, x, y in (("owns", 250, 175), ("1", 220, 193), ("N", 280, 193)):
        s.brush.text(text, (x, y))


@case(
    ["CUSTOMER has key attribute customer_id, and attributes name and city.",
     "ORDER has key attribute order_id, and attributes date and total.", "places relates CUSTOMER (1) to ORDER (N)."]
)  # fmt: skip
def _titles_above_boxes(s: Sheet) -> None:
    for x, title, key, rows in (
        (60, "CUSTOMER", "customer_id", ["name", "city"]),
        (330, "ORDER", "order_id", ["date", "total"]),
    ):
        s.brush.text(title, (x + 50, 92))
        s.brush.shape("rectangle", (x, 100, x + 100, 160))
        s.brush.stroke([(x, 118), (x + 100, 118)])
        s.brush.text(key, (x + 50, 109))
        for i, row in enumerate(rows):
            s.brush.text(row, (x + 50, 128 + 12 * i))
    for line in ([(160, 130), (330, 130)], [(320, 130), (330, 124)], [(320, 130), (330, 136)], [(166, 124), (166, 136)]):
        s.brush.stroke(line)
    s.brush.text("places", (245, 122))


@case()
def _a_class_diagram(s: Sheet) -> None:
    for x, name in ((60, "Person"), (330, "Company")):
        s.brush.shape("rectangle", (x, 100, x + 110, 170))
        s.brush.stroke([(x, 118), (x + 110, 118)])
        s.brush.text(name, (x + 55, 109))
        for i, row in enumerate(("- name: String", "- age: int", "+ print()")):
            s.brush.text(row, (x + 50, 126 + 14 * i))
    s.brush.stroke([(170, 130), (330, 130)])
    for text, x in (("1..*", 183), ("0..1", 315), ("works for", 250)):
        s.brush.text(text, (x, 122))


@case(
    ["ALPHA has attributes A, B, C and D.", "BETA is an entity.", "GAMMA is an entity.", "has relates ALPHA to BETA."],
    doubts=("attribute Name is connected to more than one owner",),
)
def _an_attribute_of_two_owners(s: Sheet) -> None:
    _pair(s, "has")
    s.put("c", "rectangle", "GAMMA", 400, 320)
    s.put("n", "oval", "Name", 400, 260, 60, 26)
    s.tie("n", "BETA", arrow=False)
    s.tie("n", "c", arrow=False)
    _ovals(s, "ALPHA", ["A", "B", "C", "D"], 60, 110)


@pytest.mark.parametrize("name", sorted(_CASES))
def test_particular_drawing(name: str, tmp_path: Path) -> None:
    paint, expected, doubts = _CASES[name]
    found = found_on(tmp_path, lambda page: paint(Sheet(page, random.Random(0), Style())))
    assert [sentences(d.diagram) for d in found if d.diagram] == expected
    assert [doubt for d in found for doubt in d.doubts] == doubts


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages_read_the_same(turn: int, tmp_path: Path) -> None:
    def paint(page: Any) -> None:
        _CASES["ternary"][0](Sheet(page, random.Random(0), Style()))
        page.set_rotation(turn)

    found = found_on(tmp_path, paint)
    assert len(found) == 1
    assert found[0].diagram is not None
    assert {(e.entity, e.cardinality) for r in found[0].diagram.relationships for e in r.ends} == {
        ("SUPPLIER", "M"), ("PROJECT", "N"), ("PART", "P")}  # fmt: skip


def test_the_box_holds_the_drawing_and_not_its_caption(tmp_path: Path) -> None:
    def paint(page: Any) -> None:
        _CASES["ternary"][0](Sheet(page, random.Random(0), Style()))
        page.insert_text((100, 350), "Figure 3.2: A ternary relationship.", fontsize=10)

    box = found_on(tmp_path, paint)[0].box
    assert box[0] == pytest.approx(60, abs=1)
    assert box[1] == pytest.approx(95, abs=1)
    assert box[2] == pytest.approx(440, abs=1)
    assert box[3] == pytest.approx(337, abs=1)
