"""ER-to-relational mapping: every construct, every notation, what is not shown, and what is broken."""

import json

import pytest

from indexing.errors import UsageError
from indexing.records import Attribute, Diagram, End, Entity, Relationship
from tutor.computing.er_mapping import map_to_relations


def diagram(entities, attributes, relationships, notation="chen"):
    """Entities "A" or "(A)" for weak; attributes "A.x key"; relationships (name, "A 1 total", "B N role=r", …)."""
    return Diagram(
        notation=notation,
        entities=[Entity(name=e.strip("()"), weak=e.startswith("(")) for e in entities.split()],
        attributes=[attribute(text) for text in attributes],
        relationships=[relationship(*parts) for parts in relationships],
    )


def attribute(text):
    path, *flags = text.split()
    owner, *names = path.split(".")
    return Attribute(
        owner=owner,
        name=names[-1],
        parent=names[0] if len(names) > 1 else None,
        key="key" in flags,
        partial_key="partial" in flags,
        multivalued="multi" in flags,
        derived="derived" in flags,
    )


def relationship(name, *ends):
    name, _, attributes = name.partition(":")
    found = []
    for text in ends:
        entity, *marks = text.split()
        role = next((mark[5:] for mark in marks if mark.startswith("role=")), None)
        cardinality = next((mark for mark in marks if mark != "total" and not mark.startswith("role=")), None)
        found.append(End(entity=entity, cardinality=cardinality, total=True if "total" in marks else None, role=role))
    return Relationship(
        name=name.strip("<>") or None,
        identifying=name.startswith("<"),
        attributes=attributes.split(",") if attributes else [],
        ends=found,
    )


def mapped(*args, **kwargs):
    result = map_to_relations(diagram(*args, **kwargs))
    return [str(relation) for relation in result.relations], list(result.assumptions)


KEYS = ["A.a key", "B.b key"]


@pytest.mark.parametrize(
    ("entities", "attributes", "relationships", "notation", "relations"),
    [
        ("A", ["A.a key", "A.n", "A.n.first", "A.n.last", "A.age derived"], [], "chen", ["A(a, first, last), key {a}"]),
        ("A", ["A.a key", "A.x key"], [], "chen", ["A(a, x), key {a}, also unique {x}"]),
        ("A", ["A.a key", "A.x key"], [], "crows-foot", ["A(a, x), key {a, x}"]),
        ("A", ["A.a key", "A.p multi"], [], "chen", ["A(a), key {a}", "A_P(a, p), key {a, p}, a → A"]),
        (
            "Ab",
            ["Ab.a key", "Ab.p multi", "Ab.p.x", "Ab.p.y"],
            [],
            "chen",
            ["Ab(a), key {a}", "Ab_p(a, x, y), key {a, x, y}, a → Ab"],
        ),
        # 1:N, the many side takes the key: letters are read across
        ("A B", KEYS, [("R:since", "A N", "B 1")], "chen", ["A(a, b, since), key {a}, b → B", "B(b), key {b}"]),
        # the same with (min,max): A takes part once
        ("A B", KEYS, [("R", "A 1..1", "B 0..N")], "min-max", ["A(a, b), key {a}, b → B", "B(b), key {b}"]),
        # the same with crow's-foot marks: one B for each A
        ("A B", KEYS, [("R", "A 0..N", "B 1..1")], "crows-foot", ["A(a, b), key {a}, b → B", "B(b), key {b}"]),
        (
            "A B",
            KEYS,
            [("R:h", "A M", "B N")],
            "chen",
            ["A(a), key {a}", "B(b), key {b}", "R(a, b, h), key {a, b}, a → A, b → B"],
        ),
        # 1:1, the side that takes part totally holds the foreign key
        ("A B", KEYS, [("R", "A 1", "B 1 total")], "chen", ["A(a), key {a}", "B(b, a), key {b}, also unique {a}, a → A"]),
        ("A B", KEYS, [("R", "A 0..1", "B 1..1")], "min-max", ["A(a), key {a}", "B(b, a), key {b}, also unique {a}, a → A"]),
        ("A B", KEYS, [("R", "A 1", "B 1")], "chen", ["A(a, b), key {a}, also unique {b}, b → B", "B(b), key {b}"]),
        # recursive
        ("A", ["A.a key"], [("S", "A 1 role=boss", "A N role=worker")], "chen", ["A(a, boss_a), key {a}, boss_a → A"]),
        ("A", ["A.a key"], [("S", "A M", "A N")], "chen", ["A(a), key {a}", "S(a, A_a), key {a, A_a}, a → A, A_a → A"]),
        # weak, and weak of weak, whatever the order in the drawing
        (
            "(C) (B) A",
            ["A.a key", "B.b partial", "C.c partial"],
            [("<R>", "A 1", "B N"), ("<S>", "B 1", "C N")],
            "chen",
            ["A(a), key {a}", "B(a, b), key {a, b}, a → A", "C(a, b, c), key {a, b, c}, a, b → B"],
        ),
        # ternary: an end with 1 is left out of the key; with (min,max) an end that takes part once is the key
        (
            "A B C",
            [*KEYS, "C.c key"],
            [("R", "A N", "B M", "C 1")],
            "chen",
            ["A(a), key {a}", "B(b), key {b}", "C(c), key {c}", "R(a, b, c), key {a, b}, a → A, b → B, c → C"],
        ),
        (
            "A B C",
            [*KEYS, "C.c key"],
            [("R", "A 0..1", "B 0..N", "C 0..N")],
            "min-max",
            ["A(a), key {a}", "B(b), key {b}", "C(c), key {c}", "R(a, b, c), key {a}, a → A, b → B, c → C"],
        ),
        # names that several entity types share get the relation's name before them in a foreign key
        (
            "A B",
            ["A.no key", "B.no key"],
            [("R", "A N", "B 1")],
            "chen",
            ["A(no, B_no), key {no}, B_no → B", "B(no), key {no}"],
        ),
        ("A B", KEYS, [("", "A M", "B N")], "chen", ["A(a), key {a}", "B(b), key {b}", "A_B(a, b), key {a, b}, a → A, b → B"]),
    ],
)
def test_every_construct(entities, attributes, relationships, notation, relations):
    assert mapped(entities, attributes, relationships, notation=notation) == (relations, [])


