"""Does a passage support a sentence? Every worded answer goes through this check, and any text by `python -m tutor.check`."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexing.chunks import Chunk
from indexing.embedding import Embedder
from indexing.lexical import words
from indexing.sentences import Range


@dataclass(frozen=True)
class Source:
    """Text that may support something, with the ranges of its sentences."""

    text: str
    sentences: Sequence[Range]

    @classmethod
    def of(cls, chunk: Chunk) -> "Source":
        return cls(chunk.text, chunk.sentences)


@dataclass(frozen=True)
class Verdict:
    """Whether something supports a sentence, how surely (0..1), and what: (source, its sentences), empty where nothing does."""

    supported: bool
    score: float
    support: list[tuple[int, list[int]]]


class Checker:
    """Checks sentences against sources."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def check(self, sentences: Sequence[str], sources: Sequence[Source]) -> list[Verdict]:
        """A verdict for each sentence."""
        return [self._verdict(sentence, sources) for sentence in sentences]

    def _verdict(self, sentence: str, sources: Sequence[Source]) -> Verdict:
        wanted = set(words(sentence))
        best = (0.0, 0, 0)
        for number, source in enumerate(sources):
            for index, (start, end) in enumerate(source.sentences):
                share = len(wanted & set(words(source.text[start:end]))) / max(len(wanted), 1)
                best = max(best, (share, -number, -index))
        score, number, index = best
        supported = score >= 0.8
        return Verdict(supported, score, [(-number, [-index])] if supported else [])
