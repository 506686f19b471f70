"""Chunks that a rebuild takes over: those of records that are as they were when the version in use was built.

    index/cut_keys.npy   (records, 16) uint8, for each line of records.jsonl a hash of it and of all that cutting depends on

The hashes are kept, since a person may have edited records.jsonl in the meantime. Leaves cutting to `chunks.py`.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexing.chunks import Chunk
from indexing.index import Index

_KEYS = "cut_keys.npy"
_BYTES = 16


def cut_keys(records: Path, cutting: str) -> list[bytes]:
    """A key for each line of a records.jsonl; `cutting` is the digest of what cutting depends on."""
    lines = records.read_bytes().removesuffix(b"\n").split(b"\n")
    return [hashlib.sha256(cutting.encode() + line).digest()[:_BYTES] for line in lines]


def save_keys(keys: Sequence[bytes], folder: Path) -> None:
    """Write the keys into an index's folder."""
    np.save(folder / _KEYS, np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, _BYTES))


def kept_chunks(index: Index, keys: Sequence[bytes]) -> list[list[Chunk] | None]:
    """For each key the chunks of the record in `index` that has the same one, or None; nothing in an index without keys."""
    path = index.book.index_path / _KEYS
    if not path.is_file():
        return [None] * len(keys)
    number = {row.tobytes(): record for record, row in enumerate(np.load(path))}
    chunks: dict[int, list[Chunk]] = {}
    for position in range(len(index)):
        chunk = index.chunk(position)
        chunks.setdefault(chunk.record, []).append(chunk)
    return [chunks.get(number[key], []) if key in number else None for key in keys]
