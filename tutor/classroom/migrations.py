"""How the database came to its present form: named steps, each applied once, in order, in one transaction with its name.

Steps are only ever added at the end. A step speaks of tables as they were then, so it never uses `tables.py`.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean as Bool
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
)

_NAME = 80
_TIME = DateTime(timezone=True)
_applied = Table("migrations", MetaData(), Column("name", String(_NAME), primary_key=True), Column("at", _TIME, nullable=False))


def apply_migrations(connection: Connection) -> list[str]:
    """Apply what is missing; the names of the steps that were applied now. The caller commits."""
    _applied.create(connection, checkfirst=True)
    known = set(connection.scalars(select(_applied.c.name)))
    done = []
    for name, step in MIGRATIONS:
        if name not in known:
            step(connection)
            connection.execute(insert(_applied).values(name=name, at=datetime.now(UTC)))
            done.append(name)
    return done


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _to(table: str, name: str = "", on_delete: str = "CASCADE", **options: Any) -> Column[int]:
    column = name or {"users": "user_id", "courses": "course_id", "conversations": "conversation_id"}[table]
    nullable = on_delete == "SET NULL"
    return Column(column, Integer, ForeignKey(f"{table}.id", ondelete=on_delete), nullable=nullable, **options)


def _text(name: str, length: int | None = None, **options: Any) -> Column[str]:
    return Column(name, String(length) if length else Text(), nullable=options.pop("nullable", False), **options)


def _time(name: str, **options: Any) -> Column[datetime]:
    return Column(name, _TIME, nullable=False, **options)


def _people(data: MetaData) -> None:
    Table("users", data, _id(), _text("name", _NAME, unique=True), _text("password", nullable=True), _text("kind", 16),
          _text("role", 16), _text("pseudonym", _NAME, unique=True), _time("created"))  # fmt: skip
    Table("sign_ins", data, _text("token_hash", 64, primary_key=True), _to("users", index=True), _time("expires"))
    Table("failures", data, _id(), _text("key", _NAME, index=True), _time("at", index=True))


def _courses(data: MetaData) -> None:
    Table("courses", data, _id(), _text("title", 200), _text("book", _NAME),
          _text("join_code", _NAME, unique=True, nullable=True), _text("engine", 200), _text("adapter", nullable=True),
          Column("retention_days", Integer), _time("created"))  # fmt: skip
    Table("course_books", data, _id(), _to("courses", index=True), _text("book", _NAME), _time("at"),
          _to("users", "by_user", "SET NULL"))  # fmt: skip
    Table("memberships", data, _to("users", primary_key=True), _to("courses", primary_key=True), _text("role", 16))
    Table("endorsements", data, _id(), _to("courses", index=True), _text("question"), _text("answer"),
          _text("source", nullable=True), Column("vector", LargeBinary, nullable=False), _text("embedder"),
          _to("users", "by_user", "SET NULL"), _time("created"))  # fmt: skip
    Table("reveals", data, _to("courses", primary_key=True), _text("chapter", _NAME, primary_key=True), _time("open_from"))
    Table("builds", data, _id(), _to("courses", index=True), _text("book", _NAME), _text("file_name"), _text("state", 16),
          _text("progress"), _text("report", nullable=True), _time("started"))  # fmt: skip


def _talk_and_practice(data: MetaData) -> None:
    Table("conversations", data, _id(), _to("users", index=True), _to("courses", index=True), _time("started"))
    Table("messages", data, _id(), _to("conversations", index=True), _time("asked", index=True), _text("question"),
          _text("answer", nullable=True), _text("error", nullable=True), Column("refused", Bool),
          _text("heading", nullable=True), _to("endorsements", "endorsement_id", "SET NULL"))  # fmt: skip
    Table("feedback", data, _to("messages", "message_id", primary_key=True), Column("vote", Integer, nullable=False),
          _text("reason"), _time("at"))  # fmt: skip
    Table("cards", data, _id(), _to("users"), _to("courses", index=True), _text("question_key", _NAME),
          Column("interval_days", Float, nullable=False), Column("ease", Float, nullable=False), _time("due"),
          UniqueConstraint("user_id", "course_id", "question_key", name="one_card_a_question"))  # fmt: skip
    Table("attempts", data, _id(), _to("users", index=True), _to("courses"), _text("question_key", _NAME), _text("question"),
          _text("chapter", _NAME), _text("given"), _text("verdict", 16), Column("score", Float, nullable=False),
          Column("hints", Integer, nullable=False), _time("at"),
          Index("attempts_of_a_course", "course_id", "question_key"))  # fmt: skip


def _first_tables(connection: Connection) -> None:
    data = MetaData()
    for part in (_people, _courses, _talk_and_practice):
        part(data)
    data.create_all(connection)


MIGRATIONS: Sequence[tuple[str, Callable[[Connection], None]]] = (("0001 first tables", _first_tables),)
