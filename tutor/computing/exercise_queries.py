"""Exercises in SQL and relational algebra on a book's own tables: a question in words and a reference query."""

import random
from collections.abc import Sequence

from pydantic import JsonValue

from indexing.errors import UsageError
from tutor.computing.steps import Step
from tutor.computing.tables import BookTable

Parts = tuple[str, str, dict[str, JsonValue], str, tuple[Step, ...]]
_MIN_ROWS = 4
_RESERVED = """
ALL AND AS ASC BETWEEN BY CASE CHECK COLUMN CREATE CROSS DEFAULT DELETE DESC DISTINCT DROP ELSE END EXISTS FOREIGN FROM FULL
GROUP HAVING IN INDEX INNER INSERT INTO IS JOIN KEY LEFT LIKE LIMIT NATURAL NOT NULL ON OR ORDER OUTER PRIMARY REFERENCES
RIGHT SELECT SET TABLE THEN TO TRIGGER UNION UNIQUE UPDATE USING VALUES VIEW WHEN WHERE WITH
"""
_KEYWORDS = frozenset(_RESERVED.split())


def query_exercise(kind: str, rng: random.Random, tables: Sequence[BookTable]) -> Parts:
    """(question, how to write, given, reference query, steps). UsageError when no table has numbers and texts enough."""
    plain = [t for t in tables if all(_plain(name) for name in (t.name, *t.columns))]
    tables = [t for t in plain if not t.name.startswith("table_")] or plain
    usable = [t for t in tables if len(t.rows) >= _MIN_ROWS and _numbers(t) and _texts(t)]
    joins = [pair for pair in _joins(tables) if pair[0] in usable or pair[1] in usable]
    if not usable:
        raise UsageError("an exercise on queries needs a book with a table of numbers and names; this one has none")
    if joins and rng.random() < 0.4:
        question, sql, algebra = _join(rng, joins)
    else:
        question, sql, algebra = _selection(rng, usable, kind)
    used = [t for t in tables if t.name in sql.split()]
    given: dict[str, JsonValue] = {"tables": [t.model_dump(mode="json") for t in used]}
    schema = "; ".join(f"{t.name}({', '.join(t.columns)})" for t in used)
    reference = sql if kind == "sql" else algebra
    write = "One SELECT statement." if kind == "sql" else "One expression, like π A (σ B > 1 (R))."
    step = Step(rule="reference query", text=reference)
    return f"{question} The tables: {schema}.", write, given, reference, (step,)


def _plain(name: str) -> bool:
    """Whether a name can stand in SQL without quotes, so that the reference query reads as a student would write it."""
    return name.isidentifier() and name.upper() not in _KEYWORDS


def _numbers(table: BookTable) -> list[int]:
    return [i for i, kind in enumerate(table.types) if kind in ("INTEGER", "REAL") and len({row[i] for row in table.rows}) > 2]


def _texts(table: BookTable) -> list[int]:
    return [i for i, kind in enumerate(table.types) if kind == "TEXT" and len({row[i] for row in table.rows}) > 2]


def _selection(rng: random.Random, usable: Sequence[BookTable], kind: str) -> tuple[str, str, str]:
    table = usable[rng.randrange(len(usable))]
    number, shown = rng.choice(_numbers(table)), rng.choice(_texts(table))
    values = sorted(row[number] for row in table.rows if isinstance(row[number], int | float))  # type: ignore[type-var]
    bound = values[len(values) // 2]
    a, b = table.columns[shown], table.columns[number]
    if kind == "sql" and rng.random() < 0.4:
        question = f"For each value of {a} in {table.name}, give {a} and the number of rows."
        return question, f"SELECT {a}, COUNT(*) FROM {table.name} GROUP BY {a}", ""  # noqa: S608 (plain names)
    question = f"Give {a} of all rows of {table.name} whose {b} is less than {bound}, each value once."
    sql = f"SELECT DISTINCT {a} FROM {table.name} WHERE {b} < {bound}"  # noqa: S608 (plain names)
    return question, sql, f"π {a} (σ {b} < {bound} ({table.name}))"


def _joins(tables: Sequence[BookTable]) -> list[tuple[BookTable, BookTable, str]]:
    """Pairs of tables with exactly one column name in common, with values in common."""
    found = []
    for first in tables:
        for second in tables:
            common = [c for c in first.columns if c in second.columns]
            if first.name >= second.name or len(common) != 1:
                continue
            mine = {row[first.columns.index(common[0])] for row in first.rows}
            theirs = {row[second.columns.index(common[0])] for row in second.rows}
            if len(mine & theirs) > 1 and len(first.columns) > 1 and len(second.columns) > 1:
                found.append((first, second, common[0]))
    return found


def _join(rng: random.Random, joins: Sequence[tuple[BookTable, BookTable, str]]) -> tuple[str, str, str]:
    first, second, common = joins[rng.randrange(len(joins))]
    a = rng.choice([c for c in first.columns if c != common])
    b = rng.choice([c for c in second.columns if c != common])
    pair = f"{a} (from {first.name}) and {b} (from {second.name})"
    question = f"Give every pair of {pair} that belong to the same {common}, each pair once."
    condition = f"{first.name}.{common} = {second.name}.{common}"
    sql = f"SELECT DISTINCT {a}, {b} FROM {first.name} JOIN {second.name} ON {condition}"  # noqa: S608 (plain names)
    return question, sql, f"π {a}, {b} ({first.name} ⋈ {second.name})"
