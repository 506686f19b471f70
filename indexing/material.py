"""What a book is built from: a PDF that is read and corrected, or records that are given.

Reading is imported only where a PDF is read, since it takes as long as all the rest of a small rebuild from records. Leaves
cutting, embedding and the manifest to `build.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from indexing.console import Report
from indexing.errors import SourceError
from indexing.ingredients import CORRECTIONS, QA, SOURCE_PDF
from indexing.records import OutlineEntry, Question, Record, read_jsonl, read_records

if TYPE_CHECKING:
    from indexing.reading.reader import Reading


@dataclass(frozen=True)
class Material:
    """Records, outline and questions; lines on what is to be checked, was not read, and which corrections no longer fit.

    `reading` is what was read from a PDF, before corrections.
    """

    records: Sequence[Record]
    outline: Sequence[OutlineEntry]
    questions: Sequence[Question]
    doubts: Sequence[str] = ()
    unread: Sequence[str] = ()
    unfit: Sequence[str] = ()
    reading: "Reading | None" = None


def read_source(source: Path, current: Path, password: str | None, report: Report) -> Material:
    """A PDF is read, and corrected by what lies in the book's folder `current`; a records.jsonl (corrected by hand, or any
    corpus in that form) is taken as it is. SourceError where it cannot be read."""
    if source.suffix.lower() in (".jsonl", ".json"):
        return _given(source)
    from indexing.reading.corrections import apply_corrections, read_corrections
    from indexing.reading.reader import read_book

    reading = read_book(source, password=password, progress=lambda done, total: report("reading pages", done, total))
    corrected = apply_corrections(reading, read_corrections(current / CORRECTIONS))
    return Material(
        records=corrected.reading.records,
        outline=corrected.reading.outline,
        questions=corrected.reading.questions,
        doubts=[f"page {doubt.page}: {doubt.message}" for doubt in corrected.reading.doubts],
        unread=[f"page {doubt.page}: {doubt.message}" for doubt in corrected.reading.unread],
        unfit=corrected.unfit,
        reading=reading,
    )


def _given(source: Path) -> Material:
    records = read_records(source)
    if not records:
        raise SourceError(f"{source}: no records in it")
    questions = source.with_name(QA)
    return Material(records, _outline_of(records), read_jsonl(questions, Question) if questions.is_file() else [])


def _outline_of(records: Sequence[Record]) -> list[OutlineEntry]:
    """The headings that some records stand under, in order."""
    entries: dict[tuple[str, ...], OutlineEntry] = {}
    for record in records:
        for depth, title in enumerate(record.headings, 1):
            key = tuple(record.headings[:depth])
            if key not in entries:
                entries[key] = OutlineEntry(level=depth, title=title, page=(record.pages or [1])[0])
    return list(entries.values())


def read_review(review: Path, report: Report) -> list[Question]:
    """Pairs from a review PDF, or from a qa.jsonl that exists already."""
    if review.suffix.lower() == ".jsonl":
        return read_jsonl(review, Question)
    from indexing.reading.questions import read_questions

    report("reading review", 0, 0)
    return read_questions(review)


def keep_pdf(source: Path, folder: Path, password: str | None) -> tuple[str, int | None]:
    """Put the PDF into the book, so that its pages can be shown; for records, the PDF that lies beside them.

    Its own title and its number of pages, or ("", None) where there is no PDF.
    """
    pdf_path = source if source.suffix.lower() == ".pdf" else source.with_name(SOURCE_PDF)
    if not pdf_path.is_file():
        return "", None
    from indexing.reading.pdf import Pdf

    with Pdf.open(pdf_path, password) as pdf:
        pdf.save_copy(folder / SOURCE_PDF)
        return pdf.title, pdf.page_count


def write_reading_report(source: Path, folder: Path, material: Material, path: Path, title: str, report: Report) -> None:
    """The report shows what was read, before corrections: its keys are the ones that corrections name."""
    if not (folder / SOURCE_PDF).is_file():
        raise SourceError(f"{source}: a reading report needs the PDF; give the book's PDF, or leave out --report")
    from indexing.reading.reader import Reading
    from indexing.reading.report import write_report

    given = Reading(list(material.records), list(material.outline), list(material.questions), doubts=[], unread=[])
    write_report(
        folder / SOURCE_PDF,
        material.reading or given,
        path,
        title=title,
        unfit=material.unfit,
        progress=lambda done, total: report("reading report", done, total),
    )
