"""Follow-up questions: "and what about 3NF?" made whole by the conversation.

With a model by rewriting, where its words all come from the conversation; without one, or where the model wanders off, by the
first rule that applies. A question that no rule applies to can be understood alone and is left as it is. What the conversation
is about says `topics.py`, which pronouns mean it `pointing.py`.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from indexing.errors import LimitError
from tutor.answer import Turn
from tutor.engines.base import Engine, Generation
from tutor.grounding.lexicon import ORDINALS
from tutor.pointing import POSSESSIVE, PRONOUN, points_back
from tutor.prompt import render_rewrite
from tutor.question_form import ARTICLE, asked_term, content_words
from tutor.topics import PARALLEL, RELATIONAL, compared, listed, owner_of, subject_of, topic_of

_REMEMBERED = 3  # turns that a model is shown
_REWRITE = Generation(max_new_tokens=60, time_limit_s=20)
_FEW = 3  # words of thanks, or of a bare name
_SHORT = 7  # words of a question about what was compared
_LONGEST = 300  # characters of a rewritten question
_ENDING = 3  # letters; adjectives of one kind end alike ("logical", "physical")

_COURTESY = re.compile(
    r"^(?:thanks?|thank you|ok|okay|great|good|cool|nice|hello|hi|hey|bye|yes|no|sorry|please|stop)\b", re.IGNORECASE
)
_ABOUT = re.compile(r"^(?:(?:so|ok|okay)[,\s]+)?(?:what|how) about (?P<subject>.+?)[?.!\s]*$", re.IGNORECASE)
_AND = re.compile(r"^(?:and|but|so|then)\b[,\s]+(?P<rest>.+)$", re.IGNORECASE)
_NAMES = re.compile(r"^(?:(?:an?|the) )?[\w+\-' ]{2,40}?[?.!\s]*$", re.IGNORECASE)
_STARTS_ALONE = re.compile(
    r"^(?:what|who|how|why|when|where|which|is|are|was|were|does|do|did|can|could|will|would|should|may|must|has|have|define|"
    r"explain|describe|give|name|list|show|tell|compare|discuss|write|draw|i|we|you|he|she|it|they|this|that|there)(?:\b|['’])",
    re.IGNORECASE,
)
_WHY = r"why(?: not| so| is that)?|how so|how come"
_ASKS_MORE = re.compile(
    r"^(?:(?:can|could|would|will) you )?(?:please )?(?:(?:(?:give|show|tell) (?:me )?)?"
    r"(?:(?P<example>(?:for |an? (?:\w+ )?|(?:some |more )*)examples?(?: of (?:it|that|this|them))?)|"
    r"more(?: about (?:it|that|this|them))?)|"
    rf"(?P<why>{_WHY})|how|what for|really|go on|elaborate(?: on (?:it|that|this))?|summari[sz]e(?: (?:it|that|this))?|"
    r"in (?:other|simpler|plain) words|(?:explain|say) (?:it|that|this)(?: (?:more simply|again|better|differently|in .*))?|"
    r"i (?:don['’]t|do not|didn['’]t) (?:get|understand)(?: (?:it|that|this))?|what do you mean(?: by (?:that|this))?)"
    r"(?: please)?[?.!\s]*$",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(r"^(?:is|are|was|were|does|do|did|can|could|should|must|may|will|would|has|have)\b", re.IGNORECASE)

_COUNTED = "|".join([*ORDINALS, "last", "former", "latter"])
_ORDINAL = re.compile(
    rf"\b(?P<does>(?:does|did|can|should|must) )?"
    rf"(?P<phrase>the (?P<which>{_COUNTED})(?P<one> ones?\b)?(?: of (?:these|those|them))?)"
    r"(?(one)|(?=[?.!\s]*$|,| (?:is|are|was|do|does|did|can|has|have|means?|works?|called|used|good|better|for|in|and|or)\b|"
    r"(?(does) \w+[?.!\s]*$|(?!))))",  # "does the second require?", but not "does the second normal form …"
    re.IGNORECASE,
)
_PLURAL = re.compile(r"[^siu]s$")
_OF_MANY = {"does": "do", "is": "are", "was": "were"}
_ONE_OF = re.compile(r"^(?:which|what) ones?\b", re.IGNORECASE)
_WHICH = re.compile(r"^which(?: ones?| of (?:them|these|those|the two))?\b", re.IGNORECASE)
_BOTH = re.compile(r"\b(?:the two|both(?: of them)?|these two)\b(?! \w+s\b)", re.IGNORECASE)
_AGAINST = re.compile(
    r"^(?:(?:what(?:'s|’s| is) )?(?:the )?difference (?:to|from|with)|versus|vs\.?|compared (?:to|with)) "
    r"(?P<other>.+?)[?.!\s]*$",
    re.IGNORECASE,
)
_OF_WHAT = re.compile(
    r"^(?P<asked>(?P<opening>(?:(?:what|which)(?:'s|’s| is| are)|(?:is|are) there|list|name|give(?: me)?|tell me|explain) )?"
    r"(?:(?:an?|the|any|some|its|their|main|other|more) )*"
    rf"(?P<noun>{RELATIONAL}))(?: (?:of|to|for) (?:it|that|this|them|those|these))?[?.!\s]*$",
    re.IGNORECASE,
)

_DO_TO = re.compile(r"^(?P<verb>\w+) (?:it|them|one|that|this)[?.!\s]*$", re.IGNORECASE)
_HOW_I = re.compile(r"^how (?:do|can|could|should|would) (?:i|we|you|one|people) ", re.IGNORECASE)

_ONES = re.compile(r"(?<![-\w])ones?$", re.IGNORECASE)
_PREPOSITION = re.compile(
    r"^(?P<preposition>in|for|of|on|with|without|by|at|from|to|between|after|before|during|under|inside|outside)\b",
    re.IGNORECASE,
)
_LAST_PHRASE = r" {} (?:an? |the )?[\w+\-' ]+$"


@dataclass(frozen=True)
class _Said:
    """A question without its "and", whether it had one, and the conversation before it."""

    plain: str
    joined: bool
    history: Sequence[Turn]

    @property
    def before(self) -> str:
        return self.history[-1].question

    @property
    def topic(self) -> str:
        return topic_of(self.history)


def whole_question(question: str, history: Sequence[Turn], engine: Engine | None = None) -> str:
    """The question as it is understood after the conversation so far (oldest turn first)."""
    ruled = _by_rule(question, history) if history else None
    if ruled is None:
        return question
    rewritten = _by_model(question, history[-_REMEMBERED:], engine) if engine is not None else None
    return rewritten or ruled


def _by_rule(question: str, history: Sequence[Turn]) -> str | None:
    """The question made whole by the first rule that applies, or None."""
    if _COURTESY.match(question) and len(question.split()) <= _FEW:
        return None
    plain = " ".join(question.split())
    joined = _AND.match(plain)
    said = _Said(joined["rest"] if joined else plain, bool(joined), history)
    for rule in _RULES:
        whole = rule(said)
        if whole is not None:
            return _sentence(whole)
    return _sentence(said.plain) if joined else None


def _asks_more(said: _Said) -> str | None:
    """A plea for an example, a reason, or another word about it."""
    more = _ASKS_MORE.match(said.plain)
    if more is None:
        return None
    if more["example"]:
        return f"Give an example of {owner_of(said.topic)}."
    if more["why"] and _AUXILIARY.match(said.before):
        return f"Why {said.before[:1].lower()}{said.before[1:]}"
    return f"Explain {said.topic}."


def _counted(said: _Said) -> str | None:
    """ "The first one": of what was compared, or of what an answer listed; where neither is known, of the topic."""
    ordinal = _ORDINAL.search(said.plain)
    if ordinal is None:
        return None
    which, items = ordinal["which"].lower(), compared(said.before) or listed(said.history)
    place = ORDINALS.get(which, 1 if which == "former" else len(items)) - 1
    if not 0 <= place < len(items):
        return f"{said.plain.rstrip(' ?.!')}, of {said.topic}?" if ordinal["one"] or said.joined else None
    item = items[place] if items[place][1:] != items[place][1:].lower() else items[place].lower()  # no longer an opening
    opening = said.plain[: ordinal.start("phrase")]
    if _PLURAL.search(item):
        opening = re.sub(r"\b(does|is|was) $", lambda verb: f"{_OF_MANY[verb[1].lower()]} ", opening, flags=re.IGNORECASE)
    whole = opening + item + said.plain[ordinal.end("phrase") :]
    return _by_rule(f"and {whole}" if said.joined else whole, said.history) or whole


def _of_those_compared(said: _Said) -> str | None:
    """ "Which is stricter?", "how are the two related?": of what was compared, or of the last two topics."""
    terms = compared(said.before)
    both = _BOTH.search(said.plain)
    if both:
        two = terms or [subject_of(turn.question) for turn in said.history[-2:]]
        return said.plain[: both.start()] + " and ".join(two) + said.plain[both.end() :] if len(two) == 2 else None
    if terms and _WHICH.match(said.plain) and len(said.plain.split()) <= _SHORT:
        return f"{said.plain.rstrip(' ?.!')}, {' or '.join(terms)}?"
    return f"{said.plain.rstrip(' ?.!')}, of {said.topic}?" if _ONE_OF.match(said.plain) else None


def _against(said: _Said) -> str | None:
    """ "Versus a B-tree?" """
    against = _AGAINST.match(said.plain)
    return f"What is the difference between {said.topic} and {against['other']}?" if against else None


def _of_what(said: _Said) -> str | None:
    """ "What is the opposite?" lacks what it is the opposite of."""
    lacking = _OF_WHAT.match(said.plain)
    if lacking is None:
        return None
    asked = re.sub(r"\b(?:its|their) ", "the ", lacking["asked"])
    if not lacking["opening"]:
        asked = f"What {'are' if lacking['noun'].endswith('s') else 'is'} {asked}"
    return f"{asked} {'to' if lacking['noun'].lower().startswith('alternative') else 'of'} {owner_of(said.topic)}?"


def _something_else(said: _Said) -> str | None:
    """ "What about 3NF?", "and 3NF?", "3NF?": the question before about something new."""
    about = _ABOUT.match(said.plain)
    if about:
        return _with_subject(said, about["subject"])
    done = _DO_TO.match(said.plain)
    how = _HOW_I.match(said.before)
    if said.joined and done and how:
        return f"{how.group()}{done['verb']} {said.topic}?"
    names = _NAMES.match(said.plain) and not _STARTS_ALONE.match(said.plain) and not PRONOUN.search(said.plain)
    return _with_subject(said, said.plain.strip(" ?.!")) if names and (said.joined or len(said.plain.split()) <= _FEW) else None


def _with_topic(said: _Said) -> str | None:
    """A pronoun that stands for nothing in the question itself stands for the topic."""
    found = points_back(said.plain, content_words(said.topic))
    if found is None:
        return None
    start, end = found
    possessive = said.plain[start:end].lower() in POSSESSIVE
    return said.plain[:start] + said.topic + ("’s" if possessive else "") + said.plain[end:]


def _listed(said: _Said) -> str | None:
    """A name that an answer listed is meant as it was meant there."""
    term = asked_term(said.plain)
    if term is None or content_words(said.topic) <= content_words(term):
        return None
    named = content_words(term) in [content_words(item) for item in listed(said.history)]
    end = "?" if said.plain.endswith("?") else "."
    return f"{said.plain.rstrip(' ?.!')}, of {said.topic}{end}" if named else None


_RULES: tuple[Callable[[_Said], str | None], ...] = (
    _asks_more, _counted, _of_those_compared, _against, _of_what, _something_else, _with_topic, _listed,
)  # fmt: skip


def _with_subject(said: _Said, new: str) -> str:
    """The earlier question about something new: in the place of its last phrase, its term, or its subject, else behind it."""
    before, plain = said.before, said.before.rstrip(" ?.!")
    preposition = _PREPOSITION.match(new)
    if preposition:
        last = re.search(_LAST_PHRASE.format(preposition["preposition"]), plain, re.IGNORECASE)
        return f"{plain[: last.start()] if last else plain} {new}?"
    if content_words(new) in [content_words(item) for item in listed(said.history)]:
        return f"Explain {new}, of {said.topic}."
    term = asked_term(before)
    if term and term in before:
        return _replaced(before, term, new)
    parallel = PARALLEL.match(plain)
    return _replaced(f"{plain}?", parallel["subject"], new) if parallel else f"{plain}, for {new}?"


def _replaced(question: str, old: str, new: str) -> str:
    """The question with another subject; of "physical" after "logical data independence", what it is said of stays."""
    start = question.index(old)
    opening, following = question[:start], question[start + len(old) :]
    bare, kept = ARTICLE.sub("", new), ARTICLE.sub("", old)
    first, _, head = kept.partition(" ")
    if _ONES.search(bare):
        new = _ONES.sub(kept, new)
    elif head and " " not in bare and _alike(bare, first):
        new = f"{new} {head}"
    elif not ARTICLE.match(new):
        opening = re.sub(r"\bthe $", "", opening, flags=re.IGNORECASE)  # "What is the …", of a thing that needs no article
    if ARTICLE.match(new):
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
