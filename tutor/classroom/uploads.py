"""From an instructor's upload to a book that the course can be switched to.

The file is looked at before anything opens it (size, header), and built by a process of its own with limits on time, memory
and disk. The course goes on with its book until the instructor switches it over. One upload is built at a time.
"""

import json
import logging
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import select

from indexing.errors import LimitError, SourceError
from indexing.library import book_name, book_names
from indexing.settings import PROJECT, Settings
from tutor.classroom.accounts import Person
from tutor.classroom.building import Job
from tutor.classroom.courses import Courses
from tutor.classroom.database import Database, utc_now
from tutor.classroom.settings import ClassroomSettings
from tutor.classroom.tables import Build, CourseBook

_LOG = logging.getLogger("tutor.classroom")
_MEGABYTE = 1_000_000
_HEADER = 1_024  # bytes in which "%PDF-" has to stand (ISO 32000-1, implementation note 13)
_DISK = 8_000 * _MEGABYTE  # bytes that one file of a build may have
_WAITING = 5  # uploads of one course that may wait


@dataclass(frozen=True)
class BuildView:
    """A build as the desk shows it."""

    id: int
    book: str
    file_name: str
    state: str
    progress: str
    report: dict[str, object]
    started: datetime


@dataclass(frozen=True)
class Uploads:
    """Builds of uploaded books. `recover` is called once when the server starts."""

    database: Database
    courses: Courses
    library: Settings
    settings: ClassroomSettings
    _one: threading.Lock = field(default_factory=threading.Lock)
    _running: list["subprocess.Popen[str]"] = field(default_factory=list)

    def accept(self, person: Person, course_id: int, pdf: Path, file_name: str, review: Path | None = None) -> int:
        """Start building an uploaded PDF; the build's number. SourceError or LimitError where it is not taken."""
        self.courses.led(person, course_id)
        for path in (pdf, review):
            if path is not None:
                self._look(path)
        with self.database.write() as session:
            waiting = session.scalars(
                select(Build).where(Build.course_id == course_id, Build.state.in_(("waiting", "running")))
            )
            if len(waiting.all()) >= _WAITING:
                raise LimitError(f"{_WAITING} uploads of this course are waiting already; wait until they are built")
            build = Build(
                course_id=course_id, book=self._free_name(set(session.scalars(select(Build.book)).all()), file_name),
                file_name=Path(file_name).name[:200], state="waiting", progress="waiting", started=utc_now(),
            )  # fmt: skip
            session.add(build)
            session.flush()
            number, book, title = build.id, build.book, Path(build.file_name).stem
        folder = Path(tempfile.mkdtemp(prefix="upload-", dir=self._scratch()))
        kept = shutil.copyfile(pdf, folder / "book.pdf")
        kept_review = shutil.copyfile(review, folder / "review.pdf") if review else None
        job = Job(
            home=self.library.home, cache=self.library.cache, embedder=self.library.embedder,
            llama_tokenizer=self.library.llama_tokenizer, book=book, title=title, pdf=kept, review=kept_review,
            max_pages=self.settings.upload_pages,
        )  # fmt: skip
        threading.Thread(target=self._build, args=(number, job, folder), name=f"build-{number}", daemon=True).start()
        return number

    def builds(self, person: Person, course_id: int) -> list[BuildView]:
        """The course's builds, latest first."""
        self.courses.led(person, course_id)
        with self.database.read() as session:
            rows = session.scalars(select(Build).where(Build.course_id == course_id).order_by(Build.id.desc()).limit(50))
            return [_view(row) for row in rows]

    def books(self, person: Person, course_id: int) -> list[str]:
        """Books that the course may read: those it has read, and those that were uploaded to it."""
        course = self.courses.led(person, course_id)
        with self.database.read() as session:
            read = session.scalars(select(CourseBook.book).where(CourseBook.course_id == course_id)).all()
            built = session.scalars(select(Build.book).where(Build.course_id == course_id, Build.state == "done")).all()
        there = set(book_names(self.library.home))
        return [name for name in dict.fromkeys([course.book, *built, *read]) if name in there]

    def recover(self) -> None:
        """Builds that a stopped server left behind are failed ones; their files go."""
        with self.database.write() as session:
            for build in session.scalars(select(Build).where(Build.state.in_(("waiting", "running")))):
                build.state, build.progress = "failed", "the server was stopped while it was built; upload it again"
        shutil.rmtree(self._scratch(), ignore_errors=True)

    def stop(self) -> None:
        """End builds that are running; the library keeps only whole books."""
        for process in list(self._running):
            process.kill()

    def _scratch(self) -> Path:
        folder = self.library.home / ".classroom" / "uploads"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _look(self, path: Path) -> None:
        """Refuse what is no PDF or too large before anything opens it."""
        size = path.stat().st_size
        if size > self.settings.upload_mb * _MEGABYTE:
            raise LimitError(
                f"the file has {size / _MEGABYTE:,.0f} MB; the limit is {self.settings.upload_mb} MB (TUTOR_UPLOAD_MB)"
            )
        with path.open("rb") as file:
            if b"%PDF-" not in file.read(_HEADER):
                raise SourceError("this is not a PDF, whatever its name says; upload the book as a PDF")

    def _free_name(self, taken: set[str], file_name: str) -> str:
        """A new name in the library: an upload never replaces a book."""
        base = book_name(Path(file_name))[:60]
        taken |= set(book_names(self.library.home))
        number = 1
        while f"{base}-{number}" in taken:
            number += 1
        return f"{base}-{number}"

    def _build(self, number: int, job: Job, folder: Path) -> None:
        with self._one:
            try:
                self._run(number, job, folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def _run(self, number: int, job: Job, folder: Path) -> None:
        (folder / "job.json").write_text(job.model_dump_json(), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "tutor.classroom.building", str(folder / "job.json")], cwd=PROJECT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=self._limit, env=_environment(),
        )  # fmt: skip
        assert process.stdout is not None  # asked for above
        self._running.append(process)
        timer = threading.Timer(self.settings.build_minutes * 60, process.kill)
        timer.start()
        ended: dict[str, object] = {
            "error": "the build ended without a word: the PDF is broken, or needs more than uploads may take"
        }
        try:
            with process:
                for item in _items(process.stdout):
                    if "progress" in item:
                        self._note(number, "running", str(item["progress"]))
                    else:
                        ended = item
            if not timer.is_alive() and "result" not in ended:
                ended = {"error": f"the build took more than {self.settings.build_minutes} minutes and was stopped"}
        finally:
            timer.cancel()
            self._running.remove(process)
        if "result" in ended:
            self._note(number, "done", "built", json.dumps(ended["result"], ensure_ascii=False))
        else:
            self._note(number, "failed", str(ended["error"]))
        _LOG.info("upload built" if "result" in ended else "upload failed", extra={"fields": {"build": number}})

    def _note(self, number: int, state: str, progress: str, report: str | None = None) -> None:
        with self.database.write() as session:
            build = session.get(Build, number)
            if build is not None:
                build.state, build.progress, build.report = state, progress[:500], report

    def _limit(self) -> None:
        """In the child, before it starts: address space, size of files, no core dump, low priority."""
        space = self.settings.build_memory_gb * 1_000 * _MEGABYTE
        resource.setrlimit(resource.RLIMIT_AS, (space, space))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_DISK, _DISK))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(10)


def _environment() -> dict[str, str]:
    """Without the server's secrets: a reader of strange files needs none."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "XDG_CACHE_HOME", "HF_HOME")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"HF_HUB_OFFLINE": "1"}


def _items(lines: IO[str]) -> Iterator[dict[str, object]]:
    """The child's lines; what is no object of ours is passed over."""
    for line in lines:
        try:
            item = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(item, dict):
            yield item


def _view(row: Build) -> BuildView:
    report = json.loads(row.report) if row.report else {}
    return BuildView(row.id, row.book, row.file_name, row.state, row.progress, report, row.started)
