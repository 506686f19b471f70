from indexing.reading.diagrams import sentences
from indexing.records import Attribute, Diagram, End, Entity, Relationship


def test_entities_tell_keys_first_and_components_in_parentheses() -> None:
    diagram = Diagram(
        entities=[
            Entity(name="EMPLOYEE"),
            Entity(name="DEPENDENT", weak=True),
            Entity(name="NOTE"),
            Entity(name="PAGE", weak=True),
        ],
        attributes=[
            Attribute(owner="EMPLOYEE", name="Name"),
            Attribute(owner="EMPLOYEE", name="Fname", parent="Name"),
            Attribute(owner="EMPLOYEE", name="Minit", parent="Name"),
            Attribute(owner="EMPLOYEE", name="Lname", parent="Name"),
            Attribute(owner="EMPLOYEE", name="Ssn", key=True),
            Attribute(owner="DEPENDENT", name="Sex"),
            Attribute(owner="DEPENDENT", name="Dependent_name", partial_key=True),
            Attribute(owner="DEPENDENT", name="Phones", multivalued=True),
            Attribute(owner="DEPENDENT", name="Age", derived=True),
        ],
    )
    assert sentences(diagram) == [
        "EMPLOYEE has key attribute Ssn, and composite attribute Name (Fname, Minit, Lname).",
        "DEPENDENT is a weak entity with partial key Dependent_name, attribute Sex, "
        "multivalued attribute Phones, and derived attribute Age.",
        "NOTE is an entity.",
        "PAGE is a weak entity.",
    ]


def test_nested_and_multivalued_composites() -> None:
    diagram = Diagram(
        entities=[Entity(name="A")],
        attributes=[
            Attribute(owner="A", name="Address", multivalued=True),
            Attribute(owner="A", name="Street", parent="Address"),
            Attribute(owner="A", name="Number", parent="Street"),
            Attribute(owner="A", name="B"),
            Attribute(owner="A", name="C"),
            Attribute(owner="A", name="D"),
        ],
    )
    assert sentences(diagram) == ["A has multivalued composite attribute Address (Street (Number)), and attributes B, C and D."]


def test_relationships_tell_what_is_shown_and_nothing_else() -> None:
    def both(a: End, b: End, **fields: object) -> str:
        relationship = Relationship.model_validate({"ends": [a, b], **fields})
        return sentences(Diagram(relationships=[relationship]))[0]

    e, d = End(entity="EMPLOYEE", cardinality="N", total=True), End(entity="DEPARTMENT", cardinality="1", total=True)
    assert both(e, d, name="WORKS_FOR") == "WORKS_FOR relates EMPLOYEE (N, total) to DEPARTMENT (1, total)."
    assert both(End(entity="A"), End(entity="B", total=False), name="has") == "has relates A to B."
    assert both(End(entity="A"), End(entity="B")) == "An unnamed relationship relates A to B."
    assert (
        both(e, End(entity="DEPENDENT", cardinality="N"), name="OF", identifying=True)
        == "OF is an identifying relationship that relates EMPLOYEE (N, total) to DEPENDENT (N)."
    )
    boss, worker = End(entity="E", cardinality="1", role="boss"), End(entity="E", cardinality="N", role="worker")
    assert both(boss, worker, name="LEADS") == "LEADS relates E (1, as boss) to itself (N, as worker)."
    assert both(e, d, name="ON", attributes=["Hours"]).endswith(", with attribute Hours.")
    assert both(e, d, name="ON", attributes=["Hours", "Since"]).endswith(", with attributes Hours and Since.")


def test_more_than_two_ends() -> None:
    ends = [End(entity="A", cardinality="M"), End(entity="B", cardinality="N"), End(entity="C")]
    diagram = Diagram(relationships=[Relationship(name="SUPPLY", ends=ends)])
    assert sentences(diagram) == ["SUPPLY relates A (M), B (N), and C."]
