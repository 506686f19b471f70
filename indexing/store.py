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
    """Write a FAISS index of unit vectors (n, d): flat, or HNSW where there are many. OSError where the disk is full.

    It is, byte for byte, what llama-index's FaissVectorStore persists; importing that takes longer than a small rebuild.
    """
    import faiss

    index = faiss_index(vectors, hnsw=len(vectors) >= HNSW_FROM)
    with path.open("wb") as file:
        faiss.write_index(index, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]


def faiss_index(vectors: Matrix, *, hnsw: bool) -> Any:
    """The index in memory. Numbers are kept in 16 bits, which changes cosines by less than 0.001 and halves the file."""
    import faiss

    dimension = vectors.shape[1]
    half = faiss.ScalarQuantizer.QT_fp16
    if hnsw:
        index: Any = faiss.IndexHNSWSQ(dimension, half, _HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)  # type: ignore[arg-type]
        index.hnsw.efConstruction = _HNSW_BUILD
        index.hnsw.efSearch = _HNSW_SEARCH
    else:
        index = faiss.IndexScalarQuantizer(dimension, half, faiss.METRIC_INNER_PRODUCT)
    data = np.ascontiguousarray(vectors, dtype=np.float32)
    index.train(data)
    index.add(data)
    return index


class FaissStore:
    """A FAISS index whose own ids are the positions.

    The file is llama-index's FaissVectorStore, and `as_llama_index` opens it as one. Here FAISS reads it, since importing
    llama-index takes longer than all the rest of answering a question.
    """

    def __init__(self, path: Path) -> None:
        import faiss

        try:
            self._index: Any = faiss.read_index(str(path))
        except RuntimeError:
            raise BookError(f"{path}: damaged; build the book again with python -m indexing.rebuild") from None

    def search(self, vector: Vector, top_k: int) -> list[tuple[int, float]]:
        top_k = min(top_k, self._index.ntotal)
        if top_k == 0:
            return []
        scores, positions = self._index.search(np.asarray(vector, dtype=np.float32)[None, :], top_k)
        found = zip(positions[0].tolist(), scores[0].tolist(), strict=True)
        return [(position, score) for position, score in found if position >= 0]

    def get(self, positions: Sequence[int]) -> Matrix:
        rows = np.asarray(positions, dtype=np.int64)
        if not len(rows):
            return np.zeros((0, self._index.d), dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(rows), dtype=np.float32)

    def as_llama_index(self) -> Any:
        """The same index as a llama-index vector store, for a retriever or query engine of llama-index."""
        from llama_index.vector_stores.faiss import FaissVectorStore

        return FaissVectorStore(faiss_index=self._index)
