"""Conversations: every question is stored before it is answered, and its answer as soon as it is there.

Whoever asks for a conversation or a message must be its owner; there is no way around that in this module.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from indexing.errors import UsageError
from tutor.answer import Answer, Turn
from tutor.classroom.accounts import Person
from tutor.classroom.database import Database, utc_now
from tutor.classroom.tables import Conversation, Endorsement, Feedback, Message

REASONS = ("wrong", "not what I asked", "source does not fit", "hard to understand", "other")
_NOT_YOURS = "no such conversation, or it is not yours"
_MAX_REASON = 1_000  # characters
_TURNS = 6  # earlier questions that a follow-up may lean on
_EXCHANGES = (
    select(Message, Feedback.vote, Feedback.reason, Endorsement)
    .outerjoin(Feedback, Feedback.message_id == Message.id)
    .outerjoin(Endorsement, Endorsement.id == Message.endorsement_id)
)


@dataclass(frozen=True)
class Endorsed:
    """An instructor's answer that goes with a question."""

    id: int
    question: str
    answer: str


@dataclass(frozen=True)
class Exchange:
    """One question of a conversation, with whatever came of it."""

    id: int
    question: str
    asked: datetime
    answer: Answer | None = None
    error: str | None = None
    vote: int = 0
    reason: str = ""
    endorsed: Endorsed | None = None


@dataclass(frozen=True)
class Begun:
    """A conversation as a list of them shows it: when it was begun, and with which question."""

    id: int
    started: datetime
    question: str


@dataclass(frozen=True)
class Conversations:
    """The conversations of a database."""

    database: Database

    def start(self, person: Person, course_id: int) -> int:
        """A new conversation's number. The caller has checked that the person is in the course."""
        with self.database.write() as session:
            conversation = Conversation(user_id=person.id, course_id=course_id, started=utc_now())
            session.add(conversation)
            session.flush()
            return conversation.id

    def ask(self, person: Person, conversation_id: int, question: str) -> int:
        """Store a question; its number. When this returns, the question is on the disk."""
        with self.database.write() as session:
            _own(session, person, conversation_id)
            message = Message(conversation_id=conversation_id, asked=utc_now(), question=question)
            session.add(message)
            session.flush()
            return message.id

    def answered(self, message_id: int, answer: Answer, endorsement_id: int | None = None) -> None:
        """Store the answer to a question."""
        headings = [citation.heading for citation in answer.citations] or answer.nearest
        with self.database.write() as session:
            message = session.get_one(Message, message_id)
            message.answer = answer.model_dump_json()
            message.refused = answer.refused
            message.heading = headings[0] if headings else None
            message.endorsement_id = endorsement_id

    def failed(self, message_id: int, error: str) -> None:
        """Store why a question was not answered."""
        with self.database.write() as session:
            session.get_one(Message, message_id).error = error

    def exchanges(self, person: Person, conversation_id: int, last: int | None = None) -> list[Exchange]:
        """A conversation of one's own, oldest first; of a long one the `last` ones alone."""
        with self.database.read() as session:
            _own(session, person, conversation_id)
            found = _EXCHANGES.where(Message.conversation_id == conversation_id).order_by(Message.id.desc()).limit(last)
            return [_exchange(*row) for row in reversed(session.execute(found).all())]

    def exchange(self, person: Person, message_id: int) -> Exchange:
        """One question of a conversation of one's own."""
        with self.database.read() as session:
            row = session.execute(_EXCHANGES.where(Message.id == message_id)).one_or_none()
            if row is None:
                raise UsageError(_NOT_YOURS)
            _own(session, person, row[0].conversation_id)
            return _exchange(*row)

    def turns(self, person: Person, conversation_id: int) -> list[Turn]:
        """The latest questions that were answered, as a follow-up needs them, oldest first."""
        with self.database.read() as session:
            _own(session, person, conversation_id)
            rows = session.execute(
                select(Message.question, Message.answer)
                .where(Message.conversation_id == conversation_id, Message.answer.is_not(None))
                .order_by(Message.id.desc())
                .limit(_TURNS)
            ).all()
        found = [(question, Answer.model_validate_json(answer)) for question, answer in reversed(rows) if answer]
        return [Turn(question=answer.rewritten or question, answer=answer.answer) for question, answer in found]

    def course_of(self, person: Person, conversation_id: int) -> int:
        """The number of the course that a conversation of one's own belongs to."""
        with self.database.read() as session:
            return _own(session, person, conversation_id).course_id

    def latest(self, person: Person, course_id: int) -> int | None:
        """The number of one's conversation in a course with the latest question."""
        with self.database.read() as session:
            return session.scalar(
                select(Message.conversation_id).join(Conversation, Conversation.id == Message.conversation_id)
                .where(Conversation.user_id == person.id, Conversation.course_id == course_id)
                .order_by(Message.id.desc()).limit(1)
            )  # fmt: skip

    def last_course(self, person: Person) -> int | None:
        """The number of the course in which somebody asked last."""
        with self.database.read() as session:
            return session.scalar(
                select(Conversation.course_id).join(Message, Message.conversation_id == Conversation.id)
                .where(Conversation.user_id == person.id).order_by(Message.id.desc()).limit(1)
            )  # fmt: skip

    def mine(self, person: Person, course_id: int, limit: int = 50) -> list[Begun]:
        """One's conversations in a course, the latest begun first."""
        firsts = (
            select(func.min(Message.id)).join(Conversation, Conversation.id == Message.conversation_id)
            .where(Conversation.user_id == person.id, Conversation.course_id == course_id).group_by(Conversation.id)
        )  # fmt: skip
        with self.database.read() as session:
            rows = session.execute(
                select(Conversation.id, Conversation.started, Message.question)
                .join(Message, Message.conversation_id == Conversation.id).where(Message.id.in_(firsts))
                .order_by(Conversation.id.desc()).limit(limit)
            ).all()  # fmt: skip
        return [Begun(*row) for row in rows]

    def vote(self, person: Person, message_id: int, vote: int, reason: str = "") -> None:
        """A thumb up (1) or down (-1) for an answer of one's own; 0 takes it back."""
        if vote not in (-1, 0, 1):
            raise UsageError("a vote is up, down, or taken back")
        with self.database.write() as session:
            message = session.get(Message, message_id)
            if message is None:
                raise UsageError(_NOT_YOURS)
            _own(session, person, message.conversation_id)
            known = session.get(Feedback, message_id)
            if known is not None:
                session.delete(known)
                session.flush()
            if vote:
                session.add(Feedback(message_id=message_id, vote=vote, reason=reason.strip()[:_MAX_REASON], at=utc_now()))

    def asked_since(self, person: Person, since: datetime) -> int:
        """How many questions somebody asked since a time."""
        with self.database.read() as session:
            return int(
                session.scalar(
                    select(func.count()).select_from(Message).join(Conversation, Conversation.id == Message.conversation_id)
                    .where(Conversation.user_id == person.id, Message.asked > since)
                ) or 0
            )  # fmt: skip


def _own(session: Session, person: Person, conversation_id: int) -> Conversation:
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or conversation.user_id != person.id:
        raise UsageError(_NOT_YOURS)
    return conversation


def _exchange(message: Message, vote: int | None, reason: str | None, endorsement: Endorsement | None) -> Exchange:
    return Exchange(
        id=message.id,
        question=message.question,
        asked=message.asked,
        answer=Answer.model_validate_json(message.answer) if message.answer else None,
        error=message.error,
        vote=vote or 0,
        reason=reason or "",
        endorsed=Endorsed(endorsement.id, endorsement.question, endorsement.answer) if endorsement else None,
    )
