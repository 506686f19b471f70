"""The load benchmark ends with one line and a remedy where its book cannot be asked, before it starts anything."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks import load
from indexing.library import SCHEMA_VERSION, Manifest, Source
from indexing.settings import settings


def book(schema: int = SCHEMA_VERSION, questions: str = "") -> Path:
    """A built book by its manifest and review questions alone."""
    folder = settings().home / "sample"
    folder.mkdir(parents=True)
    source = Source(name="a.pdf", sha256="0")
    manifest = Manifest(schema_version=schema, program="1", book="sample", title="S", created="2026-01-01", source=source)
    (folder / "manifest.json").write_text(manifest.model_dump_json(), encoding="utf-8")
    (folder / "qa.jsonl").write_text(questions, encoding="utf-8")
    return folder


def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """(exit status, stdout, stderr) of the benchmark."""
    monkeypatch.setattr(sys, "argv", ["load.py"])
    monkeypatch.setattr(load, "_server", lambda _: pytest.fail("a server was started"))
    with pytest.raises(SystemExit) as ended:
        load.main()
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def test_no_such_book(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    line = f"error: no book 'sample' in {settings().home} (built: none yet); build it with python -m indexing.rebuild\n"
    assert told(capsys, monkeypatch) == (1, "", line)


def test_a_book_of_an_older_schema(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = book(schema=SCHEMA_VERSION - 1)
    line = (
        f"error: {folder}: built by schema version {SCHEMA_VERSION - 1}, this program reads {SCHEMA_VERSION}; "
        "build the book again with python -m indexing.rebuild\n"
    )
    assert told(capsys, monkeypatch) == (1, "", line)


def test_a_book_without_answered_questions(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    book(questions=json.dumps({"question": "Why?", "answer": None, "chapter": "1", "number": "1"}) + "\n")
    line = "error: 'sample' has no review questions to ask; build it with --qa, or give --book another one\n"
    assert told(capsys, monkeypatch) == (2, "", line)


def test_a_server_that_does_not_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Ended:
        def poll(self) -> int:
            return 1

    monkeypatch.setattr(load, "PORT", 1)
    log = tmp_path / "server.log"
    log.write_text("Opening …\nerror: no book\n", encoding="utf-8")
    with pytest.raises(load.TutorError, match="the server did not start on port 1: error: no book"):
        load._await_server(Ended(), log)  # type: ignore[arg-type]
    assert capsys.readouterr().out == ""
