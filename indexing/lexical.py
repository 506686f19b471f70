"""BM25 over the chunks: whole words, their stems, and the parts of compound names.

Stop words are kept: in a question like "what depends on what" they carry the meaning. Leaves fusing to the retriever.
"""

import json
import math
import re
from collections import Counter as Tally
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_POSTINGS, _VOCABULARY = "postings.npz", "words.json"
_K1, _B = 1.5, 0.75  # how soon more of a word stops counting; how much a text's length does (Robertson & Zaragoza 2009)

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
    """Score every word in every text, and save the scores; the texts' order is their numbering.

    A word that stands f times in a text scores idf · f / (f + k1 · (1 - b + b · length / mean length)): BM25 as Lucene has it
    (Kamphuis et al. 2020, "Which BM25 do you mean?"). bm25s gives the same numbers, but brings scipy into every rebuild.

    postings.npz: for word i the texts `texts[starts[i]:starts[i + 1]]` with their `scores`; words.json: its number by word.
    """
    numbers: dict[str, int] = {}
    found: list[tuple[int, int, int]] = []  # (text, word, times)
    for row, text in enumerate(texts):
        found += [(row, numbers.setdefault(word, len(numbers)), times) for word, times in Tally(words(text)).items()]
    text_of, word_of, times_in = np.array(found, dtype=np.int32).reshape(-1, 3).T
    lengths = np.bincount(text_of, times_in, minlength=len(texts))
    texts_with = np.bincount(word_of, minlength=len(numbers))
    weights = np.array([_idf(int(number), len(texts)) for number in texts_with])
    saturation = _K1 * (1 - _B + _B * lengths / (lengths.mean() or 1.0))
    scores = weights[word_of] * times_in / (times_in + saturation[text_of])
    order = np.argsort(word_of, kind="stable")
    folder.mkdir()
    np.savez(
        folder / _POSTINGS,
        scores=scores[order].astype(np.float32),
        texts=text_of[order],
        starts=np.cumsum([0, *texts_with], dtype=np.int64),
        count=np.array(len(texts)),
    )
    (folder / _VOCABULARY).write_text(json.dumps(numbers, ensure_ascii=False), encoding="utf-8")


def _idf(with_word: int, texts: int) -> float:
    """Inverse document frequency (Lucene's, which is never negative) of a word that stands in `with_word` of the texts."""
    return math.log(1 + (texts - with_word + 0.5) / (with_word + 0.5))


class BM25:
    """A saved BM25 index. A question reads its own words' postings, so it pays for no more."""

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
        """Inverse document frequency of a stem, also of one that occurs nowhere."""
        start, end = self._postings(word) if self.knows(word) else (0, 0)
        return _idf(end - start, self._count)

    def _postings(self, word: str) -> tuple[int, int]:
        number = self._numbers[word]
        return int(self._starts[number]), int(self._starts[number + 1])
