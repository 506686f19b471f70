"""Practice with a book's review questions: hints by stages, graded feedback, and when a question comes again.

    exercises = exercises_of(book.questions())
    grade = Grader(embedder).grade(exercises[0], "It is …")        # right, partly or unsure; with how sure it is
    review = review.after(grade.quality)                            # days until it comes again

Grading compares the student's words with the reference point by point: the meaning (late interaction of token vectors) and
the words. It never says "wrong": whatever is not clearly right is shown beside the reference, so that an equivalent wording
which it does not recognise costs the student nothing but a look. Leaves storing to `tutor.classroom`.
"""

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from indexing.embedding import Embedder, Encoding
from indexing.errors import UsageError
from indexing.lexical import words
from indexing.records import Question
from indexing.sentences import split_sentences

Verdict = Literal["right", "partly", "unsure"]
MAX_ANSWER = 5_000  # characters
STAGES = 4  # hints: heading, nudge, partial answer, answer

_NUMBER = re.compile(r"^\s*(?:[A-Za-z]?\d+(?:\.\d+)*[.):]?)\s*(?:[-–—]\s*)?(?=\S)")
_POINT = re.compile(r";\s+|\n+(?:\d+\.|[•–*-])?\s*")
_STOP = frozenset(
    words(
        "a an and are as at be been but by can could did do does each"
        " for from give had has have how i if in into is it its let "
        "may me must no not of on one or other others should so some than that the their them there these they this those to "
        "was we were what when where which who whom whose why will with would you your also all any such only same than then "
        "explain describe define mean meaning between difference differ example"
    )
)
_TURNING = re.compile(r"\b(?:not|no|never|without|cannot|neither|nor|none)\b|n['’]t\b", re.IGNORECASE)
_FIGURE = re.compile(r"\b\d+(?:[.,:]\d+)*\b")


@dataclass(frozen=True)
class Exercise:
    """A review question with its reference answer. `key` is derived from the question, so it survives a rebuild."""

    key: str
    number: str
    question: str
    reference: str
    chapter: str


@dataclass(frozen=True)
class Point:
    """One point of the reference, and how well the answer covers it by itself (0..1).

    Coarser than the verdict, which looks at the whole: an answer in words of its own may be right with hardly a point found.
    """

    text: str
    covered: bool
    score: float

    @property
    def touched(self) -> bool:
        """Whether the answer has something of it, though not all."""
        return not self.covered and self.score >= _TOUCHED


@dataclass(frozen=True)
class Grade:
    """What an answer is worth. `sure` (0..1) is the probability that the verdict is right; `doubts` are places to look at."""

    verdict: Verdict
    score: float
    sure: float
    points: list[Point]
    doubts: list[str]

    @property
    def quality(self) -> float:
        """For the schedule: 1 known, 0 not known."""
        return self.score


def exercises_of(questions: Sequence[Question]) -> list[Exercise]:
    """The questions that have an answer, in order."""
    return [
        Exercise(exercise_key(item.question), item.number, _NUMBER.sub("", item.question, count=1), item.answer, item.chapter)
        for item in questions
        if item.answer is not None and item.answer.strip()
    ]


def exercise_key(question: str) -> str:
    """A short name for a question that does not change when the book is built again."""
    return hashlib.sha256(" ".join(question.split()).casefold().encode()).hexdigest()[:24]


def points_of(reference: str) -> list[str]:
    """The points that a reference makes: its sentences, and parts of them that are set off by semicolons or as list items."""
    found: list[str] = []
    for paragraph in _POINT.split(reference):
        found.extend(sentence.strip() for sentence in split_sentences(paragraph) if len(words(sentence)) >= 3)
    return found or [reference.strip()]


@dataclass(frozen=True)
class Features:
    """What a grade is made of, each in 0..1: how much of the reference is there, and how much of the answer belongs to it."""

    meaning_found: float
    words_found: float
    words_fitting: float
    meaning_fitting: float

    def vector(self) -> list[float]:
        return [self.meaning_found, self.words_found, self.words_fitting, self.meaning_fitting]


# Softmax over (right, partly, unsure) on the four features, fitted by benchmarks/practice.py on its 66 labelled answers.
_WEIGHTS = np.array([[3.81, 6.55, -2.25, -0.97], [-2.91, -3.98, 3.68, 2.86], [-0.9, -2.56, -1.43, -1.89]])
_BIAS = np.array([-1.49, -1.44, 2.93])
_COVERED = 0.5  # a point's score from which it counts as covered
_TOUCHED = _COVERED / 2


