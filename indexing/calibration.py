"""How likely it is that a book answers a question, as a logistic function of what retrieval found.

    logit = intercept + sentence · best cosine + known · share + rare · share

The coefficients were fitted by `python -m benchmarks.calibration` on 2026-11-24, with all-MiniLM-L6-v2, on 773 questions and
five books of several subjects, books and both answers weighing the same. Held out book by book, the AUROC was .966, of near
misses alone .939 (benchmarks/LOG.md). A book's manifest holds those that it is asked with, and may be given others by hand.
"""

from collections.abc import Mapping

DEFAULT: Mapping[str, float] = {
    "intercept": -5.51,
    "sentence": 6.67,
    "known": 4.77,
    "rare": -7.76,
    "threshold": 0.4,
}
