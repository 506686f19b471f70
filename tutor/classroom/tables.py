"""The tables of the classroom, as SQLAlchemy sees them. A change here needs a new function in `migrations.py`; a test compares.

Times are UTC. Texts of questions and answers are stored as they were, and escaped where they are shown.
"""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, Float, ForeignKey, Index, LargeBinary, String, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAME = 80  # characters of names, codes and keys


class Utc(TypeDecorator[datetime]):
    """A time with its zone, stored as UTC; SQLite has no zones, so they are given back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {datetime: Utc, str: Text, bytes: LargeBinary, float: Float}


class User(Table):
    """A person, or a browser without a sign-in. `role` "admin" makes courses; in a course, the membership's role counts."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME), unique=True)
    password: Mapped[str | None]
    kind: Mapped[str] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(16))
    pseudonym: Mapped[str] = mapped_column(String(NAME), unique=True)
    created: Mapped[datetime]


class SignIn(Table):
    """A session of a browser; the cookie's token is stored as its hash alone."""

    __tablename__ = "sign_ins"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires: Mapped[datetime]


class Failure(Table):
    """A failed sign-in, counted by name and by address."""

    __tablename__ = "failures"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(NAME), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Course(Table):
    """A course reads one book of the library at a time, worded by one engine."""

    __tablename__ = "courses"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    book: Mapped[str] = mapped_column(String(NAME))
    join_code: Mapped[str | None] = mapped_column(String(NAME), unique=True)
    engine: Mapped[str] = mapped_column(String(200))
    adapter: Mapped[str | None]
    retention_days: Mapped[int | None]
    created: Mapped[datetime]


class CourseBook(Table):
    """Which book a course was switched to, when, by whom: the way back."""

    __tablename__ = "course_books"
    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    book: Mapped[str] = mapped_column(String(NAME))
    at: Mapped[datetime]
    by_user: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class Membership(Table):
    """A person in a course, as "student" or "instructor"."""

    __tablename__ = "memberships"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))


class Conversation(Table):
    """Questions that one person asked in a row."""

    __tablename__ = "conversations"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    started: Mapped[datetime]


class Message(Table):
    """A question and, as soon as there is one, its answer (the JSON of `tutor.answer.Answer`) or the error.

    `heading` is the section that the answer rests on, or the nearest one of a refusal.
    """

    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    asked: Mapped[datetime] = mapped_column(index=True)
    question: Mapped[str]
    answer: Mapped[str | None]
    error: Mapped[str | None]
    refused: Mapped[bool | None]
    heading: Mapped[str | None]
    endorsement_id: Mapped[int | None] = mapped_column(ForeignKey("endorsements.id", ondelete="SET NULL"))


class Feedback(Table):
    """A thumb for an answer (+1, -1), with a reason."""

    __tablename__ = "feedback"
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    vote: Mapped[int]
    reason: Mapped[str]
    at: Mapped[datetime]


class Card(Table):
    """A review question in one student's deck: when it is due again, and how it went so far."""

    __tablename__ = "cards"
    __table_args__ = (UniqueConstraint("user_id", "course_id", "question_key", name="one_card_a_question"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    question_key: Mapped[str] = mapped_column(String(NAME))
    interval_days: Mapped[float]
    ease: Mapped[float]
    due: Mapped[datetime]


class Attempt(Table):
    """A graded answer of a student in practice. `hints` (0..4) says how much was shown before."""

    __tablename__ = "attempts"
    __table_args__ = (Index("attempts_of_a_course", "course_id", "question_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"))
    question_key: Mapped[str] = mapped_column(String(NAME))
    question: Mapped[str]
    chapter: Mapped[str] = mapped_column(String(NAME))
    given: Mapped[str]
    verdict: Mapped[str] = mapped_column(String(16))
    score: Mapped[float]
    hints: Mapped[int]
    at: Mapped[datetime]


class Endorsement(Table):
    """An instructor's own answer to a question; shown first for it and its near twins. `vector` is the question's embedding."""

    __tablename__ = "endorsements"
    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    question: Mapped[str]
    answer: Mapped[str]
    source: Mapped[str | None]
    vector: Mapped[bytes]
    embedder: Mapped[str]
    by_user: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created: Mapped[datetime]


class Reveal(Table):
    """From when on a chapter's reference answers may be shown in practice."""

    __tablename__ = "reveals"
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True)
    chapter: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    open_from: Mapped[datetime]


class Build(Table):
    """The building of an uploaded book: `state` "running", "done" or "failed"; `report` is JSON of what could not be read."""

    __tablename__ = "builds"
    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), index=True)
    book: Mapped[str] = mapped_column(String(NAME))
    file_name: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    progress: Mapped[str]
    report: Mapped[str | None]
    started: Mapped[datetime]
