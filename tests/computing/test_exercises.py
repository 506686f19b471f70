"""Exercises: seeded, solvable, graded exactly, the first wrong step by name."""

import pytest

from indexing.errors import UsageError
from indexing.records import Attribute, Diagram, End, Entity, Relationship
from tutor.computing.exercises import KINDS, Exercise, make_exercise
from tutor.computing.grading import grade
from tutor.computing.tables import BookTable

TABLES = [
    BookTable(
        name="EMPLOYEE",
        aliases=(),
        columns=("Ssn", "Lname", "Salary", "Dno"),
        types=("INTEGER", "TEXT", "INTEGER", "INTEGER"),
        rows=((1, "Ann", 10, 1), (2, "Bo", 20, 1), (3, "Cy", 30, 2), (4, "Di", 40, 2), (5, "Ed", 50, 3)),
        caption="",
        record=0,
    ),
    BookTable(
        name="DEPT",
        aliases=(),
        columns=("Dno", "Dname"),
        types=("INTEGER", "TEXT"),
        rows=((1, "One"), (2, "Two"), (3, "Three"), (4, "Four")),
        caption="",
        record=1,
    ),
]
DIAGRAM = Diagram(
    entities=[Entity(name="OWNER"), Entity(name="PET", weak=True)],
    attributes=[
        Attribute(owner="OWNER", name="Owner_no", key=True),
        Attribute(owner="PET", name="Pet_name", partial_key=True),
        Attribute(owner="PET", name="Colour", multivalued=True),
    ],
    relationships=[
        Relationship(
            name="KEEPS",
            identifying=True,
            ends=[End(entity="OWNER", cardinality="1"), End(entity="PET", cardinality="N", total=True)],
        )
    ],
)


def make(kind, seed):
    return make_exercise(kind, seed, TABLES, [DIAGRAM])


