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

MAX_SENTENCES = 4  # from which no other sentence is added
MAX_ITEMS = 8  # of a list that a sentence leads into
_ANTECEDENTS = 2
_PASSAGES = 5  # passages that sentences are taken from
_COVERAGE, _RANK, _MARGIN, _TIE = 0.35, 0.12, 0.10, 0.05
_DEFINITION, _HEADED = 0.20, 0.08  # defines what is asked for; stands under its heading
_EMPTY, _CAPTION = 0.35, 0.15  # only points elsewhere; only names a figure that was not asked for
_SHORT = 4  # words; a line with fewer says little alone

_DANGLING = re.compile(
    r"(?:this|these|those|that|it|they|such|he|she|its|their|here|however|therefore|thus|hence|consequently|otherwise|"
    r"similarly|likewise|moreover|furthermore|instead|but|and|the (?:latter|former|second|third|same|other)\b|"
    r"(?:for example|in this|in these|in that|in such|as a result|on the other hand|in contrast|by contrast))\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^(?:[•*–‣▪-]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s")
_STOP = frozenset(
    words(
        "a an and are as at be been by can could did do does for from give had has have how i if in into is it its let me "
        "of on or should some tell than that the their them there these they this those to was we were what when where "
        "which who whom whose why will with would you your explain describe define list name state discuss show identify "
        "outline mean meaning please book about between difference"
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
    r"(?:\s*\([^)]*\))?(?::\s|, an? |,?\s+(?:if|when)\b|,?\s+"
    r"(?:(?:is|are) (?:(?:also|often|sometimes) )?"
    r"(?:an?|the|one|any|all|those|when|where|said|called|defined|considered)|"
    r"refers? to|means?|consists? of|denotes?|describes?|represents?)\b)"
)
_HOLLOW = re.compile(
    r"^(?:there (?:are|is)|the following|listed below|below|see|refer to|consider|figure|table|recall)\b", re.I
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
    return _in_order(_whole(chosen), scored[0])


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
    defines = _definition(term) if term else None
    named = content_words(term.partition(" (")[0]) if term else set()
    quotes: list[Quote] = []
    seen: set[str] = set()
    for rank, passage in enumerate(retrieval.passages[:_PASSAGES]):
        for index, cosine in enumerate(passage.sentence_scores):
            quote = Quote(passage, index, 0.0)
            text = quote.text
            if text in seen or _is_no_answer(text, passage.chunk.type):
                continue
            seen.add(text)
            adds = content_words(text) - asked
            leads = text.endswith(":")
            if not adds and not leads:
                continue  # it only says the question's words again
            covered = len(asked & set(words(text))) / len(asked) if asked else 0.0
            score = cosine + _COVERAGE * covered - _RANK * rank
            if defines and defines.search(text):
                score += _DEFINITION
            if (named or asked) and (named or asked) <= set(words(passage.chunk.heading)):
                score += _HEADED
            if not leads and (_HOLLOW.match(text) or len(adds) <= 1):
                score -= _EMPTY
            if passage.chunk.type == "figure" and "figure" not in asked:
                score -= _CAPTION
            quotes.append(replace(quote, score=score))
    return quotes


def _is_no_answer(text: str, kind: str) -> bool:
    """A question, a line too short to say much, or a table's list of columns, which is our wording and not the book's."""
    return (
        text.endswith("?")
        or (kind == "text" and len(text.split()) < _SHORT)
        or (kind == "table" and text.startswith("Columns: "))
    )


def _definition(term: str) -> re.Pattern[str]:
    """Matches a sentence that defines the term, also by its short form: "Boyce–Codd normal form (BCNF) is a …"."""
    long, _, short = term.rstrip(")").partition(" (")
    forms = [rf"\b{re.escape(long)}(?:s|es)?\b", rf"\({re.escape(long)}\)"]
    if short:
        forms += [rf"\b{re.escape(short)}\b", rf"\({re.escape(short)}\)"]
    condition = rf"^to be (?:in |an? )?{re.escape(long)}\b"
    return re.compile(rf"(?:{'|'.join(forms)}){_DEFINES}|{condition}", re.IGNORECASE)


def _choose(scored: Sequence[Quote], asked: set[str]) -> list[Quote]:
    """The best sentence, those nearly as good that add a word of the question, and one as good of another passage."""
    best = scored[0]
    chosen = [best]
    covered = asked & set(words(best.text))
    for quote in scored[1:]:
        if len(chosen) == MAX_SENTENCES - 1:
            break
        added = (asked & set(words(quote.text))) - covered
        near = quote.score >= best.score - _MARGIN
        tied = quote.score >= best.score - _TIE and all(item.passage != quote.passage for item in chosen)
        if (near and added) or tied:
            chosen.append(quote)
            covered |= added
    return chosen


def _whole(chosen: Sequence[Quote]) -> list[Quote]:
    """Each sentence with what it needs: the one before it where it would dangle, a list with what leads into it."""
    result: dict[tuple[int, int], Quote] = {}
    texts: set[str] = set()
    for quote in chosen:
        group = [*_before(quote), quote, *_items_after(quote)]
        if result and len(result) + len(group) > MAX_SENTENCES and len(group) > 1:
            continue
        for item in group:
            if item.key not in result and item.text not in texts:
                result[item.key] = item
                texts.add(item.text)
        if len(result) >= MAX_SENTENCES:
            break
    return list(result.values())


def _before(quote: Quote) -> list[Quote]:
    """The sentences that a sentence leans on: an item's lead ("There are three kinds:"), or what "This …" points back to."""
    if _ITEM.match(quote.text):
        index = quote.index
        while index > 0 and _ITEM.match(_at(quote, index).text):
            index -= 1
        lead = _at(quote, index)
        return [lead] if index < quote.index and lead.text.endswith(":") else []
    needed = [quote]
    while _DANGLING.match(needed[0].text) and needed[0].index > 0 and len(needed) <= _ANTECEDENTS:
        needed.insert(0, _at(quote, needed[0].index - 1))
    return needed[:-1]


def _items_after(quote: Quote) -> list[Quote]:
    """The items of the list that a sentence leads into."""
    items: list[Quote] = []
    if quote.text.endswith(":"):
        count = len(quote.passage.chunk.sentences)
        for index in range(quote.index + 1, min(count, quote.index + 1 + MAX_ITEMS)):
            item = _at(quote, index)
            if not _ITEM.match(item.text):
                break
            items.append(item)
    return items


def _at(quote: Quote, index: int) -> Quote:
    return replace(quote, index=index)


def _in_order(quotes: Sequence[Quote], best: Quote) -> list[Quote]:
    """Reading order, but the passage of the best sentence first."""
    return sorted(quotes, key=lambda quote: (quote.passage.position != best.passage.position, *quote.key))
