"""The department's server under load: a hundred students over two minutes, two thousand questions, a kill in the middle.

    python -m benchmarks.load                     # everything, on the sample course of TUTOR_HOME; about 10 minutes
    python -m benchmarks.load --students 20 --seconds 30 --questions 300

Each student signs in, opens the page, and asks review questions of the course over the protocol that the page itself uses
(queue and event stream), with pauses; nothing is mocked, only the browser is missing. Server and students share the machine.

1  load     every student asks, waits for the answer, pauses; latency is from sending to the last event
2  memory   questions up to the given number as fast as four students get them, who open the page anew after every `--anew`;
            the server's memory and the pages opened so far, every tenth of them. It is flat from TUTOR_PAGES pages on:
            TUTOR_PAGES=50 python -m benchmarks.load --students 4 --seconds 5 --questions 600 --anew 4
3  kill     the server is killed while students ask, and started again; every acknowledged question must be stored

A book that is missing, of another version, or without review questions ends it with one line, before anything is started.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from indexing.console import guarded
from indexing.errors import TutorError, UsageError
from indexing.library import find_book
from indexing.settings import settings
from tutor.classroom.database import Database
from tutor.classroom.room import Room
from tutor.classroom.settings import ClassroomSettings
from tutor.classroom.tables import Message

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery"
PORT = 7940
_ASKING = 10  # students who ask while the server is killed
_START_S = 60  # seconds that the server may take to start


@dataclass
class Outcome:
    """What happened to the questions of all students."""

    latencies: list[float] = field(default_factory=list)
    first_event: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    sent: int = 0


@guarded
def main() -> None:
    arguments = _arguments()
    questions = _questions(arguments.book)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "load.sqlite"
        _prepare(database, max(arguments.students, _ASKING), arguments.book)
        with _server(database) as process:
            print(f"load: {arguments.students} students, {arguments.seconds} s, pauses of {arguments.pause} s on average")
            outcome, signed_in, processor = asyncio.run(_load(arguments, questions, process.pid))
            _report(outcome, signed_in, processor)
            asked = len(outcome.latencies)
            print(f"memory: until {arguments.questions:,} questions")
            asyncio.run(_memory(process, questions, arguments.questions - asked, arguments.anew))
        _kill(database, questions)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pause", type=float, default=20.0, help="mean pause of a student between two questions, in seconds")
    parser.add_argument("--questions", type=int, default=2_000, help="questions in all, for the memory")
    parser.add_argument("--anew", type=int, default=20, help="questions after which a page is opened anew, for the memory")
    parser.add_argument("--book", default="sample")
    return parser.parse_args()


def _questions(book: str) -> list[str]:
    """What the students will ask: the book's own questions that have an answer. BookError, UsageError without any."""
    found = find_book(book, settings().home)
    questions = [item.question.split(" – ", 1)[-1] for item in found.questions() if item.answer]
    if not questions:
        raise UsageError(f"'{book}' has no review questions to ask; build it with --qa, or give --book another one")
    return questions


def _prepare(database: Path, students: int, book: str) -> None:
    """Students in a course on the book."""
    chosen = ClassroomSettings(database=f"sqlite:///{database}")
    room = Room.open("local", chosen, settings())
    leader = room.accounts.create("leader", PASSWORD)
    course = room.courses.create("Load", book, leader)
    for number in range(students):
        room.courses.add(room.accounts.create(f"student{number}", PASSWORD), course.id, "student")
    room.database.close()


