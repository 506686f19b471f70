"""The claims of chapter 8 of the sample course about keys, normal forms and decompositions, checked by brute force.

The claims are parsed out of the chapter itself and compared with what the definitions give. Whether a dependency
follows is decided by what it means (on which attributes may two tuples of a legal state agree?), so that nothing
here shares a method with the program's own algorithms. Schedules are in test_schedule_claims.py.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain, combinations, product
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "data" / "sample" / "source"
Attributes = frozenset[str]
Dependency = tuple[Attributes, Attributes]
FORMS = ["1NF", "2NF", "3NF", "BCNF", "4NF"]


def chapter(number: int) -> str:
    """The chapter's text in front of its exercises."""
    (path,) = SOURCE.glob(f"{number:02}-*.md")
    return re.split(r"\n## \d+\.\d+ Exercises", path.read_text(encoding="utf-8"))[0]


def names(text: str) -> Attributes:
    return frozenset(re.findall(r"\w+", text))


def subsets(attributes: Iterable[str]) -> list[Attributes]:
    items = sorted(attributes)
    return [frozenset(c) for c in chain.from_iterable(combinations(items, n) for n in range(len(items) + 1))]


def parse_dependencies(text: str) -> list[Dependency]:
    pairs = (part.split("→") for part in re.split(r"; (?:and )?| and ", text))
    return [(names(left), names(right)) for left, right in pairs]


def parse_keys(text: str) -> set[Attributes]:
    return {names(key) for key in re.findall(r"\{([^}]*)\}", text)}


EIGHT = chapter(8)
SCHEMAS = {name: names(inner) for name, inner in re.findall(r"\b([A-Z][A-Z_0-9]*)\((\w+(?:, \w+)*)\)", EIGHT)}
DEPENDENCIES = {
    name: parse_dependencies(text)
    for name, text in re.findall(r"The functional dependenc(?:y|ies) of (\w+) (?:is|are) (.+?)\.\s", EIGHT)
} | {name: [] for name in re.findall(r"(\w+) has no nontrivial functional dependency[.:]", EIGHT)}
KEYS = {
    name: parse_keys(text)
    for name, text in re.findall(r"he (?:only key|keys) of (\w+) (?:is|are) (\{[^}]*\}(?: and \{[^}]*\})*)", EIGHT)
}
NORMAL_FORMS = {
    name: form
    for pattern in (
        r"((?:\w+, )*\w+ and \w+) are in (\w+)",
        r"(\w+) is in (\w+)",
        r"(\w+)\([\w, ]+\) has no nontrivial functional dependency; .*, so the relation is all key and is in (\w+)",
    )
    for group, form in re.findall(pattern, EIGHT)
    for name in re.findall(r"[A-Z][A-Z_0-9]*", group)
}
MULTIVALUED = {"CREW": [(names(x), names(y)) for x, y in re.findall(r"(Ship) →→ (Port|Sailor)", EIGHT)]}


def legal_agreements(attributes: Attributes, dependencies: Sequence[Dependency]) -> list[Attributes]:
    """Every set on which two tuples of a legal state may agree."""
    return [s for s in subsets(attributes) if all(not left <= s or right <= s for left, right in dependencies)]


def closure(start: Attributes, agreements: Sequence[Attributes]) -> Attributes:
    """What two tuples that agree on `start` must agree on, whatever legal pair they are."""
    return frozenset.intersection(*(s for s in agreements if start <= s))


def brute_keys(attributes: Attributes, dependencies: Sequence[Dependency]) -> set[Attributes]:
    agreements = legal_agreements(attributes, dependencies)
    superkeys = [s for s in subsets(attributes) if closure(s, agreements) == attributes]
    return {s for s in superkeys if not any(other < s for other in superkeys)}


def highest_form(name: str, attributes: Attributes, dependencies: Sequence[Dependency]) -> str:
    """The highest normal form by the definitions; 4NF only where multivalued dependencies are stated."""
    agreements = legal_agreements(attributes, dependencies)
    keys = brute_keys(attributes, dependencies)
    prime = frozenset().union(*keys)
    parts = {part for key in keys for part in subsets(key) if part != key}
    if any(closure(part, agreements) - prime for part in parts):
        return "1NF"
    determined = [
        closure(s, agreements) - s for s in subsets(attributes) if closure(s, agreements) != attributes
    ]  # what each set that is no superkey determines beyond itself
    if any(extra - prime for extra in determined):
        return "2NF"
    if any(determined):
        return "3NF"
    splits = [left for left, right in MULTIVALUED.get(name, []) if left | right != attributes]
    return "BCNF" if not splits or any(closure(s, agreements) != attributes for s in splits) else "4NF"


