"""BM25 over the chunks: whole words, their stems, and the parts of compound names, by bm25s.

Stop words are kept: in a question like "what depends on what" they carry the meaning. Leaves fusing to the retriever.
"""

import math
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+(?:[_.-][^\W_]+)*", re.UNICODE)
_PART = re.compile(r"[^\W_]+", re.UNICODE)
_STOP_WORDS = (
    "a an and are as at be been by can could did do does for from give had has have how i if in into is it its let me of on or "
    "should some tell than that the their them there these they this those to was we were what when where which who whom whose "
    "why will with would you your s t d m ll re ve don doesn didn isn aren wasn won wouldn couldn shouldn"
)


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def word_ranges(text: str) -> list[tuple[int, int]]:
    """Where the words of `text` stand, compounds whole."""
    return [match.span() for match in _WORD.finditer(text)]


def words(text: str) -> list[str]:
    """Lower-case stems of the words of `text`; a compound ("DEPT_LOCATIONS", "3.2") gives itself and its parts."""
    found: list[str] = []
    for match in _WORD.finditer(text.casefold()):
        word = match.group()
        parts = _PART.findall(word)
        found.extend(_stemmer().stemWords(parts if len(parts) == 1 else [word, *parts]))
    return found


@cache
def stop_words() -> frozenset[str]:
    """Stems of English words that say little about what a question is about."""
    return frozenset(words(_STOP_WORDS))


def build_bm25(texts: Sequence[str], folder: Path) -> None:
    """Index the texts and save the index; their order is their numbering."""
    import bm25s

    index = bm25s.BM25()
    index.index([words(text) or [""] for text in texts], show_progress=False)
    index.save(str(folder))


class BM25:
    """A saved BM25 index."""

    def __init__(self, folder: Path) -> None:
        import bm25s

        self._index = bm25s.BM25.load(str(folder), load_corpus=False)

    def coverage(self, question: str) -> NDArray[np.float32]:
        """For every chunk its BM25 score as a share, 0..1, of the most that any text could reach for this question.

        A word's BM25 score stays below its inverse document frequency, so the bound is the sum of these; words that the book
        lacks count with the frequency of none. Unlike the bare score it is comparable between questions and books.
        """
        asked = words(question)
        known = [word for word in asked if self.knows(word)]
        if not known:
            return np.zeros(self._count, dtype=np.float32)
        bound = sum(self.idf(word) for word in asked)
        return np.asarray(self._index.get_scores(known), dtype=np.float32) / np.float32(bound)

    @property
    def _count(self) -> int:
        return int(self._index.scores["num_docs"])

    def knows(self, word: str) -> bool:
        """Whether a stem occurs in any chunk."""
        return word in self._index.vocab_dict

    def idf(self, word: str) -> float:
        """Inverse document frequency, as bm25s weighs it (Lucene's BM25).

        The column of a word in the score matrix has one entry a chunk that holds it.
        """
        column = self._index.vocab_dict.get(word)
        starts = self._index.scores["indptr"]
        holding = 0 if column is None else int(starts[column + 1] - starts[column])
        return math.log(1 + (self._count - holding + 0.5) / (holding + 0.5))
