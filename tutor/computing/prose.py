"""Schemas, keys and dependencies as books and questions write them among words.

Everything here reads a piece of text and gives positions in it; which relation a statement is about is decided in
`book_relations`. Rules are narrow: what can be read in two ways, is denied or is only supposed, is not read.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from tutor.computing.notation import parse_attributes, resolve
from tutor.computing.schemas import Names
from tutor.computing.tokens import NAME, Token, Written, split_run, tokenize

_ATTRIBUTE = rf"[*_]?{NAME}(?:[ ]{NAME}){{0,2}}[*_]?(?:\s*\((?:PK|FK|CK)\))?"
_SCHEMA = re.compile(
    rf"(?<![\w.])(?P<name>{NAME})\s?(?:=\s?)?\(\s*(?P<attributes>{_ATTRIBUTE}(?:\s*,\s*{_ATTRIBUTE})+|[A-Z]{{2,12}})\s*\)"
)
_CREATE = re.compile(r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"`\[]?(?P<name>\w+)[\"`\]]?\s*\(", re.IGNORECASE)
# Words that stand before parentheses and are no relation: those of the language and the theory as they are written in a
# sentence, and those of SQL in any letter case.
_NO_RELATION = {
    "in", "table", "relation", "schema", "attributes", "attribute", "closure", "join", "form", "forms", "index",
    "on", "and", "or", "is", "with", "as", "from", "of", "not", "project", "rename", "set", "sets", "parts",
    "projection", "projections", "columns", "onto", "into", "between", "over", "for", "by", "to", "than", "under",
    "where", "when", "if", "then", "that", "key", "keys",
}  # fmt: skip
_NO_RELATION_IN_SQL = {
    "key", "values", "into", "references", "unique", "primary", "foreign", "count", "sum", "avg", "min", "max",
    "select", "check", "char", "varchar", "decimal", "numeric", "exists", "distinct", "in", "coalesce", "grouping",
    "rollup", "cube", "by", "on",
}  # fmt: skip
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"(])|\n\s*\n")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|cf|Fig|Sec|No|vs|etc|Dr|Mr|Mrs)\.$")
# Words that make a sentence a denial or a supposition.
UNSURE = re.compile(
    r"\b(?:not|never|cannot|n't|would|could|might|if|unless|suppose|supposed|assume|assuming|were|wrong|wrongly|false)\b|n't\b|n’t\b",
    re.IGNORECASE,
)


class SchemaStatement(NamedTuple):
    """`NAME(A, B, C)` in a text. `key` holds attributes marked as primary key (starred, underlined by _, or "(PK)")."""

    name: str
    attributes: Names
    key: Names
    start: int
    end: int


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """(position, sentence) of a text. A paragraph's end ends a sentence; a line's end does not."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if _ABBREVIATION.search(text[start : match.start()]):
            continue
        if text[start : match.start()].strip():
            yield start, text[start : match.start()]
        start = match.end()
    if text[start:].strip():
        yield start, text[start:]


def schema_statements(text: str) -> list[SchemaStatement]:
    """Every `NAME(A, B, C)` in a text whose parentheses hold nothing but two or more attribute names (or letters run
    together).
    """
    found = []
    for match in _SCHEMA.finditer(text):
        common = len(match["name"]) > 1 and match["name"] in _WORDS
        if common or match["name"] in _NO_RELATION or match["name"].casefold() in _NO_RELATION_IN_SQL:
            continue
        items = [item.strip() for item in match["attributes"].split(",")]
        key = tuple(re.sub(r"\s*\(PK\)|[*_]", "", i).strip() for i in items if i.endswith("*") or "(PK)" in i)
        bare = [re.sub(r"\s*\((?:PK|FK|CK)\)", "", item).strip("*_ ") for item in items]
        attributes = parse_attributes(", ".join(" ".join(item.split()) for item in bare))
        if len(set(attributes)) == len(attributes):
            found.append(SchemaStatement(match["name"], attributes, key, match.start(), match.end()))
    return found


