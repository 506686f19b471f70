"""A book's index: chunk vectors (FAISS), sentence vectors, and BM25, all numbered by the order of chunks.jsonl.

    index/vectors.faiss     one vector a chunk
    index/sentences.npy     (sentences, d) float16, one vector a sentence
    index/sentence_of.npy   (sentences,) int32, the chunk that each sentence stands in
    index/bm25/             BM25

Leaves ranking to `tutor.retrieval`.
"""

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from indexing.chunks import Chunk, input_text
from indexing.embedding import Embedder, Encoding, Matrix
from indexing.errors import BookError, SourceError
from indexing.lexical import BM25, build_bm25
from indexing.library import Book, check_files
from indexing.store import FaissStore, VectorStore, build_faiss

_VECTORS, _SENTENCES, _SENTENCE_OF, _BM25 = "vectors.faiss", "sentences.npy", "sentence_of.npy", "bm25"


def build_index(chunks: Sequence[Chunk], embedder: Embedder, folder: Path, report: Callable[[int], None] | None = None) -> None:
    """Embed the chunks and write the index into `folder`. `report(done)` counts chunks."""
    if not chunks:
        raise SourceError("no chunks: the source has no text that could be indexed")
    folder.mkdir()
    texts = [chunk.input_text for chunk in chunks]
    encodings = embedder.encode_passages(texts, report)
    build_faiss(np.stack([encoding.vector for encoding in encodings]), folder / _VECTORS)
    rows = [
        (number, vector)
        for number, (chunk, encoding) in enumerate(zip(chunks, encodings, strict=True))
        for vector in _sentence_vectors(chunk, encoding)
    ]
    np.save(folder / _SENTENCE_OF, np.array([number for number, _ in rows], dtype=np.int32))
    vectors = np.stack([vector for _, vector in rows]) if rows else np.zeros((0, embedder.dimension))
    np.save(folder / _SENTENCES, vectors.astype(np.float16))
    build_bm25(texts, folder / _BM25)


def _sentence_vectors(chunk: Chunk, encoding: Encoding) -> list[Matrix]:
    shift = len(input_text(chunk.heading_path, ""))
    return [encoding.pooled((start + shift, end + shift)) for start, end in chunk.sentences]


class Index:
    """A book's index, opened. Parts are read when first used, so that a question pays for nothing else."""

    def __init__(self, book: Book) -> None:
        if book.manifest.embedder is None:
            raise BookError(f"book '{book.name}' has records only; build it again without --records-only")
        check_files(book)
        self.book = book
        self._folder = book.index_path

    @cached_property
    def vectors(self) -> VectorStore:
        return FaissStore(self._folder / _VECTORS)

    @cached_property
    def bm25(self) -> BM25:
        return BM25(self._folder / _BM25)

    @cached_property
    def sentences(self) -> Matrix:
        return np.asarray(np.load(self._folder / _SENTENCES), dtype=np.float32)

    @cached_property
    def sentence_of(self) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        return np.asarray(np.load(self._folder / _SENTENCE_OF))

    @cached_property
    def first_sentence(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Row of each chunk's first sentence in `sentences`."""
        return np.searchsorted(self.sentence_of, np.arange(len(self) + 1))

    @cached_property
    def _lines(self) -> list[str]:
        return self.book.chunks_path.read_text(encoding="utf-8").splitlines()

    def __len__(self) -> int:
        return len(self._lines)

    def chunk(self, position: int) -> Chunk:
        """The chunk at a position; parsed when asked for."""
        return Chunk.model_validate(json.loads(self._lines[position]))

    def preload(self) -> None:
        """Read every part now, so that the first question does not wait for it."""
        _ = self.vectors, self.bm25, self.sentences, self.first_sentence, self._lines

    def check_embedder(self, embedder: Embedder) -> None:
        """BookError unless the questions will be embedded by what embedded the book."""
        made_by = self.book.manifest.embedder
        if made_by and made_by.fingerprint != embedder.fingerprint:
            raise BookError(
                f"book '{self.book.name}' was embedded by {made_by.name} ({made_by.fingerprint}), and questions would be by "
                f"{embedder.name} ({embedder.fingerprint}); set TUTOR_EMBEDDER={made_by.name} or build the book again"
            )
