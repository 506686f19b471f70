"""What a conversation is about: a question's subject, the topic of the talk, what was compared, what an answer listed.

Subjects keep the article they were asked with ("a weak entity"), so that they can be put into another sentence as they are.
Leaves making questions whole to `followups.py`.
"""

import re
from collections.abc import Sequence

from tutor.answer import Turn
from tutor.question_form import ARTICLE, asked_term, content_words, form_of

PARALLEL = re.compile(
    r"^(?P<open>(?:how|why|when|where|what|which) (?:is|are|was|were|does|do|did|can|could|should|must) )"
    r"(?P<subject>(?:an? |the )?(?!an? |the |(?:i|we|you|one|people) )[\w+\-]+(?: [\w+\-]+)*?)"
    r"(?P<rest> (?:\w+ed|found|built|made|kept|drawn|written|chosen|done|split|put|set|read|held|lost|sent|"
    r"do|mean|work|contain|look|differ|need|good)\b.*)$",
    re.IGNORECASE,
)
"""A question whose subject stands between an auxiliary and what is said of it: "How is a key found?"."""
RELATIONAL = (
    r"(?:opposite|alternative|advantage|disadvantage|benefit|drawback|purpose|use|definition|example|reason|problem|limit|"
    r"limitation|strength|meaning|cost|step|part|kind|type|consequence|cause|effect|exception|difference)s?"
)
"""Nouns that are of something."""
_OPENING = re.compile(
    r"^(?:how|why|when|where|what) (?:do|does|did|can|could|should|would|must) (?:i|we|you|one|people) \w+ |"
    r"^(?:what|who|which|how|why|when|where)"
    r"(?:\s+(?:is|are|was|were|does|do|did|can|could|should|must|many|much|kinds? of|types? of))+\s+|"
    r"^(?:define|explain|describe|state|name|list|give|is|are|does|do|can)\s+",
    re.IGNORECASE,
)
_SECOND = re.compile(  # after a whole first question
    r"^(?P<first>\S+ \S+ \S.*?),? and (?:how|why|when|where|what|who|which) "
    r"(?:is|are|was|were|does|do|did|can|could|should|must)\b",
    re.IGNORECASE,
)
_DOUBLE = re.compile(r"^(?:how|why|when|where|what|who|which) and (?=(?:how|why|when|where|what|who|which)\b)", re.IGNORECASE)
_CLOSING = re.compile(r",? (?:(?:are|is) there|exist)$|, of .*$", re.IGNORECASE)
_EXAMPLE = re.compile(r"^(?:an? |some |the )?examples? of ", re.IGNORECASE)
_BELONGS = re.compile(rf"^(?:an? |the )?(?:[\w-]+ )?{RELATIONAL} (?:of|to|for) ", re.IGNORECASE)

_MARK = re.compile(r"(?:^|\s)(?:[•*‣▪]|\(?\d{1,2}[.)])\s+")
_HEAD = re.compile(r"^(?P<head>[\w+-]+(?: [\w+-]+){0,4}?)(?=[,:;.(–—]| (?:is|are|which|that|means?)\b|$)")
_ITEM = r"(?:an? |the )?[\w+-]+(?: [\w+-]+){0,2}"
_ENUMERATIONS = (
    re.compile(rf": (?P<first>{_ITEM}(?:, {_ITEM})*),? (?:and|or) (?P<last>{_ITEM})(?=[.;,)]|$)"),
    re.compile(rf"\b(?:are|into|namely) (?P<first>{_ITEM}(?:, {_ITEM})+),? (?:and|or) (?P<last>{_ITEM})(?=[.;,)]|$)"),
)


def subject_of(question: str) -> str:
    """What a question is about: the term whose definition it asks for, else what follows its opening words. Of two questions in
    one, what the first is about."""
    second = _SECOND.match(question)
    question = _DOUBLE.sub("", second["first"] if second else question)
    plain = question.rstrip(" ?.!")
    term = asked_term(question)
    if term and term in plain:
        return _EXAMPLE.sub("", _with_article(plain, term))
    parallel = PARALLEL.match(plain)
    subject = parallel["subject"] if parallel else _CLOSING.sub("", _OPENING.sub("", plain))
    return _EXAMPLE.sub("", subject)


def topic_of(history: Sequence[Turn]) -> str:
    """What a conversation is about: the last term that was asked for, if the last question still has its words."""
    last = history[-1].question
    for turn in reversed(history):
        term = asked_term(turn.question)
        if term and content_words(term) <= content_words(last):
            return subject_of(turn.question)
    return subject_of(last)


def owner_of(topic: str) -> str:
    """What a topic belongs to: of "the disadvantages of files" files."""
    return _BELONGS.sub("", topic)


def compared(question: str) -> list[str]:
    """The terms that a question compares, with their articles, or none."""
    form = form_of(question)
    return [_with_article(question, part.terms[0]) for part in form.parts if part.terms] if form.compares else []


def listed(history: Sequence[Turn]) -> list[str]:
    """The names of what the last answer that lists something lists, in its order; none where no answer does."""
    for turn in reversed(history):
        items = _marked(turn.answer) or _enumerated(turn.answer)
        if len(items) > 1:
            return items
    return []


def _marked(answer: str) -> list[str]:
    """What the items behind marks begin with; none unless each begins with a short name."""
    heads = [_HEAD.match(item.strip()) for item in _MARK.split(answer)[1:]]
    return [ARTICLE.sub("", head["head"]) for head in heads if head] if all(heads) else []


def _enumerated(answer: str) -> list[str]:
    match = next((found for pattern in _ENUMERATIONS if (found := pattern.search(answer))), None)
    return [ARTICLE.sub("", item) for item in [*match["first"].split(", "), match["last"]]] if match else []


def _with_article(question: str, term: str) -> str:
    """A term with the article before it in a question."""
    match = re.search(rf"\b(?P<article>an? |the ){re.escape(term)}", question, re.IGNORECASE)
    return f"{match['article'].lower()}{term}" if match and not ARTICLE.match(term) else term
