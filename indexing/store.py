"""Vectors on disk, behind llama-index's vector store interface: FAISS in files, or Qdrant past one machine.

Positions (0, 1, … in the order of chunks.jsonl) are the only ids, and a store is always built whole and never changed, so
that no vector is ever doubled or mistaken for another: llama-index's FAISS stores duplicate on a second insert, and reuse
ids after a delete. The inner product of unit vectors is the score, so 1.0 is "the same". Leaves meaning to the retriever.
"""

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexing.embedding import Matrix, Vector
from indexing.errors import BookError

_HNSW_FROM = 50_000  # vectors; below, a flat search is exact and takes under 10 ms (benchmarks/LOG.md)
_HNSW_LINKS, _HNSW_BUILD, _HNSW_SEARCH = 32, 200, 128


class VectorStore(Protocol):
    """Nearest vectors by inner product."""

    def search(self, vector: Vector, top_k: int) -> list[tuple[int, float]]:
        """(position, score) of the nearest vectors, best first."""


def build_faiss(vectors: Matrix, path: Path) -> None:
    """Write a FAISS index of unit vectors (n, d) through llama-index's FaissVectorStore."""
    import faiss
    from llama_index.vector_stores.faiss import FaissVectorStore

    count, dimension = vectors.shape
    if count < _HNSW_FROM:
        index: Any = faiss.IndexFlatIP(dimension)
    else:
        index = faiss.IndexHNSWFlat(dimension, _HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = _HNSW_BUILD
        index.hnsw.efSearch = _HNSW_SEARCH
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    FaissVectorStore(faiss_index=index).persist(str(path))


class FaissStore:
    """A FAISS index read through llama-index's FaissVectorStore, whose own ids are the positions."""

    def __init__(self, path: Path) -> None:
        from llama_index.vector_stores.faiss import FaissVectorStore

        try:
            self._store: Any = FaissVectorStore.from_persist_path(str(path))
        except (RuntimeError, ValueError):
            raise BookError(f"{path}: damaged; build the book again with python -m indexing.rebuild") from None

    @property
    def vectors(self) -> Matrix:
        """All vectors (n, d), in order."""
        index = self._store.client
        return np.asarray(index.reconstruct_n(0, index.ntotal), dtype=np.float32)

    def search(self, vector: Vector, top_k: int) -> list[tuple[int, float]]:
        from llama_index.core.vector_stores.types import VectorStoreQuery

        result = self._store.query(VectorStoreQuery(query_embedding=vector.tolist(), similarity_top_k=top_k))
        pairs = zip(result.ids or [], result.similarities or [], strict=True)
        return [(int(position), float(score)) for position, score in pairs]


def best_sentence_scores(
    question: Vector, sentences: Matrix, chunk_of: NDArray[np.int32], count: int
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """For each of `count` chunks the best cosine among its sentences, and which sentence (row of `sentences`); -1 without."""
    scores = np.full(count, -1.0, dtype=np.float32)
    rows = np.full(count, -1, dtype=np.int32)
    if len(sentences):
        cosines = np.asarray(sentences @ question, dtype=np.float32)
        order = np.argsort(cosines, kind="stable")
        rows[chunk_of[order]] = order  # the last write wins, and that is the best one
        present = rows >= 0
        scores[present] = cosines[rows[present]]
    return scores, rows