@contextmanager
def _server(database: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        **os.environ, "TUTOR_DATABASE": f"sqlite:///{database}", "TUTOR_QUESTIONS_PER_MINUTE": "10000",
        "TUTOR_QUESTIONS_PER_DAY": "1000000",
    }  # fmt: skip
    log = database.with_suffix(".log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "app.py", "serve", "--port", str(PORT)], cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    try:
        _await_server(process, database.with_suffix(".log"))
        yield process
    finally:
        process.terminate()
        process.wait(60)
        log.close()
        text = database.with_suffix(".log").read_text(encoding="utf-8", errors="replace")
        if "Traceback" in text:
            print("the server's log:", text[text.index("Traceback") :][:6_000])


def _await_server(process: "subprocess.Popen[bytes]", log: Path) -> None:
    """TutorError with the last thing that the server said, where it does not answer within the time."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{PORT}/health", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    said = log.read_text(encoding="utf-8", errors="replace").strip().rsplit("\n", 1)[-1]
    raise TutorError(f"the server did not start on port {PORT}: {said or 'it said nothing'}")


@dataclass
class Student:
    """One browser: its cookie, its session, and the numbers by which the page calls its functions."""

    client: httpx.AsyncClient
    session: str
    ask: dict[str, Any]
    load: dict[str, Any]
    course: int = 1

    @classmethod
    async def arrive(cls, number: int) -> "Student":
        """Sign in and open the page."""
        limits = httpx.Limits(max_connections=4)
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", timeout=60, limits=limits)
        answer = await client.post("/sign-in", data={"name": f"student{number}", "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        assert (await client.get("/")).status_code == 200
        config = (await client.get("/config")).json()
        found = {item["api_name"]: item for item in config["dependencies"] if item["api_name"] in ("ask", "load")}
        student = cls(client, f"load{number}{random.randrange(10**9)}", found["ask"], found["load"])
        await student.open_page()
        return student

    async def open_page(self) -> None:
        """What the page does when it is opened."""
        await self._call(self.load, [])

    async def question(self, text: str, outcome: Outcome) -> None:
        """Ask, and wait for the last event."""
        outcome.sent += 1
        started = time.perf_counter()
        try:
            await self._call(self.ask, [text, self.course, "quote", None], outcome, started)
        except (httpx.HTTPError, OSError) as error:
            outcome.errors.append(f"{type(error).__name__}: {error}")
        else:
            outcome.latencies.append(time.perf_counter() - started)

    async def _call(
        self, function: dict[str, Any], data: list[Any], outcome: Outcome | None = None, started: float = 0
    ) -> None:
        body = {
            "data": data, "fn_index": function["id"], "session_hash": self.session, "event_data": None,
            "trigger_id": function["targets"][0][0],
        }  # fmt: skip
        joined = await self.client.post("/gradio_api/queue/join", json=body)
        joined.raise_for_status()
        first = True
        async with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                if not line.startswith("data:"):
                    continue
                event = json.loads(line[5:])
                if event["msg"] == "process_generating" and outcome and first:
                    outcome.first_event.append(time.perf_counter() - started)
                    first = False
                if event["msg"] == "process_completed":
                    if not event.get("success", True) or (outcome is not None and "data-message" not in line and first):
                        raise OSError(f"not answered: {line[:200]}")
                elif event["msg"] == "close_stream":
                    return


async def _load(arguments: argparse.Namespace, questions: list[str], server: int) -> tuple[Outcome, float, float]:
    """(what happened, seconds until all were signed in, the server's processor seconds after that)."""
    outcome = Outcome()
    started = time.perf_counter()
    students = []
    for first in range(0, arguments.students, 10):  # they do not all come in the same second
        numbers = range(first, min(first + 10, arguments.students))
        students += await asyncio.gather(*(Student.arrive(number) for number in numbers))
    signed_in = time.perf_counter() - started
    used = _processor_s(server)
    deadline = time.monotonic() + arguments.seconds

    async def study(student: Student) -> None:
        await asyncio.sleep(random.uniform(0, arguments.pause))
        while time.monotonic() < deadline:
            await student.question(random.choice(questions), outcome)
            await asyncio.sleep(random.expovariate(1 / arguments.pause))

    await asyncio.gather(*(study(student) for student in students))
    for student in students:
        await student.client.aclose()
    return outcome, signed_in, _processor_s(server) - used


def _report(outcome: Outcome, signed_in: float, processor: float) -> None:
    times = sorted(outcome.latencies)
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
    print(f"  all signed in and opened the page within {signed_in:.1f} s")
    print(f"  sent {outcome.sent}, answered {len(times)}, errors {len(outcome.errors)} {outcome.errors[:3]}")
    print(f"  seconds: p50 {cuts[49]:.2f}, p95 {cuts[94]:.2f}, p99 {cuts[98]:.2f}, longest {times[-1]:.2f}")
    each = 1000 * processor / max(len(times), 1)
    print(f"  server: {each:.0f} ms of processor time a question; load average at the end {os.getloadavg()[0]:.1f}")
    first = sorted(outcome.first_event)
    print(f"  until the question is shown as taken: p50 {first[len(first) // 2]:.2f}, p95 {first[int(len(first) * 0.95)]:.2f}")


async def _memory(process: "subprocess.Popen[bytes]", questions: list[str], count: int, anew: int) -> None:
    outcome, pages = Outcome(), 0
    students = [await Student.arrive(number) for number in range(4)]
    print(f"  {_resident_mb(process.pid):.0f} MB", end="", flush=True)
    share = max(count // 40, 1)
    for _ in range(10):
        pages += sum(await asyncio.gather(*(_ask_many(student, questions, (share, anew), outcome) for student in students)))
        print(f", {_resident_mb(process.pid):.0f} ({pages})", end="", flush=True)
    print(f" MB (pages); {len(outcome.latencies)} answered, errors {len(outcome.errors)} {outcome.errors[:3]}")


async def _ask_many(student: Student, questions: list[str], number_of: tuple[int, int], outcome: Outcome) -> int:
    """Ask so many questions, with a page opened anew after every so many; how many pages that were."""
    count, anew = number_of
    for number in range(count):
        if number % anew == 0:
            student.session = f"memory{random.randrange(10**12)}"
            await student.open_page()
        await student.question(random.choice(questions), outcome)
    return -(-count // anew)


def _kill(database: Path, questions: list[str]) -> None:
    """Kill the server while ten students ask; what was acknowledged must be there after a restart."""

    async def study(process: "subprocess.Popen[bytes]") -> Outcome:
        outcome = Outcome()
        students = [await Student.arrive(number) for number in range(_ASKING)]
        asyncio.get_running_loop().call_later(6, process.send_signal, signal.SIGKILL)
        end = time.monotonic() + 8

        async def go(student: Student) -> None:
            while time.monotonic() < end and process.poll() is None:
                await student.question(random.choice(questions), outcome)

        await asyncio.gather(*(go(student) for student in students))
        return outcome

    before = _stored(database)
    with _server(database) as process:
        outcome = asyncio.run(study(process))
    acknowledged, answered = len(outcome.first_event), len(outcome.latencies)
    with _server(database):
        stored, with_answer = (now - old for now, old in zip(_stored(database), before, strict=True))
    print(f"kill: {acknowledged} questions were shown as taken, {stored} are stored; {answered} answers were shown, "
          f"{with_answer} are stored")  # fmt: skip
    lost = max(acknowledged - stored, 0) + max(answered - with_answer, 0)
    others = [error for error in outcome.errors if "not answered" in error]
    print(f"  lost: {lost}; refused or failed before the kill: {len(others)} {others[:2]}")
    if lost or others:
        raise SystemExit(1)


def _stored(path: Path) -> tuple[int, int]:
    """(questions, answers) in the database."""
    from sqlalchemy import func, select

    database = Database.open(f"sqlite:///{path}")
    with database.read() as session:
        counts = session.execute(select(func.count(), func.count(Message.answer)).select_from(Message)).one()
    database.close()
    return int(counts[0]), int(counts[1])


def _processor_s(process_id: int) -> float:
    """Processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mb(process_id: int) -> float:
    """A process's resident memory, in MB of 10^6 bytes."""
    for line in Path(f"/proc/{process_id}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


if __name__ == "__main__":
    main()
