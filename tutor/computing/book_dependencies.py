"""Dependencies that a book declares for a relation.

    The functional dependencies of PLOT are Plot_id → Area and Area → Fee.      in one sentence, by name
    CREW has no nontrivial functional dependency.
    The functional dependencies for this table are listed below. 1. A → B …     a list after the relation was named
    FD1: A → B   FD2: B → C                                                     labelled ones, after the relation was named

A dependency that a book only speaks about, denies or supposes is none that it declares.
"""

import re
from typing import NamedTuple

from tutor.computing.book_text import Section
from tutor.computing.prose import UNSURE, dependencies_among, free_dependencies
from tutor.computing.schemas import Names
from tutor.computing.tokens import ARROW, MULTI_ARROW, Written

_ANY_ARROW = re.compile(rf"{MULTI_ARROW}|{ARROW}")
_DEPENDENCIES = r"(?:(?:functional|multivalued|given|following)\s+)*(?:dependenc(?:y|ies)|FDs?|MVDs?)"
_THIS = re.compile(
    rf"\b{_DEPENDENCIES}\b[^.→]{{0,60}}\b(?:this|the following|the above|the)\s+(?:table|relation|schema|example)\b"
    rf"|\bfollowing\s+{_DEPENDENCIES}\b|\b{_DEPENDENCIES}\s+(?:are|is)\s*(?::|as follows|listed|given)",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"(?:^|(?<=[\s;,]))FD\s?1\w?\s*[:.)=–—-]?\s", re.MULTILINE)


class DependencyStatement(NamedTuple):
    """Dependencies declared at a place of a section; `written` is None when they cannot be read safely."""

    written: tuple[Written, ...] | None
    start: int
    end: int


def dependency_statements(section: Section, name: str, attributes: Names | None) -> list[DependencyStatement]:
    """Every declaration for the relation `name`. Without `attributes` (no schema is known) only lists after a mention are
    read.
    """
    found: list[DependencyStatement] = []
    for start, sentence in section.sentences:
        by_name = _by_name(name).search(sentence)
        if by_name and attributes is not None:
            before = sentence[: by_name.start()]
            statement = None
            if not UNSURE.search(before):
                statement = _declared_in_sentence(sentence[by_name.start() :], start + by_name.start(), attributes)
            if statement:
                found.append(statement)
        elif _THIS.search(sentence) and section.last_relation(start + len(sentence)) == name:
            _add_block(found, section, start, attributes)
    for match in _LABELLED.finditer(section.text):
        if section.last_relation(match.start()) == name:
            _add_block(found, section, match.start(), attributes)
    return found


def _by_name(name: str) -> re.Pattern[str]:
    relation = rf"(?:the\s+)?(?:relation\s+|table\s+|schema\s+)?{re.escape(name)}(?!\w)"
    schema = r"(?:\s*\([^()]*\))?"
    return re.compile(
        rf"\b{_DEPENDENCIES}\s+(?:of|in|on|for|over|(?:that\s+|which\s+)?holds?\s+(?:in|on|for))\s+{relation}{schema}"
        rf"|(?<!\w){re.escape(name)}(?!\w){schema}(?:\s+(?:relation|table))?[^.;→]{{0,40}}\b(?:has|with|satisfies|obeys|under)\s+"
        rf"(?:the\s+|no\s+|an?\s+|only\s+|one\s+|two\s+|three\s+|four\s+)*(?:nontrivial\s+|non-trivial\s+)?{_DEPENDENCIES}"
    )


def _declared_in_sentence(text: str, start: int, attributes: Names) -> DependencyStatement | None:
    """Dependencies that a sentence declares by the relation's name; none at all for "has no functional dependency"."""
    if re.search(
        r"\b(?:has|with|are|is)\s+no\s+(?:nontrivial\s+|non-trivial\s+)?(?:functional|multivalued)?\s*dependenc", text
    ):
        return DependencyStatement((), start, start + len(text))
    # words that deny after the last arrow speak about something else than the list before them
    arrows = list(_ANY_ARROW.finditer(text))
    if not arrows:
        return None
    if UNSURE.search(text[: arrows[-1].end()]) or re.match(r"[^.;]*\b(?:does|do)\s+not\b", text[arrows[-1].end() :]):
        return None
    written = dependencies_among(text, attributes)
    return DependencyStatement(tuple(written) if written else None, start, start + len(text))


def _add_block(found: list[DependencyStatement], section: Section, start: int, attributes: Names | None) -> None:
    """The list of dependencies that begins at `start`: up to the first paragraph after it that has none."""
    if any(one.start <= start < one.end for one in found):
        return
    end = start
    seen = False
    for paragraph in re.finditer(r"(?:(?!\n\s*\n).)+", section.text[start:], re.DOTALL):
        has = bool(_ANY_ARROW.search(paragraph[0]))
        if not has and (seen or paragraph.start() > 400):
            break
        if has:
            seen = True
            end = start + _last_list_line(paragraph)
        if not has and paragraph.start() and not seen and len(paragraph[0]) > 300:
            break
    if not seen:
        return
    text = section.text[start:end]
    written = dependencies_among(text, attributes) if attributes is not None else free_dependencies(text)
    found.append(DependencyStatement(tuple(written) if written else None, start, end))


def _last_list_line(paragraph: re.Match[str]) -> int:
    """Where the last line with a dependency ends in a paragraph, counted from the block's start."""
    last = list(_ANY_ARROW.finditer(paragraph[0]))[-1]
    line_end = paragraph[0].find("\n", last.end())
    rest = paragraph[0][last.end() : line_end if line_end >= 0 else len(paragraph[0])]
    if not rest.strip() and line_end >= 0:
        line_end = paragraph[0].find("\n", line_end + 1)
    return paragraph.start() + (line_end if line_end >= 0 else len(paragraph[0]))
