"""Schemas and dependencies as text: every way of writing, and errors that name the place."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.errors import TutorError, UsageError
from tutor.computing.notation import parse_parts, parse_schema, parse_set
from tutor.computing.prose import dependencies_among, free_dependencies, schema_statements
from tutor.computing.schemas import Dependency, Schema


def dependencies(text):
    return [str(dependency) for dependency in parse_schema(text).dependencies]


@pytest.mark.parametrize(
    "text",
    [
        "R(A, B, C); A -> B; B -> C",
        "R(A,B,C);A->B;B->C",
        "R(ABC); A → B, B → C",
        "R(A, B, C)\nA -> B\nB -> C\n",
        "R(A, B, C): A ⇒ B; B => C".replace("):", ");"),
        "R = (A, B, C); {A} -> {B}; {B} -> {C}",
        "R[A, B, C]; A --> B; B ——> C",
        "A -> B; B -> C",
        "R(A, B, C); FD1: A -> B; FD2: B -> C",
        "R(A, B, C); A -> B and B -> C",
        "R(A, B, C); A -> B -> C",
        "R(A, B, C); a -> b; b -> c",
    ],
)
def test_ways_of_writing_one_schema(text):
    schema = parse_schema(text)
    assert (schema.name, schema.attributes) == ("R", ("A", "B", "C"))
    assert dependencies(text) == ["A → B", "B → C"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R(A, B, C, D); AB -> CD", ["A, B → C, D"]),
        ("AB -> C; C -> D", ["A, B → C", "C → D"]),
        ("ID -> NAME", ["ID → NAME"]),
        ("R(Emp No, Emp Name, City); Emp No -> Emp Name, City", ["Emp No → Emp Name, City"]),
        ("R(Property_id#, Lot#); Property_id# -> Lot#", ["Property_id# → Lot#"]),
        ("R(Mgr-ssn, Dno); Dno->Mgr-ssn", ["Dno → Mgr-ssn"]),
        ("R(A, B, C); A ->> B; A →→ C", ["A →→ B", "A →→ C"]),
        ("R(Größe, Été); Größe -> Été", ["Größe → Été"]),
    ],
)
def test_names_and_arrows(text, expected):
    assert dependencies(text) == expected


def test_declared_keys():
    assert parse_schema("R(A, B, C); key: A, B").keys == (("A", "B"),)
    assert parse_schema("R(A*, B*, C)").keys == (("A", "B"),)
    assert parse_schema("R(A, B, C); keys: {A}, {B, C}").keys == (("A",), ("B", "C"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no schema given"),
        ("R(A, B); A > B", "character 12, '>': not part of a dependency"),
        ("R(A, B); A B", "character 10, 'A B': no arrow"),
        ("R(A, B); A ->", "character 10, 'A ->': a side of the dependency is empty"),
        ("R(A, B); -> B", "a side of the dependency is empty"),
        ("R(A, B); A -> Z", "Z in the dependency at character 10 is not an attribute of (A, B)"),
        ("R(A, B, A)", "names the attribute A twice"),
        ("R(A, 1B)", "'1B' is not an attribute name"),
        ("R(A,, B)", "'' is not an attribute name"),
        ("R(A, B); S(C, D)", "a second schema"),
        ("R(A, B, C, D, E); A -> B, C, D -> E", "cannot be read in one way only"),
        ("R(A, B, C, D, E); A -> B, C and D -> E", "cannot be read in one way only"),
        ("R(A, B); key: Z", "'Z' is not an attribute"),
    ],
)
def test_errors_name_the_place_and_the_reason(text, message):
    with pytest.raises(UsageError) as error:
        parse_schema(text)
    assert message in str(error.value)


@given(st.text(alphabet="RAB(),;->{} →\nkey:#é1", max_size=40))
def test_any_text_is_a_schema_or_a_usage_error(text):
    with contextlib.suppress(TutorError):
        assert parse_schema(text).attributes


names = st.sampled_from(["A", "B", "C", "Dno", "Emp_no"])


@given(st.lists(st.tuples(st.sets(names, min_size=1), st.sets(names, min_size=1), st.booleans()), max_size=5))
def test_what_is_written_is_read_back(items):
    schema = Schema(
        attributes=("A", "B", "C", "Dno", "Emp_no"),
        dependencies=tuple(
            Dependency(determinant=tuple(sorted(left)), dependent=tuple(sorted(right)), multivalued=multi)
            for left, right, multi in items
        ),
    )
    assert parse_schema("; ".join([str(schema), *map(str, schema.dependencies)])) == schema


def test_parts_and_sets():
    schema = parse_schema("R(A, B, C)")
    for text in ("A, B | B, C", "AB | BC", "R1(A, B), R2(B, C)", "{A, B}, {B, C}", "(A, B) and (B, C)", "R1(A, B); R2(B, C)"):
        assert parse_parts(text, schema) == (("A", "B"), ("B", "C"))
    for text in ("A, B", "{A, B}", "AB", "A B", "A and B", "(A, B)"):
        assert parse_set(text, schema) == ("A", "B")
    with pytest.raises(UsageError):
        parse_parts("A, B", schema)


ATTRIBUTES = ("Ssn", "Name", "Dno", "Dname", "City")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We have Ssn → Name, Dno and Dno → Dname, so the name", ["Ssn → Name, Dno", "Dno → Dname"]),
        ("Ssn → Name; Dno → Dname; and Name → City.", ["Ssn → Name", "Dno → Dname", "Name → City"]),
        ("In EMP, Dno → Dname holds", ["Dno → Dname"]),
        ("1. Ssn ——> Name\n2. Dno ———>\nDname", ["Ssn → Name", "Dno → Dname"]),
        ("FD1 – SSN, dno –> Name (PK)\nFD2 – dno –> dname", ["SSN, dno → Name", "dno → dname"]),
        ("{Ssn, Dno} → {Name}", ["Ssn, Dno → Name"]),
        ("no arrows here", []),
    ],
)
def test_dependencies_in_prose(text, expected):
    written = dependencies_among(text, ATTRIBUTES)
    assert written is not None
    assert [f"{', '.join(one.determinant)} → {', '.join(one.dependent)}" for one in written] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Ssn → Name, Salary",
        "Ssn → Salary",
        "Street, City → Dno and Dno → Dname",
        "X → Name",
        "Ssn → Name, Dno, City → Dname",
        "Ssn → Name, Dno and City → Dname",
        "Ssn, Name, Ssn → City",
    ],
)
def test_what_cannot_be_read_safely_is_not_read(text):
    assert dependencies_among(f"x {text}", ATTRIBUTES) is None


def test_dependencies_without_a_schema():
    written = free_dependencies(
        "FD1 – ClientNo, InterviewDate –> StaffNo (PK)\nFD2 – staffNo, interviewDate –> roomNo\nand so on"
    )
    assert written is not None
    assert [(one.determinant, one.dependent) for one in written] == [
        (("ClientNo", "InterviewDate"), ("StaffNo",)),
        (("staffNo", "interviewDate"), ("roomNo",)),
    ]


def test_schema_statements_in_prose():
    text = (
        "In EMP(Ssn, Name), and also in R (ABC), a key (Ssn, Name) or f(x) is no relation. "
        "COUNT(A, B) is none. PROJECT(Pno, Pname*) is. DEPT(Dno (PK), Dname) too. Twice T(A, A) is none."
    )
    assert [(s.name, s.attributes, s.key) for s in schema_statements(text)] == [
        ("EMP", ("Ssn", "Name"), ()),
        ("R", ("A", "B", "C"), ()),
        ("PROJECT", ("Pno", "Pname"), ("Pname",)),
        ("DEPT", ("Dno", "Dname"), ("Dno",)),
    ]
