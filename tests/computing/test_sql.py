"""Book tables in SQLite: names, types, read-only, limits, comparison of queries."""

import sqlite3

import pytest

from indexing.errors import LimitError, UsageError
from indexing.records import TableRecord, TextRecord
from tutor.computing.sql import BookDatabase
from tutor.computing.tables import book_tables, find_table, state_in_caption

ROWS = [
    {"Ssn": "101", "Zip": "007", "Pay": "30,000", "Hours": "1.5", "Name": "Ann", "Boss": "NULL"},
    {"Ssn": "102", "Zip": "010", "Pay": "900", "Hours": "20", "Name": "Bo", "Boss": "101"},
    {"Ssn": "103", "Zip": "011", "Pay": "900", "Hours": "", "Name": "Cy", "Boss": "101"},
]
COUNTING = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "


def record(caption="Table 4.1: A state of the relation EMPLOYEE.", rows=ROWS):
    return TableRecord(content=rows, caption=caption)


@pytest.fixture
def database():
    with BookDatabase(book_tables([record()])) as database:
        yield database


def test_a_table_becomes_a_relation_with_types():
    (table,) = book_tables([record()])
    assert str(table) == "EMPLOYEE(Ssn INTEGER, Zip TEXT, Pay INTEGER, Hours REAL, Name TEXT, Boss INTEGER)"
    assert table.aliases == ("table_4_1",)
    assert table.rows[0] == (101, "007", 30000, 1.5, "Ann", None)


def test_the_grid_keeps_repeated_column_names():
    grid = [["A", "A", "", "2nd no."], ["1", "2", "3", "4"]]
    (table,) = book_tables([TableRecord(content=[], grid=grid, caption="Table 2")])
    assert (table.name, table.columns, table.rows) == ("table_2", ("A", "A_2", "column_3", "c_2nd_no"), ((1, 2, 3, 4),))


def test_the_first_of_two_states_keeps_the_name():
    first, second = book_tables([record(), record("Table 9.9: EMPLOYEE after a raise")])
    assert (first.name, second.name) == ("EMPLOYEE", "table_9_9")
    assert find_table([first, second], "employee") is first


def test_a_table_is_named_after_the_one_relation_declared_with_its_columns():
    text = TextRecord(content="EMPLOYEE(Ssn, Zip, Pay, Hours, Name, Boss) is a relation, and PAIR(Ssn, Zip) another.")
    (table,) = book_tables([text, record("Table 1.1: The people of the company.")])
    assert (table.name, table.aliases, table.record) == ("EMPLOYEE", ("table_1_1",), 1)


@pytest.mark.parametrize(
    ("caption", "relation"),
    [
        ("Table 5.2: The DEPT_LOCATIONS relation", "DEPT_LOCATIONS"),
        ("Table 4.1: A state of the relation DEPARTMENT.", "DEPARTMENT"),
        ("Table 3. EMPLOYEE", "EMPLOYEE"),
        ("Works_on table", "Works_on"),
        ("Table 7.2: The state of PET after the inserts. Two pets are called Milo.", "PET"),
        ("Table 8.1: A state of EMP_DEPT. Each department is told again with each of its employees.", "EMP_DEPT"),
        ("Table 8.6: The normal forms, and what each requires.", None),
        ("Table 6.1: EMPLOYEE and DEPARTMENT", None),
        ("Table 1.2: A part of the catalog that describes the relation PROJECT.", None),
        ("Table 5.1: The result of π Salary (EMPLOYEE).", None),
        ("Table 10.3: Multilevel indexes on the EMPLOYEE file.", None),
        ("Table 2.4 SQL data types", None),
        ("", None),
    ],
)
def test_relation_whose_state_a_caption_shows(caption, relation):
    assert state_in_caption(caption) == relation


