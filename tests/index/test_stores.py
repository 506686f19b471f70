"""FAISS and Qdrant keep and find the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexing.build import build_book
from indexing.embedding import unit
from indexing.errors import BookError
from indexing.index import Index
from indexing.ingredients import Options
from indexing.library import find_book
from indexing.qdrant import Place, QdrantStore, build_qdrant
from indexing.records import TextRecord, write_jsonl
from indexing.store import FaissStore, build_faiss, faiss_index
from tests.index.words import WordEmbedder

VECTORS = unit(np.random.default_rng(0).normal(size=(300, 16)))


@pytest.fixture(params=["faiss", "qdrant"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "faiss":
        build_faiss(VECTORS, tmp_path / "vectors.faiss")
        yield FaissStore(tmp_path / "vectors.faiss")
        return
    place = Place("book@1", tmp_path)
    build_qdrant(VECTORS[:50], place)  # an earlier try, which the next replaces
    build_qdrant(VECTORS, place)
    opened = QdrantStore(place)
    yield opened
    opened.close()


def test_the_nearest_are_found_in_order(store: Any) -> None:
    for row in (0, 17, 299):
        truth = np.argsort(-(VECTORS @ VECTORS[row]))[:5].tolist()
        found = store.search(VECTORS[row], 5)
        assert [position for position, _ in found] == truth
        assert np.allclose([score for _, score in found], (VECTORS @ VECTORS[row])[truth], atol=2e-3)


def test_no_more_are_found_than_there_are(store: Any) -> None:
    assert len(store.search(VECTORS[0], 1_000)) == 300


def test_vectors_come_back(store: Any) -> None:
    assert np.allclose(store.get([5, 2, 5, 299]), VECTORS[[5, 2, 5, 299]], atol=1e-3)
    assert len(store.get([])) == 0


def test_hnsw_finds_nearly_all_that_a_flat_search_finds() -> None:
    vectors = unit(np.random.default_rng(1).normal(size=(3_000, 24)))
    flat, graph = faiss_index(vectors, hnsw=False), faiss_index(vectors, hnsw=True)
    questions = unit(np.random.default_rng(2).normal(size=(50, 24)))
    exact, found = flat.search(questions, 10)[1], graph.search(questions, 10)[1]
    assert np.mean([len(set(a) & set(b)) / 10 for a, b in zip(exact, found, strict=True)]) >= 0.95


@pytest.mark.parametrize("hnsw", [False, True])
def test_the_file_is_the_one_that_llama_index_persists(tmp_path: Path, hnsw: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    from llama_index.vector_stores.faiss import FaissVectorStore

    monkeypatch.setattr("indexing.store.HNSW_FROM", 0 if hnsw else len(VECTORS) + 1)
    build_faiss(VECTORS, tmp_path / "ours")
    FaissVectorStore(faiss_index=FaissStore(tmp_path / "ours").as_llama_index().client).persist(str(tmp_path / "theirs"))
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()


def test_a_full_disk_is_told() -> None:
    with pytest.raises(OSError, match="No space left"):
        build_faiss(VECTORS, Path("/dev/full"))


def test_a_book_in_qdrant_is_asked_and_rebuilt_like_another(tmp_path: Path) -> None:
    source = tmp_path / "records.jsonl"
    write_jsonl(source, [TextRecord(heading="1 Keys", content="A key is minimal. A null is no value.")])
    options = Options(WordEmbedder(), store="qdrant")
    build_book(source, None, tmp_path, "b", options, lambda *_: None)
    first = Index(find_book("b", tmp_path))
    assert first.book.manifest.store == "qdrant"
    question = WordEmbedder().encode_query("key minimal").vector
    assert [position for position, _ in first.vectors.search(question, 2)] == [0, 1]
    assert isinstance(first.vectors, QdrantStore)
    first.vectors.close()
    again = Options(WordEmbedder(), store="qdrant", title="Again")
    build_book(source, None, tmp_path, "b", again, lambda *_: None)
    assert isinstance(again.embedder, WordEmbedder)
    assert again.embedder.encoded == []
    second = Index(find_book("b", tmp_path))
    assert second.book.manifest.collection != first.book.manifest.collection
    assert [position for position, _ in second.vectors.search(question, 2)] == [0, 1]
    second.vectors.close()  # type: ignore[attr-defined]


def test_a_collection_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="no collection 'b@1'; build the book again"):
        QdrantStore(Place("b@1", tmp_path))


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with pytest.raises(BookError, match=r"Qdrant at http://127.0.0.1:9 does not answer.*check TUTOR_QDRANT_URL"):
        QdrantStore(Place("b@1", tmp_path, url="http://127.0.0.1:9"))
