"""Uploads: bombs and disguises are refused before anything opens them, builds are watched and limited, names lead nowhere."""

import os
import subprocess
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from indexing.errors import LimitError, SourceError, UsageError
from tests.classroom.conftest import Classroom, open_room, populated
from tutor.classroom.tables import Build
from tutor.classroom.uploads import BuildView, Uploads
from tutor.ui.desk_book import builds_html


def pdf(path: Path, pages: int = 1) -> Path:
    import pymupdf

    document = pymupdf.open()
    for number in range(pages):
        document.new_page().insert_text((72, 72), f"Chapter {number}. A key is a minimal superkey.")
    document.save(path)
    return path


def watched(classroom: Classroom, number: int, seconds: float = 120) -> BuildView:
    """The build when it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        (build,) = [item for item in classroom.room.uploads.builds(classroom.ada, classroom.databases.id) if item.id == number]
        if build.state in ("done", "failed"):
            return build
        time.sleep(0.1)
    pytest.fail("the build did not end")


def test_a_file_over_the_limit_is_refused_without_being_read(tmp_path: Path) -> None:
    made = populated(open_room(tmp_path, upload_mb=1))
    big = tmp_path / "big.pdf"
    with big.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(1_000_000_000)
    with pytest.raises(LimitError, match="1,000 MB"):
        made.room.uploads.accept(made.ada, made.databases.id, big, "big.pdf")
    assert made.room.uploads.builds(made.ada, made.databases.id) == []
    made.room.database.close()


def test_a_zip_bomb_in_disguise_is_refused(classroom: Classroom, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.pdf"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 50_000_000)
    with pytest.raises(SourceError, match="not a PDF"):
        classroom.room.uploads.accept(classroom.ada, classroom.databases.id, bomb, "book.pdf")
    good = pdf(tmp_path / "good.pdf")
    with pytest.raises(SourceError, match="not a PDF"):
        classroom.room.uploads.accept(classroom.ada, classroom.databases.id, good, "book.pdf", review=bomb)


def test_a_student_uploads_nothing(classroom: Classroom, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="instructors"):
        classroom.room.uploads.accept(classroom.bob, classroom.databases.id, pdf(tmp_path / "a.pdf"), "a.pdf")


def quick(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let builds run `script` instead of the real child."""
    real = subprocess.Popen

    def start(command: list[str], **options: Any) -> Any:
        return real(["/bin/sh", "-c", script, "sh", command[-1]], **options)

    monkeypatch.setattr("tutor.classroom.uploads.subprocess.Popen", start)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "/etc/passwd", "a/b\\c.pdf", "<script>.pdf", "…", ".hidden.pdf", "x" * 500]
)
def test_a_file_name_leads_nowhere(classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    quick(monkeypatch, """echo '{"result": {"counts": {"text": 3}, "unread": ["page 1: <b>x</b>"]}}'""")
    number = classroom.room.uploads.accept(classroom.ada, classroom.databases.id, pdf(tmp_path / "a.pdf"), name)
    build = watched(classroom, number)
    assert build.state == "done"
    assert "/" not in build.book
    assert not build.book.startswith(".")
    assert len(build.book) <= 80
    html = builds_html([build])
    assert "<script>" not in html
    assert "<b>" not in html
    scratch = classroom.room.uploads.library.home / ".classroom" / "uploads"
    deadline = time.monotonic() + 20  # the upload is deleted just after the build is called done
    while list(scratch.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [path.name for path in scratch.iterdir()] == []


def test_a_report_counts_what_was_read_in_words() -> None:
    counts = {"text": 1, "table": 2, "ER_desc": 1, "figure": 0, "chunks": 1_200}
    build = BuildView(1, "a-1", "a.pdf", "done", "built", {"counts": counts}, datetime(2026, 1, 1, tzinfo=UTC))
    assert "<p>1 text, 2 tables, 1 ER diagram, 1,200 passages to search</p>" in builds_html([build])


def test_an_upload_never_takes_an_existing_name(classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch, "true")
    source = pdf(tmp_path / "a.pdf")
    books = []
    for _ in range(2):
        number = classroom.room.uploads.accept(classroom.ada, classroom.databases.id, source, "db.pdf")
        books.append(watched(classroom, number).book)
    assert books == ["db-1", "db-2"]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 1", "without a word"),
        ("kill -9 $$", "without a word"),
        ("""echo '{"error": "page 3 is broken"}'; exit 1""", "page 3 is broken"),
        ("""echo garbage; echo '[1]'; echo '{"progress": "reading"}'""", "without a word"),
    ],
)
def test_a_build_that_fails_says_so(
    classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str
) -> None:
    quick(monkeypatch, script)
    number = classroom.room.uploads.accept(classroom.ada, classroom.databases.id, pdf(tmp_path / "a.pdf"), "a.pdf")
    build = watched(classroom, number)
    assert build.state == "failed"
    assert told in build.progress
    assert classroom.room.courses.of(classroom.ada, classroom.databases.id).book == "db"


def test_builds_are_limited_in_memory_and_files(classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch, """echo "{\\"error\\": \\"$(ulimit -v) $(ulimit -c) $(nice)\\"}" """)
    number = classroom.room.uploads.accept(classroom.ada, classroom.databases.id, pdf(tmp_path / "a.pdf"), "a.pdf")
    space, core, nice = watched(classroom, number).progress.split()
    assert int(space) == 12_000_000_000 // 1024
    assert core == "0"
    assert int(nice) == min(os.nice(0) + 10, 19)


def test_a_build_without_end_is_stopped(classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch, "exec sleep 100")
    hurried: Uploads = classroom.room.uploads
    monkeypatch.setattr("tutor.classroom.uploads.threading.Timer", lambda _, stop: _Soon(stop))
    number = hurried.accept(classroom.ada, classroom.databases.id, pdf(tmp_path / "a.pdf"), "a.pdf")
    build = watched(classroom, number)
    assert (build.state, "was stopped" in build.progress) == ("failed", True)


class _Soon:
    """A timer that goes off at once."""

    def __init__(self, stop: Any) -> None:
        self._stop = stop

    def start(self) -> None:
        self._stop()

    def cancel(self) -> None:
        return

    def is_alive(self) -> bool:
        return False


def test_builds_of_a_stopped_server_are_failed_ones(
    classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch, "true")
    number = classroom.room.uploads.accept(classroom.ada, classroom.databases.id, pdf(tmp_path / "a.pdf"), "a.pdf")
    watched(classroom, number)
    with classroom.room.database.write() as session:
        session.execute(update(Build).values(state="running"))
    classroom.room.uploads.recover()
    assert watched(classroom, number).progress.startswith("the server was stopped")


@pytest.mark.slow
def test_a_pdf_of_too_many_pages_is_refused_by_the_child(tmp_path: Path) -> None:
    made = populated(open_room(tmp_path, upload_pages=2))
    number = made.room.uploads.accept(made.ada, made.databases.id, pdf(tmp_path / "a.pdf", pages=3), "a.pdf")
    build = watched(made, number)
    assert build.state == "failed"
    assert build.progress == "the PDF has 3 pages; the limit is 2"
    made.room.database.close()
