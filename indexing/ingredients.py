"""What a book is made of, and whether a rebuild would give it again as it is, so that nothing need be done.

All that a build depends on is put into one digest, which the manifest keeps: the sources, the corrections, the settings, the
embedder, and the program's own code. Another is of what cutting a record into chunks depends on (`kept.py`). Cheap on purpose:
neither the PDF library nor a model is loaded.
"""

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from indexing.embedding import Embedder
from indexing.errors import BookError
from indexing.library import SCHEMA_VERSION, Book, check_files, file_sha256

CORRECTIONS, QA, SOURCE_PDF = "corrections.jsonl", "qa.jsonl", "source.pdf"
_CODE = Path(__file__).resolve().parent
_SPLITTERS = ("nltk", "llama-index-core", "tokenizers")  # what sentences and token counts come from


@dataclass(frozen=True)
class Options:
    """How to build. `embedder` None means records only; `llama_tokenizer` None means the estimate counts."""

    embedder: Embedder | None
    llama_tokenizer: Path | None = None
    password: str | None = None
    title: str | None = None
    reading_report: bool = False
    store: Literal["faiss", "qdrant"] = "faiss"


def digest(source: Path, review: Path | None, current: Path, options: Options) -> str:
    """A hash that stays the same as long as everything does that the book in the folder `current` depends on."""
    files = [source, current / CORRECTIONS]
    if source.suffix.lower() != ".pdf":
        files += [source.with_name(QA), source.with_name(SOURCE_PDF)]
    if review is not None:
        files.append(review)
    parts = [
        SCHEMA_VERSION,
        source.name,
        _hashes([*files, *_tokenizer_files(options)]),
        options.embedder.fingerprint if options.embedder else "",
        options.title,
        options.reading_report,
        options.store,
        _code_digest(),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def cutting_digest(options: Options, limits: dict[str, int]) -> str:
    """A hash that stays the same as long as equal records are cut into equal chunks; `limits` are the tokens by tokenizer."""
    versions = [importlib.metadata.version(name) for name in _SPLITTERS]
    embedder = options.embedder.fingerprint if options.embedder else ""
    parts = [limits, embedder, _hashes(_tokenizer_files(options)), versions, _code_digest()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _tokenizer_files(options: Options) -> list[Path]:
    given = options.llama_tokenizer
    return [given, given / "tokenizer.json"] if given is not None else []


def _hashes(files: Iterable[Path]) -> list[str]:
    return [file_sha256(path) if path.is_file() else "" for path in files]


@cache
def _code_digest() -> str:
    """Of this program as it runs: read once, for a rebuild asks for it several times."""
    found = hashlib.sha256()
    for path in sorted(_CODE.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def is_up_to_date(source: Path, review: Path | None, current: Path, options: Options) -> bool:
    """Whether the book in the folder `current` is there, is whole, and was made of just that."""
    if not (current / "manifest.json").is_file() or not source.is_file():
        return False
    try:
        book = Book(current.name, current.resolve())
        if book.manifest.made_of != digest(source, review, current, options):
            return False
        check_files(book)
    except BookError:
        return False  # then it is built again
    return True
