"""The library: a folder of built books, each switched to a new version at one instant.

    <home>/<book>                     a link to the version in use; readers resolve it once and then see one whole version
    <home>/.versions/<book>/<stamp>/  records.jsonl outline.json qa.jsonl chunks.jsonl corrections.jsonl source.pdf
                                      index/ manifest.json
    <home>/.locks/<book>.lock         held while a rebuild runs

A version is written beside the others, its manifest last; then the link is replaced by rename, which is atomic. So a reader,
also after `kill -9` or a power cut, sees the old version or the new one, whole. The version before the current one is kept:
readers that are still in it can finish, and it can be switched back to.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from indexing.errors import BookError, LockedError, UsageError
from indexing.records import Model, OutlineEntry, Question, Record, read_jsonl, read_records

SCHEMA_VERSION = 3
SAMPLE = "sample"
ALL = "all"  # stands for every book of the library, so no book can have it for a name
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_KEPT_VERSIONS = 2


class Source(Model):
    """A file that a book was made from."""

    name: str
    sha256: str
    pages: int | None = None


class EmbedderInfo(Model):
    """Which embedder made the vectors. An index answers only questions embedded by the same."""

    name: str
    fingerprint: str
    dimension: int


class Manifest(Model):
    """Everything that shaped a book: sources, settings, models, and the checksum of each file.

    `collection` is Qdrant's, where that is the store. `made_of` is a digest of all that a build depends on: with the same one
    there is nothing to build.
    """

    schema_version: int = SCHEMA_VERSION
    program: str
    book: str
    title: str
    created: str
    source: Source
    review: Source | None = None
    counts: dict[str, int] = {}
    token_limits: dict[str, int] = {}
    embedder: EmbedderInfo | None = None
    store: Literal["faiss", "qdrant"] = "faiss"
    collection: str = ""
    made_of: str = ""
    calibration: dict[str, float] = {}
    files: dict[str, str] = {}


@dataclass(frozen=True)
class Book:
    """One version of a built book, opened for reading. `path` is resolved, so a rebuild cannot change what it shows."""

    name: str
    path: Path

    @property
    def records_path(self) -> Path:
        return self.path / "records.jsonl"

    @property
    def qa_path(self) -> Path:
        return self.path / "qa.jsonl"

    @property
    def chunks_path(self) -> Path:
        return self.path / "chunks.jsonl"

    @property
    def index_path(self) -> Path:
        return self.path / "index"

    @property
    def pdf_path(self) -> Path | None:
        """The book's PDF, or None where the book was built from records alone."""
        path = self.path / "source.pdf"
        return path if path.exists() else None

    @cached_property
    def manifest(self) -> Manifest:
        return read_manifest(self.path)

    def records(self) -> list[Record]:
        return read_records(self.records_path)

    def questions(self) -> list[Question]:
        return read_jsonl(self.qa_path, Question) if self.qa_path.exists() else []

    def outline(self) -> list[OutlineEntry]:
        return read_jsonl_array(self.path / "outline.json")


def read_jsonl_array(path: Path) -> list[OutlineEntry]:
    """outline.json, a JSON array."""
    from pydantic import TypeAdapter

    return TypeAdapter(list[OutlineEntry]).validate_json(path.read_bytes())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a book's folder. BookError where it is missing, damaged or of another schema version."""
    path = folder / "manifest.json"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise BookError(f"{folder}: not a built book (no manifest.json); build it with python -m indexing.rebuild") from None
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError:
        raise BookError(f"{path}: damaged; build the book again with python -m indexing.rebuild") from None
    if manifest.schema_version != SCHEMA_VERSION:
        raise BookError(
            f"{folder}: built by schema version {manifest.schema_version}, this program reads {SCHEMA_VERSION}; "
            "build the book again with python -m indexing.rebuild"
        )
    return manifest


def check_files(book: Book) -> None:
    """Compare every file with the manifest's checksum. BookError names the first that differs."""
    for name, expected in book.manifest.files.items():
        path = book.path / name
        if not path.is_file():
            raise BookError(f"{path}: missing; build the book again with python -m indexing.rebuild")
        if file_sha256(path) != expected:
            raise BookError(f"{path}: damaged (its checksum differs); build the book again with python -m indexing.rebuild")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def book_names(home: Path) -> list[str]:
    """Names of the built books, in order."""
    if not home.is_dir():
        return []
    return sorted(path.name for path in home.iterdir() if not path.name.startswith(".") and (path / "manifest.json").exists())


