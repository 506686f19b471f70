"""Does a passage support a sentence? Every worded answer goes through this check, and any text by `python -m tutor.check`.

    verdicts = Checker(embedder).check(["A view is a subset of the database."], [Source.of(chunk), …])

A sentence is held against each source; the forest says how likely that source supports it, and hard rules overrule it where a
sentence is a copy with something changed. The score is rescaled so that 0.5 is the cut. Leaves finding sources to the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from indexing.chunks import Chunk
from indexing.embedding import Embedder
from indexing.sentences import Range, sentence_ranges
from tutor.grounding.features import Comparison, compare
from tutor.grounding.forest import load_forest
from tutor.grounding.reading import Reading, read_sources, read_statements

STRICT_CUT = 0.76
"""The cut for what a model worded, which invents freely and in the book's own words: cross-validated on the small model's
sentences, 95 % of those above it are truly supported, and 60 % of the supported ones lie above it (benchmarks/LOG.md)."""
CONFLICT_SHARE = 0.5  # what remains of the probability for each thing that a copy changes
_SECOND = 0.9  # a second source is cited where its probability is this share of the best one's
_KEPT_READINGS = 256


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
    _readings: dict[Source, Reading] = field(default_factory=dict)

    def check(self, sentences: Sequence[str], sources: Sequence[Source], *, strict: bool = False) -> list[Verdict]:
        """A verdict for each sentence against all the sources together; `strict` for what a language model wrote."""
        if not sentences or not sources:
            return [Verdict(False, 0.0, []) for _ in sentences]
        read = self._read(sources)
        cut = STRICT_CUT if strict else load_forest().cut
        return [
            self._verdict([compare(statement, source) for source in read], cut) for statement in self._statements(sentences)
        ]

    def _statements(self, sentences: Sequence[str]) -> list[Reading]:
        return read_statements(sentences, self.embedder)

    def _read(self, sources: Sequence[Source]) -> list[Reading]:
        known = dict(self._readings)
        new = [source for source in dict.fromkeys(sources) if source not in known]
        known.update(zip(new, read_sources([(item.text, item.sentences) for item in new], self.embedder), strict=True))
        self._readings = dict(list(known.items())[-_KEPT_READINGS:])
        return [known[source] for source in sources]

    def _verdict(self, comparisons: Sequence[Comparison], cut: float) -> Verdict:
        probabilities = load_forest().probability(np.stack([item.vector for item in comparisons]))
        conflicts = np.array([item.features["conflict"] for item in comparisons])
        probabilities = probabilities * CONFLICT_SHARE**conflicts
        best = int(probabilities.argmax())
        score = _rescaled(float(probabilities[best]), cut)
        if score < 0.5:
            return Verdict(False, score, [])
        also = [
            i for i in np.argsort(-probabilities) if i != best and probabilities[i] >= max(cut, _SECOND * probabilities[best])
        ]
        return Verdict(True, score, [(int(i), comparisons[i].nearest) for i in [best, *also[:1]]])


def _rescaled(probability: float, cut: float) -> float:
    """A probability on a scale where the cut is 0.5."""
    return 0.5 * probability / cut if probability < cut else 0.5 + 0.5 * (probability - cut) / (1 - cut)
