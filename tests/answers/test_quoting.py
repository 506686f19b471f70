"""Quote mode on passages of a few lines: definitions first, lists whole, nothing dangling, nothing twice."""

import numpy as np
import pytest

from indexing.chunks import Chunk
from indexing.embedding import Encoding
from indexing.sentences import sentence_ranges
from tutor.abbreviations import explained, long_form
from tutor.quoting import asked_term, quote_answer
from tutor.retrieval import Passage, Retrieval


def retrieval(question: str, *passages: tuple[str, str, list[float]]) -> Retrieval:
    """Passages as (heading, text, the sentences' cosines), best first."""
    found = []
    for position, (heading, text, scores) in enumerate(passages):
        chunk = Chunk(
            id=f"c{position}", type="text", text=text, heading=heading, heading_path=[heading], sentences=sentence_ranges(text)
        )
        assert len(chunk.sentences) == len(scores)
        found.append(Passage(chunk, position, "book", 1.0 - position / 10, {}, tuple(scores)))
    return Retrieval(question, Encoding(np.zeros(2, np.float32), np.zeros((0, 2), np.float32), []), found, {"sentence": 0.9})


def quoted(found: Retrieval) -> list[str]:
    return [quote.text for quote in quote_answer(found)]


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("What is a weak entity?", "weak entity"),
        ("what are the candidate keys", "candidate keys"),
        ("Define referential integrity.", "referential integrity"),
        ("What does atomic mean?", "atomic"),
        ("What is third normal form (3NF)?", "third normal form (3NF)"),
        ("How is a key found?", None),
    ],
)
def test_the_term_whose_definition_is_asked_for(question: str, term: str | None) -> None:
    assert asked_term(question) == term


def test_a_definition_beats_a_sentence_that_only_resembles_the_question() -> None:
    text = (
        "What matters here is the weak entity and its many uses in design. A weak entity is an entity without a key of its own."
    )
    assert quoted(retrieval("What is a weak entity?", ("Entities", text, [0.8, 0.7]))) == [
        "A weak entity is an entity without a key of its own."
    ]


def test_a_sentence_that_points_back_comes_with_what_it_points_to() -> None:
    text = "Each item carries a lock. This prevents lost updates among transactions."
    assert quoted(retrieval("How are lost updates prevented?", ("Locks", text, [0.3, 0.8]))) == [
        "Each item carries a lock.",
        "This prevents lost updates among transactions.",
    ]


def test_a_list_comes_whole_with_what_leads_into_it() -> None:
    text = "A database has these properties:\n• It represents the world.\n• It is logically coherent.\nThat is all of them."
    found = retrieval("Which properties does a database have?", ("Databases", text, [0.8, 0.2, 0.2, 0.1]))
    assert quoted(found) == [
        "A database has these properties:",
        "• It represents the world.",
        "• It is logically coherent.",
    ]


def test_an_item_alone_comes_with_its_lead() -> None:
    text = "There are two kinds of locks:\n• shared locks, which allow reading\n• exclusive locks, which allow writing an item"
    found = retrieval("Which lock allows writing?", ("Locks", text, [0.1, 0.2, 0.9]))
    assert quoted(found) == ["There are two kinds of locks:", "• exclusive locks, which allow writing an item"]


def test_no_sentence_stands_twice_and_questions_are_no_answers() -> None:
    text = "Why is a key minimal? A key is a minimal set of attributes."
    found = retrieval("What is a key?", ("Keys", text, [0.9, 0.8]), ("Summary", "A key is a minimal set of attributes.", [0.8]))
    assert quoted(found) == ["A key is a minimal set of attributes."]


def test_nothing_retrieved_gives_nothing() -> None:
    assert quoted(retrieval("What is a key?")) == []


@pytest.mark.parametrize(
    ("before", "short", "long"),
    [
        ("must be in Boyce-Codd normal form", "BCNF", "Boyce-Codd normal form"),
        ("the third normal form", "3NF", "third normal form"),
        ("data definition language", "DDL", "data definition language"),
        ("the degree of abstraction", "DA", "degree of abstraction"),
        ("a completely different thing", "XYZ", None),
        ("in the year", "1999", None),
    ],
)
def test_a_long_form_spells_its_short_form(before: str, short: str, long: str | None) -> None:
    assert long_form(before, short) == long


def test_a_book_explains_its_short_forms() -> None:
    text = "Write-ahead logging (WAL) helps. See write-ahead logging (WAL). The relation EMP (SSN) is no short form."
    assert explained(text) == {"WAL": "Write-ahead logging"}
