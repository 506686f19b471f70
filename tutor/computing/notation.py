"""Strict notation for schemas, dependencies and decompositions, as the command line and the exercises take it.

    R(A, B, C); A -> B; B -> C; A ->> C; key: A, B        a schema and what holds in it
    R(ABC); AB -> C                                       single letters may be run together
    A, B | B, C        or        R1(A, B), R2(B, C)       the parts of a decomposition

Statements stand apart by semicolons or new lines. Errors name the place and the reason.
"""

import re
from collections.abc import Sequence

from indexing.errors import UsageError
from tutor.computing.schemas import Dependency, Names, Schema
from tutor.computing.tokens import NAME, Token, Written, split_run, tokenize

_SCHEMA = re.compile(rf"\s*(?P<name>{NAME})\s*[=:]?\s*(?P<open>[({{\[])(?P<attributes>[^(){{}}\[\]]*)[)}}\]]\s*$")
_KEY = re.compile(
    r"\s*(?:candidate |primary )?(?:keys?|pk)\s*[:=]?\s+|\s*(?:candidate |primary )?(?:keys?|pk)\s*[:=]\s*", re.IGNORECASE
)
_ATTRIBUTE = re.compile(rf"{NAME}(?: {NAME}){{0,3}}")


def parse_attributes(text: str) -> Names:
    """The attribute list between the parentheses of a schema. A single word of capital letters is a list of letters
    (ABC).
    """
    words = [" ".join(word.split()).strip("*_").strip() for word in text.split(",")]
    if len(words) == 1 and re.fullmatch(r"[A-Z]{2,26}", words[0]) and len(set(words[0])) == len(words[0]):
        return tuple(words[0])
    for word in words:
        if not _ATTRIBUTE.fullmatch(word):
            raise UsageError(
                f"{word!r} is not an attribute name in ({text.strip()}); write names like A or Dept_no, with commas between"
            )
    return tuple(words)


def resolve(name: str, attributes: Sequence[str]) -> Names | None:
    """The schema's attributes that `name` means: itself, itself in other letter case, or single letters run together
    (AB).
    """
    if name in attributes:
        return (name,)
    same = [attribute for attribute in attributes if attribute.casefold() == name.casefold()]
    if len(same) == 1:
        return (same[0],)
    if len(name) > 1 and all(letter in attributes for letter in name) and len(set(name)) == len(name):
        return tuple(name)
    return None


def spelled_as_letters(names: Sequence[str]) -> bool:
    """Whether names without a schema are single capital letters, some run together (AB → C), and not words."""
    return any(len(name) == 1 for name in names) and all(re.fullmatch(r"[A-Z]{1,8}", name) for name in names)


def attributes_of(written: Sequence[Written]) -> Names:
    """The attributes that some dependencies mention, in order of appearance."""
    names = [name for one in written for name in (*one.determinant, *one.dependent)]
    if spelled_as_letters(names):
        names = [letter for name in names for letter in name]
    return tuple(dict.fromkeys(names))


def bind(one: Written, attributes: Sequence[str]) -> Dependency:
    """A written dependency over known attributes. UsageError names the attribute that is not among them, and its place."""
    return Dependency(
        determinant=_bind_side(one.determinant, one.start, attributes),
        dependent=_bind_side(one.dependent, one.start, attributes),
        multivalued=one.multivalued,
    )


def _bind_side(names: Sequence[str], start: int, attributes: Sequence[str]) -> Names:
    found: list[str] = []
    for name in names:
        resolved = resolve(name, attributes)
        if resolved is None:
            raise UsageError(
                f"{name} in the dependency at character {start + 1} is not an attribute of ({', '.join(attributes)})"
            )
        found += resolved
    return tuple(dict.fromkeys(found))


def parse_dependencies(text: str, attributes: Sequence[str] = (), offset: int = 0) -> list[Written]:
    """Dependencies as written, in strict notation. UsageError names the place that is wrong."""
    tokens = tokenize(text, attributes)
    for token in tokens:
        if token.kind == "other":
            raise UsageError(f"character {offset + token.start + 1}, {token.text!r}: not part of a dependency; write A, B -> C")
    written: list[Written] = []
    run: list[Token] = []
    for token in [*tokens, Token("separator", ";", len(text))]:
        if token.kind != "separator":
            run.append(token)
            continue
        if run:
            written += [one._replace(start=one.start + offset) for one in _strict_run(text, run, offset)]
        run = []
    return written


