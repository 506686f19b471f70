"""What a course's students ask and where practice goes wrong: tables for the desk's plots and CSV files.

Nothing here names a student; what a question itself says is shown, as the instructor needs it.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Float, Integer, cast, func, select

from indexing.errors import UsageError
from tutor.classroom.accounts import Person
from tutor.classroom.courses import Courses
from tutor.classroom.database import Database, utc_now
from tutor.classroom.tables import Attempt, Conversation, Feedback, Message

Row = Sequence[str | int | float]
_UNKNOWN = "(no section)"


@dataclass(frozen=True)
class Report:
    """A table: its columns' names, and its rows."""

    columns: Sequence[str]
    rows: Sequence[Row]

    def csv(self) -> str:
        """As CSV. A cell that a spreadsheet would take for a formula is made text."""
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(self.columns)
        writer.writerows([_harmless(cell) for cell in row] for row in self.rows)
        return file.getvalue()


def _harmless(cell: str | int | float) -> str | int | float:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip()[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


@dataclass(frozen=True)
class Analytics:
    """Reports on the courses that somebody leads."""

    database: Database
    courses: Courses

    def report(self, person: Person, course_id: int, name: str, days: int = 120) -> Report:
        """One report by its name, over the last days. UsageError where there is no such report."""
        self.courses.led(person, course_id)
        if name not in REPORTS:
            raise UsageError(f"no report '{name}'; there is: {', '.join(REPORTS)}")
        return REPORTS[name](self, course_id, days)

    def by_heading(self, course_id: int, days: int) -> Report:
        """Questions by the section that their answer rests on, most asked first."""
        with self.database.read() as session:
            rows = session.execute(
                select(
                    Message.heading, func.count(), func.sum(cast(Message.refused, Integer)),
                    func.count(Feedback.vote).filter(Feedback.vote < 0),
                )
                .join(Conversation, Conversation.id == Message.conversation_id)
                .outerjoin(Feedback, Feedback.message_id == Message.id)
                .where(Conversation.course_id == course_id, Message.asked > utc_now() - timedelta(days=days))
                .group_by(Message.heading).order_by(func.count().desc(), Message.heading)
            ).all()  # fmt: skip
        return Report(
            ("section", "questions", "not answered", "down-voted"),
            [(heading or _UNKNOWN, count, refused or 0, down) for heading, count, refused, down in rows],
        )

    def by_day(self, course_id: int, days: int) -> Report:
        """Questions by day (UTC)."""
        with self.database.read() as session:
            times = session.scalars(
                select(Message.asked).join(Conversation, Conversation.id == Message.conversation_id)
                .where(Conversation.course_id == course_id, Message.asked > utc_now() - timedelta(days=days))
            )  # fmt: skip
            counts = Counter(time.date().isoformat() for time in times)
        return Report(("day", "questions"), sorted(counts.items()))

    def unanswered(self, course_id: int, days: int) -> Report:
        """Questions that the book did not answer, latest first, with the nearest section."""
        with self.database.read() as session:
            rows = session.execute(
                select(Message.asked, Message.question, Message.heading, Message.error)
                .join(Conversation, Conversation.id == Message.conversation_id)
                .where(
                    Conversation.course_id == course_id, Message.asked > utc_now() - timedelta(days=days),
                    Message.refused.is_(True) | Message.error.is_not(None),
                )
                .order_by(Message.id.desc()).limit(500)
            ).all()  # fmt: skip
        return Report(
            ("asked", "question", "nearest section", "error"),
            [(asked.date().isoformat(), question, heading or "", error or "") for asked, question, heading, error in rows],
        )

    def down_voted(self, course_id: int, days: int) -> Report:
        """Answers that students voted down, latest first, with their reasons."""
        with self.database.read() as session:
            rows = session.execute(
                select(Feedback.at, Message.question, Message.heading, Feedback.reason)
                .join(Message, Message.id == Feedback.message_id)
                .join(Conversation, Conversation.id == Message.conversation_id)
                .where(
                    Conversation.course_id == course_id, Feedback.vote < 0, Feedback.at > utc_now() - timedelta(days=days)
                )
                .order_by(Feedback.at.desc()).limit(500)
            ).all()  # fmt: skip
        return Report(
            ("voted", "question", "section", "reason"),
            [(at.date().isoformat(), question, heading or "", reason) for at, question, heading, reason in rows],
        )

    def practice(self, course_id: int, days: int) -> Report:
        """Practice questions, the hardest first."""
        with self.database.read() as session:
            score = func.avg(cast(Attempt.score, Float))
            rows = session.execute(
                select(Attempt.chapter, Attempt.question, func.count(), score, func.avg(cast(Attempt.hints, Float)))
                .where(Attempt.course_id == course_id, Attempt.at > utc_now() - timedelta(days=days))
                .group_by(Attempt.chapter, Attempt.question).order_by(score).limit(500)
            ).all()  # fmt: skip
        return Report(
            ("chapter", "question", "attempts", "mean score", "mean hints"),
            [(chapter, question, count, round(mean, 2), round(hints, 2)) for chapter, question, count, mean, hints in rows],
        )


REPORTS: dict[str, Callable[[Analytics, int, int], Report]] = {
    "sections": Analytics.by_heading,
    "days": Analytics.by_day,
    "unanswered": Analytics.unanswered,
    "down-voted": Analytics.down_voted,
    "practice": Analytics.practice,
}