def create_tables(text: str) -> Iterator[tuple[SchemaStatement, list[Names]]]:
    """Every CREATE TABLE statement with its keys (PRIMARY KEY first, then UNIQUE)."""
    for match in _CREATE.finditer(text):
        body, end = _balanced(text, match.end())
        if body is None:
            continue
        attributes: list[str] = []
        keys: list[Names] = []
        for item in _split_top(body):
            constraint = re.match(r"\s*(?:CONSTRAINT\s+\w+\s+)?(PRIMARY\s+KEY|UNIQUE)\s*\(([^)]*)\)", item, re.IGNORECASE)
            if constraint:
                names = tuple(name.strip(' "`[]') for name in constraint[2].split(","))
                keys.insert(0, names) if constraint[1].upper().startswith("PRIMARY") else keys.append(names)
            elif not re.match(r"\s*(?:CONSTRAINT|FOREIGN|CHECK|INDEX|KEY)\b", item, re.IGNORECASE):
                column = re.match(r"\s*[\"`\[]?(\w+)[\"`\]]?\s+\w+", item)
                if column:
                    attributes.append(column[1])
                    if re.search(r"\bPRIMARY\s+KEY\b", item, re.IGNORECASE):
                        keys.insert(0, (column[1],))
                    elif re.search(r"\bUNIQUE\b", item, re.IGNORECASE):
                        keys.append((column[1],))
        known = set(attributes)
        if attributes and len(known) == len(attributes) and all(set(key) <= known for key in keys):
            yield SchemaStatement(match["name"], tuple(attributes), keys[0] if keys else (), match.start(), end), keys


def _balanced(text: str, start: int) -> tuple[str | None, int]:
    """The text up to the parenthesis that closes the one before `start`."""
    depth = 1
    for position in range(start, min(len(text), start + 5000)):
        depth += (text[position] == "(") - (text[position] == ")")
        if depth == 0:
            return text[start:position], position + 1
    return None, start


