"""Build the sample course's two PDFs from their Markdown source.

    python data/sample/build.py            writes data/sample/book.pdf and data/sample/review.pdf
    python data/sample/build.py --check    writes nothing; exit 1 if a PDF is not what the source builds

The same source gives the same bytes. Reading the source, drawing and setting are in typesetting/.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import typst
from typesetting import document, source
from typesetting.drawing import DrawingError

HERE = Path(__file__).resolve().parent


def compile_pdf(code: str) -> bytes:
    """The PDF of Typst code, with tags, an outline, and no date in it."""
    pdf = typst.compile(code.encode("utf-8"), format="pdf", ignore_system_fonts=True)
    assert isinstance(pdf, bytes)
    return pdf


def build(folder: Path) -> dict[str, bytes]:
    """Both PDFs by name. Raises SourceError, DrawingError or TypstError for a source that cannot be set."""
    course = source.read_course(folder)
    if not course.chapters:
        raise source.SourceError(f"no chapter like 01-title.md in {folder / 'source'}")
    typesetter = document.Typesetter(course.chapters)
    return {
        "book.pdf": compile_pdf(document.book(typesetter, course.chapters)),
        "review.pdf": compile_pdf(document.review(typesetter, course.chapters, course.review)),
    }


def _say_what(folder: Path) -> None:
    """Print what is being built, chapter by chapter, so that a missing file is noticed."""
    course = source.read_course(folder)
    for chapter in course.chapters:
        questions = len(course.review.get(chapter.heading.number, ()))
        tables, figures = len(chapter.of(source.Table)), len(chapter.of(source.Figure))
        print(f"{chapter.path.name}: {tables} tables, {figures} figures, {questions} review questions")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status: 0 done, 1 the source is wrong or (--check) a PDF is out of date."""
    parser = argparse.ArgumentParser(description="Build book.pdf and review.pdf of the sample course.")
    parser.add_argument("--check", action="store_true", help="write nothing, compare with the PDFs there")
    options = parser.parse_args(arguments)
    try:
        _say_what(HERE)
        built = build(HERE)
    except (source.SourceError, DrawingError, typst.TypstError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    stale = [name for name, pdf in built.items() if not _is_same(HERE / name, pdf)]
    for name in built:
        if not options.check:
            (HERE / name).write_bytes(built[name])
        print(f"{name}: {'written' if not options.check else 'out of date' if name in stale else 'up to date'}")
    return 1 if options.check and stale else 0


def _is_same(path: Path, pdf: bytes) -> bool:
    return path.exists() and path.read_bytes() == pdf


if __name__ == "__main__":
    sys.exit(main())
