"""The objects in a question: schemas, dependencies, sets of attributes, parts of a decomposition; and its words without
them.

    "Is {A, B} a key of R(A, B, C) with A → B?"   →   schema R(A, B, C), A → B, the set {A, B}, "Is <set> a key of
    <schema> with <fd> ?"

What cannot be read in one way only makes the whole question unreadable (None): it is left to the book's passages then.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tutor.computing.notation import attributes_of, resolve, spelled_as_letters
from tutor.computing.prose import (
    SchemaStatement,
    dependencies_among,
    free_dependencies,
    looks_like_attribute,
    schema_statements,
)
from tutor.computing.schemas import Names
from tutor.computing.tokens import ARROW, MULTI_ARROW, NAME, Written

_ANY_ARROW = re.compile(rf"{MULTI_ARROW}|{ARROW}")
_WITH_ATTRIBUTES = re.compile(
    rf"\b(?i:relation|table|schema)\s+(?:schema\s+)?(?P<name>{NAME})\s+(?:with|over|on|has|having)\s+"
    rf"(?:the\s+|the\s+set\s+of\s+)?attributes?\s*:?\s*"
    rf"(?P<list>\{{[^{{}}→>]*\}}|{NAME}(?:\s*,\s*(?:and\s+)?{NAME})*(?:\s*,?\s+and\s+{NAME}(?=\s*(?:[.,;?]|$|with\b|and\b)))?)"
)
_BRACED = re.compile(rf"(?<![\w.])(?P<name>{NAME})\s*=\s*\{{(?P<list>\s*{NAME}(?:\s*,\s*{NAME})*\s*)\}}")
# "A determines B" in words, one dependency at a time
_SIDE = rf"(?:\{{[^{{}}]*\}}|\([^()]*\)|{NAME}(?:\s*,\s*{NAME})*)"
_DETERMINES = re.compile(
    rf"(?P<left>{_SIDE}(?:\s+and\s+{NAME})?)(?:\s+together)?\s+(?:functionally\s+)?"
    rf"(?P<verb>determines?)\s+(?P<right>{_SIDE}(?:\s+and\s+{NAME})?)(?!\s+(?:functionally\s+)?determine)"
)
_DETERMINES_GOAL = re.compile(
    rf"\b(?:does|do|whether|show that|prove that)\s+(?P<left>{_SIDE}(?:\s+and\s+{NAME})?)\s+(?:functionally\s+)?"
    rf"(?P<arrow>determines?)\s+(?P<right>{_SIDE})",
    re.IGNORECASE,
)
_GOAL_BEFORE = re.compile(
    r"(?:\b(?:does|do|whether|derive|infer|deduce|prove|show|(?:show|prove|verify|check|decide|true)\s+that|if)"
    r"|(?:^|[.,;:?!])\s*(?:then\s+)?is)\s+(?:the\s+)?(?:functional\s+)?(?:dependency\s+)?$",
    re.IGNORECASE,
)
_GOAL_AFTER = re.compile(
    r"^\s*(?:also\s+)?(?:follows?|(?:is\s+)?implied|(?:can\s+)?be\s+(?:derived|inferred|deduced)|in\s+F\+)\b", re.IGNORECASE
)


@dataclass
class Objects:
    """What a question holds. `words` has placeholders for it all: <schema>, <fd>, <goal>, <set>."""

    words: str
    schema: SchemaStatement | None = None
    attributes: Names = ()
    written: list[Written] = field(default_factory=list)
    goal: Written | None = None
    parts: list[Names] = field(default_factory=list)
    sets: list[Names] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def inline(self) -> bool:
        """Whether the question itself states a schema or dependencies."""
        return self.schema is not None or bool(self.written)


def question_objects(question: str) -> Objects | None:
    """The objects that can be read without a book. None when a schema or dependency cannot be read in one way only."""
    text = " ".join(question.replace("\u2019", "'").split())
    schema, others, text = _take_schema(text)
    if schema is None and re.search(r"\battributes\s*:?\s+(?:[A-Z]\w*\s*,|\{)", text):
        return None  # attributes are listed in a way that was not read; those of the dependencies alone would be too few
    goal, text = _take_goal(text)
    attributes = schema.attributes if schema else ()
    written = _dependencies(text, attributes)
    if written is None:
        return None
    objects = Objects(
        words=_mask_dependencies(text, attributes or _universe(written, goal, text)), schema=schema, written=written, goal=goal
    )
    objects.parts = [other.attributes for other in others]
    objects.attributes = attributes or (_universe(written, goal, text) if written else ())
    return objects


def _take_schema(text: str) -> tuple[SchemaStatement | None, list[SchemaStatement], str]:
    """The one schema that has all attributes of the others, the others (parts), and the text with placeholders."""
    statements = schema_statements(text)
    if not statements:
        for pattern in (_WITH_ATTRIBUTES, _BRACED):
            match = pattern.search(text)
            if match and not _ANY_ARROW.search(match[0]):
                names = tuple(re.findall(NAME, re.sub(r"\band\b", ",", match["list"])))
                names = tuple(names[0]) if len(names) == 1 and re.fullmatch(r"[A-Z]{2,12}", names[0]) else names
                if len(set(names)) == len(names) > 1:
                    statement = SchemaStatement(match["name"], names, (), match.start(), match.end())
                    return statement, [], f"{text[: match.start()]} <schema> ; {text[match.end() :]}"
        return None, [], text
    every = {name.casefold() for statement in statements for name in statement.attributes}
    whole = [s for s in statements if {name.casefold() for name in s.attributes} == every]
    main = whole[0] if whole and (len(statements) == 1 or len(whole) == 1) else None
    others = [s for s in statements if s is not main]
    for statement in reversed(statements):
        place = "<schema> ;" if statement is main else "<part>"
        text = f"{text[: statement.start]} {place} {text[statement.end :]}"
    return main, others, text


def _take_goal(text: str) -> tuple[Written | None, str]:
    """The dependency that is asked about ("Does A → C follow from …"), and the text with <goal> for it."""
    for match in re.finditer(rf"(?P<left>{_SIDE})\s*(?P<arrow>{MULTI_ARROW}|{ARROW})\s*(?P<right>{_SIDE})", text):
        before, after = text[: match.start()], text[match.end() :]
        supposed = re.search(r"\bif\s*$", before) and not _GOAL_AFTER.match(after)
        chained = re.match(rf"\s*(?:{MULTI_ARROW}|{ARROW})", after)
        if (_GOAL_BEFORE.search(before) or _GOAL_AFTER.match(after)) and not supposed and not chained:
            return _goal(match), f"{before} <goal> {after}"
    words = _DETERMINES_GOAL.search(text)
    if words:
        return _goal(words), f"{text[: words.start()]} does <goal> hold {text[words.end() :]}"
    return None, text


def _goal(match: re.Match[str]) -> Written:
    names = [tuple(n for n in re.findall(NAME, match[side]) if n != "and") for side in ("left", "right")]
    multi = bool(re.fullmatch(MULTI_ARROW, match["arrow"]))
    return Written(names[0], names[1], multi, match.start())


def _dependencies(text: str, attributes: Names) -> list[Written] | None:
    """Dependencies with arrows, or said in words; never both mixed."""
    if _ANY_ARROW.search(text):
        return dependencies_among(text, attributes) if attributes else free_dependencies(text)
    found = []
    for match in _DETERMINES.finditer(text):
        left, right = (tuple(n for n in re.findall(NAME, match[side]) if n != "and") for side in ("left", "right"))
        known = [resolve(n, attributes) is not None if attributes else looks_like_attribute(n) for n in (*left, *right)]
        if not all(known):
            if match["verb"] == "determine" and not any(known):  # "Can you determine the keys …"
                continue
            return None
        if match["verb"] == "determines" and " and " in match["left"]:
            return None
        found.append(Written(left, right, False, match.start()))
    return found


def _universe(written: Sequence[Written], goal: Written | None, text: str) -> Names:
    """Attributes where no schema is given: those of the dependencies, of the goal, and of sets in braces."""
    extra = [*written, goal] if goal else list(written)
    names = [Written((n,), (), False, 0) for group in re.findall(r"\{([^{}→>]*)\}", text) for n in re.findall(NAME, group)]
    in_closure = re.search(rf"\bclosure\s+(?:of|for)\s+(?:the\s+)?(?:set\s+|attributes?\s+)?({NAME})", text)
    mentioned = [n for one in extra for n in (*one.determinant, *one.dependent)]
    if (
        in_closure
        and spelled_as_letters(mentioned)
        and in_closure[1].isupper()
        and set(in_closure[1]) & set("".join(mentioned))
    ):
        names.append(Written((in_closure[1],), (), False, 0))
    return attributes_of([*extra, *names])


def _mask_dependencies(text: str, attributes: Names) -> str:
    """Every stretch around arrows becomes <fd> and those of its words that are no attributes; so do dependencies in
    words.
    """
    if not attributes:
        return text
    item = rf"(?:\{{[^{{}}]*\}}|\([^()]*\)|{NAME})"
    following = rf"(?:{MULTI_ARROW}|{ARROW})\s*{item}(?:\s*(?:,|,?\s*and\b|;)\s*{item})*\s*"

    def replace(match: re.Match[str]) -> str:
        others = [word for word in re.findall(NAME, match[0]) if word != "and" and resolve(word, attributes) is None]
        return f" <fd> {' '.join(others)} "

    return _DETERMINES.sub(" <fd> ", re.sub(rf"{item}(?:\s*,\s*{item})*\s*(?:{following})+", replace, text))


def mask_sets(objects: Objects, attributes: Names) -> None:
    """Replace sets of attributes in the words by <set>, and keep them in order in `sets`; parts given as schemas stay
    <part>.
    """
    groups = rf"\{{([^{{}}]*)\}}|\(([^()]*)\)|(?<![\w<])({NAME})(?![\w>])"
    sets: list[Names] = []

    def replace(match: re.Match[str]) -> str:
        inner = match[1] if match[1] is not None else match[2]
        names = re.findall(NAME, re.sub(r"\band\b", ",", inner)) if inner is not None else [match[3]]
        resolved = [resolve(name, attributes) for name in names]
        if not names or not all(resolved):
            return match[0]
        if inner is None and not _stands_as_attribute(match[3], attributes, match.start()):
            return match[0]
        sets.append(tuple(dict.fromkeys(one for part in resolved for one in part or ())))
        return "<set>"

    objects.words = re.sub(groups, replace, objects.words)
    objects.sets = sets


def _stands_as_attribute(name: str, attributes: Names, position: int) -> bool:
    """Whether a bare word is an attribute: spelled just so, or letters run together; the article A at the start is none."""
    if name in ("A", "I") and position == 0:
        return False
    if name in attributes:
        return len(name) == 1 or any(c.isupper() or c == "_" or c.isdigit() for c in name)
    return bool(re.fullmatch(r"[A-Z]{2,8}", name)) and resolve(name, attributes) is not None
