"""What users get wrong gives one clear line, the documented exit status, and leaves nothing half-written."""

import json
import os
from pathlib import Path

import pymupdf
import pytest

from indexing.library import find_book
from tests.conftest import run_command


@pytest.fixture
def cache(session_root: Path) -> Path:
    return session_root / "cache"


def pdf_with(path: Path, text: str = "", **save: object) -> Path:
    document = pymupdf.open()
    page = document.new_page()
    if text:
        page.insert_text((72, 72), text)
    document.save(path, **save)
    return path


def broken(path: Path) -> Path:
    path.write_bytes(b"%PDF-1.7\n" + b"\x00garbage" * 50)
    return path


SOURCES = {
    "missing": (lambda folder: folder / "nowhere.pdf", "no such file"),
    "not a PDF": (lambda folder: (folder / "notes.pdf", (folder / "notes.pdf").write_text("hello"))[0], "not a PDF"),
    "empty": (lambda folder: (folder / "empty.pdf", (folder / "empty.pdf").touch())[0], "the file is empty"),
    "broken": (lambda folder: broken(folder / "broken.pdf"), "broken.pdf: "),
    "encrypted": (
        lambda folder: pdf_with(
            folder / "locked.pdf", "secret", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y"
        ),
        "give its password with --password",
    ),
    "without text": (lambda folder: pdf_with(folder / "blank.pdf"), "no page has text"),
    "a folder": (lambda folder: folder, "is a folder"),
    "broken records": (
        lambda folder: (
            folder / "records.jsonl",
            (folder / "records.jsonl").write_text('{"type": "text", "content": "a"}\n{"ty'),
        )[0],
        "line 2: not a record",
    ),
    "no records": (lambda folder: (folder / "none.jsonl", (folder / "none.jsonl").touch())[0], "no records"),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_a_source_that_cannot_be_used(kind: str, tmp_path: Path, cache: Path) -> None:
    make, expected = SOURCES[kind]
    home = tmp_path / "library"
    folder = tmp_path / "given"
    folder.mkdir()
    done = run_command("-m", "indexing.rebuild", make(folder), "--book", "b", home=home, cache=cache)
    assert done.returncode == 1, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert expected in line
    assert "Traceback" not in done.stderr
    assert not (home / "b").exists()
    assert not list((home / ".versions").rglob("*.jsonl")) if home.exists() else True


def test_a_library_that_cannot_be_written(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "file").touch()
    source = pdf_with(tmp_path / "a.pdf", "A relation is a set of tuples.")
    done = run_command("-m", "indexing.rebuild", source, home=tmp_path / "file" / "library", cache=cache)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "TUTOR_HOME" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "expected"),
    [
        (("",), 2, "no question"),
        (("   ",), 2, "no question"),
        (("why? " * 20_000,), 2, "characters long; the limit is"),
        (("--book", "unknown", "What?"), 1, "no book 'unknown'"),
        (("--top-k", "0", "What?"), 2, "--top-k"),
        (("--batch", "nowhere.txt"), 2, "nowhere.txt: no such file"),
        (("--colour", "red", "What?"), 2, "No such option"),
    ],
)
def test_a_question_that_cannot_be_asked(
    arguments: tuple[str, ...], status: int, expected: str, sample_home: Path, cache: Path
) -> None:
    done = run_command("-m", "tutor.query", *arguments, home=sample_home, cache=cache)
    assert done.returncode == status
    assert expected in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def copy_of_sample(sample_home: Path, home: Path) -> Path:
    """A library whose sample book is a copy that a test may damage; the book's folder."""
    import shutil

    shutil.copytree(find_book("sample", sample_home).path, home / "sample")
    return home / "sample"


def test_a_book_of_another_schema_or_embedder_or_damaged(sample_home: Path, tmp_path: Path, cache: Path) -> None:
    book = copy_of_sample(sample_home, tmp_path)
    manifest = json.loads((book / "manifest.json").read_text())
    vectors = next(path for path in book.rglob("*.faiss"))

    def asked(**changes: object) -> str:
        (book / "manifest.json").write_text(json.dumps({**manifest, **changes}))
        done = run_command("-m", "tutor.query", "What is a key?", home=tmp_path, cache=cache)
        assert done.returncode == 1, done.stderr
        assert len(done.stderr.splitlines()) == 1
        return done.stderr

    assert "schema version 99" in asked(schema_version=99)
    other = {**manifest["embedder"], "fingerprint": "minilm:0000"}
    assert "was embedded by" in asked(embedder=other)
    data = bytearray(vectors.read_bytes())
    data[len(data) // 2] ^= 1
    vectors.write_bytes(bytes(data))
    assert "damaged" in asked()
    os.truncate(vectors, 100)
    assert "damaged" in asked()
    (book / "manifest.json").write_text("{")
    done = run_command("-m", "tutor.query", "What is a key?", home=tmp_path, cache=cache)
    assert done.returncode == 1
    assert "damaged" in done.stderr


def test_a_failed_rebuild_leaves_the_old_book(sample_home: Path, tmp_path: Path, cache: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"type": "text", "heading": "1 Keys", "content": "A key identifies a tuple uniquely."}\n')
    home = tmp_path / "library"
    assert run_command("-m", "indexing.rebuild", source, "--book", "b", home=home, cache=cache).returncode == 0
    before = (home / "b").resolve()
    source.write_text("{\n")
    assert run_command("-m", "indexing.rebuild", source, "--book", "b", home=home, cache=cache).returncode == 1
    assert (home / "b").resolve() == before
    done = run_command("-m", "tutor.query", "--json", "--book", "b", "What identifies a tuple?", home=home, cache=cache)
    assert "A key identifies a tuple uniquely." in done.stdout
