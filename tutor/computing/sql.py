"""SQL queries on a book's tables, in SQLite, in memory, read-only.

A query may read, and nothing else: SQLite's authorizer refuses writes, schema changes, ATTACH, PRAGMA, transactions and
loading of extensions, a progress handler stops it after a time, and rows and the length of values are limited. No file
is opened.
"""

import math
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from indexing.errors import LimitError, UsageError
from tutor.computing.steps import Frozen, Step
from tutor.computing.tables import BookTable, Row

TIME_LIMIT = 2.0
ROW_LIMIT = 1000
# bytes: longest value that a query may make, and text of a query
VALUE_LIMIT = 20_000
QUERY_LIMIT = 20_000
# SQLite calls the progress handler after so many of its instructions: well under a millisecond
_INSTRUCTIONS = 1000
# operations that read; everything else is refused
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
_REFUSED_FUNCTIONS = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "sqlite_log"}
# bytes that all of SQLite may use in this process
MEMORY_LIMIT = 200_000_000


class QueryResult(Frozen):
    """The result of a query. `truncated` tells that there are more than the rows shown."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    truncated: bool


class Comparison(Frozen):
    """Whether two queries give the same result, and the first difference in words."""

    same: bool
    difference: str
    steps: tuple[Step, ...]


class BookDatabase:
    """An in-memory SQLite database of some tables. Use it as a context manager, or call `close`."""

    def __init__(self, tables: Sequence[BookTable]) -> None:
        self.tables = list(tables)
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        for table in self.tables:
            self._load(table)
        self._lock_down()

    def __enter__(self) -> "BookDatabase":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def _load(self, table: BookTable) -> None:
        columns = ", ".join(f"{_quoted(c)} {t}" for c, t in zip(table.columns, table.types, strict=True))
        self._connection.execute(f"CREATE TABLE {_quoted(table.name)} ({columns})")
        places = ", ".join("?" for _ in table.columns)
        self._connection.executemany(f"INSERT INTO {_quoted(table.name)} VALUES ({places})", table.rows)  # noqa: S608 (quoted)
        for alias in table.aliases:
            self._connection.execute(f"CREATE VIEW {_quoted(alias)} AS SELECT * FROM {_quoted(table.name)}")  # noqa: S608 (quoted)

    def _lock_down(self) -> None:
        connection = self._connection
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute(f"PRAGMA hard_heap_limit = {MEMORY_LIMIT}")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_LIMIT)
        connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, QUERY_LIMIT)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200)
        connection.setlimit(sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 50)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200)
        connection.set_authorizer(_authorize)

    def query(self, sql: str, *, time_limit: float = TIME_LIMIT, row_limit: int = ROW_LIMIT) -> QueryResult:
        """Run one SELECT. UsageError for anything that SQLite or the read-only rule refuses, LimitError when it takes too
        long.
        """
        if not sql.strip():
            raise UsageError("the query is empty; write one like SELECT * FROM T")
        try:
            with self._stopped_after(time_limit):
                cursor = self._connection.execute(sql)
                fetched = cursor.fetchmany(row_limit + 1)
                columns = tuple(item[0] for item in cursor.description or ())
                cursor.close()
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
            raise self._translated(error, time_limit) from None
        except MemoryError:
            raise LimitError("the query needs too much memory; ask for less") from None
        if not columns:
            raise UsageError("only a SELECT that gives rows can be run here")
        rows = tuple(tuple(_shown(value) for value in row) for row in fetched[:row_limit])
        return QueryResult(columns=columns, rows=rows, truncated=len(fetched) > row_limit)

    @contextmanager
    def _stopped_after(self, seconds: float) -> Iterator[None]:
        deadline = time.monotonic() + seconds
        self._connection.set_progress_handler(lambda: int(time.monotonic() > deadline), _INSTRUCTIONS)
        try:
            yield
        finally:
            self._connection.set_progress_handler(None, 0)

    def _translated(self, error: Exception, time_limit: float) -> Exception:
        message = str(error)
        if "interrupted" in message:
            return LimitError(f"the query ran longer than {time_limit:g} s and was stopped; make it ask for less")
        if "not authorized" in message or "prohibited" in message:
            return UsageError("only reading is allowed here: the query may not write, attach, load or change anything")
        if "too big" in message or "out of memory" in message:
            return LimitError(f"the query makes a value longer than {VALUE_LIMIT} bytes or needs too much memory; ask for less")
        if "one statement at a time" in message:
            return UsageError("one statement at a time, please: there is something after the first semicolon")
        if message.startswith("no such table"):
            known = ", ".join(table.name for table in self.tables) or "none"
            return UsageError(f"{message}; the book's tables are {known}")
        return UsageError(f"SQLite says: {message}")

    def compare(self, student: str, reference: str) -> Comparison:
        """Compare two queries by their results: as bags of rows, or in order where the reference orders its rows."""
        given, wanted = self.query(student), self.query(reference)
        difference = _difference(given, wanted, ordered=_is_ordered(reference))
        text = difference or "Both queries give the same result."
        return Comparison(same=not difference, difference=difference, steps=(Step(rule="result comparison", text=text),))


def _authorize(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    del database, trigger
    if action in _ALLOWED:
        # the schema table would show how the database is made; it is no table of the book
        return (
            sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_READ and (first or "").startswith("sqlite_") else sqlite3.SQLITE_OK
        )
    if action == sqlite3.SQLITE_FUNCTION and (second or "").casefold() not in _REFUSED_FUNCTIONS:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _shown(value: object) -> int | float | str | None:
    """A value as JSON can hold it: blobs in hexadecimal, infinities as words."""
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, int | float | str) else None


def _is_ordered(sql: str) -> bool:
    """Whether ORDER BY stands outside all parentheses."""
    depth, outside = 0, []
    for character in sql:
        depth += (character == "(") - (character == ")")
        outside.append(character if depth == 0 else " ")
    return "order by" in " ".join("".join(outside).casefold().split())


def _difference(given: QueryResult, wanted: QueryResult, ordered: bool) -> str:
    """The first difference in words; empty when there is none. Column names do not count, their order does."""
    if len(given.columns) != len(wanted.columns):
        return (
            f"The result has {len(given.columns)} columns; {len(wanted.columns)} are asked for ({', '.join(wanted.columns)})."
        )
    extra, missing = Counter(given.rows) - Counter(wanted.rows), Counter(wanted.rows) - Counter(given.rows)
    if not extra and not missing:
        if ordered and given.rows != wanted.rows:
            return "The rows are the right ones, but not in the order asked for."
        return ""
    if set(given.rows) == set(wanted.rows):
        return "The rows are the right ones, but some are repeated more or less often than asked for (think of DISTINCT)."
    swapped = Counter(tuple(sorted(map(repr, row))) for row in given.rows) == Counter(
        tuple(sorted(map(repr, row))) for row in wanted.rows
    )
    if swapped:
        return f"The columns are in another order than asked for ({', '.join(wanted.columns)})."
    if missing:
        return f"{_counted(missing)} missing, for example {next(iter(missing))}."
    return f"{_counted(extra)} too many, for example {next(iter(extra))}."


def _counted(rows: Counter[Row]) -> str:
    number = sum(rows.values())
    return f"{number} row is" if number == 1 else f"{number} rows are"
