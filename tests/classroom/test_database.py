"""Storage: migrations make what the tables say, on SQLite and on PostgreSQL where it is installed; what is written stays."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, select, text

from indexing.errors import BookError, UsageError
from tests.classroom.conftest import open_room, populated
from tests.conftest import ROOT
from tutor.classroom.asking import Ask
from tutor.classroom.database import Database
from tutor.classroom.migrations import MIGRATIONS
from tutor.classroom.tables import Conversation, Failure, Message, Table, User


def shape(database: Database) -> dict[str, dict[str, tuple[str, bool]]]:
    """{table: {column: (kind of type, nullable)}}, without the migrations' own table."""
    looked = inspect(database.engine)
    return {
        name: {
            column["name"]: (type(column["type"].as_generic()).__name__, bool(column["nullable"]))
            for column in looked.get_columns(name)
        }
        for name in looked.get_table_names()
        if name != "migrations"
    }


def keys(database: Database) -> dict[str, object]:
    looked = inspect(database.engine)
    return {
        name: (
            looked.get_pk_constraint(name)["constrained_columns"],
            sorted(
                (key["constrained_columns"], key["referred_table"], key["options"]) for key in looked.get_foreign_keys(name)
            ),
            sorted(index["column_names"] for index in looked.get_indexes(name)),
            sorted(unique["column_names"] for unique in looked.get_unique_constraints(name)),
        )
        for name in looked.get_table_names()
        if name != "migrations"
    }


def test_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    migrated = Database.open(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    declared = Database(create_engine(f"sqlite:///{tmp_path / 'declared.sqlite'}"))
    Table.metadata.create_all(declared.engine)
    assert shape(migrated) == shape(declared)
    assert keys(migrated) == keys(declared)
    migrated.close()
    declared.close()


def test_opening_again_migrates_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'class.sqlite'}"
    for _ in range(2):
        database = Database.open(url)
        with database.read() as session:
            applied = list(session.execute(text("SELECT name FROM migrations ORDER BY name")).scalars())
        assert applied == [name for name, _ in MIGRATIONS]
        database.close()


def test_sqlite_keeps_a_write_ahead_log_and_syncs(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'class.sqlite'}")
    with database.read() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.close()


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'class.sqlite'}")

    def write_and_fail() -> None:
        with database.write() as session:
            session.add(Failure(key="k", at=datetime.now(UTC)))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with database.read() as session:
        assert session.scalars(select(Failure)).all() == []
    database.close()


def test_times_come_back_in_utc(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'class.sqlite'}")
    moment = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=5)))
    with database.write() as session:
        session.add(Failure(key="k", at=moment))
    with database.read() as session:
        assert session.scalars(select(Failure.at)).one() == moment
    database.close()


def test_many_writers_wait_for_each_other(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'class.sqlite'}")
    failed: list[Exception] = []

    def write() -> None:
        try:
            for _ in range(20):
                with database.write() as session:
                    session.scalars(select(Failure.id).limit(1)).all()  # reads first, then writes
                    session.add(Failure(key="k", at=datetime.now(UTC)))
        except Exception as error:  # noqa: BLE001 - whatever it is fails the test
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with database.read() as session:
        assert len(session.scalars(select(Failure)).all()) == 160
    database.close()


@pytest.mark.parametrize(
    ("url", "error", "told"),
    [
        ("nonsense", UsageError, "not a database URL"),
        ("oracle+nothing://x/y", UsageError, "no driver"),
        ("sqlite:////proc/nowhere/class.sqlite", BookError, "TUTOR_DATABASE"),
    ],
)
def test_a_database_that_cannot_be_is_told_in_one_line(url: str, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told) as caught:
        Database.open(url)
    assert "\n" not in str(caught.value)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "class.sqlite"
    path.write_bytes(b"this is not a database at all" * 100)
    with pytest.raises(BookError, match="cannot be used"):
        Database.open(f"sqlite:///{path}")


WRITER = """
import sys
from pathlib import Path
from tests.classroom.conftest import open_room, populated
from tutor.classroom.asking import Ask, Started
made = populated(open_room(Path(sys.argv[1]), questions_per_minute=100000, questions_per_day=100000))
for number in range(100000):
    for event in made.room.asking.ask(made.bob, Ask(made.databases.id, f"What is key {number}?")):
        if isinstance(event, Started):
            print(event.message_id, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline()) for _ in range(25)]
    process.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in process.stdout if line.endswith("\n")]
    process.wait()
    process.stdout.close()
    database = Database.open(f"sqlite:///{tmp_path / 'class.sqlite'}")
    with database.read() as session:
        stored = set(session.scalars(select(Message.id)))
        answered = set(session.scalars(select(Message.id).where(Message.answer.is_not(None))))
    assert set(acknowledged) <= stored
    assert set(acknowledged[:-1]) <= answered  # the last one may have been killed while it was answered
    database.close()


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of its own, or the test is skipped."""
    pytest.importorskip("psycopg", reason="needs the driver psycopg (extra postgres)")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    tools = found[-1].parent if found else None
    if tools is None:
        pytest.skip("needs PostgreSQL (Debian's package postgresql)")
    folder = tmp_path_factory.mktemp("postgres")
    user: list[str] = []
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        if shutil.which("runuser") is None:
            pytest.skip("PostgreSQL does not run as root, and runuser is missing")
        user = ["runuser", "-u", "postgres", "--"]
        for path in (folder, *folder.parents):
            if path == Path("/"):
                break
            path.chmod(path.stat().st_mode | 0o755)
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    run = {"check": True, "capture_output": True, "cwd": "/"}
    subprocess.run([*user, str(tools / "initdb"), "-D", str(data), "-U", "tutor", "-A", "trust"], **run)  # type: ignore[call-overload]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    server = subprocess.Popen(
        [*user, str(tools / "postgres"), "-D", str(data), *options.split()], cwd="/", stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            ready = subprocess.run(
                [str(tools / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)], capture_output=True, check=False
            )
            if ready.returncode == 0:
                break
            time.sleep(0.1)
        yield f"postgresql+psycopg://tutor@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*user, str(tools / "pg_ctl"), "-D", str(data), "stop", "-m", "fast"], capture_output=True, check=False)
        server.wait(20)


def test_a_classroom_runs_on_postgresql(postgres: str, tmp_path: Path) -> None:
    room = open_room(tmp_path, url=postgres)
    declared = Database.open(f"sqlite:///{tmp_path / 'declared.sqlite'}")
    same = {name: {column: null for column, (_, null) in columns.items()} for name, columns in shape(room.database).items()}
    assert same == {name: {column: null for column, (_, null) in columns.items()} for name, columns in shape(declared).items()}
    made = populated(room)
    list(room.asking.ask(made.bob, Ask(made.databases.id, "What is a key?")))
    list(room.asking.ask(made.bob, Ask(made.databases.id, "Who is the pope?")))
    conversation = room.conversations.latest(made.bob, made.databases.id)
    assert conversation is not None
    for name in ("sections", "days", "unanswered", "down-voted", "practice"):
        room.analytics.report(made.ada, made.databases.id, name)
    assert [row[1] for row in room.analytics.report(made.ada, made.databases.id, "unanswered").rows] == ["Who is the pope?"]
    assert room.privacy.purge() == 0
    room.privacy.forget(made.bob.id)
    with room.database.read() as session:
        assert session.scalars(select(Conversation)).all() == []
        assert session.scalars(select(Message)).all() == []
        assert {user.name for user in session.scalars(select(User))} == {"ada", "eve", "zoe"}
    room.database.close()
    declared.close()
