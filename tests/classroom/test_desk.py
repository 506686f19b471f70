"""What instructors see and set: reports and CSV, books, closed chapters; and data protection."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from indexing.errors import UsageError
from tests.classroom.conftest import Classroom
from tutor.classroom.analytics import Report
from tutor.classroom.asking import Ask, Done
from tutor.classroom.database import utc_now
from tutor.classroom.tables import Attempt, Card, Conversation, Endorsement, Feedback, Message, SignIn
from tutor.practice import Exercise, Grade
from tutor.ui.desk_questions import bars_html, last_days, table_html

EXERCISE = Exercise("k1", "1.1", "What is a key?", "A minimal superkey.", "1")


def ask(classroom: Classroom, question: str) -> int:
    done = list(classroom.room.asking.ask(classroom.bob, Ask(classroom.databases.id, question)))[-1]
    assert isinstance(done, Done)
    return done.exchange.id


def test_reports(classroom: Classroom) -> None:
    room, course = classroom.room, classroom.databases.id
    voted = ask(classroom, "What is a key?")
    ask(classroom, "What is a superkey?")
    ask(classroom, "Who is the pope?")
    room.conversations.vote(classroom.bob, voted, -1, "wrong")
    today = utc_now().date().isoformat()
    for score in (0.2, 0.6):
        room.tutoring.decks.record(classroom.bob, course, EXERCISE, "A key.", Grade("partly", score, 0.9, [], []), 1)
    rows = {name: list(room.analytics.report(classroom.ada, course, name).rows) for name in (
        "sections", "days", "unanswered", "down-voted", "practice"
    )}  # fmt: skip
    assert rows == {
        "sections": [("2.1 <Keys>", 2, 0, 1), ("1 Keys", 1, 1, 0)],
        "days": [(today, 3)],
        "unanswered": [(today, "Who is the pope?", "1 Keys", "")],
        "down-voted": [(today, "What is a key?", "2.1 <Keys>", "wrong")],
        "practice": [("1", "What is a key?", 2, 0.4, 1.0)],
    }
    with pytest.raises(UsageError, match="no report"):
        room.analytics.report(classroom.ada, course, "names")


def test_reports_name_no_student(classroom: Classroom) -> None:
    ask(classroom, "Who is the pope?")
    text = "".join(
        classroom.room.analytics.report(classroom.ada, classroom.databases.id, name).csv()
        for name in ("sections", "days", "unanswered", "down-voted", "practice")
    )
    assert "bob" not in text
    assert classroom.bob.pseudonym not in text


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+1", "-1+cmd|' /C calc'!A0", " =1", "\t=1"])
def test_a_csv_cell_is_no_formula(cell: str) -> None:
    (_, (found, number)) = list(csv.reader(io.StringIO(Report(("a", "b"), [(cell, 3)]).csv())))
    assert found == f"'{cell}"
    assert number == "3"


def test_a_course_is_switched_and_back(classroom: Classroom) -> None:
    courses, course = classroom.room.courses, classroom.databases.id
    with pytest.raises(UsageError, match="no other book"):
        courses.switch_back(classroom.ada, course)
    courses.switch_book(classroom.ada, course, "ai")
    assert courses.of(classroom.bob, course).book == "ai"
    assert classroom.room.uploads.books(classroom.ada, course) == []  # neither is in the library of this test
    assert courses.switch_back(classroom.ada, course) == "db"
    assert courses.of(classroom.bob, course).book == "db"


def test_a_chapter_is_closed_until_its_time(classroom: Classroom) -> None:
    courses, course = classroom.room.courses, classroom.databases.id
    tomorrow = utc_now() + timedelta(days=1)
    courses.set_reveal(classroom.ada, course, "1", tomorrow)
    courses.set_reveal(classroom.ada, course, "2", utc_now() - timedelta(days=1))
    assert courses.closed_chapters(course) == {"1": tomorrow}
    courses.set_reveal(classroom.ada, course, "1", None)
    assert courses.closed_chapters(course) == {}


def test_retention_deletes_what_is_old_and_nothing_else(classroom: Classroom) -> None:
    room, course = classroom.room, classroom.databases.id
    old, new = ask(classroom, "What is old?"), ask(classroom, "What is new?")
    room.tutoring.decks.record(classroom.bob, course, EXERCISE, "A key.", Grade("right", 1, 1, [], []), 0)
    long_ago = utc_now() - timedelta(days=31)
    with room.database.write() as session:
        session.execute(update(Message).where(Message.id == old).values(asked=long_ago))
        first = select(Message.conversation_id).where(Message.id == old).scalar_subquery()
        session.execute(update(Conversation).where(Conversation.id == first).values(started=long_ago))
    assert room.privacy.purge() == 0
    room.courses.set_retention(classroom.ada, course, 30)
    assert room.privacy.purge() == 1
    with room.database.read() as session:
        assert list(session.scalars(select(Message.id))) == [new]
        assert len(session.scalars(select(Attempt)).all()) == 1
    with pytest.raises(UsageError):
        room.courses.set_retention(classroom.ada, course, 0)


@pytest.mark.parametrize("days", [0, -1, 36_501, 10**12])
def test_a_retention_time_is_one_that_a_date_can_be_reckoned_with(classroom: Classroom, days: int) -> None:
    with pytest.raises(UsageError, match="1 to 36,500 days"):
        classroom.room.courses.set_retention(classroom.ada, classroom.databases.id, days)
    classroom.room.courses.set_retention(classroom.ada, classroom.databases.id, 36_500)
    assert classroom.room.privacy.purge() == 0


def test_a_person_takes_everything_away(classroom: Classroom) -> None:
    voted = ask(classroom, "What is a key?")
    classroom.room.conversations.vote(classroom.bob, voted, -1, "wrong")
    classroom.room.tutoring.decks.record(
        classroom.bob, classroom.databases.id, EXERCISE, "A key.", Grade("partly", 0.5, 0.9, [], []), 2
    )
    data = classroom.room.privacy.export(classroom.bob.id)
    assert data["account"]["name"] == "bob"
    assert data["courses"] == ["Databases"]
    (conversation,) = data["conversations"]
    (message,) = conversation["messages"]
    assert (message["question"], message["vote"], message["reason"]) == ("What is a key?", -1, "wrong")
    (attempt,) = data["practice"]
    assert (attempt["given"], attempt["hints"]) == ("A key.", 2)


def test_a_leader_exports_and_deletes_by_pseudonym_and_sees_no_name(classroom: Classroom) -> None:
    room, course, bob = classroom.room, classroom.databases.id, classroom.bob
    ask(classroom, "What is a key?")
    assert room.privacy.students(classroom.ada, course) == [bob.pseudonym]
    data = room.privacy.export_in_course(classroom.ada, course, bob.pseudonym)
    assert data["account"] == {"pseudonym": bob.pseudonym}
    assert "bob" not in str(data)
    room.privacy.forget_in_course(classroom.ada, course, bob.pseudonym)
    assert room.privacy.students(classroom.ada, course) == []
    assert room.conversations.latest(bob, course) is None
    assert room.accounts.person(bob.id) == bob


def test_whoever_is_forgotten_leaves_nothing_but_their_endorsements(classroom: Classroom) -> None:
    from tests.classroom.conftest import PASSWORD, FakeEmbedder

    room, embedder = classroom.room, FakeEmbedder()
    fake: Any = embedder
    ask(classroom, "What is a key?")
    room.tutoring.decks.record(classroom.bob, classroom.databases.id, EXERCISE, "A.", Grade("right", 1, 1, [], []), 0)
    room.accounts.sign_in("bob", PASSWORD, "1.1.1.1")
    room.endorsements.endorse(classroom.ada, classroom.databases.id, "Q?", "A.", fake)
    room.privacy.forget(classroom.bob.id)
    room.privacy.forget(classroom.ada.id)
    with room.database.read() as session:
        for table in (Conversation, Message, Feedback, Attempt, Card, SignIn):
            assert session.scalars(select(table)).all() == []
        assert [row.by_user for row in session.scalars(select(Endorsement))] == [None]


def test_the_plot_of_days_has_no_gaps() -> None:
    assert last_days({}) == []
    assert last_days({"2026-03-01": 2, "2026-02-27": 5}) == [("2026-02-27", 5), ("2026-02-28", 0), ("2026-03-01", 2)]
    assert [day for day, _ in last_days({"2026-01-01": 1, "2026-03-31": 1})] == [f"2026-03-{day}" for day in range(17, 32)]


def test_a_table_is_escaped_names_its_file_and_is_not_there_without_rows() -> None:
    report = Report(("asked", "question"), [("2026-11-25", f"<b>{number}</b>?") for number in range(51)])
    html = table_html("unanswered", report, "<a>CSV</a>")
    assert html.count("<tr>") == 51  # the head, and as many rows as are shown
    assert "<td>&lt;b&gt;0&lt;/b&gt;?</td>" in html
    assert "… and 1 more in the file: <a>CSV</a>" in html
    assert table_html("unanswered", Report(("asked", "question"), []), "") == ""


def test_a_plot_is_escaped_and_says_when_there_is_nothing() -> None:
    html = bars_html("practice", [("<b>Keys?</b>", 0.25)], "<a>CSV</a>", most=1.0)
    assert "&lt;b&gt;Keys?&lt;/b&gt;" in html
    assert "width:25.0%" in html
    assert "Nothing yet." in bars_html("days", [], "")
