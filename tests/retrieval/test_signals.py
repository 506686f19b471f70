"""The signals by themselves: late interaction, BM25's coverage, what is said of a question's words, and the joined edges."""

import math
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.chunks import Chunk
from indexing.embedding import unit
from indexing.late import DIRECTIONS, compress, fit_projection, late_scores, question_tokens
from indexing.lexical import BM25, build_bm25, stop_words, words
from tests.index.words import WordEmbedder
from tutor.asked_words import AskedWords, asked_words, together
from tutor.joining import joined

# -- late interaction --------------------------------------------------------------------------------------------------


def test_late_interaction_is_the_mean_of_the_best_cosines() -> None:
    axes = np.eye(DIRECTIONS, dtype=np.float32)
    codes = [compress(axes[[0, 1]], axes), compress(axes[[2]], axes), np.zeros((0, DIRECTIONS), np.int8)]
    scores = late_scores(axes[[0, 2]], np.array([0.75, 0.25], np.float32), codes)
    assert np.allclose(scores, [0.75, 0.25, 0.0])
    assert late_scores(axes[:0], np.zeros(0, np.float32), codes).tolist() == [0, 0, 0]


def test_a_projection_on_the_main_directions_keeps_cosines() -> None:
    rng = np.random.default_rng(0)
    tokens = unit(rng.normal(size=(500, 20)) @ rng.normal(size=(20, 96)))  # they fill only 20 directions
    projection = fit_projection(tokens)
    codes = compress(tokens, projection).astype(np.float32) / 127
    assert np.abs(codes[:50] @ codes[:50].T - tokens[:50] @ tokens[:50].T).max() < 0.03


def test_stop_words_weigh_less_and_special_tokens_nothing() -> None:
    question = "What is a superkey?"
    tokens, weights = question_tokens(question, WordEmbedder().encode_query(question), np.eye(96, 64, dtype=np.float32))
    assert tokens.shape == (4, 64)
    assert np.allclose(weights, np.array([0.3, 0.3, 0.3, 1.0]) / 1.9)


# -- words and BM25 ----------------------------------------------------------------------------------------------------


def test_words_are_stems_and_compounds_give_their_parts() -> None:
    assert words("DEPT_LOCATIONS keys") == ["dept_loc", "dept", "locat", "key"]
    assert words("Section 3.2") == ["section", "3.2", "3", "2"]
    assert words("What’s the student's name?") == ["what", "s", "the", "student", "s", "name"]
    assert {"what", "s", "the"} <= stop_words()


@pytest.fixture
def bm25(tmp_path: Path) -> BM25:
    build_bm25(["a key is minimal", "a null is no value", "a key may be null"], tmp_path / "bm25")
    return BM25(tmp_path / "bm25")


def test_texts_without_any_word_score_nothing(tmp_path: Path) -> None:
    build_bm25(["∀", "∃"], tmp_path / "bm25")
    assert BM25(tmp_path / "bm25").coverage("any word").tolist() == [0, 0]


def test_coverage_is_bm25_over_its_bound(bm25: BM25) -> None:
    assert bm25.idf("minim") == pytest.approx(math.log(1 + 2.5 / 1.5))
    assert bm25.idf("unheard") == pytest.approx(math.log(1 + 3.5 / 0.5))
    length, mean, k1, b = 4, 14 / 3, 1.5, 0.75
    saturated = 1 / (1 + k1 * (1 - b + b * length / mean))
    assert bm25.coverage("minimal")[0] == pytest.approx(saturated)
    expected = saturated * bm25.idf("minim") / (bm25.idf("minim") + bm25.idf("unheard"))
    assert bm25.coverage("minimal unheard").tolist() == pytest.approx([expected, 0, 0])
    assert bm25.coverage("unheard").tolist() == bm25.coverage("").tolist() == [0, 0, 0]


