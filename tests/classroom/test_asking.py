"""One question from door to store: limits, conversations, endorsements, feedback, errors, what the log says."""

import json
import logging
from typing import Any

import pytest

from indexing.errors import LimitError, ModelError, UsageError
from tests.classroom.conftest import Classroom, FakeEmbedder, open_room, populated
from tutor.answer import Answer, Citation, Sentence
from tutor.classroom.asking import Ask, Done, Started
from tutor.classroom.conversations import Exchange
from tutor.classroom.database import utc_now
from tutor.classroom.endorsements import telling
from tutor.classroom.limits import Limits
from tutor.classroom.logs import JsonLines
from tutor.classroom.transcript import transcript
from tutor.evaluate import Asked


def ask(classroom: Classroom, question: str, conversation: int | None = None) -> tuple[int, Exchange]:
    events = list(classroom.room.asking.ask(classroom.bob, Ask(classroom.databases.id, question, conversation)))
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Done)
    return events[0].conversation_id, events[-1].exchange


def test_a_conversation_grows_and_is_its_own_context(classroom: Classroom) -> None:
    conversation, first = ask(classroom, "What is a key?")
    same, second = ask(classroom, "And a foreign one?", conversation)
    assert same == conversation
    assert first.answer is not None
    assert first.answer.answer == "About What is a key?"
    turns = classroom.room.conversations.turns(classroom.bob, conversation)
    assert [turn.question for turn in turns] == ["What is a key?", "And a foreign one?"]
    assert second.id > first.id


def test_conversations_are_listed_and_the_one_with_the_latest_question_comes_back(classroom: Classroom) -> None:
    conversations, asking, bob = classroom.room.conversations, classroom.room.asking, classroom.bob
    assert classroom.networks.join_code
    databases, networks = classroom.databases.id, classroom.room.courses.join(bob, classroom.networks.join_code).id
    for course, question in ((databases, "First?"), (databases, "Second?"), (networks, "Elsewhere?")):
        list(asking.ask(bob, Ask(course, question)))
    second, first = conversations.mine(bob, databases)
    assert [(item.question, item.started.date()) for item in (first, second)] == [
        ("First?", utc_now().date()),
        ("Second?", utc_now().date()),
    ]
    assert (conversations.latest(bob, databases), conversations.last_course(bob)) == (second.id, networks)
    list(asking.ask(bob, Ask(databases, "Further?", first.id)))  # an earlier one goes on
    assert (conversations.latest(bob, databases), conversations.last_course(bob)) == (first.id, databases)
    assert [item.question for item in conversations.mine(bob, databases)] == ["Second?", "First?"]
    assert [item.id for item in conversations.mine(bob, databases, limit=1)] == [second.id]


def test_a_conversation_goes_on_in_its_own_course_alone(classroom: Classroom) -> None:
    assert classroom.networks.join_code
    networks = classroom.room.courses.join(classroom.bob, classroom.networks.join_code).id
    list(classroom.room.asking.ask(classroom.bob, Ask(classroom.databases.id, "What is a key?")))
    number = classroom.room.conversations.latest(classroom.bob, classroom.databases.id)
    assert number is not None
    with pytest.raises(UsageError, match="another course"):
        list(classroom.room.asking.ask(classroom.bob, Ask(networks, "And a packet?", number)))
    assert len(classroom.room.conversations.exchanges(classroom.bob, number)) == 1


@pytest.mark.parametrize("question", ["", "  \n ", "x" * 100_000])
def test_what_is_no_question_is_neither_stored_nor_counted(classroom: Classroom, question: str) -> None:
    with pytest.raises(UsageError):
        ask(classroom, question)
    assert classroom.room.conversations.latest(classroom.bob, classroom.databases.id) is None


