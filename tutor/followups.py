"""Follow-up questions: "and what about 3NF?" made whole by the conversation.

With a model by rewriting, where its words all come from the conversation; without one, or where the model wanders off, by
carrying the subject of the question before over. A question that can be understood alone is left as it is.
"""

import re
from collections.abc import Sequence
from contextlib import closing

from indexing.errors import LimitError
from tutor.answer import Turn
from tutor.engines.base import Engine, Generation
from tutor.prompt import render_rewrite
from tutor.question_form import asked_term, content_words

_REMEMBERED = 3  # turns that a model is shown
_REWRITE = Generation(max_new_tokens=60, time_limit_s=20)
_LONGEST = 300  # characters of a rewritten question

_ABOUT = re.compile(r"^(?:and|but|so|ok|okay|then)?[,\s]*(?:what|how) about (?P<subject>.+?)[?.!\s]*$", re.IGNORECASE)
_AND = re.compile(r"^(?:and|but|so|then)[,\s]+(?P<rest>.+)$", re.IGNORECASE)
_NAMES = re.compile(r"^(?:for |of |in )?(?P<subject>(?:a |an |the )?[\w+\-' ]{2,40}?)[?.!\s]*$", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?P<pronoun>it|they|them|its|their|this|that|these|those|the latter|the former)\b", re.IGNORECASE)
_POSSESSIVE = frozenset({"its", "their"})
_STARTS_ALONE = re.compile(
    r"^(?:what|who|how|why|when|where|which|is|are|does|do|can|define|explain|describe|give|name|list)\b", re.IGNORECASE
)
_ASKS_MORE = re.compile(
    r"^(?:can|could|would|will)?\s*(?:you\s+)?(?:please\s+)?(?:give|show|tell)?\s*(?:me\s+)?"
    r"(?P<what>an? (?:other |further )?example|more|why|how so|why is that|how)[?.!\s]*$",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:what|who|which|how|why|when|where)"
    r"(?:\s+(?:is|are|was|were|does|do|did|can|could|should|must|many|much|kinds? of))+\s+|"
    r"^(?:define|explain|describe|state|name|list|give)\s+",
    re.IGNORECASE,
)


def whole_question(question: str, history: Sequence[Turn], engine: Engine | None = None) -> str:
    """The question as it is understood after the conversation so far (oldest turn first)."""
    if not history or not leans_on_conversation(question):
        return question
    if engine is not None:
        rewritten = _by_model(question, history[-_REMEMBERED:], engine)
        if rewritten:
            return rewritten
    return _by_rule(question, history[-1].question)


def leans_on_conversation(question: str) -> bool:
    """Whether a question needs what was said before: "and …", a plea for more, or a pronoun before any noun."""
    if _ABOUT.match(question) or _AND.match(question) or _ASKS_MORE.match(question):
        return True
    pronoun = _PRONOUN.search(question)
    if pronoun is None:
        return not _STARTS_ALONE.match(question) and len(question.split()) <= 3
    return not content_words(question[: pronoun.start()])


def subject_of(question: str) -> str:
    """What a question is about: the term whose definition it asks for, else what follows its opening words."""
    return asked_term(question) or _OPENING.sub("", question).rstrip(" ?.!")


def _by_rule(question: str, before: str) -> str:
    """The question with the subject of the one before it, or the one before it with the question's subject."""
    subject = subject_of(before)
    about = _ABOUT.match(question)
    if about:
        return _with_subject(before, subject, about["subject"])
    more = _ASKS_MORE.match(question)
    if more:
        asked = "Give an example of" if "example" in more["what"].lower() else "Explain"
        return f"{asked} {subject}." if asked_term(before) else f"{asked}: {before}"
    joined = _AND.match(question)
    plain = joined["rest"] if joined else question
    pronoun = _PRONOUN.search(plain)
    if pronoun:
        carried = f"{subject}'s" if pronoun["pronoun"].lower() in _POSSESSIVE else subject
        return _sentence(plain[: pronoun.start()] + carried + plain[pronoun.end() :])
    named = _NAMES.match(plain)
    if named and not _STARTS_ALONE.match(plain):
        return _with_subject(before, subject, named["subject"])
    return _sentence(plain)


def _with_subject(before: str, subject: str, new: str) -> str:
    """The earlier question about something new."""
    if asked_term(before) and subject in before:
        return before.replace(subject, new)
    return f"{before.rstrip(' ?.!')}, for {new}?"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _by_model(question: str, history: Sequence[Turn], engine: Engine) -> str | None:
    """The model's rewriting, or None where it is no question, or has words that nobody said."""
    messages = render_rewrite(question, [(turn.question, turn.answer) for turn in history])
    text = ""
    try:
        with closing(engine.stream(messages, _REWRITE)) as pieces:  # type: ignore[type-var]
            for piece in pieces:
                text += piece
    except LimitError:
        return None
    rewritten = " ".join(text.split()).strip('"')
    said = content_words(" ".join([question, *(f"{turn.question} {turn.answer}" for turn in history)]))
    new = content_words(rewritten)
    kept = content_words(question) <= new
    fits = rewritten.endswith("?") and rewritten.count("?") == 1 and len(rewritten) <= _LONGEST
    return rewritten if fits and new and new <= said and kept else None
