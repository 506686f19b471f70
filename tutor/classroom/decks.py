"""Each student's practice: which question comes next, what was answered, and when it comes again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from indexing.errors import UsageError
from tutor.classroom.accounts import Person
from tutor.classroom.courses import Courses
from tutor.classroom.database import Database, utc_now
from tutor.classroom.tables import Attempt, Card
from tutor.practice import Exercise, Grade, Review


@dataclass(frozen=True)
class Standing:
    """How far somebody is with some questions."""

    total: int
    tried: int
    due: int


@dataclass(frozen=True)
class Decks:
    """The practice of a database."""

    database: Database
    courses: Courses

    def next(
        self, person: Person, course_id: int, exercises: Sequence[Exercise], last: str = "", skipped: Sequence[str] = ()
    ) -> Exercise | None:
        """The question that is due longest, else the first new one, else the one that comes up first.

        Never the `last` one (its key) at once; those that were `skipped` only after all others.
        """
        self.courses.of(person, course_id)
        cards = self._cards(person, course_id)
        others = [item for item in exercises if item.key != last and item.key not in skipped]
        others = others or [item for item in exercises if item.key != last] or list(exercises)
        now = utc_now()
        due = [item for item in others if item.key in cards and cards[item.key].due <= now]
        if due:
            return min(due, key=lambda item: cards[item.key].due)
        new = next((item for item in others if item.key not in cards), None)
        return new or min(others, key=lambda item: cards[item.key].due, default=None)

    def standing(self, person: Person, course_id: int, exercises: Sequence[Exercise]) -> Standing:
        """How many of the questions were tried, and how many of those are due again."""
        cards = self._cards(person, course_id)
        known = [cards[item.key] for item in exercises if item.key in cards]
        return Standing(len(exercises), len(known), sum(card.due <= utc_now() for card in known))

    def record(self, person: Person, course_id: int, exercise: Exercise, given: str, grade: Grade, hints: int) -> Review:
        """Store an attempt, and when the question comes again. What is due "at once" comes after ten minutes."""
        self.courses.of(person, course_id)
        if not 0 <= hints <= 4:
            raise UsageError("there are four hints")
        now = utc_now()
        with self.database.write() as session:
            session.add(
                Attempt(
                    user_id=person.id, course_id=course_id, question_key=exercise.key, question=exercise.question,
                    chapter=exercise.chapter, given=given, verdict=grade.verdict, score=grade.score, hints=hints, at=now,
                )
            )  # fmt: skip
            card = session.scalar(
                select(Card).where(
                    Card.user_id == person.id, Card.course_id == course_id, Card.question_key == exercise.key
                )
            )  # fmt: skip
            before = Review(card.interval_days, card.ease) if card else Review()
            after = before.after(grade.quality, hints)
            due = now + (timedelta(days=after.interval_days) if after.interval_days else timedelta(minutes=10))
            if card is None:
                card = Card(user_id=person.id, course_id=course_id, question_key=exercise.key)
                session.add(card)
            card.interval_days, card.ease, card.due = after.interval_days, after.ease, due
        return after

    def _cards(self, person: Person, course_id: int) -> dict[str, Card]:
        with self.database.read() as session:
            cards = session.scalars(select(Card).where(Card.user_id == person.id, Card.course_id == course_id))
            return {card.question_key: card for card in cards}
