"""The judge of the check: a forest of small decision trees over the features, from a file beside this module.

It was fitted by `python -m benchmarks.grounding --fit`, which says on what; evaluating it needs numpy alone. A tree was taken
rather than a logistic function, since the same feature speaks for a paraphrase and against a copy (benchmarks/LOG.md).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexing.embedding import Matrix
from tutor.grounding.features import FEATURES

FOREST = Path(__file__).with_name("forest.npz")


@dataclass(frozen=True)
class Forest:
    """Trees as arrays (trees, nodes): feature asked (-1: a leaf), threshold, both children, and a leaf's share of supported."""

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int16]
    right: NDArray[np.int16]
    share: NDArray[np.float32]
    cut: float

    def probability(self, vectors: Matrix) -> NDArray[np.float64]:
        """How likely each row (n, features) is supported."""
        trees = np.arange(len(self.feature))[None, :]
        node = np.zeros((len(vectors), len(self.feature)), dtype=np.int64)
        rows = np.arange(len(vectors))[:, None]
        while True:
            asked = self.feature[trees, node]
            inner = asked >= 0
            if not inner.any():
                return np.asarray(self.share[trees, node].mean(axis=1), dtype=np.float64)
            goes_left = vectors[rows, np.maximum(asked, 0)] <= self.threshold[trees, node]
            node = np.where(inner, np.where(goes_left, self.left[trees, node], self.right[trees, node]), node)


@cache
def load_forest() -> Forest:
    """The forest that comes with the program."""
    with np.load(FOREST) as data:
        if tuple(data["names"]) != FEATURES:
            raise ValueError(f"{FOREST} was fitted to other features; run python -m benchmarks.grounding --fit")
        return Forest(
            data["feature"],
            data["threshold"],
            data["left"],
            data["right"],
            data["share"].astype(np.float32),
            float(data["cut"]),
        )
