"""Misspelt words of a question, put right by the book's own words: "forein key" is not refused where the book says "foreign".

Only words count that neither the book nor everyday English (`asked_words.py`) has and that are no names, and only one slip of
the pen from a word that the book has more than once. A book's words are read when the first such word is asked. The tutor asks
again only what it would else refuse, so that a right word is never changed in a question that has an answer.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field

from indexing.lexical import BM25
from indexing.library import Book
from tutor.asked_words import strange_words
from tutor.retrieval import Retrieval

_WORD = re.compile(r"[a-z]{4,}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LEAST = 2  # times that the book has a word; what it has once may be a slip itself
_SHORT = 5  # letters; so short a word is one slip away from too many, so only two that changed places are put right


@dataclass
class Spelling:
    """The words of one book, as they are spelt there."""

    book: Book
    bm25: BM25
    _counts: Counter[str] = field(default_factory=Counter)

    def corrected(self, question: str, retrieval: Retrieval) -> str:
        """The question with its misspelt words put right; `retrieval` is what was found for it."""
        for word in strange_words(retrieval.question, retrieval.encoding, self.bm25):
            right = self._nearest(word) if _WORD.fullmatch(word) else None
            if right:
                question = re.sub(rf"\b{word}\b", right, question)
        return question

    def _nearest(self, word: str) -> str | None:
        """The most frequent word of the book that begins with the same letter and is one slip away."""
        if not self._counts:
            lines = self.book.chunks_path.read_text(encoding="utf-8").splitlines()
            found = Counter(word for line in lines for word in _WORD.findall(json.loads(line)["text"].lower()))
            self._counts = Counter({word: count for word, count in found.items() if count >= _LEAST})
        known = [other for other in sorted(slips(word)) if other[:1] == word[:1] and other in self._counts]
        return max(known, key=lambda other: self._counts[other], default=None)


def slips(word: str) -> set[str]:
    """All that is one slip away: two neighbours changed, a letter too many, one missing, or a wrong one (Damerau 1964)."""
    parts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    changed = {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    if len(word) > _SHORT:
        changed |= {a + b[1:] for a, b in parts if b}
        changed |= {a + letter + b for a, b in parts for letter in _LETTERS}
        changed |= {a + letter + b[1:] for a, b in parts if b for letter in _LETTERS}
    return changed - {word}
