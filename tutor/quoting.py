"""Quote mode: the fewest sentences of the book that answer a question, whole, in a sensible order, each cited.

It is fast, works offline, and cannot invent. A sentence is scored by its cosine to the question, by the share of the
question's own words that it holds, and by whether it defines the term that is asked for; what it needs to be understood
(the sentence before a "This …") comes with it. Leaves finding passages to `retrieval.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexing.lexical import words
from tutor.retrieval import Passage, Retrieval

MAX_SENTENCES = 4
_PASSAGES = 5  # passages that sentences are taken from
_COVERAGE, _RANK, _DEFINITION, _MARGIN = 0.35, 0.05, 0.15, 0.10
_SHORT = 4  # words; a line with fewer says little alone

_DANGLING = re.compile(
    r"(?:this|these|those|that|it|they|such|he|she|its|their|here|however|therefore|thus|hence|consequently|otherwise|"
    r"similarly|likewise|moreover|furthermore|instead|but|and|the (?:latter|former|second|third|same|other)\b|"
    r"(?:for example|in this|in these|in that|in such|as a result|on the other hand|in contrast|by contrast))\b",
    re.IGNORECASE,
)
_STOP = frozenset(
    words(
        "a an and are as at be been by can could did do does for from give had has have how i if in into is it its let me of "
        "on or should some tell than that the their them there these they this those to was we were what when where which who "
        "whom whose why will with would you your explain describe define mean meaning please book about between difference"
    )
)
_TERM = r"(?:a |an |the |the term )?(?P<term>[^?,;]{2,60}?)"
_ASKS_DEFINITION = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?:what|who)(?:'s| is| are| was| were) (?:meant by )?{_TERM}[.?]?$",
        rf"^(?:define|explain|describe) (?:what )?{_TERM}(?: is| are| means?)?[.?]?$",
        rf"^what (?:does|do) {_TERM} mean[.?]?$",
    )
)
_DEFINES = (
    r"(?:\s*\([^)]*\))?,?\s+"
    r"(?:is|are|refers? to|means?|consists? of|denotes?|describes?|represents?|(?:is|are) (?:called|defined))\b"
)


@dataclass(frozen=True)
class Quote:
    """A sentence of a passage: `index` into its chunk's sentences."""

    passage: Passage
    index: int
    score: float

    @property
    def text(self) -> str:
        return " ".join(self.passage.chunk.sentence(self.index).split())

    @property
    def key(self) -> tuple[int, int]:
        return self.passage.position, self.index


def quote_answer(retrieval: Retrieval) -> list[Quote]:
    """The sentences that answer the question, in the order in which to show them."""
    term = asked_term(retrieval.question)
    scored = sorted(_scored(retrieval, term), key=lambda quote: -quote.score)
    if not scored:
        return []
    chosen = _choose(scored, content_words(retrieval.question))
    return _in_order(_with_antecedents(chosen), scored[0])


def asked_term(question: str) -> str | None:
    """The term whose definition is asked for, or None."""
    plain = " ".join(question.split())
    for pattern in _ASKS_DEFINITION:
        match = pattern.match(plain)
        if match:
            return match["term"].strip(" .")
    return None


def content_words(text: str) -> set[str]:
    """Stems of the words that carry meaning."""
    return {word for word in words(text) if word not in _STOP}


def _scored(retrieval: Retrieval, term: str | None) -> list[Quote]:
    asked = content_words(retrieval.question)
    defines = re.compile(rf"\b{re.escape(term)}(?:s|es)?\b{_DEFINES}", re.IGNORECASE) if term else None
    quotes: list[Quote] = []
    seen: set[str] = set()
    for rank, passage in enumerate(retrieval.passages[:_PASSAGES]):
        for index, cosine in enumerate(passage.sentence_scores):
            quote = Quote(passage, index, 0.0)
            text = quote.text
            if text in seen or text.endswith("?") or (passage.chunk.type == "text" and len(text.split()) < _SHORT):
                continue
            seen.add(text)
            covered = len(asked & set(words(text))) / len(asked) if asked else 0.0
            bonus = _DEFINITION if defines and defines.search(text) else 0.0
            quotes.append(replace(quote, score=cosine + _COVERAGE * covered - _RANK * rank + bonus))
    return quotes


def _choose(scored: Sequence[Quote], asked: set[str]) -> list[Quote]:
    """The best sentence, and those nearly as good that add a word of the question, or close what is left of it."""
    chosen = [scored[0]]
    covered = asked & set(words(scored[0].text))
    for quote in scored[1:]:
        if len(chosen) == MAX_SENTENCES - 1:
            break
        added = (asked & set(words(quote.text))) - covered
        near = quote.score >= scored[0].score - _MARGIN
        if near and (added or len(chosen) == 1):
            chosen.append(quote)
            covered |= added
    return chosen


def _with_antecedents(chosen: Sequence[Quote]) -> list[Quote]:
    """Each sentence, after the one before it where it would dangle without."""
    result: dict[tuple[int, int], Quote] = {}
    for quote in chosen:
        needed = [quote]
        while _DANGLING.match(needed[0].text) and needed[0].index > 0 and len(needed) < 3:
            needed.insert(0, replace(needed[0], index=needed[0].index - 1))
        for item in needed:
            result.setdefault(item.key, item)
    return list(result.values())


def _in_order(quotes: Sequence[Quote], best: Quote) -> list[Quote]:
    """Reading order, but the passage of the best sentence first."""
    return sorted(quotes, key=lambda quote: (quote.passage.position != best.passage.position, *quote.key))[:MAX_SENTENCES]
