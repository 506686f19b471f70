"""Quote mode on passages of a few lines: definitions first, lists whole, nothing dangling, nothing twice."""

from dataclasses import replace

import numpy as np
import pytest

from indexing.chunks import Chunk
from indexing.embedding import Encoding
from indexing.sentences import sentence_ranges
from tutor.abbreviations import explained, long_form
from tutor.question_form import asked_term, form_of
from tutor.quoting import quote_answer
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


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("What is a weak entity, and what is a partial key?", [("weak entity",), ("partial key",)]),
        ("What is an entity? An attribute?", [("entity",), ("attribute",)]),
        ("What is a checkpoint, and what is it good for?", [("checkpoint",), ()]),
        (
            "Explain the difference between internal and physical models.",
            [("internal", "internal models"), ("physical models",)],
        ),
        ("What is the difference between a superkey and a key?", [("superkey",), ("key",)]),
        ("How does a table in SQL differ from a relation?", [("table in SQL",), ("relation",)]),
        ("What is third normal form (3NF)?", [("third normal form", "3NF")]),
        ("In a steam turbine, what are rotors mounted on?", [()]),
        ("What is a B+-tree, and how does it differ from a B-tree?", [("B+-tree",), ()]),
    ],
)
def test_the_parts_of_a_question_and_the_terms_asked_for(question: str, terms: list[tuple[str, ...]]) -> None:
    assert [part.terms for part in form_of(question).parts] == terms


@pytest.mark.parametrize(
    ("question", "wants_list"),
    [
        ("List the properties of a table.", True),
        ("Which kinds of keys are there?", True),
        ("What does a DBA do?", False),
        ("How is a list named?", False),
    ],
)
def test_whether_a_list_is_wanted(question: str, wants_list: bool) -> None:
    assert form_of(question).wants_list is wants_list


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


def test_a_list_that_is_asked_for_comes_whole_though_one_item_is_nearest() -> None:
    text = "There are two kinds of locks.\n1. Shared locks allow reading.\nThey are common.\n2. Exclusive locks allow writing."
    found = retrieval("Which kinds of locks are there?", ("Locks", text, [0.5, 0.0, 0.9, 0.1, 0.0, 0.4]))
    assert quoted(found) == ["There are two kinds of locks.", "Shared locks allow reading.", "Exclusive locks allow writing."]


def test_sentences_that_are_announced_come_too() -> None:
    text = "The cost has two parts. Reading is one of them. Writing takes the rest. Paper is cheap."
    found = retrieval("Which parts does the cost have?", ("Costs", text, [0.8, 0.2, 0.2, 0.1]))
    assert quoted(found) == ["The cost has two parts.", "Reading is one of them.", "Writing takes the rest."]


def test_an_announcement_of_what_does_not_follow_is_no_answer() -> None:
    text = "Files have a number of disadvantages. One fact is written into several files by different clerks."
    found = retrieval("What are the disadvantages of files?", ("Files", text, [0.8, 0.7]))
    assert quoted(found) == ["One fact is written into several files by different clerks."]


def test_each_part_of_a_question_is_answered() -> None:
    partial = "A partial key tells apart the weak entities of one owner."
    weak = "A weak entity is an object that leans on another object."
    text = f"{partial} Owners are strong. {weak}"
    found = retrieval("What is a weak entity, and what is a partial key?", ("Entities", text, [0.8, 0.2, 0.5]))
    assert quoted(found) == [partial, weak]


def test_a_sentence_that_has_both_terms_tells_them_apart_alone() -> None:
    text = "A superkey is a set of attributes. A key is a minimal superkey, of which nothing can be left out."
    found = retrieval("What is the difference between a superkey and a key?", ("Keys", text, [0.4, 0.8]))
    assert quoted(found) == ["A key is a minimal superkey, of which nothing can be left out."]


def test_a_second_part_gets_another_sentence_than_the_first() -> None:
    text = "A view is a table that is derived by a query. A view also has a use in hiding columns."
    found = retrieval("What is a view, and what use is a view?", ("Views", text, [0.9, 0.5]))
    assert quoted(found) == ["A view is a table that is derived by a query.", "A view also has a use in hiding columns."]


def test_a_sentence_with_the_words_of_both_terms_but_not_the_terms_does_not_tell_them_apart() -> None:
    scattered = "The conceptual model is what a design of logical tables starts from."
    first, second = "Conceptual design finds entities and their attributes.", "Logical design turns these into tables."
    found = retrieval(
        "How is a conceptual design different from a logical design?",
        ("Design", f"{scattered} {first} {second}", [0.8, 0.5, 0.5]),
    )
    assert quoted(found) == [scattered, first, second]


@pytest.mark.parametrize(
    "naming",
    [
        "An attribute whose value is computed from others is called derived.",
        "derived attribute: one that is computed from others",
    ],
)
def test_where_a_name_is_asked_for_a_sentence_that_names_something_counts_more(naming: str) -> None:
    common = "Much is worked out early in a project."
    found = retrieval("What do you call something that is worked out?", ("Terms", f"{common}\n{naming}", [0.6, 0.64]))
    assert naming in quoted(found)
    assert quoted(replace(found, question="When is something worked out?")) == [common]


