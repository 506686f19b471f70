"""A book's index: sentence vectors (FAISS or Qdrant), token codes, heading vectors, and BM25.

    index/vectors.faiss     one vector a sentence (with Qdrant: in its collection)
    index/keys.npy          (sentences, 16) uint8, the hash of each sentence's text
    index/chunk_of.npy      (sentences,) int32, the chunk that each sentence stands in, ascending
    index/codes.npy         (tokens, 64) int8, token vectors for late interaction
    index/code_starts.npy   (sentences + 1,) int64, where each sentence's tokens start
    index/projection.npy    (d, 64) float32, from token vectors to codes
    index/headings.json     each distinct heading once; its vectors in headings.npy (headings, d) float16
    index/heading_of.npy    (chunks, depth) int32, the headings of each chunk's path, outermost first, -1 beyond its end
    index/labels.json       {"table 7.1": [chunks with that caption]}
    index/bm25/             BM25
    index/cut_keys.npy      what each record was cut from, for the next rebuild (`kept.py`)

Chunks are numbered by their order in chunks.jsonl. Leaves ranking to `tutor.retrieval`.
"""

import json
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexing.chunks import Chunk
from indexing.embedding import Embedder, Matrix
from indexing.encoding import Encoded, encode_texts
from indexing.errors import BookError, SourceError
from indexing.late import Codes
from indexing.lexical import BM25, build_bm25
from indexing.library import Book, check_files
from indexing.qdrant import Place, QdrantStore, build_qdrant
from indexing.settings import settings
from indexing.store import FaissStore, VectorStore, build_faiss

_LABEL = re.compile(r"(?:table|figure)\s+(\d+(?:[.\-]\d+)*)", re.IGNORECASE)
_VECTORS, _BM25, _LABELS, _HEADINGS = "vectors.faiss", "bm25", "labels.json", "headings"


def build_index(
    chunks: Sequence[Chunk],
    embedder: Embedder,
    folder: Path,
    report: Callable[[int, int], None] | None = None,
    previous: "Index | None" = None,
    place: Place | None = None,
) -> None:
    """Embed the chunks' sentences and write the index into `folder`. `report(done, total)` counts distinct sentences.

    What `previous`, an index made by the same embedder, has embedded already is taken over from it. The sentence vectors go to
    Qdrant where `place` says so, else into a FAISS file.
    """
    if not chunks:
        raise SourceError("no chunks: the source has no text that could be indexed")
    folder.mkdir()
    texts = [text for chunk in chunks for text in sentence_texts(chunk)]
    total = len(set(texts))
    encoded = encode_texts(
        texts, embedder, previous.encoded() if previous else None, (lambda done: report(done, total)) if report else None
    )
    vectors = encoded.vectors.astype(np.float32)
    if place is None:
        build_faiss(vectors, folder / _VECTORS)
    else:
        build_qdrant(vectors, place)
    _save_encoded(encoded, folder)
    counts = [len(chunk.sentences) for chunk in chunks]
    np.save(folder / "chunk_of.npy", np.repeat(np.arange(len(chunks), dtype=np.int32), counts))
    _save_headings(chunks, embedder, folder, previous)
    (folder / _LABELS).write_text(json.dumps(_labels(chunks)), encoding="utf-8")
    build_bm25([chunk.input_text for chunk in chunks], folder / _BM25)


def qdrant_place(collection: str, folder: Path) -> Place:
    """Where the settings say that Qdrant is; they are read here since most books do without."""
    chosen = settings()
    return Place(collection, folder, chosen.qdrant_url, chosen.qdrant_api_key.get_secret_value())


def sentence_texts(chunk: Chunk) -> list[str]:
    """What is embedded for each sentence of a chunk: with what stands between it and the one before, such as a caption."""
    ends = [0, *(end for _, end in chunk.sentences[:-1])]
    return [chunk.text[before:end].strip() for before, (_, end) in zip(ends, chunk.sentences, strict=True)]


def _save_encoded(encoded: Encoded, folder: Path) -> None:
    np.save(folder / "keys.npy", np.frombuffer(b"".join(encoded.keys), dtype=np.uint8).reshape(-1, 16))
    np.save(folder / "codes.npy", np.concatenate(encoded.codes))
    np.save(folder / "code_starts.npy", np.cumsum([0, *(len(codes) for codes in encoded.codes)], dtype=np.int64))
    np.save(folder / "projection.npy", encoded.projection)


def _save_headings(chunks: Sequence[Chunk], embedder: Embedder, folder: Path, previous: "Index | None") -> None:
    titles = list(dict.fromkeys(title for chunk in chunks for title in chunk.heading_path))
    known = dict(zip(previous.headings, previous.heading_vectors, strict=True)) if previous else {}
    missing = [title for title in titles if title not in known]
    known.update((title, encoding.vector) for title, encoding in zip(missing, embedder.encode_passages(missing), strict=True))
    vectors = np.stack([known[title] for title in titles]) if titles else np.zeros((0, embedder.dimension))
    np.save(folder / f"{_HEADINGS}.npy", vectors.astype(np.float16))
    (folder / f"{_HEADINGS}.json").write_text(json.dumps(titles, ensure_ascii=False), encoding="utf-8")
    number = {title: row for row, title in enumerate(titles)}
    depth = max(1, *(len(chunk.heading_path) for chunk in chunks))
    table = np.full((len(chunks), depth), -1, dtype=np.int32)
    for row, chunk in enumerate(chunks):
        table[row, : len(chunk.heading_path)] = [number[title] for title in chunk.heading_path]
    np.save(folder / "heading_of.npy", table)


