"""Does a passage support a sentence? Every worded answer goes through this check, and any text by `python -m tutor.check`.

    verdicts = Checker(embedder).check(["A view is a subset of the database."], [Source.of(chunk), …])

A sentence is held against each source; the forest says how likely that source supports it, and hard rules overrule it where a
sentence is a copy with something changed. The score is rescaled so that 0.5 is the cut. Where a stronger check is set
(`entailment.py`), its odds are multiplied with those of the score. Leaves finding sources to the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexing.chunks import Chunk
from indexing.embedding import Embedder, Matrix
from indexing.sentences import Range, sentence_ranges
from tutor.grounding.claims import is_claim
from tutor.grounding.entailment import Entailment
from tutor.grounding.features import FEATURES, Comparison, compare
from tutor.grounding.forest import load_forest
from tutor.grounding.pronouns import antecedents
from tutor.grounding.reading import Reading, plain_sentence, read_sources, read_statements

STRICT_CUT = 0.82
"""The cut for what a model worded, which invents freely and in the book's own words: cross-validated on the small model's
sentences, 96 % of those above it are truly supported, and half of the supported ones lie above it (benchmarks/LOG.md)."""
QUOTED = 0.97  # at least so likely is what the source has word for word: none of 58 such sentences of the small model was false
CONFLICT_SHARE = 0.5  # what remains of the probability for each thing that a copy changes
_SECOND = 0.9  # a second source is cited where its score is this share of the best one's
_KEPT_READINGS = 256
_JUDGED_SOURCES = 2  # the likeliest sources of a sentence, which a stronger check reads as well
_SUREST = 0.02  # a stronger check is believed no more than 1 − this, so that it alone can never settle a sentence

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Source:
    """Text that may support something, with the ranges of its sentences."""

    text: str
    sentences: tuple[Range, ...]

    @classmethod
    def of(cls, chunk: Chunk) -> "Source":
        return cls(chunk.text, tuple(chunk.sentences))

    @classmethod
    def plain(cls, text: str) -> "Source":
        """A text that comes without sentences."""
        return cls(text, tuple(sentence_ranges(text)))

    def around(self, indices: Sequence[int]) -> str:
        """The text of neighbouring sentences, with one more on either side."""
        if not self.sentences:
            return self.text
        first, last = max(min(indices, default=0) - 1, 0), min(max(indices, default=0) + 1, len(self.sentences) - 1)
        return self.text[self.sentences[first][0] : self.sentences[last][1]]


@dataclass(frozen=True)
class Verdict:
    """Whether something supports a sentence, how surely (0..1, 0.5 is the cut), and what: (source, its sentences)."""

    supported: bool
    score: float
    support: list[tuple[int, list[int]]]


@dataclass
class Checker:
    """Checks sentences against sources; what it has read of a source is kept for the next sentence."""

    embedder: Embedder
    entailment: Entailment | None = None
    _readings: dict[Source, Reading] = field(default_factory=dict)

    def check(self, sentences: Sequence[str], sources: Sequence[Source], *, strict: bool = False) -> list[Verdict]:
        """A verdict for each sentence of a text against all the sources; `strict` for what a language model wrote."""
        if not sentences or not sources:
            return [Verdict(False, 0.0, []) for _ in sentences]
        read = self._read(sources)
        cut = STRICT_CUT if strict else load_forest().cut
        statements = read_statements(sentences, self.embedder)
        verdicts = []
        for sentence, statement, antecedent in zip(sentences, statements, antecedents(statements), strict=True):
            comparisons = [compare(statement, source, antecedent) for source in read]
            scores = _scores(comparisons, cut)
            if self.entailment is not None:
                scores = _judged(self.entailment, plain_sentence(sentence), sources, comparisons, scores)
            if strict and not is_claim(sentence):
                scores = scores * np.array([item.features["verbatim"] for item in comparisons])
            verdicts.append(_verdict(comparisons, scores))
        return verdicts

    def _read(self, sources: Sequence[Source]) -> list[Reading]:
        known = dict(self._readings)
        new = [source for source in dict.fromkeys(sources) if source not in known]
        known.update(zip(new, read_sources([(item.text, item.sentences) for item in new], self.embedder), strict=True))
        self._readings = dict(list(known.items())[-_KEPT_READINGS:])
        return [known[source] for source in sources]


def _scores(comparisons: Sequence[Comparison], cut: float) -> Scores:
    """How surely each source supports the sentence, by the forest and the hard rules, on a scale where the cut is 0.5."""
    vectors = np.stack([item.vector for item in comparisons])
    return rescaled(ruled(load_forest().probability(vectors), vectors), cut)


def ruled(probabilities: Scores, vectors: Matrix) -> Scores:
    """The forest's probabilities for rows of features, after the hard rules: conflicts lower, quotations raise."""
    conflicts, verbatim = (vectors[:, FEATURES.index(name)] for name in ("conflict", "verbatim"))
    quoted = (verbatim > 0) & (conflicts == 0)
    return np.where(quoted, np.maximum(probabilities, QUOTED), probabilities * CONFLICT_SHARE**conflicts)


def rescaled(probabilities: Scores, cut: float) -> Scores:
    """Probabilities on a scale where the cut is 0.5."""
    below, above = 0.5 * probabilities / cut, 0.5 + 0.5 * (probabilities - cut) / (1 - cut)
    return np.where(probabilities < cut, below, above)


def _judged(
    entailment: Entailment, sentence: str, sources: Sequence[Source], comparisons: Sequence[Comparison], scores: Scores
) -> Scores:
    """The scores with those of the likeliest sources combined with what the stronger check says of them."""
    chosen = np.argsort(-scores)[:_JUDGED_SOURCES]
    pairs = [(sources[i].around(comparisons[i].nearest), sentence) for i in chosen]
    found = np.zeros(len(scores))  # a source that was not judged is behind those that were
    found[chosen] = combined(scores[chosen], np.array(entailment.probabilities(pairs)))
    return found


def combined(scores: Scores, probabilities: Scores) -> Scores:
    """The odds of both multiplied, as a score again; 0.5 of either changes nothing."""
    own = np.clip(scores, 1e-6, 1 - 1e-6)
    other = np.clip(probabilities, _SUREST, 1 - _SUREST)
    odds = own / (1 - own) * other / (1 - other)
    return np.asarray(odds / (1 + odds), dtype=np.float64)


def _verdict(comparisons: Sequence[Comparison], scores: Scores) -> Verdict:
    best = int(scores.argmax())
    score = float(scores[best])
    if score < 0.5:
        return Verdict(False, score, [])
    also = [i for i in np.argsort(-scores) if i != best and scores[i] >= max(0.5, _SECOND * score)]
    return Verdict(True, score, [(int(i), comparisons[i].nearest) for i in [best, *also[:1]]])
