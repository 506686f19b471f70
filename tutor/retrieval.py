"""From a question to the passages that may answer it.

Signals, all from one embedding of the question: the chunk's cosine, the cosine of its best sentence, and BM25. They are
made comparable as z-scores over the book and added: scores, not ranks, since a rank says nothing about how sure a signal is.
Leaves wording to the engines and refusal to `confidence.py`.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indexing.chunks import Chunk
from indexing.embedding import Embedder, Encoding
from indexing.index import Index
from indexing.store import best_sentence_scores

Mode = Literal["hybrid", "dense", "bm25"]
Scores = NDArray[np.float32]

_WEIGHTS = {"dense": 1.0, "sentence": 1.0, "bm25": 0.5}
_MODES: dict[Mode, tuple[str, ...]] = {"hybrid": ("dense", "sentence", "bm25"), "dense": ("dense",), "bm25": ("bm25",)}


@dataclass(frozen=True)
class Passage:
    """A retrieved chunk. `score` ranks; `signals` are what it was made of; `sentence_scores` go with `chunk.sentences`."""

    chunk: Chunk
    position: int
    book: str
    score: float
    signals: dict[str, float] = field(default_factory=dict)
    sentence_scores: tuple[float, ...] = ()


@dataclass(frozen=True)
class Retrieval:
    """Passages, best first, and the best value of each signal over the whole book."""

    question: str
    encoding: Encoding
    passages: list[Passage]
    best: dict[str, float]


class Retriever:
    """Searches one book."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        index.check_embedder(embedder)
        self.index = index
        self._embedder = embedder

    def search(self, question: str, top_k: int = 5, mode: Mode = "hybrid") -> Retrieval:
        """The `top_k` passages for a question, at most one from each table."""
        encoding = self._embedder.encode_query(question)
        signals = self._signals(question, encoding, mode)
        total = np.sum([_WEIGHTS[name] * _z(scores) for name, scores in signals.items()], axis=0)
        if mode == "bm25":
            total = np.where(signals["bm25"] > 0, total, -np.inf)
        passages: list[Passage] = []
        seen_tables: set[int] = set()
        for position in np.argsort(-total, kind="stable"):
            if len(passages) == top_k or not np.isfinite(total[position]):
                break
            chunk = self.index.chunk(int(position))
            if chunk.type == "table" and chunk.record in seen_tables:
                continue
            if chunk.type == "table":
                seen_tables.add(chunk.record)
            passages.append(self._passage(chunk, int(position), float(total[position]), signals, encoding))
        return Retrieval(question, encoding, passages, {name: float(scores.max()) for name, scores in signals.items()})

    def _signals(self, question: str, encoding: Encoding, mode: Mode) -> dict[str, Scores]:
        count = len(self.index)
        found: dict[str, Scores] = {}
        for name in _MODES[mode]:
            if name == "dense":
                scores = np.full(count, -1.0, dtype=np.float32)
                for position, score in self.index.vectors.search(encoding.vector, count):
                    scores[position] = score
                found[name] = scores
            elif name == "sentence":
                found[name], _ = best_sentence_scores(encoding.vector, self.index.sentences, self.index.sentence_of, count)
            else:
                found[name] = self.index.bm25.scores(question)
        return found

    def _passage(self, chunk: Chunk, position: int, score: float, signals: dict[str, Scores], encoding: Encoding) -> Passage:
        first = int(self.index.first_sentence[position])
        vectors = self.index.sentences[first : first + len(chunk.sentences)]
        return Passage(
            chunk=chunk,
            position=position,
            book=self.index.book.name,
            score=score,
            signals={name: float(scores[position]) for name, scores in signals.items()},
            sentence_scores=tuple(float(value) for value in vectors @ encoding.vector),
        )


def _z(scores: Scores) -> Scores:
    """Scores in standard deviations above their mean."""
    deviation = float(scores.std())
    return (scores - scores.mean()) / deviation if deviation > 0 else np.zeros_like(scores)
