"""Late interaction: each word of a question looks for its nearest word in a passage, by the embedder's own token vectors.

The score of a text is the mean over the question's tokens of the best cosine among the text's tokens, stop words counting less
(the scheme is ColBERT's, Khattab & Zaharia 2020, here with the vectors of an embedder that was never trained for it). Token
vectors are kept small: projected on their main directions, scaled to unit length again, one signed byte a number. What that
costs is in benchmarks/LOG.md. Leaves reading and writing to `index.py`.
"""

import numpy as np
from numpy.typing import NDArray

from indexing.embedding import Encoding, Matrix, unit
from indexing.lexical import stop_words, words

DIRECTIONS = 64
_FIT_TOKENS = 20_000
_SCALE = 127  # a unit vector's numbers lie in -1..1
_STOP_WORD_WEIGHT = 0.3

Codes = NDArray[np.int8]


def fit_projection(tokens: Matrix) -> Matrix:
    """The (d, DIRECTIONS) main directions of token vectors (t, d): eigenvectors of their second moments, uncentred so that
    cosines survive."""
    sample = tokens[:: max(1, len(tokens) // _FIT_TOKENS)].astype(np.float32)
    moments = (sample.T @ sample / max(len(sample), 1)).astype(np.float64)
    _, directions = np.linalg.eigh(moments)
    return np.ascontiguousarray(directions[:, ::-1][:, :DIRECTIONS], dtype=np.float32)


def compress(tokens: Matrix, projection: Matrix) -> Codes:
    """Token vectors (t, d) as bytes (t, DIRECTIONS)."""
    return np.rint(unit(tokens @ projection) * _SCALE).astype(np.int8)


def question_tokens(question: str, encoding: Encoding, projection: Matrix) -> tuple[Matrix, NDArray[np.float32]]:
    """The question's token vectors, projected, and their weights, which add up to 1 (none where it has no token)."""
    kept = [row for row, (start, end) in enumerate(encoding.ranges) if end > start]
    weights = np.array([_weight(question, *encoding.ranges[row]) for row in kept], dtype=np.float32)
    total = float(weights.sum())
    return unit(encoding.tokens[kept] @ projection), weights / total if total else weights


def _weight(question: str, start: int, end: int) -> float:
    """By the whole word that a piece of a word belongs to."""
    while start > 0 and question[start - 1].isalnum():
        start -= 1
    while end < len(question) and question[end].isalnum():
        end += 1
    found = words(question[start:end])
    return 1.0 if found and not stop_words().issuperset(found) else _STOP_WORD_WEIGHT


def late_scores(tokens: Matrix, weights: NDArray[np.float32], texts: list[Codes]) -> NDArray[np.float32]:
    """The late-interaction score of each text, in -1..1; 0 for a text or a question without tokens."""
    scores = np.zeros(len(texts), dtype=np.float32)
    present = [number for number, codes in enumerate(texts) if len(codes)]
    if not present or not len(tokens):
        return scores
    codes = np.concatenate([texts[number] for number in present]).astype(np.float32)
    starts = np.cumsum([0, *(len(texts[number]) for number in present[:-1])])
    best = np.maximum.reduceat(codes @ tokens.T, starts, axis=0) / _SCALE
    scores[present] = best @ weights
    return scores
