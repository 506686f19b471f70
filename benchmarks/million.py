"""Search over many made-up vectors: flat against HNSW, with the store's own settings. Part of `benchmarks.speed`.

The vectors are mixtures: points around 2,000 centres on the sphere, as sentences crowd around topics; uniform noise in 384
dimensions has no neighbours to find. Questions are drawn in the same way.
"""

import resource
import time
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class Row:
    """One index of the table: times in ms, memory of the process at its highest in MB."""

    count: int
    kind: str
    build_s: float
    p50: float
    p95: float
    recall: float
    memory: float

    def __str__(self) -> str:
        times = f"{self.build_s:.1f} | {self.p50:.2f} | {self.p95:.2f}"
        return f"| {self.count:,} | {self.kind} | {times} | {self.recall:.3f} | {self.memory:.0f} |"


def million(picture: Path | None = None) -> None:
    """Print the table; draw how time grows into `picture`."""
    questions = made_up(_QUESTIONS, 2)
    print(f"| vectors | index | build s | p50 ms | p95 ms | recall@{_TOP} | memory MB |\n|---|---|---|---|---|---|---|")
    rows = []
    for count in (1_000, 10_000, 100_000, 1_000_000):
        vectors = made_up(count, 1)
        flat, truth = measured(vectors, questions, hnsw=False)
        fast, _ = measured(vectors, questions, hnsw=True, truth=truth)
        rows += [flat, fast]
        print(f"{flat}\n{fast}", flush=True)
    if picture is not None:
        draw(rows, picture)


def measured(
    vectors: NDArray[np.float32], questions: NDArray[np.float32], *, hnsw: bool, truth: NDArray[np.int64] | None = None
) -> tuple[Row, NDArray[np.int64]]:
    """Build an index and ask it one question at a time: its row, and what it found (questions, 10)."""
    started = time.perf_counter()
    index = store.faiss_index(vectors, hnsw=hnsw)
    built = time.perf_counter() - started
    times, found = [], []
    for question in questions:
        started = time.perf_counter()
        found.append(index.search(question[None, :], _TOP)[1][0])
        times.append((time.perf_counter() - started) * 1000)
    rows = np.array(found)
    right = rows if truth is None else truth
    recall = float(np.mean([len(set(a) & set(b)) / _TOP for a, b in zip(rows, right, strict=True)]))
    p50, p95 = np.percentile(times, [50, 95])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return Row(len(vectors), "hnsw" if hnsw else "flat", built, float(p50), float(p95), recall, memory), rows


def draw(rows: list[Row], picture: Path) -> None:
    """Search time over the number of vectors, both axes logarithmic."""
    from matplotlib.figure import Figure

    axes = (figure := Figure(figsize=(6, 4), layout="constrained")).add_subplot()
    for kind, colour in (("flat", "#b3541e"), ("hnsw", "#1f6f8b")):
        of_kind = [row for row in rows if row.kind == kind]
        axes.loglog([row.count for row in of_kind], [row.p95 for row in of_kind], "o-", color=colour, label=f"{kind}, p95")
    axes.axhline(20, color="#888888", linestyle=":", label="20 ms")
    axes.set(xlabel="vectors of 384 dimensions", ylabel="ms a search")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(picture, dpi=120)