@pytest.mark.parametrize("engine", ["small", "server", "/srv/models/own", "someone/some-model"])
def test_no_engine_is_loaded_that_is_not_offered(classroom: Classroom, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    monkeypatch.setattr(classroom.room.shelf, "engine", lambda *_: pytest.fail("loaded"))
    *_, done = classroom.room.asking.ask(classroom.bob, Ask(classroom.databases.id, "What is a key?", engine=engine))
    assert isinstance(done, Done)
    assert (done.exchange.answer, done.exchange.error) == (None, "this engine is not offered here; choose another")


def test_an_error_is_stored_and_told(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> Any:
        raise ModelError("the model server does not answer; start it")

    monkeypatch.setattr(classroom.room.shelf, "tutor", broken)
    conversation, exchange = ask(classroom, "What is a key?")
    assert exchange.answer is None
    assert exchange.error == "the model server does not answer; start it"
    assert classroom.room.conversations.turns(classroom.bob, conversation) == []


def test_so_many_questions_a_minute(classroom: Classroom) -> None:
    now = [0.0]
    limits = Limits(classroom.room.conversations, 3, 1000, clock=lambda: now[0])
    for _ in range(3):
        limits.admit(classroom.bob)
    with pytest.raises(LimitError, match=r"60 s|61 s"):
        limits.admit(classroom.bob)
    limits.admit(classroom.eve)
    now[0] = 60.5
    limits.admit(classroom.bob)


def test_so_many_questions_a_day(tmp_path: Any) -> None:
    made = populated(open_room(tmp_path, questions_per_day=2))
    ask(made, "One?")
    ask(made, "Two?")
    with pytest.raises(LimitError, match="tomorrow"):
        ask(made, "Three?")
    made.room.database.close()


def test_an_endorsed_answer_comes_first_for_its_question_and_near_twins(classroom: Classroom) -> None:
    embedder: Any = FakeEmbedder()
    room, course = classroom.room, classroom.databases.id
    room.endorsements.endorse(classroom.ada, course, "What is a candidate key?", "A minimal superkey.", embedder)
    for question in ("what is a candidate key?", "What is the candidate key?"):
        _, exchange = ask(classroom, question)
        assert exchange.endorsed is not None
        assert exchange.endorsed.answer == "A minimal superkey."
        assert exchange.answer is not None
    _, other = ask(classroom, "Describe BCNF briefly, please.")
    assert other.endorsed is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is 2NF?", "What is 3NF?"),
        ("What is a key?", "What is not a key?"),
        ("Describe RAID 1.", "Describe RAID 5."),
        ("What does COMMIT do?", "What does ROLLBACK do?"),
        ("What is the first step?", "What is the second step?"),
    ],
)
def test_one_telling_word_makes_another_question(classroom: Classroom, one: str, other: str) -> None:
    assert telling(one) != telling(other)
    embedder: Any = FakeEmbedder()
    classroom.room.endorsements.endorse(classroom.ada, classroom.databases.id, one, "A.", embedder)
    assert classroom.room.endorsements.twin(classroom.databases.id, other, embedder) is None


def test_an_endorsement_replaces_the_one_before_and_can_be_taken_back(classroom: Classroom) -> None:
    embedder: Any = FakeEmbedder()
    room, course = classroom.room, classroom.databases.id
    for text in ("First.", "Second."):
        room.endorsements.endorse(classroom.ada, course, "What is a key?", text, embedder)
    (only,) = room.endorsements.all(classroom.ada, course)
    assert only.answer == "Second."
    room.endorsements.withdraw(classroom.ada, course, only.id)
    assert room.endorsements.twin(course, "What is a key?", embedder) is None


def test_regression_cases_name_question_answer_and_headings(classroom: Classroom) -> None:
    embedder: Any = FakeEmbedder()
    source = Answer(
        question="Q", book="db", answer="A", citations=[Citation(n=1, book="db", quote="q", chunk_id="c", heading="1 K")]
    )
    room, course = classroom.room, classroom.databases.id
    room.endorsements.endorse(classroom.ada, course, "What is a key?", "A superkey…", embedder, source)
    (line,) = room.endorsements.regression_lines(classroom.ada, course)
    case = json.loads(line)
    assert case == {
        "id": case["id"],
        "question": "What is a key?",
        "answer": "A superkey…",
        "book": "db",
        "headings": ["1 K"],
    }
    read = Asked.model_validate_json(line)
    assert (read.question, read.answer, read.headings, read.answerable) == ("What is a key?", "A superkey…", ["1 K"], True)


def test_a_vote_can_be_given_changed_and_taken_back(classroom: Classroom) -> None:
    conversation, exchange = ask(classroom, "What is a key?")
    conversations = classroom.room.conversations
    for vote, reason in ((-1, "wrong"), (1, ""), (0, "")):
        conversations.vote(classroom.bob, exchange.id, vote, reason)
        assert conversations.exchanges(classroom.bob, conversation)[0].vote == vote
    with pytest.raises(UsageError):
        conversations.vote(classroom.bob, exchange.id, 7)


def test_the_log_holds_no_question_unless_it_may(classroom: Classroom, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tutor.classroom")
    ask(classroom, "What is my secret?")
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    (line,) = [line for line in lines if line["what"] == "question answered"]
    assert line["person"] == classroom.bob.pseudonym
    assert "secret" not in json.dumps(lines)
    assert "bob" not in json.dumps(lines)
    object.__setattr__(classroom.room.asking, "log_questions", True)
    ask(classroom, "What is my secret?")
    assert "What is my secret?" in JsonLines().format(caplog.records[-1])


def test_a_transcript_has_citations_and_no_markdown_of_others() -> None:
    answer = Answer(
        question="q", book="b", answer="a", rewritten="What *is* 3NF?",
        sentences=[Sentence(text="A <b>key</b> is *minimal*.", citations=[1]), Sentence(text="No.", supported=False)],
        citations=[Citation(n=1, book="b", quote="A key", chunk_id="c", heading="2 [K](x)", spans=[(3, 0, 0, 1, 1)])],
    )  # fmt: skip
    from datetime import UTC, datetime

    text = transcript("Conversation", [Exchange(1, "# What?", datetime.now(UTC), answer)])
    assert text == (
        "# Conversation\n\n## \\# What?\n\n*Understood as: What \\*is\\* 3NF?*\n\n"
        "A \\<b\\>key\\</b\\> is \\*minimal\\*\\. \\[1\\] No\\. **(not found in the book)**\n\n"
        "- \\[1\\] 2 \\[K\\]\\(x\\), p. 3: “A key”\n"
    )