@given(st.lists(st.lists(st.sampled_from(["a", "key", "null", "dept_no"]), min_size=1).map(" ".join), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_scores_are_those_of_bm25s(texts: list[str]) -> None:
    bm25s = pytest.importorskip("bm25s")
    theirs = bm25s.BM25()
    theirs.index([words(text) for text in texts], show_progress=False)
    with tempfile.TemporaryDirectory() as folder:
        build_bm25(texts, Path(folder) / "bm25")
        ours = BM25(Path(folder) / "bm25")
    for word in {word for text in texts for word in words(text)}:
        assert np.allclose(ours.coverage(word) * ours.idf(word), theirs.get_scores([word]), atol=1e-6)


@given(st.lists(st.sampled_from(["a", "key", "null", "value", "other", "may", "minimal"]), max_size=12).map(" ".join))
def test_coverage_stays_between_0_and_1(question: str) -> None:
    scores = _bm25().coverage(question)
    assert (scores >= 0).all()
    assert (scores < 1).all()


def _bm25(made: list[BM25] = []) -> BM25:  # noqa: B006 — built once for all examples
    if not made:
        with tempfile.TemporaryDirectory() as folder:
            build_bm25(["a key is minimal", "a null is no value", "a key may be null"], Path(folder) / "bm25")
            made.append(BM25(Path(folder) / "bm25"))
    return made[0]


# -- what a question's words say ---------------------------------------------------------------------------------------


class PieceEmbedder(WordEmbedder):
    """Its vocabulary has the words of up to seven letters; longer ones come in two pieces."""

    def encode_query(self, text: str):  # type: ignore[no-untyped-def]
        encoding = super().encode_query(text)
        ranges = []
        for start, end in encoding.ranges:
            ranges += [(start, end)] if end - start <= 7 else [(start, start + 4), (start + 4, end)]
        return type(encoding)(encoding.vector, encoding.tokens, ranges)


@pytest.mark.parametrize(
    ("question", "known", "rare"),
    [
        ("What is a key?", 1.0, 0.0),
        ("What is a diploma?", 0.0, 0.0),  # unknown to the book, but everyday English
        ("What is a sharding?", 0.0, 1.0),  # in two pieces
        ("What is an uncontrolled key?", None, 0.5),  # in two pieces, and unknown without its prefix as well
        ("What is a nonminimal key?", None, 0.0),  # what the book knows, with a prefix
        ("What is Redis?", 0.0, 1.0),  # a name
        ("Is a key NULL in SQL9?", None, 1 / 3),
        ("What is it?", None, 0.0),
    ],
)
def test_what_the_words_say(bm25: BM25, question: str, known: float | None, rare: float) -> None:
    found = asked_words(question, PieceEmbedder().encode_query(question), bm25)
    assert found.rare == pytest.approx(rare)
    if known is not None:
        assert found.known == pytest.approx(known)


def test_the_share_of_known_words_is_weighed_by_rarity(bm25: BM25) -> None:
    found = asked_words("key diploma", PieceEmbedder().encode_query("key diploma"), bm25)
    assert found.known == pytest.approx(bm25.idf("key") / (bm25.idf("key") + bm25.idf("diploma")))


def test_of_several_books_the_one_that_knows_the_words_speaks() -> None:
    assert together([AskedWords(0.2, 0.5), AskedWords(0.9, 0.0), AskedWords(0.9, 0.4)]) == AskedWords(0.9, 0.0)
    assert together([]) == AskedWords()


# -- joined edges ------------------------------------------------------------------------------------------------------


def chunk(text: str, record: int = 0, page: int = 1, kind: str = "text") -> Chunk:
    ends = [i + 1 for i, char in enumerate(text) if char == "."]
    starts = [0, *(end + 1 for end in ends[:-1])]
    spans = [(page, 0.0, float(row), 9.0, row + 1.0) for row in range(len(ends))]
    sentences = list(zip(starts, ends, strict=True))
    return Chunk(id=text[:4], type=kind, text=text, record=record, sentences=sentences, offsets=starts, spans=spans)


def test_a_passage_goes_on_into_its_neighbour() -> None:
    left, right = chunk("One. Two.", page=1), chunk("Three. Four. Five.", page=2)
    after = joined(left, right, after=True)
    assert after is not None
    assert (after.text, after.id, after.pages) == ("One. Two. Three. Four.", "One.", [1, 2])
    assert [after.sentence(i) for i in range(4)] == ["One.", "Two.", "Three.", "Four."]
    assert after.offsets == [0, 5, 10, 17]
    before = joined(right, left, after=False)
    assert before is not None
    assert (before.text, before.pages) == ("One. Two. Three. Four. Five.", [1, 2])
    assert [before.sentence(i) for i in range(5)] == ["One.", "Two.", "Three.", "Four.", "Five."]
    assert before.offsets == [0, 5, 10, 17, 23]


def test_only_texts_of_one_record_are_joined() -> None:
    assert joined(chunk("One."), chunk("Two.", record=1), after=True) is None
    assert joined(chunk("One.", kind="table"), chunk("Two.", kind="table"), after=True) is None
    assert joined(chunk("One."), chunk("Two.").model_copy(update={"offsets": []}), after=True) is None
