"""Practice: points, hints, grades, and when a question comes again."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from indexing.embedding import load_embedder
from indexing.errors import UsageError
from indexing.records import Question
from tests.classroom.conftest import Classroom
from tutor.classroom.database import utc_now
from tutor.classroom.decks import Standing
from tutor.classroom.tables import Card
from tutor.practice import (
    Exercise,
    Grade,
    Grader,
    Point,
    Review,
    Verdict,
    doubts_of,
    exercise_key,
    exercises_of,
    nudge,
    partial_answer,
    points_of,
)
from tutor.ui.practice_html import grade_html, verdict_line

KEYS = Exercise(
    "k1", "4.5", "What is the difference between a candidate key and a primary key?",
    "If a relation schema has more than one key, each of them is called a candidate key. One of the candidate keys is "
    "designated as the primary key, whose values are used to identify tuples; the others are declared as unique.", "4",
)  # fmt: skip


def exercises(count: int) -> list[Exercise]:
    return [Exercise(f"k{number}", f"1.{number}", f"Question {number}?", f"Answer {number}.", "1") for number in range(count)]


def test_questions_without_an_answer_are_no_exercises() -> None:
    found = exercises_of(
        [
            Question(question="1.9 – What is a key?", answer="A minimal superkey.", chapter="1", number="1.9"),
            Question(question="1.10 – Draw one.", answer=None),
            Question(question="1.11 – And?", answer="  "),
        ]
    )
    assert [(item.number, item.question, item.reference) for item in found] == [
        ("1.9", "What is a key?", "A minimal superkey.")
    ]


def test_a_key_survives_case_and_space() -> None:
    assert exercise_key("What  is\na key?") == exercise_key("what is a KEY?") != exercise_key("What is a superkey?")


def test_points_are_sentences_and_their_parts() -> None:
    assert points_of("Restrict: it is rejected.\n1. Cascade: others go too.\n2. Set null; impossible for a key part. Ok.") == [
        "Restrict: it is rejected.",
        "Cascade: others go too.",
        "impossible for a key part.",
    ]
    assert points_of("BCNF") == ["BCNF"]


def test_hints_tell_more_and_more() -> None:
    first = nudge(KEYS)
    assert "The answer makes 3 points." in first
    assert "designated" not in first
    assert "d········d" in first
    assert partial_answer(KEYS) == "If a relation schema has more than one key, each of them is called a candidate key. …"
    assert partial_answer(Exercise("k", "", "Q?", "A minimal superkey.", "")) == "A …"


@pytest.mark.parametrize(
    ("given_answer", "doubts"),
    [
        ("It has 3 keys.", ["“3” is not in the reference"]),
        ("A key.", []),
        ("In 2NF, 1.5 times", ["“1.5” is not in the reference"]),
    ],
)
def test_figures_of_their_own_are_doubted(given_answer: str, doubts: list[str]) -> None:
    assert doubts_of(KEYS, given_answer) == doubts


@pytest.fixture(scope="module")
def grader(session_root: Path) -> Grader:
    return Grader(load_embedder("minilm", session_root / "cache"))


def test_the_reference_itself_is_right(grader: Grader) -> None:
    grade = grader.grade(KEYS, KEYS.reference)
    assert grade.verdict == "right"
    assert grade.sure > 0.8
    assert all(point.covered for point in grade.points)


def test_other_words_are_right_part_is_partly_and_nonsense_is_unsure(grader: Grader) -> None:
    other = (
        "When there are several keys all are candidate keys; you choose one as primary to identify the tuples, "
        "the rest are unique."
    )
    assert grader.grade(KEYS, other).verdict == "right"
    assert grader.grade(KEYS, "Each of several keys is called a candidate key.").verdict == "partly"
    assert grader.grade(KEYS, "Bananas are yellow and grow on plants in the south.").verdict == "unsure"


@pytest.mark.parametrize("text", ["", "   ", "the of and", "x" * 5_001])
def test_what_is_no_answer_is_not_graded(grader: Grader, text: str) -> None:
    with pytest.raises(UsageError):
        grader.grade(KEYS, text)


@pytest.mark.parametrize("verdict", ["partly", "unsure"])
def test_nothing_is_called_wrong_and_the_reference_stands_beside_it(verdict: str) -> None:
    grade = Grade(verdict, 0.3, 0.9, [Point("A <minimal> superkey.", False, 0.1)], [])  # type: ignore[arg-type]
    html = grade_html(grade, KEYS, "4 <Keys>", Review(1.0, 2.5))
    assert "A &lt;minimal&gt; superkey." in html
    assert "wrong" not in html.lower()
    assert "90 %" in html
    closed = grade_html(grade, KEYS, "4 Keys", Review(1.0, 2.5), "2027-01-31")
    assert "superkey" not in closed
    assert "2027-01-31" in closed
    assert "wrong" not in closed.lower()


YES, HALF, NO = Point("A", True, 0.7), Point("B", False, 0.3), Point("C", False, 0.1)


@pytest.mark.parametrize(
    ("verdict", "sure", "points", "line"),
    [
        ("right", 0.9, [YES, YES], "Right"),
        ("right", 0.9, [YES, NO], "Right as a whole: compare the points without ✔, which you put in other words or left out"),
        ("right", 0.4, [YES, YES], "Probably right: compare with the points"),
        ("right", 0.9, [HALF, NO], "Probably right: compare with the points"),
        ("partly", 0.9, [HALF, NO], "Partly there: compare with the reference"),
        ("partly", 0.9, [NO, NO], "Near it, but I find no point for certain: compare"),
        ("partly", 0.5, [YES, YES], "Every point is there: look at what is marked ⚠"),
        ("unsure", 0.9, [HALF, NO], "I do not find the reference’s points in your words: compare for yourself"),
        ("unsure", 0.4, [YES, NO], "I find a part of the points, and am not sure of the rest: compare for yourself"),
    ],
)
def test_the_verdicts_words_agree_with_the_points(verdict: Verdict, sure: float, points: list[Point], line: str) -> None:
    doubts = ["“3” is not in the reference"] if sure == 0.5 else []
    grade = Grade(verdict, 0.5, sure, points, doubts)
    assert verdict_line(grade) == line
    html = grade_html(grade, KEYS, "4 Keys", Review(1.0, 2.5))
    assert [html.count(sign + "</span>") for sign in "✔◐○"] == [points.count(kind) for kind in (YES, HALF, NO)]


def test_the_schedule_of_somebody_who_knows() -> None:
    review, days = Review(), []
    for _ in range(4):
        review = review.after(1.0)
        days.append(review.interval_days)
    assert days == [1.0, 6.0, 17.0, 50.0]


def test_what_went_wrong_comes_again_at_once() -> None:
    known = Review(30.0, 2.5)
    assert known.after(0.1).interval_days == 0
    assert known.after(0.5).interval_days == 1
    assert known.after(1.0, hints=4).interval_days == 0  # the answer had been shown


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4)), max_size=30))
def test_the_schedule_keeps_its_bounds(answers: list[tuple[float, int]]) -> None:
    review = Review()
    for quality, hints in answers:
        before, review = review, review.after(quality, hints)
        assert review.ease >= 1.3
        assert review.interval_days >= 0
        assert review.after(1.0).interval_days >= review.after(quality, hints).interval_days
        assert before.after(quality, 4).interval_days <= before.after(quality, 0).interval_days


def test_the_deck_gives_due_ones_first_then_new_ones(classroom: Classroom) -> None:
    decks, course, items = classroom.room.tutoring.decks, classroom.databases.id, exercises(3)
    good, bad = Grade("right", 1.0, 1.0, [], []), Grade("unsure", 0.0, 1.0, [], [])
    assert decks.next(classroom.bob, course, items) == items[0]
    decks.record(classroom.bob, course, items[0], "A", bad, 0)
    assert decks.next(classroom.bob, course, items, "k0") == items[1]
    decks.record(classroom.bob, course, items[1], "A", good, 0)
    assert decks.next(classroom.bob, course, items, "k1") == items[2]
    with classroom.room.database.write() as session:
        session.execute(update(Card).where(Card.question_key == "k0").values(due=utc_now() - timedelta(minutes=1)))
    assert decks.next(classroom.bob, course, items, "k1") == items[0]
    assert decks.standing(classroom.bob, course, items) == Standing(total=3, tried=2, due=1)
    assert decks.next(classroom.bob, course, []) is None
    assert decks.next(classroom.bob, course, items, "k1", ["k0"]) == items[2]
    assert decks.next(classroom.bob, course, items, "k1", ["k0", "k2"]) == items[0]  # all were skipped: from the beginning
    assert decks.next(classroom.bob, course, items[:1], "k0", ["k0"]) == items[0]  # there is no other
    assert decks.standing(classroom.ada, course, items) == Standing(3, 0, 0)