class Grader:
    """Grades answers in a student's own words."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def grade(self, exercise: Exercise, given: str) -> Grade:
        """Compare an answer with the reference. UsageError where there is nothing to grade, or far too much."""
        given = given.strip()
        if not _contents(given):
            raise UsageError("write your answer first; a few words are enough")
        if len(given) > MAX_ANSWER:
            raise UsageError(f"the answer is {len(given):,} characters long; the limit is {MAX_ANSWER:,}")
        points = points_of(exercise.reference)
        whole, reference, *encoded = self._embedder.encode_passages([given, exercise.reference, *points])
        features = features_of(exercise, given, whole, reference)
        chances = probabilities(features)
        verdict, sure = max(chances.items(), key=lambda item: item[1])
        covered = [self._point(exercise, text, encoding, given, whole) for text, encoding in zip(points, encoded, strict=True)]
        doubts = doubts_of(exercise, given)
        if doubts and verdict == "right":
            verdict, sure = "partly", min(sure, 0.5)
        score = chances["right"] + 0.5 * chances["partly"]
        return Grade(verdict, round(score, 3), round(sure, 2), covered, doubts)

    def _point(self, exercise: Exercise, text: str, encoding: Encoding, given: str, whole: Encoding) -> Point:
        new = _contents(text) - _contents(exercise.question) or _contents(text)
        found = len(new & _contents(given)) / max(len(new), 1)
        score = min(max((_late(encoding, whole) - 0.3) / 0.5, 0.0), 1.0) * 0.5 + found * 0.5
        return Point(text, score >= _COVERED, round(score, 3))


def features_of(exercise: Exercise, given: str, whole: Encoding, reference: Encoding) -> Features:
    """Features of an answer; words that the question gave away count for nothing."""
    asked, wanted, told = _contents(exercise.question), _contents(exercise.reference), _contents(given)
    new, own = wanted - asked, told - asked
    return Features(
        meaning_found=_late(reference, whole),
        words_found=len(new & told) / max(len(new), 1),
        words_fitting=len(new & own) / max(len(own), 1),
        meaning_fitting=_late(whole, reference),
    )


def probabilities(features: Features) -> dict[Verdict, float]:
    """How likely each verdict is."""
    logits = _WEIGHTS @ np.array(features.vector()) + _BIAS
    powers = np.exp(logits - logits.max())
    right, partly, unsure = (float(value) for value in powers / powers.sum())
    return {"right": right, "partly": partly, "unsure": unsure}


def doubts_of(exercise: Exercise, given: str) -> list[str]:
    """Where an answer may say the contrary of the reference: a figure that stands in neither question nor reference."""
    known = set(_FIGURE.findall(f"{exercise.question} {exercise.reference}"))
    strange = [figure for figure in dict.fromkeys(_FIGURE.findall(given)) if figure not in known]
    return [f"“{figure}” is not in the reference" for figure in strange]


def _late(one: Encoding, other: Encoding) -> float:
    """Mean over one text's tokens of the best cosine among the other's."""
    if not len(one.tokens) or not len(other.tokens):
        return 0.0
    return float(np.mean((one.tokens @ other.tokens.T).max(axis=1)))


def _contents(text: str) -> set[str]:
    return {word for word in words(text) if word not in _STOP}


def nudge(exercise: Exercise) -> str:
    """A hint that names what the answer speaks of: its most telling words, first and last letter alone."""
    asked = _contents(exercise.question)
    found: list[str] = []
    for word in re.findall(r"[^\W\d_]{5,}", exercise.reference):
        if word.casefold() not in (known.casefold() for known in found) and not set(words(word)) & (asked | _STOP):
            found.append(word)
    found = sorted(found, key=len, reverse=True)[:4]
    count = len(points_of(exercise.reference))
    masked = ", ".join(word[0] + "·" * (len(word) - 2) + word[-1] for word in found)
    many = f"The answer makes {count} points." if count > 1 else "The answer is one sentence."
    return f"{many} Words in it: {masked}." if masked else many


def partial_answer(exercise: Exercise) -> str:
    """The first half of the reference's points."""
    points = points_of(exercise.reference)
    if len(points) > 1:
        return " ".join(points[: len(points) // 2]) + " …"
    written = exercise.reference.split()
    return " ".join(written[: max(len(written) // 2, 1)]) + " …"


@dataclass(frozen=True)
class Review:
    """Where a question stands in a student's deck: days until it comes again, and how fast that grows (SM-2's ease)."""

    interval_days: float = 0.0
    ease: float = 2.5

    def after(self, quality: float, hints: int = 0) -> "Review":
        """After an answer of this quality (0..1), worth less by the hints that it took.

        SM-2 (Wozniak 1990) with quality on 0..5: below 3 the question starts again; above, 1 day, 6 days, then × ease.
        """
        grade = 5 * quality * (1 - hints / (STAGES + 1))
        ease = max(1.3, self.ease + 0.1 - (5 - grade) * (0.08 + (5 - grade) * 0.02))
        if grade < 3:
            return Review(0.0 if grade < 1.5 else 1.0, ease)
        if self.interval_days < 1:
            return Review(1.0, ease)
        return Review(6.0 if self.interval_days < 6 else math.ceil(self.interval_days * ease), ease)
