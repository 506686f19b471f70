"""Comparing a student's relations with those that an ER diagram becomes.

Foreign keys may bear any name; everything else is compared by name, in any letter case.
"""

import re
from collections.abc import Sequence

from indexing.errors import UsageError
from tutor.computing.er_mapping import MappedRelation

_RELATION = re.compile(r"(?P<name>\w+)\s*\((?P<attributes>[^()]*)\)")


def grade_mapping(expected: Sequence[MappedRelation], answer: str) -> tuple[str, str] | None:
    """(first wrong step, explanation), or None when all relations are right. UsageError when there is no relation in the
    answer.
    """
    given = {match["name"].casefold(): match for match in _RELATION.finditer(answer)}
    if not given:
        raise UsageError("no relation like PET(Owner_no*, Pet_name*) found")
    for relation in expected:
        match = given.pop(relation.name.casefold(), None)
        if match is None:
            return f"{relation.name} is missing", f"The mapping has a relation {relation}."
        wrong = _compare(relation, match["attributes"])
        if wrong:
            return match[0], wrong
    if given:
        match = next(iter(given.values()))
        return match[0], f"No construct of the diagram becomes a relation {match['name']}."
    return None


def _compare(relation: MappedRelation, text: str) -> str:
    """Why a relation's attributes or key are wrong; empty when they are right."""
    written = [word.strip() for word in text.split(",") if word.strip()]
    names = [word.strip("*_ ").casefold() for word in written]
    starred = {word.strip("*_ ").casefold() for word in written if word.endswith("*")}
    foreign = {name for key in relation.foreign_keys for name in key.attributes}
    own = [name for name in relation.attributes if name not in foreign]
    for name in own:
        if name.casefold() not in names:
            return f"The attribute {name} is missing."
    if len(names) != len(relation.attributes):
        more = "missing" if len(names) < len(relation.attributes) else "too many"
        referenced = ", ".join(dict.fromkeys(key.references for key in relation.foreign_keys)) or "no other relation"
        wanted = len(relation.attributes)
        return f"It has {len(names)} attributes where {wanted} belong; foreign keys ({more}) refer to {referenced}."
    for name in own:
        if (name in relation.primary_key) != (name.casefold() in starred):
            return f"{name} {'belongs' if name in relation.primary_key else 'does not belong'} to the primary key."
    if len(starred) != len(relation.primary_key):
        return f"The primary key has {len(relation.primary_key)} attributes: {', '.join(relation.primary_key)}."
    return ""