def test_a_query_runs(database):
    result = database.query("SELECT Name, Pay * 2 AS Twice FROM employee WHERE Boss = '101' ORDER BY Name;")
    assert (result.columns, result.rows, result.truncated) == (("Name", "Twice"), (("Bo", 1800), ("Cy", 1800)), False)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO EMPLOYEE VALUES (1, 2, 3, 4, 5, 6)",
        "UPDATE EMPLOYEE SET Pay = 1",
        "DELETE FROM EMPLOYEE",
        "DROP TABLE EMPLOYEE",
        "CREATE TABLE X (A)",
        "CREATE TEMP TABLE X (A)",
        "ALTER TABLE EMPLOYEE ADD X",
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'other.db'",
        "PRAGMA writable_schema = ON",
        "SELECT * FROM pragma_table_info('EMPLOYEE')",
        "SELECT load_extension('other')",
        "BEGIN",
        "SAVEPOINT s",
        "REINDEX",
        "SELECT 1; DROP TABLE EMPLOYEE",
        "WITH x AS (SELECT 1) DELETE FROM EMPLOYEE",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM sqlite_schema",
        "SELECT writefile('other.db', 'x')",
    ],
)
def test_nothing_but_reading_is_allowed(database, sql, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError):
        database.query(sql)
    assert list(tmp_path.iterdir()) == []
    assert database.query("SELECT COUNT(*), SUM(Pay) FROM EMPLOYEE").rows == ((3, 31800),)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("", "the query is empty"),
        ("-- nothing", "only a SELECT"),
        ("SELEC 1", "syntax error"),
        ("SELECT X FROM EMPLOYEE", "no such column: X"),
        ("SELECT * FROM NOPE", "the book's tables are EMPLOYEE"),
        ("SELECT ?", "bindings"),
        ("SELECT '\0'", "null character"),
    ],
)
def test_malformed_queries(database, sql, message):
    with pytest.raises(UsageError) as error:
        database.query(sql)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "sql",
    [
        COUNTING + "SELECT COUNT(*) FROM c",
        COUNTING + "SELECT n FROM c ORDER BY n DESC",
        COUNTING + "SELECT a.n FROM c a, c b WHERE a.n < 0",
        "SELECT COUNT(*) FROM " + ", ".join(f"EMPLOYEE e{i}" for i in range(40)),
    ],
)
def test_a_query_that_runs_for_ever_is_stopped(database, sql):
    with pytest.raises(LimitError) as error:
        database.query(sql, time_limit=0.2)
    assert "0.2 s" in str(error.value)
    assert database.query("SELECT 1").rows == ((1,),)


def test_billions_of_rows_are_cut(database):
    result = database.query(COUNTING + "SELECT n FROM c", row_limit=5)
    assert (result.rows, result.truncated) == (((1,), (2,), (3,), (4,), (5,)), True)


@pytest.mark.parametrize("sql", ["SELECT zeroblob(1000000000)", "SELECT hex(zeroblob(15000))"])
def test_huge_values_are_refused(database, sql):
    with pytest.raises(LimitError):
        database.query(sql)


def test_values_are_fit_for_json(database):
    assert database.query("SELECT x'0aff', 1e999, NULL").rows == (("x'0aff'", "inf", None),)


@pytest.mark.parametrize(
    ("student", "reference", "difference"),
    [
        ("SELECT Name FROM EMPLOYEE WHERE Pay < 1000", "SELECT Name AS n FROM EMPLOYEE WHERE Pay = 900", ""),
        ("SELECT Name FROM EMPLOYEE", "SELECT Name FROM EMPLOYEE WHERE Pay = 900", "1 row is too many, for example ('Ann',)."),
        ("SELECT Name FROM EMPLOYEE WHERE Ssn = 101", "SELECT Name FROM EMPLOYEE", "2 rows are missing"),
        ("SELECT Name, Pay FROM EMPLOYEE", "SELECT Name FROM EMPLOYEE", "The result has 2 columns; 1 are asked for (Name)."),
        ("SELECT Pay, Name FROM EMPLOYEE", "SELECT Name, Pay FROM EMPLOYEE", "The columns are in another order"),
        ("SELECT DISTINCT Pay FROM EMPLOYEE", "SELECT Pay FROM EMPLOYEE", "DISTINCT"),
        ("SELECT Name FROM EMPLOYEE ORDER BY Name DESC", "SELECT Name FROM EMPLOYEE ORDER BY Name", "not in the order"),
        ("SELECT Name FROM EMPLOYEE ORDER BY Name DESC", "SELECT Name FROM EMPLOYEE", ""),
    ],
)
def test_queries_are_compared_by_result(database, student, reference, difference):
    result = database.compare(student, reference)
    assert difference in result.difference
    assert result.same == (difference == "")


def test_a_database_of_no_tables_says_so():
    with BookDatabase([]) as empty, pytest.raises(UsageError, match="the book's tables are none"):
        empty.query("SELECT * FROM T")


def test_names_that_need_quotes():
    rows = [{"select": "1", 'a"b': "2"}]
    with BookDatabase(book_tables([record('Table 1: The "Order" table', rows)])) as database:
        assert database.query('SELECT * FROM "Order"').rows == ((1, 2),)
    assert sqlite3.sqlite_version_info >= (3, 35)
