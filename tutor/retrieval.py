"""From a question to the passages that may answer it.

Four signals, all of a scale that means the same for every question and book, so that they can simply be added (ranks cannot say
how sure a signal is, and standard scores blow up a signal that knows nothing):

    sentence   cosine of the question and the passage's best sentence
    late       late interaction of their tokens (`indexing.late`)
    heading    cosine of the question and the passage's own heading
    bm25       BM25 as a share of the most that the question's words could reach; it counts the less, the less the book's best
               passage reaches, for then only common words have matched, as they do in a question in everyday words

Their weights were chosen over books of several subjects, and what each adds is in benchmarks/LOG.md. A heading's number, a
caption's label ("Table 7.1") or "the chapter on …" in a question leads to what it names. Leaves wording to the engines, and
refusal to `confidence.py`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from indexing.chunks import Chunk
from indexing.embedding import Embedder, Encoding, Matrix
from indexing.index import Index
from indexing.late import late_scores, question_tokens
from tutor.asked_words import AskedWords, asked_words
from tutor.joining import joined

Mode = Literal["hybrid", "dense", "bm25"]
Scores = NDArray[np.float32]

WEIGHTS = {"sentence": 1.0, "late": 1.0, "heading": 0.5, "bm25": 0.8, "named": 1.0}
_MODES: dict[Mode, tuple[str, ...]] = {"hybrid": tuple(WEIGHTS), "dense": ("sentence",), "bm25": ("bm25",)}

# The share that the best passage must reach for BM25 to count in full. Questions in the book's words reach .35 to .6 in the
# median, in everyday words .1 to .2 (benchmarks/LOG.md).
_SURE_SHARE = 0.25

# Candidates that are scored by every signal; the final few come from far fewer (benchmarks/LOG.md).
_SENTENCES, _LEXICAL, _HEADINGS = 200, 50, 5

# How near a sentence is to the question: its cosine and its late interaction, together (benchmarks/LOG.md).
_COSINE, _LATE = 0.75, 0.5

READ_AGAIN = 3  # times as many passages as are asked for are read by a reranker

_NUMBERED = re.compile(r"\b(chapter|section|sec\.|appendix|unit|part)\s+(\w+(?:\.\d+)*)|\b(\d+(?:\.\d+)+)\b", re.IGNORECASE)
_CAPTIONED = re.compile(r"\b(?:table|figure)\s+\d+(?:[.\-]\d+)*", re.IGNORECASE)
_TOPICAL = re.compile(
    r"\b(?:chapter|section|part) (?:on|about|called|named|that (?:deals with|covers)) (.{2,60}?)[?.!]*$", re.IGNORECASE
)


@dataclass(frozen=True)
class Passage:
    """A retrieved chunk. `score` ranks; `signals` are what it was made of; `sentence_scores` say how near each of
    `chunk.sentences` is to the question, 0 for those taken from a neighbour.

    Where the answer may run over the chunk's edge, `chunk.text` goes on into its neighbour (`joining.py`).
    """

    chunk: Chunk
    position: int
    book: str
    score: float
    signals: dict[str, float] = field(default_factory=dict)
    sentence_scores: tuple[float, ...] = ()


@dataclass(frozen=True)
class Retrieval:
    """Passages, best first, and the best value of each signal over all that was looked at.

    `asked` and `calibration` are what `confidence.py` needs of the book.
    """

    question: str
    encoding: Encoding
    passages: list[Passage]
    best: dict[str, float]
    asked: AskedWords = field(default_factory=AskedWords)
    calibration: dict[str, float] = field(default_factory=dict)


class Searcher(Protocol):
    """One book, or several."""

    def search(self, question: str, top_k: int = 5, mode: Mode = "hybrid") -> Retrieval:
        """The `top_k` passages for a question, at most one from each table, none twice."""


class Reranker(Protocol):
    """Scores passages for a question by reading both; higher is better, on any scale."""

    name: str

    def scores(self, question: str, passages: Sequence[Passage]) -> list[float]: ...


@dataclass(frozen=True)
class _Candidates:
    """Some chunks, their signals, and their sentences' cosines (`starts` into them, chunk by chunk); the question's tokens."""

    positions: NDArray[np.int64]
    signals: dict[str, Scores]
    cosines: Scores
    starts: NDArray[np.int64]
    tokens: Matrix
    token_weights: Scores


class Retriever:
    """Searches one book."""

    def __init__(self, index: Index, embedder: Embedder, reranker: Reranker | None = None) -> None:
        index.check_embedder(embedder)
        self.index = index
        self._embedder = embedder
        self._reranker = reranker

    def search(self, question: str, top_k: int = 5, mode: Mode = "hybrid") -> Retrieval:
        encoding = self._embedder.encode_query(question)
        return self.search_encoded(question, encoding, top_k, mode)

    def search_encoded(self, question: str, encoding: Encoding, top_k: int, mode: Mode) -> Retrieval:
        """`search`, for a question that is encoded already."""
        found = self._candidates(question, encoding)
        weights = _weights(found.signals["bm25"])
        total = np.sum([weights[name] * found.signals[name] for name in _MODES[mode]], axis=0)
        if mode == "bm25":
            total = np.where(found.signals["bm25"] > 0, total, -np.inf)
        passages = self._passages(found, total, top_k if self._reranker is None else top_k * READ_AGAIN)
        if self._reranker is not None and passages:
            passages = reranked(question, passages, self._reranker)[:top_k]
        best = {name: float(scores.max(initial=0.0)) for name, scores in found.signals.items()}
        asked = asked_words(question, encoding, self.index.bm25)
        return Retrieval(question, encoding, passages, best, asked, self.index.book.manifest.calibration)

    def _candidates(self, question: str, encoding: Encoding) -> _Candidates:
        index = self.index
        nearest = {int(index.chunk_of[row]) for row, _ in index.vectors.search(encoding.vector, _SENTENCES)}
        coverage = index.bm25.coverage(question)
        lexical = np.argsort(-coverage, kind="stable")[:_LEXICAL]
        headings = np.asarray(index.heading_vectors @ encoding.vector, dtype=np.float32)
        named = self._named(question, encoding)
        under = np.isin(_leaf(index.heading_of), np.argsort(-headings, kind="stable")[:_HEADINGS])
        positions = np.array(
            sorted(nearest | {int(p) for p in lexical if coverage[p] > 0} | set(np.flatnonzero(under).tolist()) | set(named)),
            dtype=np.int64,
        )
        vectors, starts = index.sentence_vectors(positions.tolist())
        cosines = np.asarray(vectors @ encoding.vector, dtype=np.float32)
        sentence = np.maximum.reduceat(cosines, starts[:-1]) if len(positions) else np.zeros(0, np.float32)
        tokens, weights = question_tokens(question, encoding, index.projection)
        leaf = _leaf(index.heading_of[positions])
        signals: dict[str, Scores] = {
            "sentence": sentence,
            "late": late_scores(tokens, weights, [index.chunk_codes(int(p)) for p in positions]),
            # a chunk without a heading is not judged by one
            "heading": np.where(leaf >= 0, headings[leaf] if len(headings) else 0.0, sentence).astype(np.float32),
            "bm25": coverage[positions],
            "named": np.array([named.get(int(p), 0.0) for p in positions], dtype=np.float32),
        }
        return _Candidates(positions, signals, cosines, starts, tokens, weights)

    def _passages(self, found: _Candidates, total: NDArray[np.floating], top_k: int) -> list[Passage]:
        """The best chunks, at most one from each table, and of equal texts only the first."""
        passages: list[Passage] = []
        tables: set[int] = set()
        texts: set[str] = set()
        for row in np.argsort(-total, kind="stable"):
            if len(passages) == top_k or not np.isfinite(total[row]):
                break
            chunk = self.index.chunk(int(found.positions[row]))
            text = " ".join(chunk.text.casefold().split())
            if text in texts or (chunk.type == "table" and chunk.record in tables):
                continue
            texts.add(text)
            if chunk.type == "table":
                tables.add(chunk.record)
            passages.append(self._passage(chunk, int(row), float(total[row]), found))
        return passages

    def _passage(self, chunk: Chunk, row: int, score: float, found: _Candidates) -> Passage:
        position = int(found.positions[row])
        late = late_scores(found.tokens, found.token_weights, self.index.sentence_codes(position))
        near = _COSINE * found.cosines[found.starts[row] : found.starts[row + 1]] + _LATE * late
        passage = Passage(
            chunk=chunk,
            position=position,
            book=self.index.book.name,
            score=score,
            signals={name: float(scores[row]) for name, scores in found.signals.items()},
            sentence_scores=tuple(near.tolist()),
        )
        return self._joined(passage)

    def _joined(self, passage: Passage) -> Passage:
        """The passage with the next or the previous sentences of its record, where its best sentence stands at its edge."""
        best = int(np.argmax(passage.sentence_scores))
        last = len(passage.chunk.sentences) - 1
        for edge, step in ((last, 1), (0, -1)):
            other = passage.position + step
            if best == edge and 0 <= other < len(self.index):
                chunk = joined(passage.chunk, self.index.chunk(other), after=step > 0)
                if chunk is not None:
                    added = len(chunk.sentences) - len(passage.chunk.sentences)
                    # they are context, not what was looked for
                    scores = (
                        (*passage.sentence_scores, *[0.0] * added) if step > 0 else (*[0.0] * added, *passage.sentence_scores)
                    )
                    return replace(passage, chunk=chunk, sentence_scores=scores)
        return passage

    def _named(self, question: str, encoding: Encoding) -> dict[int, float]:
        """Chunks that the question names: under a numbered heading, under the heading of a topic, or with a caption's label."""
        titles = {number for match in _NUMBERED.finditer(question) for number in self._headings_numbered(match)}
        topic = _TOPICAL.search(question)
        if topic and len(self.index.headings):
            vector = self._embedder.encode_query(topic[1]).vector
            titles.add(int(np.argmax(self.index.heading_vectors @ vector)))
        under = np.isin(self.index.heading_of, list(titles)).any(axis=1) if titles else np.zeros(len(self.index), bool)
        named = dict.fromkeys(np.flatnonzero(under).tolist(), 1.0)
        for match in _CAPTIONED.finditer(question):
            label = " ".join(match.group().casefold().split())
            named.update(dict.fromkeys(self.index.labels.get(label, []), 1.0))
        return named

    def _headings_numbered(self, match: re.Match[str]) -> Iterator[int]:
        """Headings that start with the number, with or without the word before it: "11.2 …", "Chapter 11 …", "Appendix B …"."""
        word, number, bare = match.groups()
        wanted = (bare or number).casefold()
        for row, title in enumerate(self.index.headings):
            parts = title.casefold().split()[:2]
            first = parts[0].rstrip(".:") if parts else ""
            second = parts[1].rstrip(".:") if len(parts) > 1 else ""
            if first == wanted or (word and first == word.casefold() and second == wanted):
                yield row


def _weights(shares: Scores) -> dict[str, float]:
    """What each signal counts for a question whose BM25 shares are these."""
    sure = min(1.0, float(shares.max(initial=0.0)) / _SURE_SHARE)
    return {**WEIGHTS, "bm25": WEIGHTS["bm25"] * sure}


def reranked(question: str, passages: Sequence[Passage], reranker: Reranker) -> list[Passage]:
    """Passages in the order of a reranker's scores, which are noted among their signals."""
    scores = reranker.scores(question, passages)
    scored = [
        replace(passage, signals={**passage.signals, "reranker": score})
        for passage, score in zip(passages, scores, strict=True)
    ]
    return sorted(scored, key=lambda passage: -passage.signals["reranker"])


def _leaf(paths: NDArray[np.int32]) -> NDArray[np.int32]:
    """The innermost heading of each path, -1 where there is none."""
    depth = np.maximum((paths >= 0).sum(axis=1) - 1, 0)
    return np.asarray(paths[np.arange(len(paths)), depth])
