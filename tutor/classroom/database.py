"""The database: one engine, short transactions. SQLite (write-ahead log) by default, PostgreSQL by its URL.

    database = Database.open("sqlite:////srv/tutor/classroom.sqlite")
    with database.write() as session:
        session.add(…)

A transaction that ended well is on the disk before `write()` returns (SQLite: synchronous=FULL), so what was acknowledged
survives a kill or a power cut.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from indexing.errors import BookError, UsageError
from tutor.classroom.migrations import apply_migrations

_LOG = logging.getLogger("tutor.classroom")
_MIGRATION_LOCK = 7_420_616  # any number: PostgreSQL's advisory lock that one process holds while it migrates


@dataclass(frozen=True)
class Database:
    """Where the classroom keeps everything."""

    engine: Engine
    _writing: AbstractContextManager[Any] = field(default_factory=nullcontext)

    @classmethod
    def open(cls, url: str) -> "Database":
        """Connect, and bring the tables to their present form. UsageError for a wrong URL, BookError where it fails."""
        engine = _engine(url)
        # SQLite lets one write at a time: threads that wait here are woken at once, in SQLite they would sleep and try again
        database = cls(engine, threading.Lock() if engine.dialect.name == "sqlite" else nullcontext())
        try:
            with database._connect(write=True) as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
                applied = apply_migrations(connection)
        except DatabaseError as error:
            reason = " ".join(str(error.orig).split())[:200]
            raise BookError(f"the database {make_url(url)!r} cannot be used ({reason}); see TUTOR_DATABASE") from None
        if applied:
            _LOG.info("database migrated", extra={"fields": {"steps": applied}})
        return database

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads."""
        with self._connect(write=False) as connection, Session(connection, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that may write; committed when the block ends well, undone otherwise."""
        with (
            self._writing,
            self._connect(write=True) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.flush()

    @contextmanager
    def _connect(self, write: bool) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            connection = connection.execution_options(write=write)
            with connection.begin():
                yield connection

    def close(self) -> None:
        self.engine.dispose()


def database_url_or_file(url: str, home: Path, file_name: str) -> str:
    """The URL that is set, or that of an SQLite file in the library."""
    return url or f"sqlite:///{home / '.classroom' / file_name}"


def utc_now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageError(
            f"TUTOR_DATABASE: '{url}' is not a database URL; try sqlite:///FILE or postgresql+psycopg://…"
        ) from None
    if parsed.get_backend_name() != "sqlite":
        try:
            return create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=20)
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise UsageError(
                f"TUTOR_DATABASE: no driver for {parsed.drivername} ({error}); pip install 'textbook-tutor[postgres]'"
            ) from None
    return _sqlite(parsed.database, url)


def _sqlite(path: str | None, url: str) -> Engine:
    if path in (None, "", ":memory:"):  # one connection, or every thread would see an empty database of its own
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        try:
            Path(str(path)).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BookError(f"{path}: cannot be written ({error.strerror}); set TUTOR_DATABASE to a place that can") from None
        engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30}, pool_size=10, max_overflow=30)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins no transaction of its own accord; `_begin_sqlite` does
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: one that read first could not get it any more while another writes."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN")
