"""Keys that a book states in words: "The keys of PLOT are {Plot_id} and {Garden, Plot_no}.", "PK = CompID, SuppID".

A statement counts for a relation when it names it, or when it stands in a sentence that names no other.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tutor.computing.book_text import Section
from tutor.computing.notation import resolve
from tutor.computing.prose import UNSURE, schema_statements
from tutor.computing.schemas import Names
from tutor.computing.tokens import NAME

_KIND = r"(?P<kind>(?:only|sole|primary|candidate|simple|composite|minimal|unique|single)\s+)*"
_SET = rf"\{{[^{{}}]*\}}|\([^()]*\)|{NAME}"
_LIST = rf"(?:{_SET})(?:\s*(?:,\s*and|,|and|&)\s*(?:{_SET}))*"


class KeyStatement(NamedTuple):
    """Keys stated at a place of a section. `complete` tells that the book says these are all candidate keys."""

    keys: tuple[Names, ...]
    complete: bool
    start: int
    end: int


def key_statements(section: Section, name: str, attributes: Names) -> list[KeyStatement]:
    """Every statement of keys of the relation `name` in a section."""
    found = []
    patterns = _patterns(name)
    for number, pattern in enumerate(patterns):
        for match in pattern.finditer(section.text):
            start, sentence = section.sentence_at(match.start())
            if UNSURE.search(sentence) or (number > 1 and not _names_only(sentence, name)):
                continue
            plural = "plural" in match.re.groupindex and bool(match["plural"])
            keys = _keys(match["set"], attributes, plural)
            if keys:
                complete = bool(re.search(r"\bonly\b|\bsole\b|\bcandidate keys\b|\bkeys of\b", match[0]))
                found.append(KeyStatement(keys, complete, start, start + len(sentence)))
    found += _all_key(section, name, attributes)
    return found


def _patterns(name: str) -> list[re.Pattern[str]]:
    """Patterns of statements: the first two name the relation, the others stand in a sentence about it alone."""
    relation = rf"(?:the\s+)?(?:relation\s+|table\s+|schema\s+)?{re.escape(name)}(?!\w)(?:\s+(?:relation|table))?"
    return [
        re.compile(
            rf"\b{_KIND}key(?P<plural>s)?\s+(?:of|for|in)\s+{relation}\s*(?:is|are|:|=|consists? of)\s*(?P<set>{_LIST})"
        ),
        re.compile(rf"(?P<set>{_SET})\s+is\s+(?:the|an?)\s+{_KIND}key\s+(?:of|for|in)\s+{relation}"),
        re.compile(rf"\b[Ii]ts\s+{_KIND}key(?P<plural>s)?\s+(?:is|are|consists? of)\s+(?P<set>{_LIST})"),
        re.compile(rf"\bwith\s+(?:the\s+|an?\s+)?{_KIND}key(?P<plural>s)?\s+(?P<set>\{{[^{{}}]*\}}|{NAME}(?![\w\s]*[({{]))"),
        re.compile(rf"\bPK\s*[=:]\s*(?P<set>{NAME}(?:\s*,\s*{NAME})*)"),
        re.compile(rf"(?P<set>{NAME})\s+is\s+(?:the|an?)\s+{_KIND}key\b(?!\s+(?:of|for|in)\b)"),
    ]


def _names_only(sentence: str, name: str) -> bool:
    """Whether a sentence states the schema of `name`, or names it as a relation, and no other relation."""
    others = {statement.name for statement in schema_statements(sentence)} - {name}
    return not others and bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sentence))


def _keys(text: str, attributes: Sequence[str], plural: bool) -> tuple[Names, ...]:
    """The keys of a list: each set in braces is one; bare names are one key together, or one each after "keys"."""
    groups = re.findall(r"\{([^{}]*)\}|\(([^()]*)\)", text)
    if groups:
        parts = ["".join(group) for group in groups]
    elif plural:
        parts = re.split(r",|\band\b", text)
    else:
        parts = [text]
    keys = []
    for part in parts:
        names: list[str] = []
        for word in re.split(r",|\band\b|&", part):
            resolved = resolve(" ".join(word.split()), attributes) if word.strip() else ()
            if resolved is None:
                return _longest_prefix(text, attributes) if not groups and not plural else ()
            names += resolved
        if names:
            keys.append(tuple(dict.fromkeys(names)))
    return tuple(dict.fromkeys(keys))


def _longest_prefix(text: str, attributes: Sequence[str]) -> tuple[Names, ...]:
    """PK = CompID, SuppID followed by other words: the names up to the first that is no attribute, if they end a list
    there.
    """
    names: list[str] = []
    for word in re.split(r",", text):
        resolved = resolve(word.strip(), attributes)
        if resolved is None:
            break
        names += resolved
    return (tuple(dict.fromkeys(names)),) if names and "," not in text else ()


def _all_key(section: Section, name: str, attributes: Names) -> list[KeyStatement]:
    """ "DEPT_LOCATIONS … is all key"."""
    found = []
    for match in re.finditer(r"\ball[- ]key\b", section.text):
        start, sentence = section.sentence_at(match.start())
        if (
            not UNSURE.search(sentence)
            and _names_only(sentence, name)
            and re.search(r"\bis\s+(?:an?\s+)?all[- ]key\b", sentence)
        ):
            found.append(KeyStatement((attributes,), True, start, start + len(sentence)))
    return found