def projection(parent: str, part: Attributes) -> list[Dependency]:
    agreements = legal_agreements(SCHEMAS[parent], DEPENDENCIES[parent])
    return [(s, closure(s, agreements) & part) for s in subsets(part)]


def is_lossless(parent: str, parts: Sequence[Attributes]) -> bool:
    """The chase, with cells as pairs (attribute, row or 0 for the distinguished symbol)."""
    attributes = SCHEMAS[parent]
    rows = [{a: 0 if a in part else i for a in attributes} for i, part in enumerate(parts, start=1)]
    while True:
        before = [dict(row) for row in rows]
        for left, right in DEPENDENCIES[parent]:
            for one, two in product(rows, rows):
                if all(one[a] == two[a] for a in left):
                    for a in right:
                        low, high = sorted((one[a], two[a]))
                        for row in rows:
                            row[a] = low if row[a] == high else row[a]
        if rows == before:
            return any(not any(row.values()) for row in rows)


def is_preserving(parent: str, parts: Sequence[Attributes]) -> bool:
    kept = [dependency for part in parts for dependency in projection(parent, part)]
    agreements = legal_agreements(SCHEMAS[parent], kept)
    return all(right <= closure(left, agreements) for left, right in DEPENDENCIES[parent])


def table(text: str, number: str) -> list[list[str]]:
    """The rows of a table, header first."""
    body = re.search(rf"^Table {re.escape(number)}: .*\n\n((?:\|.*\n?)+)", text, re.MULTILINE)
    assert body, f"no table {number}"
    rows = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in body[1].splitlines()]
    return rows[:1] + rows[2:]


def state(number: str) -> list[dict[str, str]]:
    head, *rows = table(EIGHT, number)
    return [dict(zip(head, row, strict=True)) for row in rows]


def project(rows: Iterable[dict[str, str]], attributes: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(row[a] for a in attributes) for row in rows}


def test_every_relation_with_stated_dependencies_states_keys_and_form() -> None:
    company = {"EMPLOYEE", "DEPARTMENT", "DEPT_LOCATIONS", "PROJECT", "WORKS_ON", "DEPENDENT"}
    others = {"EMP_DEPT", "ORDER_LINE", "R", "PLOT", "GARDEN", "PLOT_FEE", "PLOT_AREA", "AREA_FEE", "COURSE_TUTOR", "CREW"}
    assert set(DEPENDENCIES) == set(KEYS) == company | others
    assert set(DEPENDENCIES) <= set(NORMAL_FORMS)
    assert set(DEPENDENCIES) <= set(SCHEMAS)


@pytest.mark.parametrize("name", sorted(DEPENDENCIES))
def test_keys_and_normal_form(name: str) -> None:
    attributes, dependencies = SCHEMAS[name], DEPENDENCIES[name]
    assert all(left | right <= attributes for left, right in dependencies)
    assert brute_keys(attributes, dependencies) == KEYS[name]
    assert highest_form(name, attributes, dependencies) == NORMAL_FORMS[name]


def test_where_a_relation_fails_the_next_form_is_named() -> None:
    claims = re.findall(r"(\w+) is in (\w+) but not in (\w+)", EIGHT)
    assert len(claims) == 7
    assert all(FORMS.index(not_in) == FORMS.index(is_in) + 1 for _, is_in, not_in in claims)


def test_the_sentence_about_dept_locations() -> None:
    sentence = (
        "DEPT_LOCATIONS(Dnumber, Dlocation) has no nontrivial functional dependency; its only key is "
        "{Dnumber, Dlocation}, so the relation is all key and is in BCNF."
    )
    assert sentence in EIGHT


@pytest.mark.parametrize(("number", "name"), [("8.1", "EMP_DEPT"), ("8.3", "PLOT"), ("8.4", "COURSE_TUTOR"), ("8.5", "CREW")])
def test_printed_states_are_legal(number: str, name: str) -> None:
    rows = state(number)
    assert set(rows[0]) == SCHEMAS[name]
    for left, right in DEPENDENCIES[name]:
        assert len(project(rows, sorted(left))) == len(project(rows, sorted(left | right)))