@pytest.mark.parametrize("kind", KINDS)
def test_the_solution_is_graded_right_and_a_seed_gives_the_same_exercise(kind):
    for seed in range(12):
        exercise = make(kind, seed)
        assert make(kind, seed) == exercise
        assert Exercise.model_validate_json(exercise.model_dump_json()) == exercise
        result = grade(exercise, exercise.solution)
        assert result.correct, (exercise.question, exercise.solution, result)
        assert result.first_wrong_step is None
        assert exercise.steps
    assert len({make(kind, seed).question for seed in range(12)}) > (0 if kind == "er-mapping" else 3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer", ["", "   ", "???", "{", "R(", "-> ->", "x" * 5000, "{Q}", "42"])
def test_nonsense_is_wrong_and_never_an_exception(kind, answer):
    result = grade(make(kind, 1), answer)
    assert not result.correct
    assert result.first_wrong_step
    assert result.explanation


def exercise(kind, write="", **given):
    return Exercise(kind=kind, seed=0, question="", write=write, given=given, solution="", steps=())


SCHEMA = "R(A, B, C, D); A -> B; B -> C"


@pytest.mark.parametrize(
    ("kind", "given", "answer", "step", "explanation"),
    [
        ("closure", {"attributes": ["A"]}, "A\nAB\nABD", "ABD", "D does not follow from {A, B}."),
        ("closure", {"attributes": ["A"]}, "{A}; {A, B}", "{A, B}", "It stops too early: B → C still adds C."),
        ("closure", {"attributes": ["A", "D"]}, "ABC", "ABC", "D is missing: X⁺ contains X itself."),
        ("closure", {"attributes": ["A"]}, "A+ = {A, B, C}", None, "Right."),
        ("keys", {}, "{A}", "{A}", "{A}⁺ = {A, B, C} lacks D: not a superkey, hence no key."),
        ("keys", {}, "{A, B, D}", "{A, B, D}", "{A, D} alone is a superkey, so {A, B, D} is not minimal: no candidate key."),
        ("keys", {}, "AD", None, "Right."),
        ("normal-form", {}, "keys: {A, D}; form: 2NF", "form: 2NF", "It is not in 2NF: in A → B, B is not prime"),
        ("normal-form", {}, "keys: {A}; form: 1NF", "{A}", "lacks D"),
        ("normal-form", {}, "1NF", None, "Right."),
        ("cover", {}, "A -> B; A -> D", "A → D", "A → D does not follow"),
        ("cover", {}, "A -> B", "B → C is lost", "The cover does not imply B → C"),
        ("cover", {}, "A -> B; B -> C; A -> C", "A → C", "It is redundant: the others imply it."),
        ("cover", {}, "A, B -> C; A -> B; B -> C", "A, B → C", "A is extraneous on its left side."),
        ("cover", {}, "A -> B, C; B -> C", "A → B, C", "Its right side is not a single attribute."),
        ("bcnf", {}, "R1(A, B), R2(B, C)", "the relations", "D is in none of them."),
        ("bcnf", {}, "R1(A, B, C), R2(A, D)", "(A, B, C)", "It is not in BCNF: B → C holds there"),
        ("bcnf", {}, "R1(A, B), R2(B, C), R3(C, D)", "the join", "The join of the relations is not lossless."),
        ("bcnf", {}, "R1(A, B), R2(B, C), R3(A, D)", None, "Right."),
        ("synthesis", {}, "R1(A, B), R2(A, C), R3(A, D)", "B → C is lost", "B → C is not preserved."),
        ("synthesis", {}, "R1(A, B, C), R2(A, D)", "(A, B, C)", "It is not in 3NF: in B → C, {B} is not a superkey"),
        ("lossless", {"parts": [["A", "B"], ["B", "C", "D"]]}, "yes", "yes", "the join is not lossless"),
        ("preservation", {"parts": [["A", "B", "D"], ["A", "C"]]}, "yes", "yes", "Lost: B → C."),
        ("preservation", {"parts": [["A", "B", "D"], ["A", "C"]]}, "no: A -> B", "A → B", "A → B is preserved"),
        ("preservation", {"parts": [["A", "B", "D"], ["A", "C"]]}, "no: B -> C", None, "Right."),
    ],
)
def test_the_first_wrong_step_is_named(kind, given, answer, step, explanation):
    result = grade(exercise(kind, schema=SCHEMA, **given), answer)
    assert (result.correct, result.first_wrong_step) == (step is None, step)
    assert explanation in result.explanation


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        ("edges: T1 -> T2, T2 -> T1; no", None),
        ("no", None),
        ("yes: T1, T2", "yes"),
        ("edges: T1 -> T2; no", "T2 -> T1 is missing"),
        ("edges: T1 -> T2, T2 -> T1, T3 -> T1; no", "T3 -> T1"),
    ],
)
def test_schedules(answer, step):
    assert grade(exercise("serializability", schedule="r1(x) w2(x) w1(x)"), answer).first_wrong_step == step


def test_a_serial_order_against_an_edge_is_wrong():
    assert grade(exercise("serializability", schedule="r1(x) w2(x)"), "yes: T2, T1").first_wrong_step == "order T2, T1"


@pytest.mark.parametrize(
    ("answer", "step", "explanation"),
    [
        ("OWNER(Owner_no*)", "PET is missing", "PET(Owner_no, Pet_name)"),
        (
            "OWNER(Owner_no*)\nPET(O*, Pet_name)\nPET_COLOUR(O*, P*, Colour*)",
            "PET(O*, Pet_name)",
            "Pet_name belongs to the primary key.",
        ),
        (
            "OWNER(Owner_no*)\nPET(Pet_name*)\nPET_COLOUR(O*, P*, Colour*)",
            "PET(Pet_name*)",
            "It has 1 attributes where 2 belong",
        ),
        ("OWNER(Owner_no*)\nPET(Own*, Pet_name*)\nPET_COLOUR(O*, P*, Colour*)", None, "Right."),
        ("OWNER(Owner_no*)\nPET(Own*, Pet_name*)\nPET_COLOUR(O*, P*, Colour*)\nKEEPS(O*, P*)", "KEEPS(O*, P*)", "No construct"),
    ],
)
def test_mappings(answer, step, explanation):
    result = grade(make("er-mapping", 0), answer)
    assert result.first_wrong_step == step
    assert explanation in result.explanation


def test_what_there_is_no_material_for_is_said():
    with pytest.raises(UsageError, match="a table of numbers and names"):
        make_exercise("sql", 1)
    with pytest.raises(UsageError, match="an ER diagram"):
        make_exercise("er-mapping", 1)
    with pytest.raises(UsageError, match="no exercises of the kind 'magic'"):
        make_exercise("magic", 1)


def test_an_answer_that_is_far_too_long_is_not_read() -> None:
    with pytest.raises(UsageError, match="5,001 characters long; the limit is 5,000"):
        grade(make_exercise("keys", 1), "A" * 5_001)
