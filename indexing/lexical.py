"""BM25 over the chunks: whole words, their stems, and the parts of compound names, by bm25s.

Stop words are kept: in a question like "what depends on what" they carry the meaning. Leaves fusing to the retriever.
"""

import json
import logging
import math
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_POSTINGS, _VOCABULARY = "postings.npz", "words.json"

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
    for word in _WORD.findall(text.casefold()):
        found.extend(_stems(word))
    return found


@lru_cache(maxsize=1 << 16)
def _stems(word: str) -> tuple[str, ...]:
    """Of a word and its parts; a book's words are few and come again and again."""
    parts = _PART.findall(word)
    return tuple(_stemmer().stemWords(parts if len(parts) == 1 else [word, *parts]))


@cache
def stop_words() -> frozenset[str]:
    """Stems of English words that say little about what a question is about."""
    return frozenset(words(_STOP_WORDS))


def build_bm25(texts: Sequence[str], folder: Path) -> None:
    """Score every word in every text by bm25s, and save the scores; the texts' order is their numbering.

    postings.npz: for word i the texts `texts[starts[i]:starts[i + 1]]` with their `scores`; words.json: its number by word.
    """
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG and reports every step
    index = bm25s.BM25()
    index.index([words(text) or [""] for text in texts], show_progress=False)
    folder.mkdir()
    np.savez(
        folder / _POSTINGS,
        scores=np.asarray(index.scores["data"], dtype=np.float32),
        texts=np.asarray(index.scores["indices"], dtype=np.int32),
        starts=np.asarray(index.scores["indptr"], dtype=np.int64),
        count=np.array(len(texts)),
    )
    (folder / _VOCABULARY).write_text(json.dumps(index.vocab_dict, ensure_ascii=False), encoding="utf-8")


class BM25:
    """A saved BM25 index. A question reads its own words' postings, so it pays for neither bm25s nor scipy."""

    def __init__(self, folder: Path) -> None:
        with np.load(folder / _POSTINGS) as saved:
            self._scores, self._texts, self._starts = saved["scores"], saved["texts"], saved["starts"]
            self._count = int(saved["count"])
        self._numbers: dict[str, int] = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))

    def coverage(self, question: str) -> NDArray[np.float32]:
        """For every chunk its BM25 score as a share, 0..1, of the most that any text could reach for this question.

        A word's BM25 score stays below its inverse document frequency, so the bound is the sum of these; words that the book
        lacks count with the frequency of none. Unlike the bare score it is comparable between questions and books.
        """
        asked = words(question)
        found = np.zeros(self._count, dtype=np.float32)
        for word in asked:
            if self.knows(word):
                start, end = self._postings(word)
                found[self._texts[start:end]] += self._scores[start:end]
        bound = sum(self.idf(word) for word in asked)
        return found / np.float32(bound) if bound else found

    def knows(self, word: str) -> bool:
        """Whether a stem occurs in any chunk."""
        return word in self._numbers

    def idf(self, word: str) -> float:
        """Inverse document frequency, as bm25s weighs it (Lucene's BM25)."""
        start, end = self._postings(word) if self.knows(word) else (0, 0)
        return math.log(1 + (self._count - (end - start) + 0.5) / (end - start + 0.5))

    def _postings(self, word: str) -> tuple[int, int]:
        number = self._numbers[word]
        return int(self._starts[number]), int(self._starts[number + 1])
