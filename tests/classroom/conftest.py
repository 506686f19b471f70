"""A classroom on a small made-up library: three people, two courses, no PDF, no model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from argon2 import PasswordHasher

from indexing.settings import Settings
from tutor.answer import Answer, Citation, Partial, Sentence
from tutor.classroom.accounts import Person
from tutor.classroom.courses import CourseView
from tutor.classroom.room import Door, Room
from tutor.classroom.settings import ClassroomSettings

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2 as weak as it goes: the tests are about what is done with the hashes."""
    monkeypatch.setattr("argon2.PasswordHasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class FakeEmbedder:
    """Vectors from letters: the same text has the same one, a text with one word more a near one."""

    name: str = "fake"
    fingerprint: str = "fake:1"
    dimension: int = 26

    def encode_query(self, text: str) -> Any:
        counts = np.array([text.lower().count(chr(97 + i)) for i in range(26)], dtype=np.float32) + 0.01
        return type("Encoding", (), {"vector": counts / np.linalg.norm(counts)})()


@dataclass
class FakeTutor:
    """Answers everything but questions with "pope" in them, in one cited sentence that repeats the question."""

    book: Any

    def stream(self, question: str, **_: Any) -> Any:
        yield Partial(text="…")
        if "pope" in question:
            yield Answer(question=question, book="b", answer="The book does not answer this.", refused=True, nearest=["1 Keys"])
            return
        text = f"About {question}"
        citation = Citation(n=1, book="b", quote=text, chunk_id="c", heading="2.1 <Keys>", spans=[(3, 1, 1, 9, 9)])
        yield Answer(
            question=question, book="b", answer=text, sentences=[Sentence(text=text, citations=[1])], citations=[citation]
        )


class FakeShelf:
    """A shelf with any book that is asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def names(self) -> list[str]:
        return ["db", "ai"]

    def title(self, name: str) -> str:
        return name.upper()

    def book(self, name: str) -> Any:
        return type("Book", (), {"name": name, "pdf_path": None})()

    def tutor(self, name: str) -> Any:
        return FakeTutor(self.book(name))

    def embedder(self, _: Any) -> Any:
        return FakeEmbedder()

    def engines(self) -> list[str]:
        return ["quote"]

    def engine(self, *_: Any) -> None:
        return None


@dataclass
class Classroom:
    """A room with Ada, who leads course 1, and Bob and Eve, who are students: Bob of course 1, Eve of course 2 (Zoe's)."""

    room: Room
    ada: Person
    bob: Person
    eve: Person
    zoe: Person
    databases: CourseView
    networks: CourseView


def open_room(tmp_path: Path, door: Door = "local", url: str = "", **settings: Any) -> Room:
    chosen = ClassroomSettings(database=url or f"sqlite:///{tmp_path / 'class.sqlite'}", **settings)
    library = Settings(home=tmp_path / "library", cache=tmp_path / "cache")
    library.home.mkdir(exist_ok=True)
    room = Room.open(door, chosen, library)
    shelf: Any = FakeShelf(library)
    for part in (room, room.asking, room.tutoring):
        object.__setattr__(part, "shelf", shelf)
    return room


def populated(room: Room) -> Classroom:
    ada, bob, eve, zoe = (room.accounts.create(name, PASSWORD) for name in ("ada", "bob", "eve", "zoe"))
    databases = room.courses.create("Databases", "db", ada)
    networks = room.courses.create("Networks", "ai", zoe)
    assert databases.join_code
    assert networks.join_code
    room.courses.join(bob, databases.join_code)
    room.courses.join(eve, networks.join_code)
    return Classroom(room, ada, bob, eve, zoe, databases, networks)


@pytest.fixture
def classroom(tmp_path: Path) -> Any:
    made = populated(open_room(tmp_path))
    yield made
    made.room.database.close()