def find_book(name_or_path: str, home: Path) -> Book:
    """A book by its name in the library, or by the path of its folder. BookError names the books that there are."""
    candidates = [home / name_or_path] if _NAME.fullmatch(name_or_path) else []
    for path in [*candidates, Path(name_or_path)]:
        if path.is_dir():
            resolved = path.resolve()
            read_manifest(resolved)
            return Book(path.name, resolved)
    names = ", ".join(book_names(home)) or "none yet"
    raise BookError(f"no book '{name_or_path}' in {home} (built: {names}); build it with python -m indexing.rebuild")


def default_book(home: Path, preferred: str = "") -> Book:
    """The book that is meant when none is named: the preferred one, else the only one, else the sample course."""
    names = book_names(home)
    if preferred:
        return find_book(preferred, home)
    if len(names) == 1:
        return find_book(names[0], home)
    if SAMPLE in names or not names:
        return find_book(SAMPLE, home)
    raise UsageError(f"which book? give --book with one of: {', '.join(names)}")


def book_name(source: Path) -> str:
    """A book's name made from its file's name."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", source.stem).strip("-._")[:80]
    return name or "book"


def check_name(name: str) -> str:
    """A book's name as given, or UsageError: it becomes a folder's name."""
    if name == ALL:
        raise UsageError(f"'{name}' cannot be a book's name: it stands for every book; give --book another name")
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' cannot be a book's name: use letters, digits, '.', '_', '-', starting with a letter or digit"
        )
    return name


@contextmanager
def new_version(home: Path, book: str) -> Iterator[Path]:
    """A fresh folder to write a version of `book` into; it becomes the book when the block ends well, else it vanishes.

    Raises LockedError where another rebuild of the same book runs, BookError where the library cannot be written.
    """
    from filelock import FileLock, Timeout  # only now: it brings asyncio, and readers never lock

    versions = home / ".versions" / book
    try:
        versions.mkdir(parents=True, exist_ok=True)
        (home / ".locks").mkdir(exist_ok=True)
        lock = FileLock(home / ".locks" / f"{book}.lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise LockedError(f"another rebuild of '{book}' is running in {home}; wait until it ends") from None
    except OSError as error:
        raise BookError(f"{home}: cannot be written ({error.strerror}); set TUTOR_HOME to a folder that can") from None
    try:
        _remove_leftovers(home, book)
        folder = versions / datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        folder.mkdir()
        try:
            yield folder
            if not (folder / "manifest.json").exists():
                raise BookError(f"{folder}: the version was left without a manifest")
            _switch(home, book, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        _remove_leftovers(home, book)
    finally:
        lock.release()


def _switch(home: Path, book: str, folder: Path) -> None:
    """Make the link <home>/<book> point to `folder`, by rename."""
    _sync(folder)
    link = home / book
    if link.is_dir() and not link.is_symlink():
        try:
            link.rmdir()  # an empty folder that somebody made beforehand
        except OSError:
            raise BookError(
                f"{link}: a folder that is not a built book is in the way; move it or choose another name"
            ) from None
    beside = home / ".versions" / book / ".link"
    beside.unlink(missing_ok=True)
    beside.symlink_to(Path(".versions") / book / folder.name)
    # the link is relative to home, where the rename puts it
    beside.replace(link)


def _sync(folder: Path) -> None:
    """Flush every file of a version to the disk before the link may name it."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_leftovers(home: Path, book: str) -> None:
    """Delete versions other than the newest whole ones: unfinished ones at once, whole ones beyond the kept number."""
    current = (home / book).resolve()
    versions = sorted(path for path in (home / ".versions" / book).iterdir() if path.is_dir())
    whole = [path for path in versions if (path / "manifest.json").exists() and path.resolve() != current]
    kept = {current, *(path.resolve() for path in whole[-(_KEPT_VERSIONS - 1) :])}
    for path in versions:
        if path.resolve() not in kept:
            shutil.rmtree(path, ignore_errors=True)


def now() -> str:
    """The time in UTC, to the second, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