def _strict_run(text: str, run: list[Token], offset: int) -> list[Written]:
    shown = text[run[0].start : run[-1].start + len(run[-1].text)]
    place = f"character {offset + run[0].start + 1}, {shown!r}"
    arrows = [index for index, token in enumerate(run) if token.kind in ("arrow", "multi")]
    if not arrows:
        raise UsageError(f"{place}: no arrow; write a dependency like A, B -> C")
    if arrows[0] == 0 or arrows[-1] == len(run) - 1:
        raise UsageError(f"{place}: a side of the dependency is empty; write A -> B")
    dependencies = split_run(run)
    if dependencies is None:
        raise UsageError(f"{place}: cannot be read in one way only; write one dependency after another with ; between")
    return dependencies


def parse_schema(text: str) -> Schema:
    """A schema with its dependencies and declared keys. Without `R(…)` the attributes are those of the dependencies."""
    name, position = "R", 0
    attributes: Names = ()
    dependencies: list[Written] = []
    keys: list[tuple[int, str]] = []
    starred: Names = ()
    for statement in re.split(r"[;\n]", text):
        match, key = _SCHEMA.match(statement), _KEY.match(statement)
        if match and not key:
            if attributes:
                raise UsageError(
                    f"character {position + 1}, {statement.strip()!r}: a second schema; give one relation at a time"
                )
            name, attributes = match["name"], parse_attributes(match["attributes"])
            starred = tuple(word.strip().strip("*_") for word in match["attributes"].split(",") if word.strip().endswith("*"))
        elif key:
            keys.append((position + key.end(), statement[key.end() :]))
        elif statement.strip():
            dependencies += parse_dependencies(statement, attributes, position)
        position += len(statement) + 1
    if not attributes:
        attributes = attributes_of(dependencies)
    if not attributes:
        raise UsageError("no schema given; write it as R(A, B, C); A -> B; B -> C")
    declared = [_names(part, attributes) for _, key_text in keys for part in _key_parts(key_text)]
    return Schema(
        name=name,
        attributes=attributes,
        dependencies=tuple(bind(one, attributes) for one in dependencies),
        keys=tuple(declared) + ((starred,) if starred else ()),
    )


def _key_parts(text: str) -> list[str]:
    groups = re.findall(r"\{([^{}]*)\}|\(([^()]*)\)", text)
    return ["".join(group) for group in groups] if groups else [text]


def _names(text: str, attributes: Sequence[str]) -> Names:
    """A set of attributes: {A, B}, A, B or AB."""
    found: list[str] = []
    for word in re.split(r",|\band\b", text.strip().strip("{}()[]")):
        name = " ".join(word.split())
        resolved = resolve(name, attributes)
        if resolved is None and all(resolve(part, attributes) for part in name.split()) and name:
            resolved = tuple(one for part in name.split() for one in resolve(part, attributes) or ())
        if resolved is None:
            raise UsageError(f"{name!r} is not an attribute of ({', '.join(attributes)})")
        found += resolved
    return tuple(dict.fromkeys(found))


def parse_set(text: str, schema: Schema) -> Names:
    """A set of attributes of a schema: {A, B}, "A, B" or AB."""
    return _names(text, schema.attributes)


def parse_parts(text: str, schema: Schema) -> tuple[Names, ...]:
    """The parts of a decomposition: "A, B | B, C", "{A, B}, {B, C}" or "R1(A, B), R2(B, C)"."""
    if "|" in text or ";" in text:
        pieces = [piece for piece in re.split(r"[|;]", text) if piece.strip()]
        return tuple(_names(re.sub(rf"^\s*{NAME}\s*(?=[({{])", "", piece), schema.attributes) for piece in pieces)
    groups = re.findall(r"[({]([^(){}]*)[)}]", text)
    if len(groups) < 2:
        raise UsageError(f"{text!r}: no parts; write them as A, B | B, C or R1(A, B), R2(B, C)")
    return tuple(_names(group, schema.attributes) for group in groups)
