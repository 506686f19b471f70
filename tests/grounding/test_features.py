"""What the check sees in a sentence and its source, on sentences of a line."""

from pathlib import Path

import numpy as np
import pytest

from indexing.embedding import load_embedder
from indexing.sentences import sentence_ranges
from indexing.settings import settings
from tutor.grounding.check import Checker, Source, weighed
from tutor.grounding.claims import is_claim
from tutor.grounding.features import FEATURES, compare
from tutor.grounding.pronouns import antecedents
from tutor.grounding.reading import plain_sentence, read_sources, read_statements
from tutor.grounding.words import are_opposites, words_of

SOURCE = (
    "A transaction must hold a shared lock on an item to read it, and an exclusive lock to write it. "
    "Many transactions may hold shared locks on one item, but an exclusive lock tolerates no other. "
    "The checkpoint is written every 30 seconds."
)


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(load_embedder("minilm", settings().cache))


def features(checker: Checker, statement: str, source: str = SOURCE) -> dict[str, float]:
    (own,) = read_statements([statement], checker.embedder)
    (other,) = read_sources([(source, sentence_ranges(source))], checker.embedder)
    return compare(own, other).features


def test_words_know_their_numbers_names_and_opposites() -> None:
    words = words_of("The three 1,250 twice-written DEPT_LOCATIONS aren't 2nd to Mei's.")
    assert [word.number for word in words if word.number is not None] == [3.0, 1250.0, 2.0]
    assert [word.text for word in words if word.is_name] == ["DEPT_LOCATIONS", "Mei's"]
    assert [word.ordinal for word in words if word.ordinal] == [2]
    pairs = [("before", "after"), ("identifying", "nonidentifying"), ("consistent", "inconsistent"), ("key", "lock")]
    found = [are_opposites(words_of(one)[0], words_of(other)[0]) for one, other in pairs]
    assert found == [True, True, True, False]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("2. A key is minimal.", "A key is minimal."),
        ("• **Key**: it is minimal.", "Key: it is minimal."),
        ("The answer to this question is: A key.", "A key."),
        ("3NF is a form.", "3NF is a form."),
        ("1.", "1."),
    ],
)
def test_what_chat_models_put_around_a_sentence_is_taken_off(written: str, plain: str) -> None:
    assert plain_sentence(written) == plain


def test_a_copy_is_a_copy_and_changes_nothing(checker: Checker) -> None:
    found = features(checker, "Many transactions may hold shared locks on one item, but an exclusive lock tolerates no other.")
    assert [found[name] for name in ("covered", "common", "longest_run", "conflict", "disorder", "numbers")] == [
        1,
        1,
        1,
        0,
        0,
        0,
    ]


@pytest.mark.parametrize(
    ("statement", "feature"),
    [
        ("The checkpoint is written every 40 seconds.", "numbers"),
        ("The checkpoint is not written every 30 seconds.", "negation_odd"),
        ("A transaction must hold an exclusive lock on an item to read it, and a shared lock to write it.", "disorder"),
        ("Few transactions may hold shared locks on one item.", "quantifiers_changed"),
    ],
)
def test_one_thing_changed_in_a_copy_is_a_conflict(checker: Checker, statement: str, feature: str) -> None:
    found = features(checker, statement)
    assert found[feature] > 0
    assert found["conflict"] >= 1


def test_true_sentences_are_supported_and_false_ones_are_not(checker: Checker) -> None:
    sentences = [
        "A transaction must hold a shared lock on an item to read it.",
        "Any number of readers can share a lock, whereas a writer must be alone.",
        "The checkpoint is written every 300 seconds.",
        "Photosynthesis takes place in plant cells.",
        "A transaction must hold an exclusive lock on an item to read it, and a shared lock to write it.",
    ]
    verdicts = checker.check(sentences, [Source.plain("Nothing of this matters here."), Source.plain(SOURCE)])
    assert [verdict.supported for verdict in verdicts] == [True, True, False, False, False]
    assert verdicts[0].support[0] == (1, [0])
    assert all(not verdict.support and verdict.score < 0.5 for verdict in verdicts[2:])


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("It is unique.", True),
        ("2. A key is minimal.", True),
        ("A database has these properties:", True),
        ("What is a key?", False),
        ("3. Anomaly prevention.", False),
        ("The primary key is a single-value", False),
        ("The passage gives an overview of keys.", False),
    ],
)
def test_what_says_nothing_is_no_claim(text: str, claim: bool) -> None:
    assert is_claim(text) is claim


def test_what_says_nothing_is_marked_in_a_models_text_unless_it_is_quoted(checker: Checker) -> None:
    source = Source.plain("• Shared locks for readers\n• Exclusive locks for writers\nThe passage to the vault is locked.")
    sentences = ["• Shared locks for readers", "• Shared locks for writers and", "The passage to the vault is locked."]
    assert [verdict.supported for verdict in checker.check(sentences, [source], strict=True)] == [True, False, True]


def test_a_quotation_is_supported_whatever_its_words_and_a_changed_one_is_not(checker: Checker) -> None:
    source = Source.plain("It is. BCNF is rarely used. Boyce-Codd normal form (BCNF) is a special case.")
    found = features(checker, "BCNF is rarely used.", source.text)
    assert found["verbatim"] == 1
    assert features(checker, "BCNF is often used.", source.text)["verbatim"] == 0
    assert features(checker, "It is.", source.text)["verbatim"] == 0
    (verdict,) = checker.check(["BCNF is rarely used."], [source], strict=True)
    assert verdict.supported