def test_company_state_and_schema_agree_with_the_text() -> None:
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.executescript((SOURCE / "company.sql").read_text(encoding="utf-8"))
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        rows = [{a: str(row[a]) for a in SCHEMAS[name]} for row in database.execute(f"SELECT * FROM {name}")]
        columns = {r["name"] for r in database.execute(f"PRAGMA table_info({name})")}
        assert columns == SCHEMAS[name]
        for left, right in DEPENDENCIES[name]:
            assert len(project(rows, sorted(left))) == len(project(rows, sorted(left | right)))
        unique = [row["name"] for row in database.execute(f"PRAGMA index_list({name})") if row["unique"]]
        declared = {frozenset(r["name"] for r in database.execute(f"PRAGMA index_info({i})")) for i in unique}
        primary = frozenset(r["name"] for r in database.execute(f"PRAGMA table_info({name})") if r["pk"])
        assert declared | {primary} == KEYS[name]
    (query,) = re.findall(r"```sql\n(.*?)```", EIGHT, re.DOTALL)
    assert [tuple(row) for row in database.execute(query)] == [("Arden", 2), ("Belmont", 2)]
    database.close()


def test_closures() -> None:
    agreements = legal_agreements(SCHEMAS["ORDER_LINE"], DEPENDENCIES["ORDER_LINE"])
    ((start, result),) = re.findall(r"\{(\w+)\}⁺ = \{([^}]*)\}", EIGHT)
    assert closure(names(start), agreements) == names(result)
    _, (_, first), *steps = table(EIGHT, "8.2")
    reached = names(first)
    for used, added in steps:
        ((left, right),) = parse_dependencies(used)
        assert (left, right) in DEPENDENCIES["ORDER_LINE"]
        assert left <= reached
        assert right == names(added)
        reached |= right
    assert reached == closure(names(first), agreements) == SCHEMAS["ORDER_LINE"]


def test_minimal_cover() -> None:
    attributes = SCHEMAS["R"]
    (text,) = re.findall(r"A minimal cover of R is (.+?)\.\s", EIGHT)
    cover = parse_dependencies(text)
    legal = legal_agreements(attributes, DEPENDENCIES["R"])
    assert legal_agreements(attributes, cover) == legal
    assert all(len(right) == 1 for _, right in cover)
    for dependency in cover:
        rest = [other for other in cover if other != dependency]
        left, right = dependency
        shorter = [[*rest, (left - {a}, right)] for a in left]
        assert all(legal_agreements(attributes, other) != legal for other in [rest, *shorter])


@pytest.mark.parametrize(
    ("parent", "parts", "lossless", "preserving"),
    [
        ("ORDER_LINE", ["CUSTOMER", "ORDERS", "ITEM", "LINE"], True, True),
        ("PLOT", ["GARDEN", "PLOT_FEE"], True, True),
        ("PLOT_FEE", ["PLOT_AREA", "AREA_FEE"], True, True),
        ("R", ["R1", "R2", "R3"], True, True),
        ("COURSE_TUTOR", ["Student, Tutor", "Tutor, Course"], True, False),
        ("COURSE_TUTOR", ["Student, Course", "Course, Tutor"], False, False),
    ],
)
def test_decompositions(parent: str, parts: list[str], lossless: bool, preserving: bool) -> None:
    assert all(part in SCHEMAS or f"({part})" in EIGHT for part in parts)
    schemas = [SCHEMAS.get(part) or names(part) for part in parts]
    assert frozenset().union(*schemas) == SCHEMAS[parent]
    assert is_lossless(parent, schemas) is lossless
    assert is_preserving(parent, schemas) is preserving
    forms = [highest_form("", schema, projection(parent, schema)) for schema in schemas]
    assert set(forms) <= {"BCNF", "4NF"} or (parent == "PLOT" and forms[1] == NORMAL_FORMS["PLOT_FEE"])
    for part, schema in zip(parts, schemas, strict=True):
        if part in DEPENDENCIES:  # stated for the part: must be what the parent implies there
            implied = legal_agreements(schema, projection(parent, schema))
            assert legal_agreements(schema, DEPENDENCIES[part]) == implied


def test_spurious_tuples_and_the_split_of_crew() -> None:
    rows = state("8.4")
    pairs = project(rows, ["Student", "Course"]), project(rows, ["Course", "Tutor"])
    joined = {(s, c, t) for s, c in pairs[0] for d, t in pairs[1] if c == d}
    assert len(joined) == 8
    assert len(rows) == 5
    assert ("Benno", "Algebra", "Brandt") in joined - project(rows, ["Student", "Course", "Tutor"])
    crew = state("8.5")
    calls, serves = project(crew, ["Ship", "Port"]), project(crew, ["Ship", "Sailor"])
    assert {(s, p, x) for s, p in calls for t, x in serves if s == t} == project(crew, ["Ship", "Port", "Sailor"])
    assert (len(calls), len(serves), len(crew)) == (2, 3, 6)
