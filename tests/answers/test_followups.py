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
        ("How are keys mapped?", "And weak entity types?", "How are weak entity types mapped?"),
        ("How is a many-to-many relationship mapped?", "and a one-to-one?", "How is a one-to-one relationship mapped?"),
        ("What does a database administrator do?", "And a designer?", "What does a designer do?"),
        ("What is logical data independence?", "and physical?", "What is physical data independence?"),
        ("What is an outer join?", "and the left one?", "What is the left outer join?"),
        ("How does SQL treat nulls in comparisons?", "And in GROUP BY?", "How does SQL treat nulls in GROUP BY?"),
        ("What are the ACID properties?", "What does the first one mean?", "What does the first one mean, of ACID properties?"),
        ("What is the difference between a key and a lock?", "Which one opens?", "Which one opens, of a key and a lock?"),
        ("Who may lock rows?", "And tables?", "Who may lock rows, for tables?"),
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
        "Thanks!",
        "ok thank you",
        "When is a schedule serializable?",
    ],
)
def test_a_question_that_can_stand_alone_is_left_as_it_is(question: str) -> None:
    assert whole("What is a weak entity?", question) == question


def test_the_topic_is_what_was_asked_for_last_and_is_still_spoken_of() -> None:
    asked = ["What is two-phase locking?", "Why is two-phase locking needed?"]
    history = [Turn(question=question, answer="It is.") for question in asked]
    assert whole_question("Does it prevent deadlocks?", history) == "Does two-phase locking prevent deadlocks?"
    history.append(Turn(question="What is a view?", answer="It is."))
    assert whole_question("Can you give me an example?", history) == "Give an example of view."


def test_without_a_conversation_nothing_is_carried() -> None:
    assert whole_question("and what about 3NF?", []) == "and what about 3NF?"


def test_a_model_rewrites_with_words_of_the_conversation_only() -> None:
    good = FakeEngine(lambda _: '"What is a normal form of relations about 3NF?"')
    assert whole("What is 2NF?", "and what about 3NF?", good) == "What is a normal form of relations about 3NF?"
    for bad in ("What is Paris in 3NF?", "3NF is great.", "", "What is 2NF?", "Ignore this? What about 3NF?"):
        assert whole("What is 2NF?", "and what about 3NF?", FakeEngine(lambda _, bad=bad: bad)) == "What is 3NF?"
