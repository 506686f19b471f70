"""Data protection: what is kept for how long, everything about one person as a file, and forgetting a person."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from indexing.errors import UsageError
from tutor.classroom.accounts import Person
from tutor.classroom.courses import Courses
from tutor.classroom.database import Database, utc_now
from tutor.classroom.tables import (
    Attempt,
    Card,
    Conversation,
    Course,
    Failure,
    Feedback,
    Membership,
    Message,
    SignIn,
    User,
)

_FAILURES_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Privacy:
    """Retention, export and deletion on one database."""

    database: Database
    courses: Courses
    retention_days: int

    def purge(self) -> int:
        """Delete what is older than its course's retention time; how many conversations and attempts went."""
        gone = 0
        now = utc_now()
        with self.database.write() as session:
            for course in session.scalars(select(Course)).all():
                oldest = now - timedelta(days=course.retention_days or self.retention_days)
                newer = select(Message.conversation_id).where(Message.asked >= oldest)
                gone += _count(session.execute(
                    delete(Conversation).where(
                        Conversation.course_id == course.id, Conversation.started < oldest, Conversation.id.not_in(newer)
                    )
                ))  # fmt: skip
                gone += _count(session.execute(delete(Attempt).where(Attempt.course_id == course.id, Attempt.at < oldest)))
            session.execute(delete(SignIn).where(SignIn.expires < now))
            session.execute(delete(Failure).where(Failure.at < now - _FAILURES_KEPT))
        return gone

    def export(self, person_id: int, course_id: int | None = None) -> dict[str, Any]:
        """Everything that is stored about a person (in one course, or all), as plain data."""
        with self.database.read() as session:
            user = _user(session, person_id)
            conversations = select(Conversation).where(Conversation.user_id == person_id).order_by(Conversation.id)
            attempts = select(Attempt).where(Attempt.user_id == person_id).order_by(Attempt.id)
            cards = select(Card).where(Card.user_id == person_id).order_by(Card.id)
            if course_id is not None:
                conversations = conversations.where(Conversation.course_id == course_id)
                attempts = attempts.where(Attempt.course_id == course_id)
                cards = cards.where(Card.course_id == course_id)
            account = {"name": user.name, "pseudonym": user.pseudonym, "kind": user.kind, "created": user.created.isoformat()}
            return {
                "account": account if course_id is None else {"pseudonym": user.pseudonym},
                "courses": list(session.scalars(
                    select(Course.title).join(Membership, Membership.course_id == Course.id)
                    .where(Membership.user_id == person_id)
                )) if course_id is None else [],
                "conversations": [_conversation(session, row) for row in session.scalars(conversations)],
                "practice": [_attempt(row) for row in session.scalars(attempts)],
                "cards": [{"question": row.question_key, "due": row.due.isoformat()} for row in session.scalars(cards)],
            }  # fmt: skip

    def forget(self, person_id: int) -> None:
        """Delete a person with everything that is theirs. Endorsements of an instructor stay, without the name."""
        with self.database.write() as session:
            session.delete(_user(session, person_id))

    def forget_in_course(self, leader: Person, course_id: int, pseudonym: str) -> None:
        """Delete what one student left in a course, and the membership; the account stays the student's own."""
        person_id = self.student(leader, course_id, pseudonym)
        with self.database.write() as session:
            for table in (Conversation, Attempt, Card, Membership):
                session.execute(delete(table).where(table.user_id == person_id, table.course_id == course_id))

    def export_in_course(self, leader: Person, course_id: int, pseudonym: str) -> dict[str, Any]:
        """What one student left in a course."""
        return self.export(self.student(leader, course_id, pseudonym), course_id)

    def students(self, leader: Person, course_id: int) -> list[str]:
        """The pseudonyms of a course's students."""
        self.courses.led(leader, course_id)
        with self.database.read() as session:
            return list(session.scalars(
                select(User.pseudonym).join(Membership, Membership.user_id == User.id)
                .where(Membership.course_id == course_id, Membership.role == "student").order_by(User.pseudonym)
            ))  # fmt: skip

    def student(self, leader: Person, course_id: int, pseudonym: str) -> int:
        """A student of a course that somebody leads, by pseudonym. UsageError where there is none."""
        self.courses.led(leader, course_id)
        with self.database.read() as session:
            found = session.scalar(
                select(User.id).join(Membership, Membership.user_id == User.id).where(
                    Membership.course_id == course_id, Membership.role == "student", User.pseudonym == pseudonym
                )
            )  # fmt: skip
        if found is None:
            raise UsageError("no student with this pseudonym is in the course")
        return found


def _count(result: Any) -> int:
    return max(int(result.rowcount), 0)


def _user(session: Session, person_id: int) -> User:
    user = session.get(User, person_id)
    if user is None:
        raise UsageError("there is nobody with this number")
    return user


def _conversation(session: Session, conversation: Conversation) -> dict[str, Any]:
    rows = session.execute(
        select(Message, Feedback).outerjoin(Feedback, Feedback.message_id == Message.id)
        .where(Message.conversation_id == conversation.id).order_by(Message.id)
    )  # fmt: skip
    messages = [
        {
            "asked": message.asked.isoformat(), "question": message.question, "answer": message.answer,
            "vote": feedback.vote if feedback else 0, "reason": feedback.reason if feedback else "",
        }
        for message, feedback in rows
    ]  # fmt: skip
    return {"started": conversation.started.isoformat(), "messages": messages}


def _attempt(row: Attempt) -> dict[str, Any]:
    return {
        "at": row.at.isoformat(), "question": row.question, "given": row.given, "verdict": row.verdict, "score": row.score,
        "hints": row.hints,
    }  # fmt: skip