def _split_top(body: str) -> list[str]:
    """Parts between the commas that stand in no parentheses."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(body):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(body[start:position])
            start = position + 1
    return [*parts, body[start:]]


def dependencies_among(text: str, attributes: Sequence[str]) -> list[Written] | None:
    """The dependencies over `attributes` in a text. None when one cannot be read safely.

    A dependency that names an attribute outside `attributes` is about something else, and makes the whole text unsafe.
    """
    return _read(tokenize(_joined(text), attributes), lambda token: all(resolve(name, attributes) for name in token.names))


def free_dependencies(text: str) -> list[Written] | None:
    """The dependencies in a text whose schema is not known: names that look like attributes around arrows. None when
    unsafe.
    """
    tokens = tokenize(_joined(text))
    lists = _pure_lists(tokens)
    return _read(tokens, lambda token: token in lists or all(looks_like_attribute(name) for name in token.names))


_WORDS = {
    "A", "An", "The", "In", "Is", "Are", "If", "Given", "What", "Which", "Find", "Compute", "Does", "With", "Let",
    "Consider", "For", "Under", "Where", "And", "FD", "FDs", "MVD", "F", "BCNF", "PK", "FK", "CK", "NF", "Suppose",
    "Assume", "Determine", "Decompose", "Show", "Give", "Use", "Using", "I", "Then", "How", "Can", "Could", "Do",
    "Check", "Test", "Whether", "Into", "Decomposing", "List", "Tell", "Of", "By", "From", "To", "On",
}  # fmt: skip


def looks_like_attribute(name: str) -> bool:
    """Whether a name is spelled as attributes are: one letter, or with a capital, digit or underscore, and no common
    word.
    """
    if len(name) == 1:
        return True
    return name not in _WORDS and (name[0].isupper() or any(c.isupper() or c in "_#" or c.isdigit() for c in name))


def _pure_lists(tokens: Sequence[Token]) -> set[Token]:
    """Names in stretches between separators that hold nothing but names, commas and arrows, with a comma or arrow between
    two names.
    """
    pure: set[Token] = set()
    stretch: list[Token] = []
    for token in [*tokens, Token("separator", "", -1)]:
        if token.kind != "separator":
            stretch.append(token)
            continue
        listed = any(t.kind in ("arrow", "multi") for t in stretch) and all(t.kind != "other" for t in stretch)
        adjacent = any(a.kind == b.kind == "name" for a, b in pairwise(stretch))
        if listed and not adjacent:
            pure.update(stretch)
        stretch = []
    return pure


def _joined(text: str) -> str:
    """A line that ends with an arrow or comma goes on in the next one; so does one that is followed by an arrow."""
    return re.sub(r"((?:→|>|⇒|,)[ \t]*)\n[ \t]*(?=\S)|[ \t]*\n[ \t]*(?=→|⇒|[-–—―=]+>)", lambda m: (m[1] or "") + " ", text)


def _read(tokens: Sequence[Token], acceptable: Callable[[Token], bool]) -> list[Written] | None:
    written: list[Written] = []
    index = 0
    while index < len(tokens):
        end = _run_end(tokens, index, acceptable)
        run = list(tokens[index:end])
        if any(token.kind in ("arrow", "multi") for token in run):
            start = index
            while run and run[0].kind in ("comma", "and"):
                run.pop(0)
                start += 1
            while run and run[-1].kind in ("comma", "and"):
                run.pop()
            found = split_run(run)
            if found is None or _goes_on(tokens, end, acceptable) or _starts_before(tokens, start):
                return None
            written += found
        index = max(end, index + 1)
    return written


def _run_end(tokens: Sequence[Token], start: int, acceptable: Callable[[Token], bool]) -> int:
    """Where the run of elements, commas, ands and arrows that starts here ends."""
    index = start
    while index < len(tokens):
        token = tokens[index]
        element = token.kind in ("name", "group")
        if not element and token.kind not in ("comma", "and", "arrow", "multi"):
            break
        if element and (not acceptable(token) or (index > start and tokens[index - 1].kind in ("name", "group"))):
            break
        index += 1
    return index


def _goes_on(tokens: Sequence[Token], end: int, acceptable: Callable[[Token], bool]) -> bool:
    """Whether an unknown name after a comma or "and" is one more attribute of the list, and not the next word of the
    sentence.
    """
    if end >= len(tokens) or tokens[end - 1].kind not in ("comma", "and") or tokens[end].kind not in ("name", "group"):
        return False
    if acceptable(tokens[end]):
        return False
    following = tokens[end + 1].kind if end + 1 < len(tokens) else "separator"
    name = tokens[end].names[0]
    looks = any(c.isupper() or c in "_#" or c.isdigit() for c in name) and name not in _WORDS
    return looks or following in ("comma", "arrow", "multi", "separator")


def _starts_before(tokens: Sequence[Token], start: int) -> bool:
    """Whether an unknown attribute stands before the run, joined to it by a comma or "and": Street, City → Zip without
    Street.
    """
    if start < 2 or tokens[start - 1].kind not in ("comma", "and") or tokens[start - 2].kind != "name":
        return False
    name = tokens[start - 2].names[0]
    if not looks_like_attribute(name):
        return False
    before = tokens[start - 3].text.casefold() if start >= 3 else ""
    return before not in ("in", "for", "of", "from", "relation", "table", "on", "to", "since", "because") and start >= 3


_KEY_IN_QUESTION = re.compile(
    rf"\b(?:primary\s+key|key)\s+(?:is\s+|of\s+|=\s*)?(?P<set>\{{[^{{}}]*\}}|\([^()]*\)|{NAME}(?:\s*,\s*{NAME})*)"
)


def key_in_question(question: str, attributes: Sequence[str]) -> Names:
    """The key that a question gives its own relation ("R(A, B) with primary key A"); empty when it gives none."""
    for match in _KEY_IN_QUESTION.finditer(question):
        names = [resolve(name, attributes) for name in re.findall(NAME, match["set"]) if name != "and"]
        if names and all(names):
            return tuple(dict.fromkeys(one for part in names for one in part or ()))
    return ()
