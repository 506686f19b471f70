"""Retrieval over a small book: what is found first and why, what is collapsed, what a question can name, several books."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexing.build import build_book
from indexing.calibration import DEFAULT
from indexing.errors import UsageError
from indexing.index import Index
from indexing.ingredients import Options
from indexing.late import late_scores, question_tokens
from indexing.library import check_name, find_book
from indexing.records import Record, TableRecord, TextRecord, write_jsonl
from tests.index.words import WordEmbedder
from tutor.confidence import THRESHOLD, confidence, threshold
from tutor.library_search import LibraryRetriever
from tutor.retrieval import WEIGHTS, Mode, Passage, Retriever


def text(path: list[str], content: str, page: int = 1) -> TextRecord:
    offsets = [0]
    return TextRecord(heading=path[-1], heading_path=path, content=content, offsets=offsets, spans=[(page, 0, 0, 9, 9)])


BOOK: list[Record] = [
    text(["1 Keys"], "A superkey tells tuples apart. Larger sets of attributes do so, too.", 1),
    text(["1 Keys", "1.1 Foreign keys"], "They refer to another relation. An orphan refers to nothing.", 2),
    text(["2 Storage"], "Disks are slow. Memory is fast.", 3),
    text(["2 Storage", "2.1 Disks"], "A seek moves the arm. Disks are slow. Memory is fast.", 4),
    text(["Chapter 3 Locks"], "Two may read together. One alone may write.", 5),
    TableRecord(
        heading="2.1 Disks", heading_path=["2 Storage", "2.1 Disks"], caption="Table 2.1: Speeds.",
        content=[{"Kind": "flash disk", "Speed": "fast"}, {"Kind": "magnetic disk", "Speed": "slow"}],
        grid=[["Kind", "Speed"], ["flash disk", "fast"], ["magnetic disk", "slow"]], spans=[(4, 0, 0, 9, 9)],
    ),
    text(["2 Storage", "2.2 Again"], "Disks are slow. Memory is fast.", 6),
]  # fmt: skip


def retriever(home: Path, records: list[Record] = BOOK, name: str = "b") -> Retriever:
    source = home / f"{name}.jsonl"
    write_jsonl(source, records)
    build_book(source, None, home, name, Options(WordEmbedder()), lambda *_: None)
    return Retriever(Index(find_book(name, home)), WordEmbedder())


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return retriever(tmp_path_factory.mktemp("home"))


def headings(found: list[Passage]) -> list[str]:
    return [passage.chunk.heading for passage in found]


@pytest.mark.parametrize("mode", ["hybrid", "dense", "bm25"])
def test_the_passage_with_the_words_comes_first(book: Retriever, mode: Mode) -> None:
    found = book.search("Which superkey tells tuples apart?", mode=mode)
    best = found.passages[0]
    assert (best.book, best.chunk.heading, best.chunk.pages) == ("b", "1 Keys", [1])
    assert best.score == max(passage.score for passage in found.passages)
    assert best.sentence_scores[0] > best.sentence_scores[1]


def test_a_score_is_the_weighted_sum_of_its_signals(book: Retriever) -> None:
    for passage in book.search("Which superkey tells tuples apart?").passages:
        assert passage.score == pytest.approx(sum(WEIGHTS[name] * value for name, value in passage.signals.items()))


def test_bm25_counts_the_less_the_less_of_the_question_the_book_has(book: Retriever) -> None:
    found = book.search("Which zebras, yaks, gnus, lynxes, otters and owls write alone?")
    best = found.best["bm25"]
    assert 0 < best < 0.25
    weights = {**WEIGHTS, "bm25": WEIGHTS["bm25"] * best / 0.25}
    for passage in found.passages:
        assert passage.score == pytest.approx(sum(weights[name] * value for name, value in passage.signals.items()))


def test_scores_do_not_depend_on_what_else_is_found(book: Retriever) -> None:
    few, many = book.search("slow disks", top_k=1), book.search("slow disks", top_k=9)
    assert few.passages[0].score == many.passages[0].score
    assert few.best == many.best


def test_a_heading_counts_by_itself(book: Retriever) -> None:
    assert headings(book.search("foreign keys").passages)[0] == "1.1 Foreign keys"


def test_one_passage_a_table_and_none_twice(book: Retriever) -> None:
    found = book.search("Are disks slow and is memory fast?", top_k=50).passages
    texts = [" ".join(passage.chunk.text.split()) for passage in found]
    assert len(texts) == len(set(texts))
    assert sum(text == "Disks are slow. Memory is fast." for text in texts) == 1
    assert sum(passage.chunk.type == "table" for passage in found) == 1


def test_words_that_the_book_lacks_find_nothing_by_bm25(book: Retriever) -> None:
    assert book.search("zebra", mode="bm25").passages == []
    assert len(book.search("zebra").passages) == 5


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What does section 2.1 say?", "2.1 Disks"),
        ("Summarise 1.1 please", "1.1 Foreign keys"),
        ("What is chapter 3 about?", "Chapter 3 Locks"),
        ("Explain the chapter on locks", "Chapter 3 Locks"),
        ("What does Table 2.1 show?", "2.1 Disks"),
    ],
)
def test_a_question_can_name_a_heading_or_a_table(book: Retriever, question: str, first: str) -> None:
    found = book.search(question)
    assert found.passages[0].chunk.heading == first
    assert found.passages[0].signals["named"] == 1.0


def test_a_sentence_is_as_near_as_its_cosine_and_its_late_interaction_say(book: Retriever) -> None:
    question = "Which superkey tells tuples apart?"
    best = book.search(question).passages[0]
    encoding = WordEmbedder().encode_query(question)
    vectors, _ = book.index.sentence_vectors([best.position])
    tokens, weights = question_tokens(question, encoding, book.index.projection)
    codes = book.index.sentence_codes(best.position)
    assert np.concatenate(codes).tolist() == book.index.chunk_codes(best.position).tolist()
    near = 0.75 * (vectors @ encoding.vector) + 0.5 * late_scores(tokens, weights, codes)
    assert best.sentence_scores == pytest.approx(near.tolist())


def test_numbers_that_are_no_headings_name_nothing(book: Retriever) -> None:
    assert book.search("What is 9.9, and what are 2 disks?").best["named"] == 0.0


def test_an_answer_at_the_edge_goes_on_into_the_next_chunk(tmp_path: Path) -> None:
    sentences = [f"Sentence number {word} is filled up with words of no use." for word in ("one", "two", "three", "four")]
    content = " ".join([*sentences, "The zebra stands here.", "And so on it goes for some more words that are needed."])
    found = retriever(tmp_path, [text(["1 A"], content)])
    assert len(found.index) > 1
    for passage in found.search("Where stands the zebra?").passages:
        assert len(passage.sentence_scores) == len(passage.chunk.sentences)
        if "zebra" in passage.chunk.text:
            best = passage.sentence_scores.index(max(passage.sentence_scores))
            assert passage.chunk.sentence(best) == "The zebra stands here."
            break
    else:
        pytest.fail("not found")


def test_several_books_are_searched_as_one(tmp_path: Path, book: Retriever) -> None:
    other = retriever(tmp_path, [text(["1 Zoo"], "A zebra has stripes.", 8), text(["2 Keys"], "A superkey again.", 9)], "zoo")
    both = LibraryRetriever([book, other])
    assert [(p.book, p.chunk.pages) for p in both.search("What has stripes like a zebra?", 1).passages] == [("zoo", [8])]
    assert both.search("Which superkey tells tuples apart?", 1).passages[0].book == "b"
    found = both.search("superkey", 6).passages
    assert {passage.book for passage in found} == {"b", "zoo"}
    assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)
    assert found == both.search("superkey", 6).passages
    assert both.search("zebra").best["bm25"] == other.search("zebra").best["bm25"]
    with pytest.raises(UsageError, match="no book to search"):
        LibraryRetriever([])
    with pytest.raises(UsageError, match="stands for every book"):
        check_name("all")


def test_a_reranker_orders_more_than_are_asked_for(book: Retriever) -> None:
    class Backwards:
        name = "backwards"
        read: list[int] = []

        def scores(self, question: str, passages: list[Passage]) -> list[float]:
            self.read.append(len(passages))
            return [float(rank) for rank in range(len(passages))]

    reranker = Backwards()
    plain = book.search("slow disks", 6).passages
    found = Retriever(book.index, WordEmbedder(), reranker).search("slow disks", 2).passages
    assert reranker.read == [6]
    assert [passage.chunk.id for passage in found] == [passage.chunk.id for passage in plain[::-1][:2]]
    assert [passage.signals["reranker"] for passage in found] == [5.0, 4.0]


def test_confidence_follows_the_book_s_own_coefficients(book: Retriever) -> None:
    sure, unsure = book.search("Which superkey tells tuples apart?"), book.search("Who painted Guernica?")
    assert confidence(sure) > THRESHOLD > confidence(unsure)
    assert threshold(sure) == THRESHOLD
    fixed = replace(sure, calibration={**dict.fromkeys(DEFAULT, 0.0), "threshold": 0.9})
    assert (confidence(fixed), threshold(fixed)) == (0.5, 0.9)
