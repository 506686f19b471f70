"""What a question asks for, by its form: terms to define, several things at once, a comparison, a list, a number of things.

"What is a weak entity, and why does it need an owner?" has two parts; "the difference between internal and physical models"
asks of two terms. Leaves finding and choosing sentences to `quoting.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from indexing.lexical import words

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
_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|one|his|her|this|that|these|those)\b", re.IGNORECASE)
_NO_TERM = re.compile(rf"{_PRONOUN.pattern}|\b(?:for|of|in|on|to|with|by|from|about)$", re.IGNORECASE)
_OPENS = r"what|which|who|how|why|when|where|is|are|does|do|can|list|describe|explain|define|give|name|state|discuss|draw"
_OPENING = re.compile(rf"(?:(?:in|of|into|on|for|by|to|from|at) )?(?:{_OPENS})\b", re.IGNORECASE)
_NEXT_SENTENCE = re.compile(rf"\?\s+|\.\s+(?=(?:{_OPENS})\b)", re.IGNORECASE)
_NEXT_CLAUSE = re.compile(
    r",? and (?=(?:(?:in|for|by|to|from|against|at) )?(?:what|which|who|how|why|when|where)\b)", re.IGNORECASE
)
_COMPARISONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:differences?|distinction) between (?P<terms>.+ and .+?)[.?]*$",
        r"\b(?:distinguish|compare) (?:between )?(?P<terms>.+ (?:and|with|to|from) .+?)[.?]*$",
        r"^how (?:is|are|do|does) (?P<terms>.+ (?:differ|different|distinguished) from .+?)[.?]*$",
        r"^(?P<terms>.+ (?:vs\.?|versus) .+?)[.?]*$",
    )
)
_AND = re.compile(
    r",\s*(?:and )?|\s+(?:and|with|to|vs\.?|versus|(?:(?:differ|different|distinguished) )?from)\s+", re.IGNORECASE
)
ARTICLE = re.compile(r"^(?:a|an|the)\s+", re.IGNORECASE)
_LONGEST_TERM = 5  # words
_NO_PLURAL = r"(?!(?:does|is|was|has|this|its|do|are|as|us)\b)"
_PLURAL = rf"{_NO_PLURAL}\w+[^s\W]s"
_ASKS_LIST = re.compile(
    rf"(?:^|[.?] )(?:list|name|enumerate)\b|\b(?:what|which) (?:are|were)\b|\b(?:what|which) {_PLURAL}\b|"
    rf"\b(?:what|which) (?:{_NO_PLURAL}\w+ ){{1,2}}{_PLURAL} (?:of|in|are|were|do|does|did|can|may|must|should|have|has)\b",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"\bhow many\b", re.IGNORECASE)
_PLACE = re.compile(r"\d+|chapter|section|sec|appendix|unit|part|page")
_ASKS_NAME = re.compile(
    r"\bcalled\b|\b(?:name|word|term) (?:for|of)\b|\bwhat (?:do|would|does) [\w ]{1,20}? call\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Part:
    """One thing that is asked: its words (stems), and the wordings of the term where a definition is what is asked for."""

    words: frozenset[str]
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """A question as it asks. `parts` are one or more; `compares` where terms are to be told apart."""

    question: str
    parts: tuple[Part, ...]
    compares: bool = False

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(content_words(self.question))

    @property
    def wants_list(self) -> bool:
        return bool(_ASKS_LIST.search(self.question))

    @property
    def only_names_a_place(self) -> bool:
        """Whether it says no more than which section or page: "3.2", "explain chapter 5"."""
        plain = content_words(re.sub(r"[.:]", " ", self.question))
        return any(word.isdigit() for word in plain) and all(_PLACE.fullmatch(word) for word in plain)

    @property
    def wants_name(self) -> bool:
        """Whether it describes something and asks what that is called."""
        return bool(_ASKS_NAME.search(self.question))

    @property
    def counts(self) -> bool:
        """Whether it asks how many there are."""
        return bool(_COUNTS.search(self.question))


def form_of(question: str) -> Form:
    """The form of a question."""
    plain = " ".join(question.split())
    pieces = [piece for sentence in _NEXT_SENTENCE.split(plain) for piece in _clauses(sentence)]
    parts: list[Part] = []
    compares = False
    for piece in pieces:
        compared = _compared(piece)
        compares = compares or bool(compared)
        for part in compared or [_part(piece, parts)]:
            if part.words and part.words not in [other.words for other in parts]:
                parts.append(part)
    return Form(plain, tuple(parts) or (Part(frozenset()),), compares)


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


def _clauses(sentence: str) -> list[str]:
    """Questions joined by "and"; a sentence that only leads up to its question is left whole."""
    return _NEXT_CLAUSE.split(sentence) if _OPENING.match(sentence) else [sentence]


def _part(piece: str, before: Sequence[Part]) -> Part:
    """One of the questions. A pronoun in it takes up what was asked before."""
    found = frozenset(content_words(piece))
    if before and _PRONOUN.search(piece):
        return Part(found | before[0].words if found else found)
    term = asked_term(piece)
    if term is None and before and before[-1].terms and not _OPENING.match(piece):
        term = ARTICLE.sub("", piece.strip(" ?."))  # "What is an entity? An attribute?"
    if term is None or _NO_TERM.search(term):
        return Part(found)
    return _term(term)


def _term(term: str, kind: str = "") -> Part:
    """A term's wordings: of "third normal form (3NF)" both forms, of "dense" before "sparse index" also "dense index"."""
    long, _, short = term.rstrip(")").partition(" (")
    others = [wording for wording in (short, f"{long} {kind}" if kind and " " not in long else "") if wording]
    return Part(frozenset(content_words(long)), (long, *others))


def _compared(piece: str) -> list[Part]:
    """The terms that are to be told apart, or none. Of "internal and physical models" the first may be "internal models"."""
    match = next((found for pattern in _COMPARISONS if (found := pattern.search(piece))), None)
    if match is None:
        return []
    terms = [ARTICLE.sub("", term.strip()) for term in _AND.split(match["terms"]) if term.strip()]
    if len(terms) < 2 or any(len(term.split()) > _LONGEST_TERM or _NO_TERM.search(term) for term in terms):
        return []
    kind = " ".join(terms[-1].partition(" (")[0].split()[1:])
    return [_term(term, kind) for term in terms]
