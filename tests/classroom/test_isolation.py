"""Nothing of one student reaches another, and nothing of a course its outsiders: every way in that takes a number is tried."""

from collections.abc import Callable

import pytest

from indexing.errors import UsageError
from tests.classroom.conftest import Classroom, FakeEmbedder
from tutor.classroom.asking import Ask, Done
from tutor.practice import Exercise, Grade


def asked(classroom: Classroom, question: str = "What is a key?") -> tuple[int, int]:
    """(conversation, message) of Bob."""
    events = list(classroom.room.asking.ask(classroom.bob, Ask(classroom.databases.id, question)))
    done = events[-1]
    assert isinstance(done, Done)
    conversation = classroom.room.conversations.latest(classroom.bob, classroom.databases.id)
    assert conversation is not None
    return conversation, done.exchange.id


def test_the_owner_sees_the_conversation(classroom: Classroom) -> None:
    conversation, message = asked(classroom)
    found = classroom.room.conversations.exchanges(classroom.bob, conversation)
    assert [(item.id, item.question) for item in found] == [(message, "What is a key?")]


@pytest.mark.parametrize("who", ["ada", "eve", "zoe"])
def test_nobody_else_reads_votes_on_or_continues_it(classroom: Classroom, who: str) -> None:
    conversation, message = asked(classroom)
    other = getattr(classroom, who)
    tries: list[Callable[[], object]] = [
        lambda: classroom.room.conversations.exchanges(other, conversation),
        lambda: classroom.room.conversations.exchange(other, message),
        lambda: classroom.room.conversations.turns(other, conversation),
        lambda: classroom.room.conversations.course_of(other, conversation),
        lambda: classroom.room.conversations.ask(other, conversation, "And mine?"),
        lambda: classroom.room.conversations.vote(other, message, 1),
        lambda: list(classroom.room.asking.ask(other, Ask(classroom.databases.id, "And mine?", conversation))),
    ]
    for attempt in tries:
        with pytest.raises(UsageError):
            attempt()
    assert len(classroom.room.conversations.exchanges(classroom.bob, conversation)) == 1
    assert classroom.room.conversations.mine(other, classroom.databases.id) == []
    assert classroom.room.conversations.latest(other, classroom.databases.id) is None
    assert classroom.room.conversations.last_course(other) is None


def test_numbers_that_nobody_has_are_refused_alike(classroom: Classroom) -> None:
    conversation, message = asked(classroom)
    for wrong in (0, -1, conversation + 1000):
        with pytest.raises(UsageError, match="not yours"):
            classroom.room.conversations.exchanges(classroom.bob, wrong)
    with pytest.raises(UsageError, match="not yours"):
        classroom.room.conversations.vote(classroom.bob, message + 1000, 1)


def test_a_course_is_closed_to_its_outsiders(classroom: Classroom) -> None:
    other = classroom.networks.id
    exercise = Exercise("k", "1", "Q?", "A.", "1")
    grade = Grade("right", 1.0, 1.0, [], [])
    tries: list[Callable[[], object]] = [
        lambda: classroom.room.courses.of(classroom.bob, other),
        lambda: list(classroom.room.asking.ask(classroom.bob, Ask(other, "What is a key?"))),
        lambda: classroom.room.tutoring.decks.next(classroom.bob, other, [exercise]),
        lambda: classroom.room.tutoring.decks.record(classroom.bob, other, exercise, "A.", grade, 0),
        lambda: classroom.room.tutoring.hint(classroom.bob, other, "k", 1),
    ]
    for attempt in tries:
        with pytest.raises(UsageError, match="not in it"):
            attempt()
    assert not classroom.room.may_see(classroom.bob, "ai")
    assert classroom.room.may_see(classroom.bob, "db")


@pytest.mark.parametrize("who", ["bob", "eve", "zoe"])
def test_the_desk_is_its_leaders(classroom: Classroom, who: str) -> None:
    other, course, room = getattr(classroom, who), classroom.databases.id, classroom.room
    tries: list[Callable[[], object]] = [
        lambda: room.courses.switch_book(other, course, "ai"),
        lambda: room.courses.switch_back(other, course),
        lambda: room.courses.set_model(other, course, "small", None),
        lambda: room.courses.set_retention(other, course, 1),
        lambda: room.courses.set_reveal(other, course, "1", None),
        lambda: room.courses.new_code(other, course),
        lambda: room.analytics.report(other, course, "sections"),
        lambda: room.endorsements.endorse(other, course, "Q?", "A.", FakeEmbedder()),  # type: ignore[arg-type]
        lambda: room.endorsements.all(other, course),
        lambda: list(room.endorsements.regression_lines(other, course)),
        lambda: room.privacy.students(other, course),
        lambda: room.privacy.export_in_course(other, course, classroom.bob.pseudonym),
        lambda: room.privacy.forget_in_course(other, course, classroom.bob.pseudonym),
        lambda: room.uploads.builds(other, course),
        lambda: room.uploads.books(other, course),
    ]
    for attempt in tries:
        with pytest.raises(UsageError):
            attempt()


def test_a_join_code_is_seen_by_instructors_alone(classroom: Classroom) -> None:
    assert classroom.room.courses.of(classroom.bob, classroom.databases.id).join_code is None
    assert classroom.room.courses.of(classroom.ada, classroom.databases.id).join_code == classroom.databases.join_code


def test_an_old_join_code_opens_nothing(classroom: Classroom) -> None:
    old = classroom.databases.join_code or ""
    classroom.room.courses.new_code(classroom.ada, classroom.databases.id)
    with pytest.raises(UsageError):
        classroom.room.courses.join(classroom.eve, old)


def test_a_leader_of_one_course_cannot_reach_a_student_of_another(classroom: Classroom) -> None:
    with pytest.raises(UsageError, match="pseudonym"):
        classroom.room.privacy.export_in_course(classroom.ada, classroom.databases.id, classroom.eve.pseudonym)


def test_endorsements_stay_in_their_course(classroom: Classroom) -> None:
    embedder = FakeEmbedder()
    number = classroom.room.endorsements.endorse(classroom.ada, classroom.databases.id, "What is a key?", "A.", embedder)  # type: ignore[arg-type]
    assert classroom.room.endorsements.twin(classroom.databases.id, "what is a key?", embedder) == number  # type: ignore[arg-type]
    assert classroom.room.endorsements.twin(classroom.networks.id, "What is a key?", embedder) is None  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        classroom.room.endorsements.withdraw(classroom.zoe, classroom.networks.id, number)