ALIGNED = "The heart pumps blood to the lungs. The kidney cleans it. Bees dance on the comb, and a bear eats honey."


def test_words_that_are_found_together_and_words_from_here_and_there(checker: Checker) -> None:
    together = features(checker, "The heart pumps blood to the lungs.", ALIGNED)
    scattered = features(checker, "The kidney pumps honey to the comb.", ALIGNED)
    names = ("close_pairs", "ordered_pairs", "pairs_apart", "predicate_words_misplaced", "in_window", "adjacent_same")
    assert [together[name] for name in names] == [1, 1, 0, 0, 1, 1]
    assert scattered["close_pairs"] < 0.5 < scattered["scatter"]
    assert scattered["pairs_apart"] > 0
    turned = features(checker, "The blood pumps lungs to the heart.", ALIGNED)
    assert turned["pairs_turned"] > 0


def test_filler_counts_only_where_the_source_has_it_not(checker: Checker) -> None:
    padded = "It is an important process."
    assert [features(checker, padded, text)["filler"] for text in ("Bees dance.", "Important processes.")] == [2, 0]
    assert features(checker, padded, "Bees dance.")["pronoun"] == 1


RELATIONSHIPS = (
    "A one to one relationship links one row to one other row. It should be rare in a design. "
    "A one to many relationship is the norm. It is found everywhere."
)


def test_a_pronoun_takes_up_the_subject_before_it(checker: Checker) -> None:
    sentences = ["A one to many relationship is usual.", "It is found everywhere.", "They exist.", "Bees dance.", "It rains."]
    assert antecedents(read_statements(sentences, checker.embedder)) == [
        frozenset(),
        frozenset({"one", "mani", "relationship"}),
        frozenset({"one", "mani", "relationship"}),
        frozenset(),
        frozenset(),
    ]


@pytest.mark.parametrize(("subject", "copied"), [("one to one", True), ("one to many", False)])
def test_a_copied_pronoun_must_stand_for_what_it_stands_for_in_the_source(checker: Checker, subject: str, copied: bool) -> None:
    sentences = [f"A {subject} relationship is one kind.", "It should be rare in a design."]
    for strict in (False, True):
        verdicts = checker.check(sentences, [Source.plain(RELATIONSHIPS)], strict=strict)
        assert verdicts[1].supported is copied


def test_the_strict_cut_keeps_copies_and_asks_more_of_others(checker: Checker) -> None:
    sentences = ["The checkpoint is written every 30 seconds.", "To read an item, a transaction needs a shared lock on it."]
    verdicts = checker.check(sentences, [Source.plain(SOURCE)], strict=True)
    assert verdicts[0].supported
    assert verdicts[1].score < checker.check(sentences, [Source.plain(SOURCE)])[1].score


def test_the_nearest_source_has_a_say_in_what_others_support() -> None:
    vectors = np.zeros((3, len(FEATURES)), dtype=np.float32)
    for name, values in (("covered_near", (1.0, 0.5, 0.5)), ("cosine", (0.9, 0.5, 0.5)), ("verbatim", (0, 0, 1))):
        vectors[:, FEATURES.index(name)] = values
    assert weighed(np.array([0.16, 0.81, 0.97]), vectors).tolist() == pytest.approx([0.16, 0.36, 0.97])


def test_a_false_sentence_is_not_supported_by_what_merely_does_not_contradict_it(checker: Checker) -> None:
    others = ["The checkpoint is written to the log. Many seconds pass between checkpoints.", "A log is written every day."]
    sentence = "The checkpoint is written every 300 seconds."
    (verdict,) = checker.check([sentence], [Source.plain(passage) for passage in (SOURCE, *others)])
    assert not verdict.supported


def test_prose_is_cited_before_what_describes_a_diagram(checker: Checker) -> None:
    text = "A transaction must hold a shared lock on an item to read it."
    diagram, prose = Source(text, ((0, len(text)),), is_prose=False), Source.plain(f"{text} Bees dance.")
    (verdict,) = checker.check([text], [diagram, prose])
    assert verdict.support == [(1, [0]), (0, [0])]


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        (
            "A weak entity type has no key of its own.",
            "A weak entity type is an entity type without a key of its own, whose entities are told apart only by their owner.",
        ),
        (
            "The lock is held for ten seconds.",
            "The lock is held for ten seconds, and never by more than one of the many readers.",
        ),
    ],
)
def test_what_a_long_sentence_says_besides_is_no_conflict(checker: Checker, statement: str, source: str) -> None:
    found = features(checker, statement, source)
    assert [found[name] for name in ("quantifiers_changed", "negation_odd", "conflict")] == [0, 0, 0]


def test_a_long_source_is_read_to_its_end(checker: Checker) -> None:
    filler = " ".join(f"Sentence number {n} says something about nothing in particular." for n in range(60))
    source = f"{filler} A lost update is an anomaly of two interleaved transactions."
    (verdict,) = checker.check(["A lost update is an anomaly of two interleaved transactions."], [Source.plain(source)])
    assert verdict.supported
    assert verdict.support == [(0, [60])]


def test_without_sources_nothing_is_supported_and_without_words_nothing_breaks(checker: Checker) -> None:
    assert [verdict.supported for verdict in checker.check(["A key is minimal."], [])] == [False]
    assert [verdict.supported for verdict in checker.check(["…", "?!"], [Source.plain("Text."), Source.plain("")])] == [
        False
    ] * 2


def test_the_forest_is_small_and_beside_its_module() -> None:
    from tutor.grounding.forest import FOREST

    assert FOREST.parent == Path(compare.__code__.co_filename).parent
    assert FOREST.stat().st_size < 300_000
