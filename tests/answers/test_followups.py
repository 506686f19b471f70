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
        ("What is a candidate key?", "How is it found?", "How is a candidate key found?"),
        ("What is a weak entity?", "Can you give me an example?", "Give an example of a weak entity."),
        ("What is a weak entity?", "why?", "Explain a weak entity."),
        ("How are keys mapped?", "And weak entity types?", "How are weak entity types mapped?"),
        ("How is a many-to-many relationship mapped?", "and a one-to-one?", "How is a one-to-one relationship mapped?"),
        ("What does a database administrator do?", "And a designer?", "What does a designer do?"),
        ("What is logical data independence?", "and physical?", "What is physical data independence?"),
        ("What is an outer join?", "and the left one?", "What is the left outer join?"),
        ("How does SQL treat nulls in comparisons?", "And in GROUP BY?", "How does SQL treat nulls in GROUP BY?"),
        ("What are the ACID properties?", "What does the first one do?", "What does the first one do, of the ACID properties?"),
        ("What is the difference between a key and a lock?", "Which one opens?", "Which one opens, a key or a lock?"),
        ("Who may lock rows?", "And tables?", "Who may lock rows, for tables?"),
        ("What is a weak entity?", "What is the opposite?", "What is the opposite of a weak entity?"),
        ("What is a weak entity?", "what's its opposite?", "What's the opposite of a weak entity?"),
        ("What is a weak entity?", "Is that better than a strong one?", "Is a weak entity better than a strong one?"),
        ("What is apt?", "Is there an alternative?", "Is there an alternative to apt?"),
        ("What are the drawbacks of files?", "And the advantages?", "What are the advantages of files?"),
        ("What are the drawbacks of files?", "And of databases?", "What are the drawbacks of databases?"),
        ("What is the difference between 2NF and 3NF?", "And between X and Y?", "What is the difference between X and Y?"),
        ("What is the difference between 2NF and 3NF?", "Which is stricter?", "Which is stricter, 2NF or 3NF?"),
        ("What is the difference between 2NF and 3NF?", "What does the second need?", "What does 3NF need?"),
        ("What is the difference between 2NF and 3NF?", "How does the former work?", "How does 2NF work?"),
        ("What is a view?", "versus a table?", "What is the difference between a view and a table?"),
        ("What is a view?", "What's the difference to a table?", "What is the difference between a view and a table?"),
        ("What is a data frame in R?", "How do I make one from a file?", "How do I make a data frame in R from a file?"),
        ("How do I read a table in R?", "and without a header?", "How do I read a table in R without a header?"),
        ("How do I install a package in Debian?", "And remove it?", "How do I remove a package in Debian?"),
        ("How do I install a package in Debian?", "how do I remove one?", "How do I remove a package in Debian?"),
        ("What is a weak entity, and how is it drawn?", "And what is its key?", "What is a weak entity’s key?"),
        ("How and why is a table split?", "Who uses it?", "Who uses a table?"),
        ("What is a factor?", "What are its levels?", "What are a factor’s levels?"),
        ("What is the stable distribution?", "How often is it released?", "How often is the stable distribution released?"),
        ("Can a foreign key be null?", "Why not?", "Why can a foreign key be null?"),
        ("How does two-phase locking work?", "What problems does it have?", "What problems does two-phase locking have?"),
        ("What is a deadlock?", "How can I avoid that?", "How can I avoid a deadlock?"),
        ("What is a candidate key?", "How is that key found?", "How is a candidate key found?"),
        ("What is a database administrator?", "What else does he do?", "What else does a database administrator do?"),
        ("What is a B-tree?", "I don’t understand it.", "Explain a B-tree."),
        ("What is a B-tree?", "Could you explain that more simply?", "Explain a B-tree."),
        ("What is a B-tree?", "example please", "Give an example of a B-tree."),
        ("Give an example of a B-tree.", "Why?", "Explain a B-tree."),
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
        "When may it be better not to use a DBMS?",
        "Which facts describe others that are not so?",
        "What does it mean that rules are sound?",
        "Name the axioms. Are they sound, and does it matter?",
        "What is this book about?",
        "Does that hold for other keys too?",
        "Do views store their data?",
        "How do the fees compare to those at other schools?",
        "Is taking evidence one of their duties?",
    ],
)
def test_a_question_that_can_stand_alone_is_left_as_it_is(question: str) -> None:
    assert whole("What is a weak entity?", question) == question


ACID = "The ACID properties are four: atomicity, consistency, isolation and durability."
LOCKS = "There are two kinds of locks: • Shared locks, which allow reading • Exclusive locks, which allow writing"


@pytest.mark.parametrize(
    ("before", "answer", "question", "expected"),
    [
        ("What are the ACID properties?", ACID, "What is the first one?", "What is atomicity, of the ACID properties?"),
        ("What are the ACID properties?", ACID, "And the second?", "Explain consistency, of the ACID properties."),
        ("What are the ACID properties?", ACID, "and durability?", "Explain durability, of the ACID properties."),
        ("What are the ACID properties?", ACID, "explain isolation", "Explain isolation, of the ACID properties."),
        ("What are the ACID properties?", ACID, "And the seventh?", "The seventh, of the ACID properties?"),
        ("What are the ACID properties?", ACID, "What is a lock?", "What is a lock?"),
        ("Which kinds of locks are there?", LOCKS, "Explain the last one.", "Explain exclusive locks."),
        ("Which kinds of locks are there?", LOCKS, "When is the first used?", "When are shared locks used?"),
    ],
)  # fmt: skip
def test_what_an_answer_listed_is_meant(before: str, answer: str, question: str, expected: str) -> None:
    assert whole_question(question, [Turn(question=before, answer=answer)]) == expected


def test_a_list_is_remembered_while_its_items_are_asked_for() -> None:
    history = [
        Turn(question="What are the ACID properties?", answer=ACID),
        Turn(question="Explain consistency, of the ACID properties.", answer="It leads from one true state to another."),
    ]
    assert whole_question("And the third?", history) == "Explain isolation, of the ACID properties."
    two = [Turn(question="What is an entity?", answer="A thing."), Turn(question="What is an attribute?", answer="A trait.")]
    assert whole_question("And how are the two related?", two) == "How are an entity and an attribute related?"


def test_the_topic_is_what_was_asked_for_last_and_is_still_spoken_of() -> None:
    asked = ["What is two-phase locking?", "Why is two-phase locking needed?"]
    history = [Turn(question=question, answer="It is.") for question in asked]
    assert whole_question("Does it prevent deadlocks?", history) == "Does two-phase locking prevent deadlocks?"
    history.append(Turn(question="What is a view?", answer="It is."))
    assert whole_question("Can you give me an example?", history) == "Give an example of a view."


def test_without_a_conversation_nothing_is_carried() -> None:
    assert whole_question("and what about 3NF?", []) == "and what about 3NF?"


def test_a_model_rewrites_with_words_of_the_conversation_only() -> None:
    good = FakeEngine(lambda _: '"What is a normal form of relations about 3NF?"')
    assert whole("What is 2NF?", "and what about 3NF?", good) == "What is a normal form of relations about 3NF?"
    for bad in ("What is Paris in 3NF?", "3NF is great.", "", "What is 2NF?", "Ignore this? What about 3NF?"):
        assert whole("What is 2NF?", "and what about 3NF?", FakeEngine(lambda _, bad=bad: bad)) == "What is 3NF?"
