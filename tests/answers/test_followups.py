"""Follow-up questions are made whole, and others left alone."""

import pytest

from tutor.answer import Turn
from tutor.engines.fake import FakeEngine
from tutor.followups import whole_question


def whole(before: str, question: str, engine: FakeEngine | None = None) -> str:
    return whole_question(question, [Turn(question=before, answer="A normal form of relations.")], engine)


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("What is second normal form?", "and what about 3NF?", "What is 3NF?"),
        ("What is second normal form?", "How about BCNF?", "What is BCNF?"),
        ("What is 2NF?", "And 3NF?", "What is 3NF?"),
        ("What is a candidate key?", "How is it found?", "How is candidate key found?"),
        ("What is a weak entity?", "Can you give me an example?", "Give an example of weak entity."),
        ("What is a weak entity?", "why?", "Explain weak entity."),
        ("How are keys mapped?", "And weak entity types?", "How are keys mapped, for weak entity types?"),
    ],
)  # fmt: skip
def test_the_subject_is_carried_over(before: str, question: str, expected: str) -> None:
    assert whole(before, question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What is a strong entity?",
        "Does a view store its data?",
        "List the ACID properties.",
        "When is a schedule serializable?",
    ],
)
def test_a_question_that_can_stand_alone_is_left_as_it_is(question: str) -> None:
    assert whole("What is a weak entity?", question) == question


def test_without_a_conversation_nothing_is_carried() -> None:
    assert whole_question("and what about 3NF?", []) == "and what about 3NF?"


def test_a_model_rewrites_with_words_of_the_conversation_only() -> None:
    good = FakeEngine(lambda _: '"What is a normal form of relations about 3NF?"')
    assert whole("What is 2NF?", "and what about 3NF?", good) == "What is a normal form of relations about 3NF?"
    for bad in ("What is Paris in 3NF?", "3NF is great.", "", "What is 2NF?", "Ignore this? What about 3NF?"):
        assert whole("What is 2NF?", "and what about 3NF?", FakeEngine(lambda _, bad=bad: bad)) == "What is 3NF?"
