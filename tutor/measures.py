"""Measures of answers: retrieval, citations (ALCE's definitions), overlap with a reference, refusals, and their uncertainty.

Plain functions on values; leaves asking and printing to `evaluate.py`.
Sources: hit@k and MRR as usual; citation recall and precision after Gao et al., "Enabling Large Language Models to Generate
Text with Citations" (ALCE, 2023), with our own check of grounding in the place of their entailment model; token F1 after SQuAD
(Rajpurkar et al., 2016); ROUGE-L after Lin (2004), the F-measure of the longest common subsequence.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from indexing.lexical import words
from tutor.grounding.features import common_length

Supports = Callable[[Sequence[int]], bool]
"""Whether the citations of these numbers, taken together, support the sentence in question."""


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % bootstrap interval, over `count` values."""

    mean: float
    low: float
    high: float
    count: int


def interval(values: Sequence[float], resamples: int = 1_000, seed: int = 0) -> Interval | None:
    """Mean and percentile bootstrap interval; None where there is nothing to average."""
    if not values:
        return None
    array = np.asarray(values, dtype=float)
    draws = np.random.default_rng(seed).integers(0, len(array), (resamples, len(array)))
    low, high = np.percentile(array[draws].mean(axis=1), [2.5, 97.5])
    return Interval(round(float(array.mean()), 4), round(float(low), 4), round(float(high), 4), len(array))


def hit(ranks: Sequence[bool], top: int) -> float:
    """1 where one of the first `top` passages is right."""
    return float(any(ranks[:top]))


def reciprocal_rank(ranks: Sequence[bool], top: int = 10) -> float:
    """1 / the rank of the first right passage among `top`, else 0."""
    return next((1 / place for place, right in enumerate(ranks[:top], 1) if right), 0.0)


def citation_scores(citations: Sequence[int], supports: Supports) -> tuple[float, list[float]]:
    """(recall of one sentence, precision of each of its citations).

    Recall is 1 where the sentence has citations that together support it. A citation is precise where recall is 1 and it is not
    needless: it alone supports the sentence, or the others without it do not.
    """
    if not citations or not supports(citations):
        return 0.0, [0.0] * len(citations)
    precise = []
    for number in citations:
        others = [other for other in citations if other != number]
        precise.append(float(supports([number]) or not (others and supports(others))))
    return 1.0, precise


def token_f1(answer: str, reference: str) -> float:
    """F1 of the two texts' words (stems), each counted as often as it stands in both."""
    own, wanted = Counter(words(answer)), Counter(words(reference))
    common = sum((own & wanted).values())
    return _f1(common, sum(own.values()), sum(wanted.values()))


def rouge_l(answer: str, reference: str) -> float:
    """F1 of the longest common subsequence of the two texts' words (stems)."""
    own, wanted = words(answer), words(reference)
    return _f1(common_length(own, wanted), len(own), len(wanted))


def _f1(common: int, own: int, wanted: int) -> float:
    return 2 * common / (own + wanted) if own + wanted else 0.0


@dataclass(frozen=True)
class Refusals:
    """How well refusals fit the questions that the book does not answer; None where none was asked or none refused."""

    precision: float | None
    recall: float | None
    f1: float | None


def refusals(refused: Sequence[bool], answerable: Sequence[bool]) -> Refusals:
    """Precision, recall and F1 of refusing what is not answerable."""
    right = sum(no and not known for no, known in zip(refused, answerable, strict=True))
    said, wanted = sum(refused), sum(not known for known in answerable)
    precision = right / said if said else None
    recall = right / wanted if wanted else None
    f1 = 2 * right / (said + wanted) if said + wanted else None
    return Refusals(_rounded(precision), _rounded(recall), _rounded(f1))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
