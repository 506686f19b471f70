"""The process that turns an uploaded PDF into a book, apart from the server: its crash, hunger or hang stays its own.

    python -m tutor.classroom.building JOB.json      # prints one JSON object a line: progress, then the result or the error

Started by `uploads.py`, which sets the limits and reads the lines.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from indexing.errors import SourceError, TutorError
from indexing.records import Model


class Job(Model):
    """What to build, from what, and how much is allowed."""

    home: Path
    cache: Path
    embedder: str
    llama_tokenizer: Path | None = None
    book: str
    title: str
    pdf: Path
    review: Path | None = None
    max_pages: int


def main(arguments: list[str]) -> int:
    """Build the book of a job file. 0 done, 1 an error that was told."""
    job = Job.model_validate_json(Path(arguments[0]).read_text(encoding="utf-8"))
    try:
        _tell({"result": _build(job)})
    except TutorError as error:
        _tell({"error": str(error)})
        return 1
    except MemoryError:
        _tell({"error": "the PDF needs more memory than uploads may take"})
        return 1
    return 0


def _build(job: Job) -> dict[str, Any]:
    from indexing.build import Options, build_book
    from indexing.embedding import load_embedder
    from indexing.reading.pdf import Pdf

    for path in (job.pdf, job.review):
        if path is not None:
            with Pdf.open(path) as pdf:
                pages = pdf.page_count
            if pages > job.max_pages:
                raise SourceError(f"the PDF has {pages:,} pages; the limit is {job.max_pages:,}")
    last = 0.0

    def report(what: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last > 0.5 or done == total:
            last = time.monotonic()
            _tell({"progress": f"{what} {done} of {total}" if total else what})

    options = Options(load_embedder(job.embedder, job.cache), job.llama_tokenizer, None, job.title or None)
    summary = build_book(job.pdf, job.review, job.home, job.book, options, report)
    return {
        "counts": summary.manifest.counts,
        "pages": summary.manifest.source.pages,
        "unread": list(summary.unread),
        "doubts": list(summary.doubts),
    }


def _tell(item: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(item, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
