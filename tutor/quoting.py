"""Quote mode: the fewest sentences of the book that answer a question, whole, in a sensible order, each cited.

It is fast, works offline, and cannot invent. A sentence is scored by its nearness to the question, by the share of the
question's own words that it and its heading hold, and by whether it defines the term that is asked for. Each part of the
question gets its sentence. What a sentence needs to be understood comes with it (`quotes.py`). Leaves finding passages to
`retrieval.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexing.lexical import words
from tutor.question_form import Form, Part, content_words, form_of
from tutor.quotes import ANNOUNCES, HOLLOW, Quote, before, is_item, items_after, lead_of, list_around
from tutor.retrieval import Retrieval

MAX_SENTENCES = 4  # from which no other sentence is added
_OPENING = 3  # sentences of a section that are quoted where only its number is asked for
_PASSAGES = 5  # passages that sentences are taken from
_COVERAGE, _RANK, _MARGIN, _TIE = 0.35, 0.12, 0.10, 0.05
_DEFINITION, _HEADED = 0.20, 0.30  # defines what is asked for; stands under a heading of the same words
_VERY_HEADING, _NAMING = 0.15, 0.15  # … that has no other words; names something where a name is asked for
_DEFINED_WITHIN = 0.25  # a definition that is asked for comes before a sentence that scores so much better
_PART_WITHIN = 0.50  # how much worse than the best of all the best for a part of the question may be
_EMPTY, _CAPTION = 0.35, 0.15  # only points elsewhere; only names a figure that was not asked for
_SHORT = 4  # words; a line with fewer says little alone

_DEFINES = (
    r"(?: (?:type|kind|set|class|system|operation|function|command|statement|property|constraint)s?)?"
    r"(?:\s*\([^)]*\))?(?: of (?:an? |the )?[\w-]+(?: [\w-]+)?)?(?:, an? |,?\s+(?:if|when)\b|,?\s+"
    r"(?:(?:is|are) (?:(?:also|often|sometimes|usually|simply|just) )?"
    r"(?:an?|the|one|any|all|those|when|where|what|how|said|called|defined|considered)|"
    r"refers? to|means?|consists? of|denotes?|describes?|represents?)\b)"
)
_NAMED = (
    r"\b(?:is|are|was|were) (?:(?:also|often|sometimes|usually|then) )?"
    r"(?:called|known as|termed|named|referred to as) (?:an? |the )?"
)
_NAMES = re.compile(  # "… is called …", a glossary's "term: …", "A term is …"
    rf"{_NAMED}|^[\w -]{{2,40}}: |^(?:an?|the) [\w-]+(?: [\w-]+)? (?:is|are) (?:an?|the)\b", re.IGNORECASE
)
_FRAGMENT = re.compile(r"^[a-z][^:]{60}|\($")  # not a glossary's "term: …"; a line of code that goes on


def quote_answer(retrieval: Retrieval, said: str = "") -> list[Quote]:
    """The sentences that answer the question, in the order in which to show them. What was `said` before is said again only
    where nothing else is left, a comparison needs it, or one item of a list may be asked for."""
    form = form_of(retrieval.question)
    if form.only_names_a_place:
        return _opening(retrieval)
    candidates = _candidates(retrieval, form)
    if not candidates:
        return []
    if said and not form.compares:
        candidates = [item for item in candidates if item.quote.text not in said or is_item(item.quote)] or candidates
    chosen = _choose(candidates, form)
    return _in_order(_whole(chosen, form), chosen[0])


def _opening(retrieval: Retrieval) -> list[Quote]:
    """How the place that the question names begins, as far as it was found."""
    named = [passage for passage in retrieval.passages if passage.signals.get("named") and passage.chunk.type == "text"]
    if not named:
        return []
    first = min(named, key=lambda passage: passage.position)
    quotes = [Quote(first, index, 1.0) for index in range(len(first.chunk.sentences))]
    return [quote for quote in quotes if not _is_no_answer(quote.text, "text")][:_OPENING]


@dataclass(frozen=True)
class _Candidate:
    """A sentence that may answer, its words, the parts of the question whose term it defines, and its score for each part.
    A hollow one says too little to stand beside others."""

    quote: Quote
    words: frozenset[str]
    defines: frozenset[int]
    part_scores: tuple[float, ...]
    hollow: bool

    @property
    def score(self) -> float:
        return self.quote.score


def _candidates(retrieval: Retrieval, form: Form) -> list[_Candidate]:
    """The sentences of the first passages that say something of the question, best first."""
    definitions = [_definition(part.terms) if part.terms else None for part in form.parts]
    found: list[_Candidate] = []
    seen: set[str] = set()
    for rank, passage in enumerate(retrieval.passages[:_PASSAGES]):
        loss = _RANK * rank + (_CAPTION if passage.chunk.type == "figure" and "figur" not in form.words else 0.0)
        heading = content_words(passage.chunk.heading)
        headed = [_headed(heading, asked) for asked in (*(part.words for part in form.parts), form.words)]
        for index, near in enumerate(passage.sentence_scores):
            quote = Quote(passage, index, near - loss)
            text = quote.text
            if text in seen or _is_no_answer(text, passage.chunk.type):
                continue
            seen.add(text)
            content, introduces = content_words(text), bool(items_after(quote))
            if introduces or not content <= form.words:  # else it only says the question's words again
                hollow = not introduces and _is_hollow(text, content, form)
                found.append(_candidate(quote, hollow, form, definitions, headed))
    return sorted(found, key=lambda candidate: -candidate.score)


def _candidate(
    quote: Quote, hollow: bool, form: Form, definitions: Sequence[re.Pattern[str] | None], headed: Sequence[float]
) -> _Candidate:
    """A sentence, scored for the whole question and for each part; `headed` is what its heading adds to each of these."""
    text = quote.text
    own = frozenset(words(text))
    base = quote.score - _EMPTY * hollow + _NAMING * bool(form.wants_name and _NAMES.search(text))
    defines = frozenset(i for i, pattern in enumerate(definitions) if pattern and pattern.search(text))
    scores = tuple(
        base + _COVERAGE * _covered(part.words, own) + _DEFINITION * (i in defines) + headed[i]
        for i, part in enumerate(form.parts)
    )
    score = base + _COVERAGE * _covered(form.words, own) + _DEFINITION * bool(defines) + max(headed)
    return _Candidate(replace(quote, score=score), own, defines, scores, hollow)


def _headed(heading: set[str], asked: frozenset[str]) -> float:
    """What a heading adds: by the words that it shares with the question among all of both, and more where all are shared."""
    shared = len(heading & asked) / len(heading | asked) if heading else 0.0
    return _HEADED * shared + _VERY_HEADING * (shared == 1)


def _covered(asked: frozenset[str], own: frozenset[str]) -> float:
    return len(asked & own) / len(asked) if asked else 0.0


def _is_hollow(text: str, content: set[str], form: Form) -> bool:
    """Whether a sentence that introduces nothing is a fragment, only points elsewhere, or announces what does not follow."""
    announced = ANNOUNCES.search(text)
    empty = announced and not form.counts and content_words(announced["what"]) <= form.words
    return bool(HOLLOW.search(text) or _FRAGMENT.search(text) or empty or len(content - form.words) <= 1)


def _is_no_answer(text: str, kind: str) -> bool:
    """A question, a line too short to say much, or a table's list of columns, which is our wording and not the book's."""
    return (
        text.endswith("?")
        or (kind == "text" and len(text.split()) < _SHORT)
        or (kind == "table" and text.startswith("Columns: "))
    )


def _definition(terms: Sequence[str]) -> re.Pattern[str]:
    """Matches a sentence that defines a term in one of its wordings: "Boyce–Codd normal form (BCNF) is a …"."""
    forms = "|".join(_any_number(term) for term in terms)
    patterns = (
        rf"\b(?:{forms})\b\)?{_DEFINES}",
        rf"^\W*(?:{forms})(?:\s*\([^)]*\))?:\s",  # a glossary's
        rf"{_NAMED}(?:{forms})\b",
        rf"^to be (?:in |an? )?(?:{forms})\b",
    )
    return re.compile("|".join(patterns), re.IGNORECASE)


def _any_number(term: str) -> str:
    """A pattern for a term in the singular and the plural."""
    for plural, singular in (("ies", "y"), ("s", "")):
        if term.endswith(plural) and not term.endswith("ss") and len(term) > len(plural) + 2:
            term = term.removesuffix(plural) + singular
            break
    return rf"{re.escape(term[:-1])}(?:y|ys|ies)" if term.endswith("y") else rf"{re.escape(term)}(?:s|es)?"


def _choose(candidates: Sequence[_Candidate], form: Form) -> list[Quote]:
    """The best sentence, those nearly as good that add a word of the question, one as good of another passage, and, where
    the question has several parts, the best for each part that is left open."""
    best = _best(candidates, form)
    chosen = [best]
    covered = form.words & best.words
    for candidate in candidates:
        if len(chosen) == MAX_SENTENCES - 1:
            break
        if candidate is best or candidate.hollow or (best.defines and len(form.parts) == 1 and not candidate.defines):
            continue
        added = (form.words & candidate.words) - covered
        near = candidate.score >= best.score - _MARGIN
        tied = candidate.score >= best.score - _TIE and all(item.quote.passage != candidate.quote.passage for item in chosen)
        if (near and added) or tied:
            chosen.append(candidate)
            covered |= added
    if len(form.parts) > 1:
        _complete(chosen, candidates, form)
    return [candidate.quote for candidate in chosen]


def _best(candidates: Sequence[_Candidate], form: Form) -> _Candidate:
    """The first candidate, or, where a definition is asked for, the first that defines the term and is not far behind."""
    best = candidates[0]
    if form.parts[0].terms and not form.compares:
        near = (item for item in candidates if 0 in item.defines and item.score >= best.score - _DEFINED_WITHIN)
        return next(near, best)
    return best


def _complete(chosen: list[_Candidate], candidates: Sequence[_Candidate], form: Form) -> None:
    """Add to the chosen sentences the best one for each part of the question that none of them answers."""
    together = form.compares and any(all(_has(item, part) for part in form.parts if part.terms) for item in chosen)
    for number, part in enumerate(form.parts):
        if len(chosen) == MAX_SENTENCES or (together and part.terms):
            continue
        near = [item for item in candidates if item.score >= chosen[0].score - _PART_WITHIN]
        fitting = [item for item in near if number in item.defines] or [
            item for item in near if _covered(part.words, item.words) > (0.99 if part.terms else 0.5)
        ]
        answered = any(item in fitting and (number in item.defines or _has(item, part)) for item in chosen)
        others = [item for item in fitting if item not in chosen]
        if others and not answered:
            chosen.append(max(others, key=lambda item: item.part_scores[number]))


def _has(item: _Candidate, part: Part) -> bool:
    """Whether a sentence speaks of what a part asks: has its term in one of the wordings, or without a term all its words."""
    if not part.terms:
        return part.words <= item.words
    wordings = "|".join(_any_number(term) for term in part.terms)
    return bool(re.search(rf"\b(?:{wordings})\b", item.quote.text, re.IGNORECASE))


def _whole(chosen: Sequence[Quote], form: Form) -> list[Quote]:
    """Each sentence with what it needs: the one before it where it would dangle, a list with what leads into it."""
    result: dict[tuple[int, int], Quote] = {}
    texts: set[str] = set()
    for quote in chosen:
        group = [*before(quote), quote, *items_after(quote)]
        if form.wants_list and is_item(quote) and _is_about(quote, form):
            group = list_around(quote)
        if result and len(result) + len(group) > MAX_SENTENCES and len(group) > 1:
            continue
        for item in group:
            if item.key not in result and item.text not in texts:
                result[item.key] = item
                texts.add(item.text)
        if len(result) >= MAX_SENTENCES:
            break
    return list(result.values())


def _is_about(item: Quote, form: Form) -> bool:
    """Whether the question asks for an item's list: the lead, or without one the heading, has a word of it."""
    lead = lead_of(item)
    return not form.words.isdisjoint(content_words(lead.text if lead else item.passage.chunk.heading))


def _in_order(quotes: Sequence[Quote], best: Quote) -> list[Quote]:
    """Reading order, but the passage of the best sentence first."""
    return sorted(quotes, key=lambda quote: (quote.passage.position != best.passage.position, *quote.key))
