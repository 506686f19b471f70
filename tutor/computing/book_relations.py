"""Finding a relation in a book: its schema, its keys, and the dependencies that the book states for it.

Schemas come from statements in the text, `EMPLOYEE(Ssn, Lname)`, then from CREATE TABLE, then from a table's header.
Dependencies count when the book declares them for the relation ("The functional dependencies of R are …", "FD1: …" under
it). Where the book contradicts itself, gives one name to several relations, or writes what cannot be read safely,
nothing is found.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from indexing.records import Record, TableRecord
from tutor.computing.book_dependencies import dependency_statements
from tutor.computing.book_keys import key_statements
from tutor.computing.book_text import Found, Section, sections
from tutor.computing.keys import candidate_keys
from tutor.computing.notation import bind, resolve
from tutor.computing.prose import create_tables
from tutor.computing.schemas import Dependency, Names, Schema, braces
from tutor.computing.steps import Frozen
from tutor.computing.tables import relation_in_caption, state_in_caption, table_columns


class BookRelation(Frozen):
    """A relation as the book gives it. `stated` tells on what it rests: dependencies, only a key, or rows alone
    ("nothing").
    """

    relation: Schema
    stated: str
    found: tuple[Found, ...]
    assumption: str | None = None


class _Declared(NamedTuple):
    """A schema of the relation somewhere in the book, with keys that the same statement declares."""

    attributes: Names
    keys: tuple[Names, ...]
    found: Found
    section: Section | None


def find_relation(name: str, records: Sequence[Record]) -> BookRelation | None:
    """The relation `name` (as the book spells it), or None when the book has none or leaves in doubt what it is."""
    about = sections(records, name)
    declared = _choose(name, _declared(name, records, about), about)
    if declared is None:
        return _from_mention(name, records, about)
    attributes = declared[0].attributes
    found = [declared[0].found]
    keys, complete = _stated_keys(name, attributes, declared, about, records, found)
    dependencies: list[Dependency] = []
    stated = "key" if keys else "nothing"
    for section in _relevant(about, declared, name):
        for statement in dependency_statements(section, name, attributes):
            if statement.written is None:
                return None
            stated = "dependencies"
            dependencies += [bind(one, attributes) for one in statement.written]
            found.append(section.find("dependencies", statement.start, statement.end))
    schema = Schema(name=name, attributes=attributes, dependencies=tuple(dict.fromkeys(dependencies)), keys=tuple(keys))
    if not _consistent(schema, complete):
        return None
    return BookRelation(relation=schema, stated=stated, found=_unique(found), assumption=_assumption(schema, stated))


def _assumption(schema: Schema, stated: str) -> str | None:
    if stated == "key":
        keys = " and ".join(braces(key) for key in schema.keys)
        return (
            f"The book states no functional dependencies for {schema.name}; assumed are those of its "
            f"{'key' if len(schema.keys) == 1 else 'keys'} {keys} and no others."
        )
    if stated == "nothing":
        return f"The book states neither a key nor functional dependencies for {schema.name}."
    return None


def _unique(found: Iterable[Found]) -> tuple[Found, ...]:
    """Findings without repetitions of one sentence."""
    kept: dict[tuple[int | None, str], Found] = {}
    for one in found:
        key = (one.record, one.sentence)
        if key in kept and kept[key].what != one.what and one.what not in kept[key].what:
            kept[key] = kept[key].model_copy(update={"what": f"{kept[key].what}, {one.what}"})
        kept.setdefault(key, one)
    return tuple(kept.values())


def _consistent(schema: Schema, complete: list[tuple[Names, ...]]) -> bool:
    """Whether the stated keys are minimal, and are all keys where the book says so. A contradiction means a misreading."""
    keys = candidate_keys(schema)
    if not keys.complete:
        return not complete
    computed = {frozenset(key) for key in keys.keys}
    if any(frozenset(key) not in computed for key in schema.keys):
        return False
    return all({frozenset(key) for key in stated} == computed for stated in complete)


def _declared(name: str, records: Sequence[Record], about: Sequence[Section]) -> list[list[_Declared]]:
    """Schemas of the relation by how much they are worth: statements in text, CREATE TABLE, headers of tables."""
    stated, created, shown = [], [], []
    for section in about:
        inside_create = []
        for create, keys in create_tables(section.text):
            inside_create.append((create.start, create.end))
            if create.name == name:
                where = section.find("schema", create.start, create.end)
                created.append(_Declared(create.attributes, tuple(keys), where, section))
        seen: set[tuple[int, Names]] = set()
        for statement in section.schemas:
            if statement.name != name or any(a <= statement.start < b for a, b in inside_create):
                continue
            start, sentence = section.sentence_at(statement.start)
            if (start, statement.attributes) not in seen:
                seen.add((start, statement.attributes))
                where = section.find("schema", start, start + len(sentence))
                marked = (statement.key,) if statement.key else ()
                stated.append(_Declared(statement.attributes, marked, where, section))
    for index, record in enumerate(records) if not stated and not created else ():
        if isinstance(record, TableRecord) and name in record.caption and state_in_caption(record.caption) == name:
            where = Found(
                what="schema", record=index, heading=record.heading, pages=tuple(record.pages), sentence=record.caption
            )
            shown.append(_Declared(table_columns(record), (), where, None))
    return [stated, created, shown]


def _choose(name: str, levels: list[list[_Declared]], about: Sequence[Section]) -> list[_Declared] | None:
    """The declarations that agree on one set of attributes; None when there is none, or when several sets have an equal
    claim.
    """
    for level in levels:
        by_set: dict[frozenset[str], list[_Declared]] = {}
        for one in level:
            by_set.setdefault(frozenset(a.casefold() for a in one.attributes), []).append(one)
        if len(by_set) == 1:
            return level
        if len(by_set) > 1:
            backed = [group for group in by_set.values() if _is_backed(name, group, by_set, about)]
            return backed[0] if len(backed) == 1 else None
    return None


def _is_backed(
    name: str, group: list[_Declared], by_set: dict[frozenset[str], list[_Declared]], about: Sequence[Section]
) -> bool:
    """Whether dependencies are declared for this version of the relation, in a section that declares no other version."""
    del about
    for one in group:
        versions = sum(any(other.section is one.section for other in others) for others in by_set.values())
        if one.section is not None and versions == 1 and dependency_statements(one.section, name, one.attributes):
            return True
    return False


def _relevant(about: Sequence[Section], declared: list[_Declared], name: str) -> list[Section]:
    """Sections whose statements are about this version: all, unless some declare another version of the relation."""
    attributes = {a.casefold() for a in declared[0].attributes}
    mine = {id(one.section) for one in declared}
    kept = []
    for section in about:
        versions = [s for s in section.schemas if s.name == name]
        other = any({a.casefold() for a in s.attributes} != attributes for s in versions)
        if id(section) in mine or not other:
            kept.append(section)
    return kept


def _stated_keys(
    name: str,
    attributes: Names,
    declared: list[_Declared],
    about: Sequence[Section],
    records: Sequence[Record],
    found: list[Found],
) -> tuple[list[Names], list[tuple[Names, ...]]]:
    """All stated keys, and the statements that claim to be complete. Where they were found is added to `found`."""
    keys: list[Names] = []
    complete: list[tuple[Names, ...]] = []
    for one in declared:
        keys += one.keys
        if one.keys and one.found not in found:
            found.append(one.found)
    for section in _relevant(about, declared, name):
        for create, created in create_tables(section.text):
            if create.name == name and {a.casefold() for a in create.attributes} == {a.casefold() for a in attributes}:
                keys += [tuple(r for n in key for r in resolve(n, attributes) or ()) for key in created]
                found.append(section.find("key", create.start, create.end))
        for statement in key_statements(section, name, attributes):
            keys += statement.keys
            if statement.complete:
                complete.append(statement.keys)
            found.append(section.find("key", statement.start, statement.end))
    from_table = _keys_in_table(name, attributes, records, found)
    unique = {frozenset(key): key for key in [*keys, *from_table]}
    return [_ordered(key, attributes) for key in unique.values()], complete


def _ordered(key: Names, attributes: Names) -> Names:
    return tuple(attribute for attribute in attributes if attribute in key)


def _keys_in_table(name: str, attributes: Names, records: Sequence[Record], found: list[Found]) -> list[Names]:
    """The primary key in a table of relations and their keys (columns "Relation" and "Primary key")."""
    keys = []
    for index, record in enumerate(records):
        if not isinstance(record, TableRecord):
            continue
        for row in record.content:
            cells = {column.casefold(): value for column, value in row.items()}
            relation = next((cells[c] for c in ("relation", "table", "relation name", "table name") if c in cells), "")
            if relation.strip() != name or "primary key" not in cells:
                continue
            words = re.split(r",", cells["primary key"].strip().strip("{}()"))
            names = [resolve(word.strip(), attributes) for word in words]
            if names and all(names):
                keys.append(tuple(n for part in names for n in part or ()))
                sentence = "; ".join(f"{column}: {value}" for column, value in row.items())
                where = Found(what="key", record=index, heading=record.heading, pages=tuple(record.pages), sentence=sentence)
                found.append(where)
    return keys


def _from_mention(name: str, records: Sequence[Record], about: Sequence[Section]) -> BookRelation | None:
    """A relation that is only named ("the following table (ST_MAJ)") with its dependencies listed after it.

    Its attributes are those of a table beside the list that holds them all, else those that the list mentions.
    """
    declarations = _declared(name, records, about)
    if any(declarations):
        return None
    results = []
    for section in about:
        for statement in dependency_statements(section, name, None):
            if statement.written is None:
                return None
            results.append((section, statement))
    if len(results) != 1:
        return None
    section, statement = results[0]
    assert statement.written is not None
    mentioned = list(dict.fromkeys(n for one in statement.written for n in (*one.determinant, *one.dependent)))
    first_spelling = {n.casefold(): n for n in reversed(mentioned)}
    attributes, where = tuple(first_spelling[k] for k in dict.fromkeys(n.casefold() for n in mentioned)), None
    assumption = f"The book gives no schema of {name}; assumed are the attributes that its dependencies mention."
    header = _header_beside(section, records, set(first_spelling))
    if header is not None:
        attributes, where = header
        assumption = ""
    schema = Schema(name=name, attributes=attributes, dependencies=tuple(bind(one, attributes) for one in statement.written))
    found = [section.find("dependencies", statement.start, statement.end)]
    return BookRelation(
        relation=schema,
        stated="dependencies",
        found=_unique([where, *found] if where else found),
        assumption=assumption or None,
    )


def _header_beside(section: Section, records: Sequence[Record], mentioned: set[str]) -> tuple[Names, Found] | None:
    """The header of the one table in or just after a section that has all the attributes mentioned."""
    indexes = section.record_indexes
    fitting = []
    for index in range(max(indexes.start - 2, 0), min(indexes.stop + 3, len(records))):
        record = records[index]
        if not isinstance(record, TableRecord) or not record.content:
            continue
        header = tuple(" ".join(column.split()) for column in record.content[0])
        if mentioned <= {column.casefold() for column in header} and relation_in_caption(record.caption) is None:
            where = Found(
                what="schema",
                record=index,
                heading=record.heading,
                pages=tuple(record.pages),
                sentence=record.caption or " | ".join(header),
            )
            fitting.append((header, where))
    return fitting[0] if len(fitting) == 1 else None
