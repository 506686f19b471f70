"""Answers that an instructor stands for: shown first for their question and its near twins, and kept as regression cases.

A near twin asks the same in other words: the embeddings agree (cosine 0.85 or more), and numbers, names, abbreviations and
negations are the same, since "What is 2NF?" and "What is 3NF?" are as close as any two questions can be.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from indexing.embedding import Embedder
from indexing.errors import UsageError
from tutor.answer import Answer
from tutor.classroom.accounts import Person
from tutor.classroom.courses import Courses
from tutor.classroom.database import Database, utc_now
from tutor.classroom.tables import Course, Endorsement

TWIN_COSINE = 0.85
_TELLING = re.compile(r"\b(?:\w*\d\w*|[A-Z][A-Z_]+\w*|not|no|never|without|non\w+|un\w{4,}|first|second|third|fourth)\b")
_CASE_FREE = re.compile(r"\b(?:not|no|never|without)\b|n't\b", re.IGNORECASE)
_MAX_ANSWER = 5_000


@dataclass(frozen=True)
class EndorsementView:
    """An endorsed answer as the desk and the chat show it."""

    id: int
    question: str
    answer: str
    created: str


@dataclass(frozen=True)
class Endorsements:
    """The endorsed answers of a database."""

    database: Database
    courses: Courses

    def endorse(
        self, by: Person, course_id: int, question: str, answer: str, embedder: Embedder, source: Answer | None = None
    ) -> int:
        """Keep an answer for a question; one for the very same question takes the place of the one before."""
        self.courses.led(by, course_id)
        question, answer = " ".join(question.split()), answer.strip()
        if not question or not answer:
            raise UsageError("an endorsement needs a question and an answer")
        if len(answer) > _MAX_ANSWER:
            raise UsageError(f"the answer is {len(answer):,} characters long; the limit is {_MAX_ANSWER:,}")
        vector = embedder.encode_query(question).vector.astype(np.float32).tobytes()
        with self.database.write() as session:
            same = session.scalars(
                select(Endorsement).where(Endorsement.course_id == course_id, Endorsement.question == question)
            )
            for row in same:
                session.delete(row)
            endorsement = Endorsement(
                course_id=course_id, question=question, answer=answer, vector=vector, embedder=embedder.fingerprint,
                source=source.model_dump_json() if source else None, by_user=by.id, created=utc_now(),
            )  # fmt: skip
            session.add(endorsement)
            session.flush()
            return endorsement.id

    def withdraw(self, by: Person, course_id: int, endorsement_id: int) -> None:
        """Take an endorsed answer back."""
        self.courses.led(by, course_id)
        with self.database.write() as session:
            row = session.get(Endorsement, endorsement_id)
            if row is None or row.course_id != course_id:
                raise UsageError("no such endorsement in this course")
            session.delete(row)

    def all(self, by: Person, course_id: int) -> list[EndorsementView]:
        """A course's endorsed answers, newest first."""
        self.courses.led(by, course_id)
        with self.database.read() as session:
            rows = session.scalars(
                select(Endorsement).where(Endorsement.course_id == course_id).order_by(Endorsement.id.desc())
            )
            return [EndorsementView(row.id, row.question, row.answer, row.created.date().isoformat()) for row in rows]

    def twin(self, course_id: int, question: str, embedder: Embedder) -> int | None:
        """The number of the endorsement that goes with a question, the closest one; None where none does."""
        with self.database.read() as session:
            rows = session.execute(
                select(Endorsement.id, Endorsement.question, Endorsement.vector, Endorsement.embedder).where(
                    Endorsement.course_id == course_id
                )
            ).all()
        if not rows:
            return None
        asked = " ".join(question.split())
        vector = embedder.encode_query(asked).vector
        best: tuple[float, int] | None = None
        for number, known, stored, fingerprint in rows:
            if known.casefold() == asked.casefold():
                return int(number)
            if fingerprint != embedder.fingerprint or telling(known) != telling(asked):
                continue
            cosine = float(np.frombuffer(stored, dtype=np.float32) @ vector)
            if cosine >= TWIN_COSINE and (best is None or cosine > best[0]):
                best = cosine, number
        return best[1] if best else None

    def regression_lines(self, by: Person, course_id: int) -> Iterator[str]:
        """The course's endorsed answers as cases for `python -m tutor.evaluate --questions`: one JSON object a line."""
        self.courses.led(by, course_id)
        with self.database.read() as session:
            book = session.scalars(select(Course.book).where(Course.id == course_id)).one()
            rows = session.scalars(select(Endorsement).where(Endorsement.course_id == course_id).order_by(Endorsement.id)).all()
        for row in rows:
            yield json.dumps(_case(row, book), ensure_ascii=False)


def telling(question: str) -> frozenset[str]:
    """The words of a question that make another question of it when they change: numbers, names in capitals, negations."""
    found = {match.group().casefold() for match in _TELLING.finditer(question)}
    if _CASE_FREE.search(question):
        found.add("not")
    return frozenset(found)


def _case(row: Endorsement, book: str) -> dict[str, object]:
    case: dict[str, object] = {"id": f"endorsed-{row.id}", "question": row.question, "answer": row.answer, "book": book}
    if row.source:
        source = Answer.model_validate_json(row.source)
        headings = list(dict.fromkeys(citation.heading for citation in source.citations if citation.heading))
        if headings:
            case["headings"] = headings
    return case
