"""Courses: who is in them, which book they read, what words their answers. Every look-up asks who is looking."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from indexing.errors import UsageError
from tutor.classroom.accounts import Person
from tutor.classroom.database import Database, utc_now
from tutor.classroom.settings import MOST_DAYS
from tutor.classroom.tables import Course, CourseBook, Membership, Reveal

CourseRole = Literal["student", "instructor"]
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is misread
_NOT_YOURS = "no such course, or you are not in it"


@dataclass(frozen=True)
class CourseView:
    """A course as one member sees it."""

    id: int
    title: str
    book: str
    engine: str
    adapter: str | None
    role: CourseRole
    join_code: str | None
    retention_days: int | None


@dataclass(frozen=True)
class Courses:
    """The courses of a database."""

    database: Database

    def create(self, title: str, book: str, by: Person | None = None, *, code: bool = True) -> CourseView:
        """A new course on a book; whoever makes it is its instructor."""
        title = " ".join(title.split())
        if not 1 <= len(title) <= 200:
            raise UsageError("a course's title has 1 to 200 characters")
        with self.database.write() as session:
            course = Course(
                title=title, book=book, join_code=_new_code() if code else None, engine="quote", adapter=None,
                retention_days=None, created=utc_now(),
            )  # fmt: skip
            session.add(course)
            session.flush()
            session.add(CourseBook(course_id=course.id, book=book, at=utc_now(), by_user=by.id if by else None))
            if by:
                session.add(Membership(user_id=by.id, course_id=course.id, role="instructor"))
            return _view(course, "instructor")

    def open_course(self, title: str, book: str) -> CourseView:
        """The course without a join code on a book, which the open chat puts everybody into; made where it is missing."""
        with self.database.read() as session:
            found = session.scalar(select(Course).where(Course.book == book, Course.join_code.is_(None)).limit(1))
        return _view(found, "student") if found else self.create(title, book, code=False)

    def join(self, person: Person, code: str) -> CourseView:
        """Become a student of the course with this code. UsageError where there is none."""
        course_id = self.with_code(code)
        if course_id is None:
            raise UsageError("no course has this code; ask your instructor for it")
        return self.add(person, course_id, "student")

    def with_code(self, code: str) -> int | None:
        """The number of the course with this join code."""
        with self.database.read() as session:
            return session.scalar(select(Course.id).where(Course.join_code == code.strip().upper()))

    def add(self, person: Person, course_id: int, role: CourseRole) -> CourseView:
        """Put somebody into a course; who is in it already stays what they are, unless they become an instructor."""
        try:
            with self.database.write() as session:
                known = session.get(Membership, (person.id, course_id))
                if known is None:
                    session.add(Membership(user_id=person.id, course_id=course_id, role=role))
                elif role == "instructor":
                    known.role = role
        except IntegrityError:
            raise UsageError(_NOT_YOURS) from None
        return self.of(person, course_id)

    def books_in_use(self) -> list[str]:
        """The books that some course reads."""
        with self.database.read() as session:
            return sorted(set(session.scalars(select(Course.book))))

    def mine(self, person: Person) -> list[CourseView]:
        """The courses that somebody is in, by title."""
        with self.database.read() as session:
            rows = session.execute(
                select(Course, Membership.role).join(Membership, Membership.course_id == Course.id)
                .where(Membership.user_id == person.id).order_by(Course.title)
            )  # fmt: skip
            return [_view(course, role) for course, role in rows]

    def of(self, person: Person, course_id: int) -> CourseView:
        """A course that somebody is in. UsageError for every other."""
        with self.database.read() as session:
            membership = session.get(Membership, (person.id, course_id))
            course = session.get(Course, course_id)
            if membership is None or course is None:
                raise UsageError(_NOT_YOURS)
            return _view(course, membership.role)

    def led(self, person: Person, course_id: int) -> CourseView:
        """A course that somebody is an instructor of. UsageError for every other."""
        course = self.of(person, course_id)
        if course.role != "instructor":
            raise UsageError("this is for the course's instructors")
        return course

    def switch_book(self, person: Person, course_id: int, book: str) -> None:
        """Let the course read another book from now on."""
        self.led(person, course_id)
        with self.database.write() as session:
            _course(session, course_id).book = book
            session.add(CourseBook(course_id=course_id, book=book, at=utc_now(), by_user=person.id))

    def switch_back(self, person: Person, course_id: int) -> str:
        """Go back to the book before; its name. UsageError where there was none."""
        self.led(person, course_id)
        with self.database.write() as session:
            steps = session.scalars(
                select(CourseBook).where(CourseBook.course_id == course_id).order_by(CourseBook.id.desc()).limit(2)
            ).all()
            if len(steps) < 2:
                raise UsageError("the course has read no other book yet")
            session.delete(steps[0])
            _course(session, course_id).book = steps[1].book
            return steps[1].book

    def set_model(self, person: Person, course_id: int, engine: str, adapter: str | None) -> None:
        """What words the course's answers. Whether it can be loaded is the caller's to check."""
        self.led(person, course_id)
        with self.database.write() as session:
            course = _course(session, course_id)
            course.engine, course.adapter = engine, adapter

    def set_retention(self, person: Person, course_id: int, days: int | None) -> None:
        """Days after which the course's conversations and practice are deleted; None: as the server's setting says."""
        self.led(person, course_id)
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise UsageError(f"the retention time is 1 to {MOST_DAYS:,} days")
        with self.database.write() as session:
            _course(session, course_id).retention_days = days

    def new_code(self, person: Person, course_id: int) -> str:
        """A fresh join code; the old one opens nothing any more."""
        self.led(person, course_id)
        code = _new_code()
        with self.database.write() as session:
            _course(session, course_id).join_code = code
        return code

    def set_reveal(self, person: Person, course_id: int, chapter: str, open_from: datetime | None) -> None:
        """Keep a chapter's reference answers closed until a time; None opens them."""
        self.led(person, course_id)
        with self.database.write() as session:
            session.execute(delete(Reveal).where(Reveal.course_id == course_id, Reveal.chapter == chapter))
            if open_from is not None:
                session.add(Reveal(course_id=course_id, chapter=chapter, open_from=open_from))

    def closed_chapters(self, course_id: int) -> dict[str, datetime]:
        """Chapters whose reference answers are closed now, and until when."""
        with self.database.read() as session:
            rows = session.scalars(select(Reveal).where(Reveal.course_id == course_id, Reveal.open_from > utc_now()))
            return {row.chapter: row.open_from for row in rows}


def _course(session: Session, course_id: int) -> Course:
    course = session.get(Course, course_id)
    if course is None:
        raise UsageError(_NOT_YOURS)
    return course


def _new_code() -> str:
    """Eight letters and digits: 31^8 are too many to guess through a rate limit."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))


def _view(course: Course, role: str) -> CourseView:
    return CourseView(
        id=course.id,
        title=course.title,
        book=course.book,
        engine=course.engine,
        adapter=course.adapter,
        role=role,  # type: ignore[arg-type]
        join_code=course.join_code if role == "instructor" else None,
        retention_days=course.retention_days,
    )
