"""Encoding many texts once each, and only those that an earlier version of the index has not encoded already.

A text's key is the hash of its characters. Vectors and token codes of known keys are taken over, so a rebuild embeds only what
changed; the projection of the token codes is taken over with them. Memory stays bounded: whole token vectors live for one block
of texts at a time. Leaves the files to `index.py`.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from indexing.embedding import Embedder, Encoding, Matrix
from indexing.late import DIRECTIONS, Codes, compress, fit_projection

_BLOCK = 1_024  # texts whose whole token vectors are in memory at once
_FIT_TEXTS = 2_000  # texts that a projection is fitted on, spread evenly over the book

Half = NDArray[np.float16]


def text_key(text: str) -> bytes:
    """What a text's vectors are kept under."""
    return hashlib.sha256(text.encode()).digest()[:16]


@dataclass(frozen=True)
class Encoded:
    """Texts as vectors (n, d), and each text's token codes (t, DIRECTIONS) under `projection` (d, DIRECTIONS)."""

    keys: list[bytes]
    vectors: Half
    codes: list[Codes]
    projection: Matrix

    def rows(self) -> dict[bytes, int]:
        return {key: row for row, key in enumerate(self.keys)}


def encode_texts(
    texts: Sequence[str], embedder: Embedder, known: Encoded | None = None, report: Callable[[int], None] | None = None
) -> Encoded:
    """Encode texts in order, equal ones once. `report(done)` counts distinct texts, those taken from `known` among them."""
    distinct = list(dict.fromkeys(texts))
    found: dict[str, tuple[Half, Codes]] = {}
    if known is not None:
        rows = known.rows()
        held = ((text, rows.get(text_key(text))) for text in distinct)
        found = {text: (known.vectors[row], known.codes[row]) for text, row in held if row is not None}
    missing = sorted((text for text in distinct if text not in found), key=len)
    if report:
        report(len(found))
    if known is not None:
        projection = known.projection
    else:
        projection, first = _fit(missing, embedder)
        found.update(first)
        missing = [text for text in missing if text not in found]
    for start in range(0, len(missing), _BLOCK):
        block = missing[start : start + _BLOCK]
        counted = partial(_counted, report, len(found)) if report else None
        encodings = embedder.encode_passages(block, counted, fast=True)
        found.update({text: _pair(encoding, projection) for text, encoding in zip(block, encodings, strict=True)})
    pairs = [found[text] for text in texts]
    vectors = np.stack([vector for vector, _ in pairs]) if pairs else np.zeros((0, embedder.dimension), np.float16)
    return Encoded([text_key(text) for text in texts], vectors, [codes for _, codes in pairs], projection)


def _counted(report: Callable[[int], None], before: int, done: int) -> None:
    report(before + done)


def _fit(texts: Sequence[str], embedder: Embedder) -> tuple[Matrix, dict[str, tuple[Half, Codes]]]:
    """The projection, and the texts that it was fitted on, encoded."""
    sample = list(texts[:: max(1, len(texts) // _FIT_TEXTS)])
    encodings = embedder.encode_passages(sample, fast=True)
    if not encodings:
        return np.eye(embedder.dimension, DIRECTIONS, dtype=np.float32), {}
    projection = fit_projection(np.concatenate([_content(encoding) for encoding in encodings]))
    return projection, {text: _pair(encoding, projection) for text, encoding in zip(sample, encodings, strict=True)}


def _pair(encoding: Encoding, projection: Matrix) -> tuple[Half, Codes]:
    return encoding.vector.astype(np.float16), compress(_content(encoding), projection)


def _content(encoding: Encoding) -> Matrix:
    """Token vectors without those of special tokens, which stand for no characters."""
    return encoding.tokens[[row for row, (start, end) in enumerate(encoding.ranges) if end > start]]
