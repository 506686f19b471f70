"""How likely it is that the book answers a question at all, in 0..1, from what retrieval found.

Three things tell: how near the best sentence is; how much of the question's content the book's words cover; and how much of it
are names and terms that neither the book nor everyday English has ("MongoDB"). Fused ranks tell nothing. The coefficients are
the book's (`indexing.calibration`). Leaves the decision to refuse to the caller.
"""

import math

from indexing.calibration import DEFAULT
from tutor.retrieval import Retrieval

THRESHOLD = DEFAULT["threshold"]


def confidence(retrieval: Retrieval) -> float:
    """Calibrated probability that the book answers the question, where questions that it answers and others are as frequent."""
    weights = {**DEFAULT, **retrieval.calibration}
    logit = (
        weights["intercept"]
        + weights["sentence"] * retrieval.best.get("sentence", 0.0)
        + weights["known"] * retrieval.asked.known
        + weights["rare"] * retrieval.asked.rare
    )
    return 1 / (1 + math.exp(-logit))


def threshold(retrieval: Retrieval) -> float:
    """The confidence below which the book is taken not to answer."""
    return {**DEFAULT, **retrieval.calibration}["threshold"]
