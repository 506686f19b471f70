"""Search over many made-up vectors: flat against HNSW, with the store's own settings. Part of `benchmarks.speed`.

The vectors are mixtures: points around 2,000 centres on the sphere, as sentences crowd around topics; uniform noise in 384
dimensions has no neighbours to find. Questions are drawn in the same way.
"""

import resource
import time

import numpy as np
from numpy.typing import NDArray

from indexing import store

_DIMENSION, _CENTRES, _SPREAD, _TOP = 384, 2_000, 0.8, 10
_QUESTIONS = 100


def made_up(count: int, seed: int) -> NDArray[np.float32]:
    """Unit vectors (count, 384)."""
    centres = np.random.default_rng(0).normal(size=(_CENTRES, _DIMENSION)).astype(np.float32)
    rng = np.random.default_rng(seed)
    vectors = centres[rng.integers(0, _CENTRES, count)]
    vectors += _SPREAD * rng.normal(size=vectors.shape).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def million(rounds: int) -> None:
    questions = made_up(_QUESTIONS, 2)
    print("| vectors | index | build s | p50 ms | p95 ms | recall@10 | memory MB |\n|---|---|---|---|---|---|---|")
    for count in (1_000, 10_000, 100_000, 1_000_000):
        vectors = made_up(count, 1)
        truth: NDArray[np.int64] | None = None
        for hnsw in (False, True):
            started = time.perf_counter()
            index = store.faiss_index(vectors, hnsw=hnsw)
            built = time.perf_counter() - started
            times, found = [], []
            for question in questions:
                started = time.perf_counter()
                found.append(index.search(question[None, :], _TOP)[1][0])
                times.append((time.perf_counter() - started) * 1000)
            rows = np.array(found)
            truth = rows if truth is None else truth
            recall = np.mean([len(set(a) & set(b)) / _TOP for a, b in zip(rows, truth, strict=True)])
            p50, p95 = np.percentile(times, [50, 95])
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
            kind = "hnsw" if hnsw else "flat"
            print(f"| {count:,} | {kind} | {built:.1f} | {p50:.2f} | {p95:.2f} | {recall:.3f} | {peak:.0f} |", flush=True)
            del index
