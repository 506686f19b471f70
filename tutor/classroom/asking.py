"""One question from the door to the store: membership, limits, the question on the disk, the answer, the answer on the disk.

    for event in asking.ask(person, Ask(course_id, question)):     # Started, Partial, …, Done
        …

Leaves finding and wording to `tutor.tutor`, and showing to `tutor.ui`.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from indexing.errors import TutorError, UsageError
from tutor.answer import Answer, Event, Partial, Turn
from tutor.classroom.accounts import Person
from tutor.classroom.conversations import Conversations, Exchange
from tutor.classroom.courses import Courses, CourseView
from tutor.classroom.endorsements import Endorsements
from tutor.classroom.limits import Limits
from tutor.classroom.shelf import Shelf
from tutor.engines.base import Generation
from tutor.tutor import AskOptions, Tutor, check_question

_LOG = logging.getLogger("tutor.classroom")


@dataclass(frozen=True)
class Ask:
    """A question to a course. `engine` "" is the course's own; `conversation_id` None starts a conversation."""

    course_id: int
    question: str
    conversation_id: int | None = None
    engine: str = ""
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Started:
    """The question is stored."""

    conversation_id: int
    message_id: int


@dataclass(frozen=True)
class Done:
    """The answer is stored, or why there is none."""

    exchange: Exchange


@dataclass(frozen=True)
class _Question:
    """A question that is stored, with the turns before it."""

    conversation_id: int
    message_id: int
    text: str
    turns: list[Turn]


Progress = Started | Partial | Done


@dataclass(frozen=True)
class Asking:
    """Answers questions of people in courses."""

    shelf: Shelf
    courses: Courses
    conversations: Conversations
    endorsements: Endorsements
    limits: Limits
    log_questions: bool = False
    _answering: list[int] = field(default_factory=list)

    @property
    def busy(self) -> int:
        """How many questions are being answered."""
        return len(self._answering)

    def ask(self, person: Person, ask: Ask) -> Iterator[Progress]:
        """Started, partial answers, Done. UsageError or LimitError where the question is not taken at all."""
        question = check_question(ask.question)
        course = self.courses.of(person, ask.course_id)
        self.limits.admit(person)
        conversation = ask.conversation_id
        if conversation is None:
            conversation = self.conversations.start(person, course.id)
        elif self.conversations.course_of(person, conversation) != course.id:
            raise UsageError("this conversation is about another course; start a new one")
        turns = self.conversations.turns(person, conversation)
        message = self.conversations.ask(person, conversation, question)
        self._answering.append(message)
        try:
            yield Started(conversation, message)
            yield from self._stored(person, course, ask, _Question(conversation, message, question, turns))
        finally:
            self._answering.remove(message)

    def _stored(self, person: Person, course: CourseView, ask: Ask, asked: _Question) -> Iterator[Progress]:
        """Answer a question that is stored, and store what came of it."""
        message, question = asked.message_id, asked.text
        started = time.perf_counter()
        error: TutorError | None = None
        ended = False
        try:
            tutor = self.shelf.tutor(course.book)
            twin = self.endorsements.twin(course.id, question, self.shelf.embedder(tutor.book))
            name = ask.engine or course.engine
            if name not in (course.engine, *self.shelf.engines()):  # any folder or hub name would be loaded
                raise UsageError("this engine is not offered here; choose another")
            engine = self.shelf.engine(name, course.adapter if name == course.engine else None)
            options = AskOptions(generation=Generation(stop=ask.stop))
            with closing(tutor.stream(question, engine=engine, history=asked.turns, options=options)) as events:  # type: ignore[type-var]
                yield from self._answer(message, events, twin, tutor)
            ended = True
        except TutorError as found:
            error, ended = found, True
            self.conversations.failed(message, str(found))
        finally:
            if not ended:  # the page was closed, or a defect, which goes on its way
                self.conversations.failed(message, "this question was not answered to its end; ask it again")
        self._log(person, course.id, message, question, time.perf_counter() - started, error)
        yield Done(self.conversations.exchange(person, message))

    def _answer(self, message: int, events: Iterator[Event], twin: int | None, tutor: Tutor) -> Iterator[Partial]:
        for event in events:
            if isinstance(event, Answer):
                self.conversations.answered(message, _drawn(event, tutor), twin)
            else:
                yield event

    def _log(self, person: Person, course: int, message: int, question: str, seconds: float, error: TutorError | None) -> None:
        fields = {"person": person.pseudonym, "course": course, "message": message, "ms": round(seconds * 1000)}
        if error is not None:
            fields["error"] = type(error).__name__
        if self.log_questions:
            fields["question"] = question
        _LOG.info("question answered" if error is None else "question failed", extra={"fields": fields})


def _drawn(answer: Answer, tutor: Tutor) -> Answer:
    """A computed answer with its drawing, so that it is drawn once and not whenever it is shown."""
    if not answer.computed:
        return answer
    from tutor.computing.answers import Computed
    from tutor.computing.drawing import draw

    drawing = draw(Computed.model_validate(answer.computed), tutor.records)
    return answer.model_copy(update={"computed": {**answer.computed, "svg": drawing}}) if drawing else answer
