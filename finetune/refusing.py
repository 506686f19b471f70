"""From which probability on a tuned model's refusal is said: calibrated on the validation part when training ends.

Those to be answered are the validation part's questions over what the retriever returns: its review questions, and, as those
are few, questions made by rule from its text. Those to be refused are questions of other fields that were not trained on. The
test part has no say.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from finetune.grounded import Prompting
from finetune.samples import refusal_probabilities
from finetune.stages import Course, counter, foreign_questions
from tutor.prompt import Message

_LEAST = 1e-6  # nearer to 0 or 1 probabilities count as the same


def calibrate(model: Any, tokenizer: Any, course: Course) -> dict[str, Any]:
    """The threshold, with the probabilities that it was chosen by and what it does on them: a part of the run's record."""
    pairs = [*course.pairs_of("validation"), *course.made_pairs("validation")]
    answerable = _prompts([pair.question for pair in pairs], course, tokenizer)
    foreign = _prompts(foreign_questions("validation"), course, tokenizer)
    inside, outside = (refusal_probabilities(model, tokenizer, prompts) for prompts in (answerable, foreign))
    inside, outside = sorted(round(value, 6) for value in inside), sorted(round(value, 6) for value in outside)
    threshold = best_threshold(inside, outside)
    return {
        "threshold": threshold,
        "wrongly": _share(inside, threshold),
        "rightly": _share(outside, threshold),
        "answerable": inside,
        "foreign": outside,
    }


def best_threshold(answerable: Sequence[float], foreign: Sequence[float]) -> float:
    """The cut at which the share of foreign questions refused, less that of answerable ones, is largest (Youden's J).

    Of cuts that are equally good, that in the middle of the widest gap in log odds, as probabilities crowd at both ends.
    """
    points = sorted({_LEAST, *map(_clamped, answerable), *map(_clamped, foreign), 1 - _LEAST})
    cuts = [
        (round(_share(foreign, high) - _share(answerable, high), 9), _odds(high) - _odds(low), low)
        for low, high in pairwise(points)
    ]
    _, gap, low = max(cuts)
    return 1 / (1 + math.exp(-_odds(low) - gap / 2))


def _share(probabilities: Sequence[float], threshold: float) -> float:
    """The share of questions that a threshold refuses."""
    return sum(value >= threshold for value in probabilities) / len(probabilities) if probabilities else 0.0


def _odds(probability: float) -> float:
    """Log odds."""
    kept = _clamped(probability)
    return math.log(kept / (1 - kept))


def _clamped(probability: float) -> float:
    return min(max(probability, _LEAST), 1 - _LEAST)


def _prompts(questions: Sequence[str], course: Course, tokenizer: Any) -> list[Sequence[Message]]:
    """The prompts of some questions as the tutor makes them, over all but the test part: as many passages as it shows."""
    shown = course.recipe.grounded.passages
    prompting = Prompting(course.search, counter(tokenizer), shown, fewest=shown)
    return [prompting.asked(question, course.is_not_test) for question in questions]
