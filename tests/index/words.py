"""A small embedder that knows words alone: equal words are equal vectors, so similarity can be told beforehand."""

import hashlib
import re
from collections.abc import Callable, Sequence

import numpy as np

from indexing.embedding import Encoding, Matrix, unit

_WORD = re.compile(r"\w+")


class WordEmbedder:
    """Every word has a fixed random direction; a text is the mean of its words'. One special token before and after."""

    name = "words"
    dimension = 96
    max_tokens = 40

    def __init__(self, fingerprint: str = "words:1") -> None:
        self.fingerprint = fingerprint
        self.encoded: list[str] = []  # texts that were really embedded as passages

    def count(self, text: str) -> int:
        return len(_WORD.findall(text)) + 2

    def encode_passages(
        self, texts: Sequence[str], report: Callable[[int], None] | None = None, *, fast: bool = False
    ) -> list[Encoding]:
        self.encoded += texts
        if report:
            report(len(texts))
        return [self.encode_query(text) for text in texts]

    def encode_query(self, text: str) -> Encoding:
        found = [(match.group().lower(), match.span()) for match in _WORD.finditer(text)]
        tokens = np.stack([_direction(word) for word in ["[", *(word for word, _ in found), "]"]])
        inner = tokens[1:-1] if found else tokens
        return Encoding(unit(inner.mean(axis=0)), tokens, [(0, 0), *(span for _, span in found), (0, 0)])


def _direction(word: str) -> Matrix:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return unit(np.random.default_rng(seed).normal(size=WordEmbedder.dimension))
