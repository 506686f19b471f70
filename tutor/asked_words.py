"""What a book's vocabulary says about a question's words: two shares from which `confidence.py` judges.

A word that the book lacks tells much if it is a name or a term ("PostgreSQL", "B+-tree"), and little if it is everyday English
("diploma"): a student asks in other words than the book's. Everyday words are those that the embedder's own vocabulary, made
from plain text, holds in one piece.
"""

import re
from dataclasses import dataclass

from indexing.embedding import Encoding
from indexing.lexical import BM25, stop_words, word_ranges, words

_PREFIX = re.compile(r"^(?:un|non|re|mis|pre)-?(?=\w{4})")  # "uncontrolled" is no term where the book says "controlled"


@dataclass(frozen=True)
class AskedWords:
    """`known`: the share of the content words, weighed by inverse document frequency, that occur in the book. `rare`: the share
    of them that do not, and are names, numbers or terms."""

    known: float = 0.0
    rare: float = 0.0


def asked_words(question: str, encoding: Encoding, bm25: BM25) -> AskedWords:
    """The shares for a question and the book behind `bm25`."""
    content = [word for word in dict.fromkeys(words(question)) if word not in stop_words()] or words(question)
    weights = {word: bm25.idf(word) for word in content}
    total = sum(weights.values())
    known = sum(weight for word, weight in weights.items() if bm25.knows(word))
    printed = _printed(question)
    rare = sum(_rare(question, span, encoding, bm25) or _is_name(question, span, bm25) for span in printed)
    return AskedWords(known / total if total else 0.0, rare / len(printed) if printed else 0.0)


def strange_words(question: str, encoding: Encoding, bm25: BM25) -> list[str]:
    """The words, as printed, that neither the book nor everyday English has, and that are no names: terms, or misspelt."""
    printed = [span for span in _printed(question) if not _is_name(question, span, bm25)]
    return [question[slice(*span)] for span in printed if _rare(question, span, encoding, bm25)]


def _printed(question: str) -> list[tuple[int, int]]:
    """Where the content words stand."""
    return [span for span in word_ranges(question) if not stop_words().issuperset(words(question[slice(*span)]))]


def _is_name(question: str, span: tuple[int, int], bm25: BM25) -> bool:
    """Whether a word that the book lacks looks like a name or a code."""
    start, end = span
    word = question[start:end]
    looks = (word[0].isupper() and start > 0) or any(char.isdigit() for char in word) or word[1:] != word[1:].lower()
    return looks and not any(bm25.knows(part) for part in words(word))


def _rare(question: str, span: tuple[int, int], encoding: Encoding, bm25: BM25) -> bool:
    """Whether a word is in several pieces for the embedder, and not even a part of it is the book's."""
    start, end = span
    word = question[start:end]
    pieces = sum(a >= start and b <= end and b > a for a, b in encoding.ranges)
    return pieces > 1 and not any(bm25.knows(part) for part in (*words(word), *words(_PREFIX.sub("", word))))


def together(parts: list[AskedWords]) -> AskedWords:
    """Of several books: what the one says that knows the question's words best."""
    return max(parts, key=lambda part: (part.known - part.rare, part.known), default=AskedWords())
