"""Build one book, step by step: read, chunk, embed, index, manifest. The command line is `rebuild.py`."""

import importlib.metadata
import json
import shutil
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexing.calibration import DEFAULT
from indexing.chunks import Chunk, Limits, make_chunks
from indexing.console import Report
from indexing.embedding import Embedder
from indexing.errors import BookError, SourceError
from indexing.index import Index, build_index, qdrant_place
from indexing.ingredients import CORRECTIONS, QA, cutting_digest, digest
from indexing.ingredients import Options as Options
from indexing.kept import cut_keys, kept_chunks, save_keys
from indexing.library import Book, EmbedderInfo, Manifest, Source, file_sha256, new_version, now
from indexing.material import keep_pdf, read_review, read_source, write_reading_report
from indexing.qdrant import LOCAL, drop_collections
from indexing.records import OutlineEntry, Question, Record, write_jsonl
from indexing.tokenizers import estimate_llama_tokens, llama_counter

LLAMA_LIMIT = 512  # the report's sequence length
RECORDS, OUTLINE, CHUNKS, MANIFEST, REPORT = "records.jsonl", "outline.json", "chunks.jsonl", "manifest.json", "report.html"


@dataclass(frozen=True)
class Summary:
    """What was built, what could not be read, and which corrections no longer fit."""

    folder: Path
    manifest: Manifest
    doubts: Sequence[str] = ()
    unread: Sequence[str] = ()
    unfit: Sequence[str] = ()
    reading_report: Path | None = None
    unknown_fields: dict[str, int] = field(default_factory=dict)


def build_book(source: Path, review: Path | None, home: Path, name: str, options: Options, report: Report) -> Summary:
    """Read `source` (a PDF or a records.jsonl) and switch the book `name` in the library `home` over to it."""
    with new_version(home, name) as folder:
        material = read_source(source, home / name, options.password, report)
        questions = [*material.questions, *(read_review(review, report) if review else [])]
        _carry_over(home / name, folder)
        write_jsonl(folder / RECORDS, material.records)
        write_jsonl(folder / QA, questions)
        _write_outline(folder / OUTLINE, material.outline)
        title, pages = keep_pdf(source, folder, options.password)
        if options.reading_report:
            write_reading_report(source, folder, material, folder / REPORT, options.title or source.name, report)
        limits, chunks = _index(material.records, options, home / name, folder, report)
        collection = collection_name(folder) if options.store == "qdrant" and options.embedder else ""
        manifest = Manifest(
            program=importlib.metadata.version("textbook-tutor"),
            book=name,
            title=options.title or title or name,
            created=now(),
            source=Source(name=source.name, sha256=file_sha256(source), pages=pages),
            review=Source(name=review.name, sha256=file_sha256(review)) if review else None,
            counts=_counts(material.records, questions, chunks),
            token_limits=limits,
            embedder=_embedder_info(options.embedder),
            store=options.store,
            collection=collection,
            calibration=dict(DEFAULT) if options.embedder else {},
            made_of=digest(source, review, home / name, options),
            files=_checksums(folder),
        )
        (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    _drop_old_collections(home, name, collection)
    return Summary(
        folder=home / name,
        manifest=manifest,
        doubts=material.doubts,
        unread=material.unread,
        unfit=material.unfit,
        reading_report=home / name / REPORT if options.reading_report else None,
        unknown_fields=_unknown_fields(material.records),
    )


def collection_name(version: Path) -> str:
    """Qdrant's collection of a version of a book, by its folder `…/<book>/<stamp>`."""
    return f"{version.parent.name}@{version.name}"


def _drop_old_collections(home: Path, name: str, collection: str) -> None:
    if collection:
        versions = [path for path in (home / ".versions" / name).iterdir() if path.is_dir()]
        drop_collections(f"{name}@", [collection_name(path) for path in versions], qdrant_place(collection, home / name))


def _carry_over(current: Path, folder: Path) -> None:
    """A person's corrections go from version to version."""
    if (current / CORRECTIONS).is_file():
        shutil.copy2(current / CORRECTIONS, folder / CORRECTIONS)


def _index(
    records: Sequence[Record], options: Options, current: Path, folder: Path, report: Report
) -> tuple[dict[str, int], list[Chunk]]:
    """Chunk, write chunks.jsonl, embed and index. The token limits that were used, and the chunks."""
    embedder = options.embedder
    if embedder is None:
        return {}, []
    llama, count = llama_counter(options.llama_tokenizer)
    limits = Limits(
        {embedder.name: embedder.count, llama: count},
        {embedder.name: embedder.max_tokens, llama: LLAMA_LIMIT},
        {llama: estimate_llama_tokens},
    )
    previous = _reusable(current, embedder)
    keys = cut_keys(folder / RECORDS, cutting_digest(options, limits.limits))
    kept = kept_chunks(previous, keys) if previous else None
    chunks = make_chunks(records, limits, lambda done: report("cutting chunks", done, len(records)), kept)
    if not chunks:
        raise SourceError("the source has no text that could be indexed; a scanned PDF needs OCR (install tesseract-ocr)")
    write_jsonl(folder / CHUNKS, chunks)
    build_index(
        chunks,
        embedder,
        folder / "index",
        lambda done, total: report("embedding sentences", done, total),
        previous,
        qdrant_place(collection_name(folder), folder / "index") if options.store == "qdrant" else None,
    )
    save_keys(keys, folder / "index")
    return limits.limits, chunks


def _reusable(current: Path, embedder: Embedder) -> Index | None:
    """The book's index as it stands, whose embeddings can be taken over; None where there is none that is whole and fits."""
    if not (current / MANIFEST).is_file():
        return None
    try:
        index = Index(Book(current.name, current.resolve()))
        index.check_embedder(embedder)
    except BookError:
        return None  # it is about to be replaced: then everything is embedded anew
    return index


def _write_outline(path: Path, outline: Sequence[OutlineEntry]) -> None:
    lines = ",\n ".join(json.dumps(entry.model_dump(mode="json"), ensure_ascii=False) for entry in outline)
    path.write_text(f"[{lines}]\n", encoding="utf-8")


def _counts(records: Sequence[Record], questions: Sequence[Question], chunks: Sequence[Chunk]) -> dict[str, int]:
    answered = sum(question.answer is not None for question in questions)
    return {
        **Tally(record.type for record in records),
        "questions": len(questions),
        "answered questions": answered,
        "chunks": len(chunks),
    }


def _embedder_info(embedder: Embedder | None) -> EmbedderInfo | None:
    if embedder is None:
        return None
    return EmbedderInfo(name=embedder.name, fingerprint=embedder.fingerprint, dimension=embedder.dimension)


def _checksums(folder: Path) -> dict[str, str]:
    """Of every file that a question needs, but not of Qdrant's own; a person may edit the others."""
    index = folder / "index"
    needed = [folder / CHUNKS, *sorted(path for path in index.rglob("*") if LOCAL not in path.relative_to(index).parts)]
    return {str(path.relative_to(folder)): file_sha256(path) for path in needed if path.is_file()}


def _unknown_fields(records: Sequence[Record]) -> dict[str, int]:
    """Fields that are not ours, with the number of records that have them: often misspelt ones."""
    return dict(Tally(name for record in records for name in record.model_extra or {}))
