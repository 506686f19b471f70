"""Vectors on disk, behind llama-index's vector store interface: FAISS in files, or Qdrant past one machine.

One vector a sentence. Positions (0, 1, … in reading order) are the only ids, and a store is always built whole and never
changed, so that no vector is ever doubled or mistaken for another: llama-index's FAISS stores duplicate on a second insert, and
reuse ids after a delete. The inner product of unit vectors is the score, so 1.0 is "the same". Leaves meaning to the retriever.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from indexing.embedding import Matrix, Vector
from indexing.errors import BookError

HNSW_FROM = 100_000  # vectors; below, a flat search is exact and takes a few milliseconds (benchmarks/LOG.md)
_HNSW_LINKS, _HNSW_BUILD, _HNSW_SEARCH = 32, 200, 128


class VectorStore(Protocol):
    """Nearest vectors by inner product."""

    def search(self, vector: Vector, top_k: int) -> list[tuple[int, float]]:
        """(position, score) of the nearest vectors, best first."""

    def get(self, positions: Sequence[int]) -> Matrix:
        """The vectors at some positions (n, d)."""


def build_faiss(vectors: Matrix, path: Path) -> None:
    """Write a FAISS index of unit vectors (n, d) through llama-index's FaissVectorStore: flat, or HNSW where there are many.

    Numbers are kept in 16 bits, which changes cosines by less than 0.001 and halves the file.
    """
    import faiss
    from llama_index.vector_stores.faiss import FaissVectorStore

    count, dimension = vectors.shape
    half = faiss.ScalarQuantizer.QT_fp16
    if count < HNSW_FROM:
        index: Any = faiss.IndexScalarQuantizer(dimension, half, faiss.METRIC_INNER_PRODUCT)
    else:
        index = faiss.IndexHNSWSQ(dimension, half, _HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)  # type: ignore[arg-type]
        index.hnsw.efConstruction = _HNSW_BUILD
        index.hnsw.efSearch = _HNSW_SEARCH
    data = np.ascontiguousarray(vectors, dtype=np.float32)
    index.train(data)
    index.add(data)
    FaissVectorStore(faiss_index=index).persist(str(path))


class FaissStore:
    """A FAISS index read through llama-index's FaissVectorStore, whose own ids are the positions."""

    def __init__(self, path: Path) -> None:
        from llama_index.vector_stores.faiss import FaissVectorStore

        try:
            self._store: Any = FaissVectorStore.from_persist_path(str(path))
        except (RuntimeError, ValueError):
            raise BookError(f"{path}: damaged; build the book again with python -m indexing.rebuild") from None

    def search(self, vector: Vector, top_k: int) -> list[tuple[int, float]]:
        from llama_index.core.vector_stores.types import VectorStoreQuery

        top_k = min(top_k, self._store.client.ntotal)
        if top_k == 0:
            return []
        result = self._store.query(VectorStoreQuery(query_embedding=vector.tolist(), similarity_top_k=top_k))
        pairs = zip(result.ids or [], result.similarities or [], strict=True)
        return [(int(position), float(score)) for position, score in pairs]

    def get(self, positions: Sequence[int]) -> Matrix:
        index = self._store.client
        rows = np.asarray(positions, dtype=np.int64)
        if not len(rows):
            return np.zeros((0, index.d), dtype=np.float32)
        return np.asarray(index.reconstruct_batch(rows), dtype=np.float32)
