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
_FEW = 3  # words of thanks and the like
_LONGEST = 300  # characters of a rewritten question

_ABOUT = re.compile(r"^(?:and|but|so|ok|okay|then)?[,\s]*(?:what|how) about (?P<subject>.+?)[?.!\s]*$", re.IGNORECASE)
_AND = re.compile(r"^(?:and|but|so|then)[,\s]+(?P<rest>.+)$", re.IGNORECASE)
_NAMES = re.compile(r"^(?:for |of |in )?(?P<subject>(?:a |an |the )?[\w+\-' ]{2,40}?)[?.!\s]*$", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?P<pronoun>it|they|them|its|their|this|that|these|those|the latter|the former)\b", re.IGNORECASE)
_ONE = re.compile(r"\b(?:which|what|the (?:first|second|third|last|other|former|latter)) ones?\b", re.IGNORECASE)
_DIFFERENCE = re.compile(r"^(?:the )?differences? between ", re.IGNORECASE)
_ONES = re.compile(r"(?<![-\w])ones?$", re.IGNORECASE)
_COURTESY = re.compile(
    r"^(?:thanks?|thank you|ok|okay|great|good|cool|nice|hello|hi|hey|bye|yes|no|sorry|please|stop)\b", re.IGNORECASE
)
_ARTICLE = re.compile(r"^(?:an?|the) ", re.IGNORECASE)
_LAST_PHRASE = r" {} (?:an? |the )?[\w+\-' ]+$"
_PREPOSITION = re.compile(r"^(?P<preposition>in|for|of|on|with|by|at|from|to)\b", re.IGNORECASE)
_PARALLEL = re.compile(
    r"^(?P<open>(?:how|why|when|where|what|which) (?:is|are|was|were|does|do|did|can|could|should|must) )"
    r"(?P<subject>(?:an? |the )?(?!an? |the )[\w+\-]+(?: [\w+\-]+)*?)"
    r"(?P<rest> (?:\w+ed|found|built|made|kept|drawn|written|chosen|done|do|mean|work|contain|look|differ|need|good)\b.*)$",
    re.IGNORECASE,
)
_ENDING = 3  # letters; adjectives of one kind end alike ("logical", "physical")
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
    return _by_rule(question, history[-1].question, topic_of(history))


def leans_on_conversation(question: str) -> bool:
    """Whether a question needs what was said before: "and …", a plea for more, "which one", or a pronoun before any noun."""
    if _COURTESY.match(question) and len(question.split()) <= _FEW:
        return False
    if _ONE.search(question) or _ABOUT.match(question) or _AND.match(question) or _ASKS_MORE.match(question):
        return True
    pronoun = _PRONOUN.search(question)
    if pronoun is None:
        return not _STARTS_ALONE.match(question) and len(question.split()) <= 3
    return not content_words(question[: pronoun.start()])


def subject_of(question: str) -> str:
    """What a question is about: the term whose definition it asks for, else what follows its opening words."""
    return asked_term(question) or _OPENING.sub("", question).rstrip(" ?.!")


def topic_of(history: Sequence[Turn]) -> str:
    """What a conversation is about: the last term that was asked for, if the last question still has its words."""
    last = history[-1].question
    for turn in reversed(history):
        term = asked_term(turn.question)
        if term and content_words(term) <= content_words(last):
            return term
    return subject_of(last)


def _by_rule(question: str, before: str, topic: str) -> str:
    """The question with the conversation's topic, or the question before it with the new subject."""
    about = _ABOUT.match(question)
    if about:
        return _with_subject(before, about["subject"])
    more = _ASKS_MORE.match(question)
    if more:
        asked = "Give an example of" if "example" in more["what"].lower() else "Explain"
        return f"{asked} {topic}." if topic != before.rstrip(" ?.!") else f"{asked}: {before}"
    joined = _AND.match(question)
    plain = joined["rest"] if joined else question
    if not _STARTS_ALONE.match(plain) and _NAMES.match(plain):
        return _with_subject(before, plain.strip(" ?.!"))
    if _ONE.search(plain):
        return f"{_sentence(plain.rstrip(' ?.!'))}, of {_DIFFERENCE.sub('', topic)}?"
    pronoun = _PRONOUN.search(plain)
    if pronoun:
        carried = f"{topic}'s" if pronoun["pronoun"].lower() in _POSSESSIVE else topic
        return _sentence(plain[: pronoun.start()] + carried + plain[pronoun.end() :])
    return _sentence(plain)


def _with_subject(before: str, new: str) -> str:
    """The earlier question about something new: in the place of its term, its last phrase, or its subject, else behind it."""
    plain = before.rstrip(" ?.!")
    term = asked_term(before)
    if term and term in before:
        return _replaced(before, term, new)
    preposition = _PREPOSITION.match(new)
    last = preposition and re.search(_LAST_PHRASE.format(preposition["preposition"]), plain, re.IGNORECASE)
    if last:
        return f"{plain[: last.start()]} {new}?"
    parallel = _PARALLEL.match(plain)
    if parallel:
        return _replaced(f"{plain}?", parallel["subject"], new)
    bare = _PREPOSITION.sub("", new).strip() if preposition else new
    return f"{plain}, for {bare}?"


def _replaced(question: str, old: str, new: str) -> str:
    """The question with another subject; of "physical" after "logical data independence", what it is said of stays."""
    start = question.index(old)
    opening, following = question[:start], question[start + len(old) :]
    bare, kept = _ARTICLE.sub("", new), _ARTICLE.sub("", old)
    first, _, head = kept.partition(" ")
    if _ONES.search(bare):
        new = _ONES.sub(kept, new)
    elif head and " " not in bare and _alike(bare, first):
        new = f"{new} {head}"
    if _ARTICLE.match(new):
        opening = re.sub(r"\b(?:an?|the) $", "", opening, flags=re.IGNORECASE)
    return opening + new + following


def _alike(one: str, other: str) -> bool:
    """Whether two words are adjectives of one kind: "one-to-one" and "many-to-many", "logical" and "physical"."""
    both_compound = "-" in one and "-" in other
    return both_compound or (one != other and one[-_ENDING:].lower() == other[-_ENDING:].lower())


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
