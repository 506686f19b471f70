"""Every SQL listing of the sample course runs, and every table shows what the database really holds.

The listings of a chapter run in their order on a fresh copy of the COMPANY database with its references enforced.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typesetting.source import Chapter, Listing, Table, parse_chapter, plain

SOURCE = Path(__file__).resolve().parents[2] / "data" / "sample" / "source"
CHAPTERS = [parse_chapter(path) for path in sorted(SOURCE.glob("[0-9][0-9]-*.md"))]
Rows = list[tuple[str | float, ...]]


def connect(script: str = "") -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript(script)
    return connection


def company() -> sqlite3.Connection:
    return connect((SOURCE / "company.sql").read_text(encoding="utf-8"))


def statements(text: str) -> Iterator[str]:
    """The statements of a script; a trigger's body is not cut."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
    assert not statement.strip(), f"the listing ends in the middle of a statement: {statement.strip()}"


def value(cell: object) -> str | float:
    """A cell to compare by: SQLite stores 10.0 as 10 in a DECIMAL column, so numbers are compared as such."""
    text = "NULL" if cell is None else str(cell)
    try:
        return float(text)
    except ValueError:
        return text


def values(rows: list[tuple[object, ...]]) -> Rows:
    return [tuple(value(cell) for cell in row) for row in rows]


def rows_of(table: Table) -> Rows:
    return values([tuple(plain(cell) for cell in row) for row in table.rows])


def compare(table: Table, header: list[str] | None, rows: Rows, ordered: bool) -> None:
    if header is not None:
        assert [plain(cell) for cell in table.header] == header, table.text
    given = rows_of(table)
    if ordered:
        assert given == rows, table.text
    else:
        assert sorted(given, key=repr) == sorted(rows, key=repr), table.text


def run(chapter: Chapter) -> int:
    """Run a chapter's listings and compare its tables; the number of tables compared."""
    database, fresh_company, compared = company(), company(), 0
    header: list[str] = []
    rows: Rows = []
    ordered = False
    for block in chapter.blocks:
        if isinstance(block, Listing) and block.mode in ("run", "fresh"):
            target = database if block.mode == "run" else connect()
            for statement in statements(block.text):
                cursor = target.execute(statement)
                if cursor.description:
                    header, rows = [column[0] for column in cursor.description], values(cursor.fetchall())
                    ordered = "ORDER BY" in statement
            assert target.execute("PRAGMA foreign_key_check").fetchall() == []
        elif isinstance(block, Table) and block.shows == "result":
            compare(block, header, rows, ordered)
            compared += 1
        elif isinstance(block, Table) and block.shows is not None:
            query = block.shows if block.shows.startswith("SELECT ") else f"SELECT * FROM {block.shows}"
            cursor = fresh_company.execute(query)
            names = None if query is block.shows else [column[0] for column in cursor.description]
            compare(block, names, values(cursor.fetchall()), ordered=False)
            compared += 1
    assert not database.in_transaction
    return compared


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.path.stem)
def test_listings_run_and_tables_are_true(chapter: Chapter) -> None:
    run(chapter)


def test_most_result_tables_are_compared() -> None:
    assert sum(run(chapter) for chapter in CHAPTERS) >= 15


def test_few_listings_are_not_run() -> None:
    sql = [listing for chapter in CHAPTERS for listing in chapter.of(Listing) if listing.language == "sql"]
    assert len(sql) >= 20
    assert sum(listing.mode == "norun" for listing in sql) <= 3


def test_printed_definitions_are_those_of_the_database() -> None:
    real, shown = company(), connect()
    for chapter in CHAPTERS:
        for listing in chapter.of(Listing):
            if listing.mode == "fresh":
                shown.executescript(listing.text)
    names = [name for (name,) in shown.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert {"DEPARTMENT", "DEPT_LOCATIONS"} <= set(names)
    for name in names:
        for pragma in ("table_info", "index_list"):
            query = f"PRAGMA {pragma}({name})"
            assert shown.execute(query).fetchall() == real.execute(query).fetchall(), name


def test_a_wrong_table_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "01-x.md"
    path.write_text("# 1 X\n\n<!-- shows: PROJECT -->\nTable 1.1: T.\n| Pnumber |\n|---|\n| 10 |\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"Table 1\.1"):
        run(parse_chapter(path))


def test_the_salary_trigger_works() -> None:
    (sql,) = (chapter for chapter in CHAPTERS if chapter.heading.title == "SQL")
    (trigger,) = (listing for listing in sql.of(Listing) if "CREATE TRIGGER" in listing.text)
    database = company()
    for statement in statements(trigger.text):
        database.execute(statement)
    with pytest.raises(sqlite3.IntegrityError, match="salary above that of the supervisor"):
        database.execute("UPDATE EMPLOYEE SET Salary = 80000 WHERE Lname = 'Tanaka'")
    database.execute("UPDATE EMPLOYEE SET Salary = 60000 WHERE Lname = 'Tanaka'")
