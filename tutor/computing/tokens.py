"""Reading lists of dependencies: tokens, and how "A → B, C → D and E → F" falls into single dependencies.

Used by `notation` (strict: every character must be part of the notation) and by `statements` (prose of a book or
question, where such lists stand among words). Where a list can be read in two ways, `split_run` gives None: a wrong
reading is worse than none.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

Kind = Literal["name", "group", "comma", "and", "arrow", "multi", "separator", "other"]

# A name starts with a letter and may hold digits, _, #, and hyphens between letters (Property_id#, Mgr-ssn).
NAME = r"[^\W\d_](?:[\w#]|-(?=[^\W\d_]))*"
# Arrows as typed or printed, with dashes of any length; \uf0ae is the arrow of the Symbol font as PDFs give it.
MULTI_ARROW = r"→\s?→|↠|⇉|[-–—―]{1,12}>\s?[-–—―]{0,12}>|=>>"
ARROW = r"→|⟶|⟹|⇒|\uf0ae|=>|[-–—―]{1,12}\s?>|[-–—―]{1,12}→"
_TOKEN = re.compile(
    rf"""(?P<multi>{MULTI_ARROW})|(?P<arrow>{ARROW})
    |(?P<group>[{{(\[]\s*{NAME}(?:\s*,\s*{NAME})*\s*[}})\]])
    |(?P<comma>,)|(?P<separator>[;\n:•●▪·{{}}()\[\]]|\.(?=\s|$))
    |(?P<name>{NAME})|(?P<other>\S)""",
    re.VERBOSE,
)
# "FD1:", "FD2 –", "MVD 1." before a dependency are labels, no attributes.
_LABEL = re.compile(r"\b(?:FD|MVD|fd|mvd)\s?-?\d+\w?\s*(?:[:.)=]|[-–—](?![-–—>]))?\s*")


class Token(NamedTuple):
    """`names` holds the attribute names of a name or group as written; `start` is the position of its first character."""

    kind: Kind
    text: str
    start: int
    names: tuple[str, ...] = ()


class Written(NamedTuple):
    """A dependency as written, its sides not yet resolved to a schema's attributes."""

    determinant: tuple[str, ...]
    dependent: tuple[str, ...]
    multivalued: bool
    start: int


def tokenize(text: str, phrases: Sequence[str] = ()) -> list[Token]:
    """Tokens of `text`. `phrases` are attribute names with spaces, to be taken whole."""
    labels = {match.start(): match.end() for match in _LABEL.finditer(text)}
    longest_first = sorted((phrase for phrase in phrases if " " in phrase), key=len, reverse=True)
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        if position in labels:
            tokens.append(Token("separator", text[position : labels[position]], position))
            position = labels[position]
            continue
        if text[position].isspace() and text[position] != "\n":
            position += 1
            continue
        phrase = next((p for p in longest_first if text[position : position + len(p)].casefold() == p.casefold()), None)
        if phrase is not None:
            tokens.append(Token("name", phrase, position, (phrase,)))
            position += len(phrase)
            continue
        match = _TOKEN.match(text, position)
        if match is None:
            break
        tokens.append(_token(match))
        position = match.end()
    return tokens


def _token(match: re.Match[str]) -> Token:
    text, start = match[0], match.start()
    if match["name"]:
        kind: Kind = "and" if text.casefold() == "and" or text == "&" else "name"
        return Token(kind, text, start, (text,) if kind == "name" else ())
    if match["group"]:
        return Token("group", text, start, tuple(re.findall(NAME, text)))
    for kind in ("multi", "arrow", "comma", "separator"):
        if match[kind]:
            return Token(kind, text, start)
    return Token("other", text, start)


def split_run(run: Sequence[Token]) -> list[Written] | None:
    """The dependencies of a run of name, group, comma, and, arrow and multi tokens; None when it can be read in two ways.

    Between two arrows stand the right side of one dependency and the left side of the next. Two elements are one each; a
    single element is both (A → B → C). More are divided by the one "and" among them if what follows it stands before it
    too ("Ssn → Name, Dno and Dno → Dname"); otherwise nobody can tell.
    """
    segments, arrows = _segments(run)
    if len(segments) < 2 or any(not segment for segment in segments):
        return None
    sides: list[tuple[list[Token], list[Token]]] = []
    for segment in segments[1:-1]:
        divided = _divide(segment)
        if divided is None:
            return None
        sides.append(divided)
    written = []
    left = _elements(segments[0])
    for index, arrow in enumerate(arrows):
        right, following = sides[index] if index < len(sides) else (_elements(segments[-1]), [])
        if not left or not right:
            return None
        names = _names(left)
        if len(set(names)) != len(names):
            return None
        written.append(Written(names, _names(right), arrow.kind == "multi", left[0].start))
        left = following
    return written


def _segments(run: Sequence[Token]) -> tuple[list[list[Token]], list[Token]]:
    segments: list[list[Token]] = [[]]
    arrows = []
    for token in run:
        if token.kind in ("arrow", "multi"):
            arrows.append(token)
            segments.append([])
        else:
            segments[-1].append(token)
    return segments, arrows


def _elements(segment: Sequence[Token]) -> list[Token]:
    return [token for token in segment if token.kind in ("name", "group")]


def _names(elements: Sequence[Token]) -> tuple[str, ...]:
    return tuple(name for element in elements for name in element.names)


def _divide(segment: Sequence[Token]) -> tuple[list[Token], list[Token]] | None:
    elements = _elements(segment)
    if len(elements) == 1:
        return elements, elements
    if len(elements) == 2:
        between = [token for token in segment if token.kind in ("comma", "and")]
        return ([elements[0]], [elements[1]]) if between else None
    ands = [index for index, token in enumerate(segment) if token.kind == "and"]
    if len(ands) == 1:
        before, after = _elements(segment[: ands[0]]), _elements(segment[ands[0] :])
        # "A → B, C and B, D → A": the first after "and" stands on the right side already, so it begins the next left side.
        # "A → B, C and D → E" could also mean C and D together.
        if before and after and set(after[0].names) & set(_names(before)):
            return before, after
    return None