@pytest.mark.parametrize(
    "definition",
    [
        "What tells rows apart in this way is called a candidate key.",
        "Candidate keys are the minimal superkeys of a table.",
        "A candidate key constraint is a demand on the rows of a table.",
    ],
)
def test_a_definition_is_found_in_the_plural_turned_round_and_with_a_noun_of_its_kind(definition: str) -> None:
    text = f"In some cases a candidate key still has more than one column in it. {definition}"
    assert quoted(retrieval("What is a candidate key?", ("Keys", text, [0.8, 0.7]))) == [definition]


def test_a_colon_behind_the_term_defines_it_at_the_opening_only() -> None:
    text = "A key is a minimal superkey: nothing can be left out. A superkey of a schema is a set of attributes that is unique."
    found = retrieval("What is a superkey?", ("Keys", text, [0.8, 0.7]))
    assert quoted(found) == ["A superkey of a schema is a set of attributes that is unique."]
    found = retrieval("What is a tuple?", ("Key Terms", "tuple: a technical term for row or record", [0.6]))
    assert quoted(found) == ["tuple: a technical term for row or record"]


def test_a_colon_comes_with_the_statement_behind_it() -> None:
    text = "Whether a value is null is asked with IS NULL:\nSELECT Name\nFROM Staff\nWHERE Boss IS NULL;\nThe result is Clara."
    scores = [0.8] + [0.1] * (len(sentence_ranges(text)) - 1)
    found = quoted(retrieval("How is it asked whether a value is null?", ("Nulls", text, scores)))
    assert (found[0], found[-1][-1]) == ("Whether a value is null is asked with IS NULL:", ";")


def test_the_list_under_the_very_heading_that_is_asked_for() -> None:
    wrong = (
        "Database Properties",
        "A database has the following properties:\n• It is logical.\n• It has a purpose.",
        [0.68, 0.3, 0.3],
    )
    right = ("Properties of a Table", "• A table has a name that no other bears.\n• Its rows are distinct.", [0.65, 0.3])
    found = retrieval("List the properties of a table.", wrong, right)
    assert quoted(found) == ["• A table has a name that no other bears.", "• Its rows are distinct."]


def test_a_heading_that_says_just_what_is_asked_outweighs_a_nearer_sentence_elsewhere() -> None:
    other = ("Rules of Lists", "Entries are kept in order by two of the clerks.", [0.75])
    right = ("Rules of a Table", "Rows are never sorted by hand in it.", [0.60])
    assert quoted(retrieval("Give the rules of a table.", other, right))[0] == "Rows are never sorted by hand in it."


def test_no_sentence_stands_twice_and_questions_are_no_answers() -> None:
    text = "Why is a key minimal? A key is a minimal set of attributes."
    found = retrieval("What is a key?", ("Keys", text, [0.9, 0.8]), ("Summary", "A key is a minimal set of attributes.", [0.8]))
    assert quoted(found) == ["A key is a minimal set of attributes."]


def test_what_was_said_before_answers_no_follow_up_but_a_comparison() -> None:
    first, second = "A key is a minimal set of attributes that is unique.", "Keys of a relation are chosen by its designer."
    found = retrieval("Explain a key.", ("Keys", f"{first} {second}", [0.9, 0.5]))
    items = "There are two keys:\n• A primary key identifies rows.\n• A foreign key refers to rows."
    listed = retrieval("Explain a foreign key.", ("Keys", items, [0.3, 0.4, 0.8]), ("Rows", "Rows are kept in blocks.", [0.5]))
    assert quote_answer(listed, " ".join(items.split()))[-1].text == "• A foreign key refers to rows."
    assert [quote.text for quote in quote_answer(found)] == [first]
    assert [quote.text for quote in quote_answer(found, f"It was said. {first}")] == [second]
    assert [quote.text for quote in quote_answer(found, f"{first} {second}")] == [first]
    compared = replace(found, question="What is the difference between a key and a designer?")
    assert [quote.text for quote in quote_answer(compared, first)] == [first, second]


@pytest.mark.parametrize("question", ["3.2", "section 8.3", "What is chapter 5 about?", "page 12"])
def test_a_question_may_only_name_a_place(question: str) -> None:
    assert form_of(question).only_names_a_place
    assert not form_of(f"{question} keys").only_names_a_place


def test_a_section_that_is_named_alone_is_quoted_from_its_beginning() -> None:
    found = retrieval(
        "Explain section 3.2.", ("3.2 Keys", "Keys tell rows apart. They are chosen early. Some are null.", [0.1, 0.2, 0.9])
    )
    assert quoted(found) == []
    named = [replace(found.passages[0], signals={"named": 1.0})]
    assert quoted(replace(found, passages=named)) == ["Keys tell rows apart.", "They are chosen early."]


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
