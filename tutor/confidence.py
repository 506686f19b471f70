"""How likely it is that the book answers a question at all, in 0..1, from retrieval's own scores.

A logistic function of the best sentence's cosine and of BM25's best score. Leaves the decision to refuse to the caller.
"""

import math

from tutor.retrieval import Retrieval

THRESHOLD = 0.5
_BIAS, _SENTENCE, _BM25 = -9.0, 16.0, 0.1


def confidence(retrieval: Retrieval) -> float:
    """Calibrated probability that the book answers the question."""
    logit = _BIAS + _SENTENCE * retrieval.best.get("sentence", 0.0) + _BM25 * retrieval.best.get("bm25", 0.0)
    return 1 / (1 + math.exp(-logit))
