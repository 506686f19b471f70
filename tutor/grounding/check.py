"""Does a passage support a sentence? Every worded answer goes through this check, and any text by `python -m tutor.check`.

    verdicts = Checker(embedder).check(["A view is a subset of the database."], [Source.of(chunk), …])

A sentence is held against each source; the forest says how likely that source supports it, and hard rules overrule it where a
sentence is a copy with something changed. The source nearest to the sentence has a say in what the others support. The score
is rescaled so that 0.5 is the cut. Where a stronger check is set (`entailment.py`), its odds are multiplied with those of the
score. Leaves finding sources to the caller.
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

STRICT_CUT = 0.76
"""The cut for what a model worded, which invents freely and in the book's own words: cross-validated on the small model's
sentences, 97 % of those above it are truly supported, and more than half of the supported ones lie above it
(benchmarks/LOG.md)."""
QUOTED = 0.97  # at least so likely is what the source has word for word: none of 58 such sentences of the small model was false
CONFLICT_SHARE = 0.5  # what remains of the probability for each thing that a copy changes
_SECOND = 0.9  # a second source is cited where its score is this share of the best one's
_KEPT_READINGS = 256
_JUDGED_SOURCES = 2  # the likeliest sources of a sentence, which a stronger check reads as well
_SUREST = 0.02  # a stronger check is believed no more than 1 − this, so that it alone can never settle a sentence

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Source:
    """Text that may support something, with the ranges of its sentences. Rows and sentences about diagrams are no prose."""

    text: str
    sentences: tuple[Range, ...]
    is_prose: bool = True

    @classmethod
    def of(cls, chunk: Chunk) -> "Source":
        return cls(chunk.text, tuple(chunk.sentences), chunk.type == "text")

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

    def prepare(self, sources: Sequence[Source]) -> None:
        """Read the sources, and what every check needs, beforehand: little is left to do then when the sentences are there."""
        load_forest()
        sentence_ranges("Punkt is loaded by the first sentence.")
        if sources:
            self._read(sources)

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
            verdicts.append(_verdict(comparisons, scores, sources))
        return verdicts

    def _read(self, sources: Sequence[Source]) -> list[Reading]:
        known = dict(self._readings)
        new = [source for source in dict.fromkeys(sources) if source not in known]
        known.update(zip(new, read_sources([(item.text, item.sentences) for item in new], self.embedder), strict=True))
        self._readings = dict(list(known.items())[-_KEPT_READINGS:])
        return [known[source] for source in sources]


def _scores(comparisons: Sequence[Comparison], cut: float) -> Scores:
    """How surely each source supports the sentence, in view of the nearest one, on a scale where the cut is 0.5."""
    vectors = np.stack([item.vector for item in comparisons])
    return rescaled(weighed(ruled(load_forest().probability(vectors), vectors), vectors), cut)


def ruled(probabilities: Scores, vectors: Matrix) -> Scores:
    """The forest's probabilities for rows of features, after the hard rules: conflicts lower, quotations raise."""
    conflicts = vectors[:, FEATURES.index("conflict")]
    raised = np.maximum(probabilities, QUOTED)
    return np.where(_is_quoted(vectors), raised, probabilities * CONFLICT_SHARE**conflicts)


def weighed(probabilities: Scores, vectors: Matrix) -> Scores:
    """The probabilities of one sentence's sources, each in geometric mean with that of the source nearest to the sentence.

    Among several sources there is nearly always one that has the words and nothing against them; where the source that
    says most nearly the same does not support the sentence, that speaks against it. Quotations stand by themselves.
    """
    nearness = vectors[:, [FEATURES.index(name) for name in ("covered_near", "cosine", "common")]].sum(axis=1)
    nearest = int(nearness.argmax())
    return np.where(_is_quoted(vectors), probabilities, np.sqrt(probabilities * probabilities[nearest]))


def _is_quoted(vectors: Matrix) -> NDArray[np.bool_]:
    conflicts, verbatim = (vectors[:, FEATURES.index(name)] for name in ("conflict", "verbatim"))
    return np.asarray((verbatim > 0) & (conflicts == 0))


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


def _verdict(comparisons: Sequence[Comparison], scores: Scores, sources: Sequence[Source]) -> Verdict:
    """The verdict by the best source. Among sources that support nearly alike, prose about the same subject is cited first."""
    score = float(scores.max())
    if score < 0.5:
        return Verdict(False, score, [])
    alike = [int(i) for i in np.argsort(-scores, kind="stable") if scores[i] >= max(0.5, _SECOND * score)]
    subject = comparisons[alike[0]].features["subject"]
    cited = sorted(alike, key=lambda i: not (sources[i].is_prose and comparisons[i].features["subject"] >= subject))
    return Verdict(True, score, [(i, comparisons[i].nearest) for i in cited[:2]])
