"""What an engine is: something that continues a chat, piece by piece, until it ends, is stopped, or its time is up.

Engines know nothing of books, passages or citations; the tutor grounds what they say.
"""

import queue
import re
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from indexing.errors import LimitError, TutorError
from tutor.prompt import Message


@dataclass(frozen=True)
class Generation:
    """How to generate. `stop` ends it at once when set; `adapter` False answers as the base model would."""

    max_new_tokens: int = 256
    time_limit_s: float = 120.0
    adapter: bool = True
    stop: threading.Event = field(default_factory=threading.Event)


class Engine(Protocol):
    """A language model that words answers. Safe to be used by several threads."""

    name: str
    context_tokens: int

    def count(self, text: str) -> int:
        """Tokens of a text."""

    def stream(self, messages: Sequence[Message], generation: Generation) -> Iterator[str]:
        """Pieces of the reply. Closing the iterator stops the model at once.

        LimitError where the time limit is reached (after the pieces that came in time) or too many are waiting; ModelError
        where the model or its server fails.
        """


@dataclass
class Queue:
    """Lets one caller in at a time, in the order in which they came; more than `limit` waiting are turned away."""

    limit: int = 16
    _turn: threading.Condition = field(default_factory=threading.Condition)
    _waiting: list[object] = field(default_factory=list)

    @contextmanager
    def turn(self, generation: Generation) -> Iterator[None]:
        """Wait for one's turn and hold it. LimitError where the queue is full, or the time or the patience ended in it."""
        ticket = object()
        deadline = time.monotonic() + generation.time_limit_s
        with self._turn:
            if len(self._waiting) > self.limit:
                raise LimitError(f"busy: {self.limit} questions are waiting already; ask again in a moment")
            self._waiting.append(ticket)
        try:
            self._await(ticket, deadline, generation)
            yield
        finally:
            with self._turn:
                self._waiting.remove(ticket)
                self._turn.notify_all()

    def _await(self, ticket: object, deadline: float, generation: Generation) -> None:
        with self._turn:
            while self._waiting[0] is not ticket:
                if generation.stop.is_set():
                    raise LimitError("stopped while waiting for the model")
                if time.monotonic() > deadline:
                    raise LimitError(
                        f"busy: the model was not free within {generation.time_limit_s:.0f} s; ask again, or allow more time"
                    )
                self._turn.wait(0.05)


def heard(pieces: Generator[str, None, None], generation: Generation) -> Iterator[str]:
    """The pieces of something that may be silent for long, read in a thread of its own, so that a stop is heard in the silence.

    The thread closes `pieces` when it comes back from the silence. An error of ours that is raised in it is raised here.
    """
    found: queue.Queue[str | None] = queue.Queue()
    left, whole = threading.Event(), threading.Event()
    failure: list[TutorError] = []

    def read() -> None:
        try:
            with closing(pieces):
                for piece in pieces:
                    if left.is_set():
                        return
                    found.put(piece)
            whole.set()
        except TutorError as error:
            failure.append(error)
        finally:
            found.put(None)

    threading.Thread(target=read, name="listen", daemon=True).start()
    try:
        while not generation.stop.is_set():
            try:
                piece = found.get(timeout=0.05)
            except queue.Empty:
                continue
            if piece is None:
                break
            yield piece
        else:
            return
    finally:
        left.set()
    if failure:
        raise failure[0]
    assert whole.is_set()  # else a defect, whose traceback the thread has shown


_LOOP = re.compile(r"(.{4,200}?)(?:\s*\1){2,}\s*$", re.DOTALL)
_UNIT = re.compile(r"[^.!?\n]+[.!?\n]+")
_OPEN_ITEM = re.compile(r"\s*\n\s*(?:\d{1,2}[.)]|[-•*])$")
_LONG = 24  # characters; shorter sentences may well be said twice


def looped(text: str) -> str | None:
    """What a text should be cut to where its end goes round in circles, else None.

    That is where the last whole sentence was said before, or where the end repeats the same piece three times.
    """
    tail = text[-800:]
    match = _LOOP.search(tail)
    if match:
        return text[: len(text) - len(tail) + match.end(1)]
    units = [match for match in _UNIT.finditer(text) if len(match.group().strip()) >= _LONG]
    if units:
        last = _bare(units[-1].group())
        if any(_bare(unit.group()) == last for unit in units[:-1]):
            return _OPEN_ITEM.sub("", text[: units[-1].start()].rstrip())
    return None


def _bare(sentence: str) -> str:
    """A sentence without its number in a list, its marks and its capitals."""
    return re.sub(r"^[\W\d]+|\W+", " ", sentence).casefold().strip()
