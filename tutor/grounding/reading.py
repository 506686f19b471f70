"""Texts as the check reads them: words with their vectors in context, and sentences with theirs.

One pass of the embedder a text. A source longer than the embedder takes is read in blocks of whole sentences, so that none of
it is cut. Leaves comparing to `features.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from indexing.embedding import Embedder, Encoding, Matrix, Vector, unit
from indexing.sentences import Range
from tutor.grounding.words import Word, words_of

_LIST_MARK = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|[•*\-–])\s+")
_EMPHASIS = re.compile(r"(\*\*|__|`)(.+?)\1")
_ANNOUNCEMENT = re.compile(r"^(?:the )?(?:short )?answer(?: to (?:this|the|your) question)? is:\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """A text with its words (n), their vectors (n, d), and of each sentence the range of its words and its vector."""

    words: list[Word]
    vectors: Matrix
    vector: Vector
    sentences: list[Range]
    sentence_vectors: Matrix

    @cached_property
    def stems(self) -> list[str]:
        return [word.stem for word in self.words]

    @cached_property
    def stem_set(self) -> frozenset[str]:
        return frozenset(self.stems)


def read_statements(texts: Sequence[str], embedder: Embedder) -> list[Reading]:
    """Read single sentences, without list marks and emphasis, and without "The answer is:" before them."""
    texts = [plain_sentence(text) for text in texts]
    encodings = embedder.encode_passages(texts) if texts else []
    return [_reading(text, [(0, len(text))], encoding) for text, encoding in zip(texts, encodings, strict=True)]


def plain_sentence(text: str) -> str:
    """A sentence without what chat models put around it: a list's mark, emphasis, an announcement."""
    plain = _EMPHASIS.sub(r"\2", _LIST_MARK.sub("", text)).strip()
    return _ANNOUNCEMENT.sub("", plain).strip() or text


def read_sources(sources: Sequence[tuple[str, Sequence[Range]]], embedder: Embedder) -> list[Reading]:
    """Read sources, each a text and the ranges of its sentences."""
    blocks = [
        (number, block)
        for number, (text, sentences) in enumerate(sources)
        for block in _blocks(text, sentences or [(0, len(text))], embedder)
    ]
    texts = [sources[number][0][block[0][0] : block[-1][1]] for number, block in blocks]
    parts: list[list[Reading]] = [[] for _ in sources]
    for (number, block), text, encoding in zip(blocks, texts, embedder.encode_passages(texts) if texts else [], strict=True):
        shift = block[0][0]
        parts[number].append(_reading(text, [(start - shift, end - shift) for start, end in block], encoding))
    return [_joined(part) for part in parts]


def _blocks(text: str, sentences: Sequence[Range], embedder: Embedder) -> list[list[Range]]:
    """Sentences in groups that the embedder takes whole; one that alone is too long stands alone, and is cut there."""
    if embedder.count(text[sentences[0][0] : sentences[-1][1]]) <= embedder.max_tokens:
        return [list(sentences)]
    blocks: list[list[Range]] = [[]]
    for sentence in sentences:
        if blocks[-1] and embedder.count(text[blocks[-1][0][0] : sentence[1]]) > embedder.max_tokens:
            blocks.append([])
        blocks[-1].append(sentence)
    return blocks


def _reading(text: str, sentences: Sequence[Range], encoding: Encoding) -> Reading:
    words = words_of(text)
    vectors = np.stack([encoding.pooled(word.span) for word in words]) if words else np.zeros((0, len(encoding.vector)))
    starts = np.array([word.span[0] for word in words])
    ranges = [(int(np.searchsorted(starts, start)), int(np.searchsorted(starts, end))) for start, end in sentences]
    pooled = np.stack([encoding.pooled(sentence) for sentence in sentences])
    return Reading(words, np.asarray(vectors, dtype=np.float32), encoding.vector, ranges, pooled)


def _joined(parts: Sequence[Reading]) -> Reading:
    """Blocks of one source as one reading."""
    if len(parts) == 1:
        return parts[0]
    shifts = np.cumsum([0, *(len(part.words) for part in parts)])
    return Reading(
        words=[word for part in parts for word in part.words],
        vectors=np.concatenate([part.vectors for part in parts]),
        vector=unit(np.mean([part.vector for part in parts], axis=0)),
        sentences=[
            (start + int(shift), end + int(shift))
            for part, shift in zip(parts, shifts[:-1], strict=True)
            for start, end in part.sentences
        ],
        sentence_vectors=np.concatenate([part.sentence_vectors for part in parts]),
    )