def test_what_is_not_shown_is_assumed_and_said():
    assert mapped("A B", ["A.a key"], [("R", "A", "B 1")]) == (
        ["A(a, B_id), key {a}, B_id → B", "B(B_id), key {B_id}"],
        [
            "The drawing marks no key of B; B_id is added as one.",
            "The drawing does not show every cardinality of R; what is not shown counts as many.",
        ],
    )
    assert mapped("(A)", ["A.a partial"], []) == (
        ["A(a), key {a}"],
        ["No identifying relationship of the weak entity type A is drawn; its key may be too small."],
    )


@pytest.mark.parametrize(
    ("entities", "relationships", "message"),
    [
        ("", [], "the diagram has no entity types"),
        ("A", [("R", "A 1", "X N")], "R connects X, which the diagram does not draw"),
    ],
)
def test_broken_diagrams(entities, relationships, message):
    with pytest.raises(UsageError, match=message):
        mapped(entities, [], relationships)


def test_weak_entity_types_in_a_circle_end():
    relations, _ = mapped("(A) (B)", ["A.a partial", "B.b partial"], [("<R>", "A 1", "B N"), ("<S>", "B 1", "A N")])
    assert len(relations) == 2


def test_every_step_names_its_construct():
    steps = map_to_relations(diagram("A B", [*KEYS, "A.p multi"], [("R", "A M", "B N")])).steps
    assert [step.rule for step in steps] == [
        "regular entity type",
        "regular entity type",
        "M:N relationship type",
        "multivalued attribute",
    ]


def test_the_gold_diagrams_can_all_be_mapped(shared):
    files = sorted((shared / "data" / "er" / "gold").glob("*.json"))
    assert files
    for file in files:
        drawn = Diagram.model_validate(json.loads(file.read_text()))
        names = {relation.name for relation in map_to_relations(drawn).relations}
        assert {entity.name.replace(" ", "_") for entity in drawn.entities} <= names