def _labels(chunks: Sequence[Chunk]) -> dict[str, list[int]]:
    labels: dict[str, list[int]] = {}
    for row, chunk in enumerate(chunks):
        match = _LABEL.match(chunk.caption)
        if match:
            labels.setdefault(" ".join(match.group().casefold().split()), []).append(row)
    return labels


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
        manifest = self.book.manifest
        if manifest.store == "faiss":
            return FaissStore(self._folder / _VECTORS)
        return QdrantStore(qdrant_place(manifest.collection, self._folder))

    @cached_property
    def bm25(self) -> BM25:
        return BM25(self._folder / _BM25)

    @cached_property
    def chunk_of(self) -> NDArray[np.int32]:
        """The chunk of each sentence."""
        return np.asarray(np.load(self._folder / "chunk_of.npy"))

    @cached_property
    def first_sentence(self) -> NDArray[np.int64]:
        """The number of each chunk's first sentence, and one more for the end."""
        return np.searchsorted(self.chunk_of, np.arange(len(self) + 1))

    @cached_property
    def projection(self) -> Matrix:
        return np.asarray(np.load(self._folder / "projection.npy"))

    @cached_property
    def headings(self) -> list[str]:
        """Each distinct heading of the book."""
        return list(json.loads((self._folder / f"{_HEADINGS}.json").read_text(encoding="utf-8")))

    @cached_property
    def heading_vectors(self) -> Matrix:
        return np.asarray(np.load(self._folder / f"{_HEADINGS}.npy"), dtype=np.float32)

    @cached_property
    def heading_of(self) -> NDArray[np.int32]:
        """For each chunk the headings of its path, -1 beyond its end."""
        return np.asarray(np.load(self._folder / "heading_of.npy"))

    @cached_property
    def labels(self) -> dict[str, list[int]]:
        """Chunks by the label of their caption: "table 7.1"."""
        return dict(json.loads((self._folder / _LABELS).read_text(encoding="utf-8")))

    @cached_property
    def _codes(self) -> Codes:
        return np.asarray(np.load(self._folder / "codes.npy", mmap_mode="r"))

    @cached_property
    def _code_starts(self) -> NDArray[np.int64]:
        return np.asarray(np.load(self._folder / "code_starts.npy"))

    @cached_property
    def _lines(self) -> list[str]:
        return self.book.chunks_path.read_text(encoding="utf-8").split("\n")  # a text may hold other marks of a line's end

    def __len__(self) -> int:
        return len(self.heading_of)

    def chunk(self, position: int) -> Chunk:
        """The chunk at a position; parsed when asked for."""
        return Chunk.model_validate(json.loads(self._lines[position]))

    def chunk_codes(self, position: int) -> Codes:
        """The token codes of all sentences of a chunk."""
        first, last = self.first_sentence[position], self.first_sentence[position + 1]
        return self._codes[self._code_starts[first] : self._code_starts[last]]

    def sentence_codes(self, position: int) -> list[Codes]:
        """The token codes of each sentence of a chunk."""
        starts = self._code_starts[self.first_sentence[position] : self.first_sentence[position + 1] + 1]
        return [self._codes[start:end] for start, end in pairwise(starts)]

    def sentence_vectors(self, positions: Sequence[int]) -> tuple[Matrix, NDArray[np.int64]]:
        """The vectors of all sentences of some chunks, chunk after chunk; where each chunk's start, and the end."""
        rows = [np.arange(self.first_sentence[p], self.first_sentence[p + 1]) for p in positions]
        starts = np.cumsum([0, *(len(part) for part in rows)], dtype=np.int64)
        return self.vectors.get(np.concatenate(rows).tolist() if rows else []), starts

    def encoded(self) -> Encoded:
        """All that was embedded, for a rebuild."""
        keys = np.load(self._folder / "keys.npy")
        starts = self._code_starts
        return Encoded(
            keys=[row.tobytes() for row in keys],
            vectors=self.vectors.get(range(len(keys))).astype(np.float16),
            codes=[self._codes[a:b] for a, b in pairwise(starts)],
            projection=self.projection,
        )

    def preload(self) -> None:
        """Read every part now, so that the first question does not wait for it."""
        _ = self.vectors, self.bm25, self.first_sentence, self.projection, self.labels, self.headings, self.heading_vectors
        _ = self._codes, self._code_starts, self._lines

    def check_embedder(self, embedder: Embedder) -> None:
        """BookError unless the questions will be embedded by what embedded the book."""
        made_by = self.book.manifest.embedder
        if made_by and made_by.fingerprint != embedder.fingerprint:
            other = made_by.name != embedder.name
            remedy = f"set TUTOR_EMBEDDER={made_by.name}, or build" if other else "build"
            raise BookError(
                f"book '{self.book.name}' was embedded by {made_by.name} ({made_by.fingerprint}), and questions would be by "
                f"{embedder.name} ({embedder.fingerprint}); {remedy} the book again: python -m indexing.rebuild"
            )
