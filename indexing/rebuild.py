"""Build a book, or build it again.

    python -m indexing.rebuild BOOK.pdf --qa REVIEW.pdf
    python -m indexing.rebuild data/library/mybook/records.jsonl --book mybook

The command line alone; the work is in `build.py`. While it runs, the book can be asked as before; when it ends well, the book
is switched over at once.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from indexing.console import err, guarded, out, progress
from indexing.errors import UsageError
from indexing.ingredients import Options, is_up_to_date
from indexing.library import book_name, check_name
from indexing.settings import settings

_SHOWN = 12  # lines of a list that are printed; all of them are in the reading report


def main(
    source: Annotated[Path, typer.Argument(help="The book's PDF, or a records.jsonl")],
    qa: Annotated[Path | None, typer.Option(help="PDF of numbered review questions with answers, or a qa.jsonl")] = None,
    book: Annotated[str, typer.Option(help="Name in the library; default: the file's name")] = "",
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder to make the book in, instead of the library (TUTOR_HOME)")
    ] = None,
    records_only: Annotated[bool, typer.Option("--records-only", help="Read into records; no chunks, no index")] = False,
    with_report: Annotated[
        bool, typer.Option("--report", help="Also write report.html into the book: each page beside what was read")
    ] = False,
    password: Annotated[str | None, typer.Option(help="Password of an encrypted PDF")] = None,
    title: Annotated[str | None, typer.Option(help="Title to show; default: the PDF's own, else the name")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Build also where nothing has changed since the last time")] = False,
) -> None:
    """Turn a textbook's PDF into records, chunks and an index that the tutor answers from.

    Example: python -m indexing.rebuild database-systems.pdf --qa review.pdf --book db
    """
    from indexing.embedding import load_embedder

    chosen = settings()
    home, name = _place(source, book, out_folder, chosen.home)
    if qa is not None and not qa.is_file():
        raise UsageError(f"{qa}: no such file")
    embedder = None if records_only else load_embedder(chosen.embedder, chosen.cache)
    options = Options(embedder, chosen.llama_tokenizer, password, title, with_report, chosen.store)
    if not anew and is_up_to_date(source, qa, home / name, options):
        out.print(f"{home / name} is up to date: nothing has changed since it was built (--anew builds it all the same)")
        return
    from indexing.build import build_book  # only now: where nothing has changed, none of it is needed

    with progress() as report:
        summary = build_book(source, qa, home, name, options, report)
    _print_counts(summary.folder, summary.manifest.counts)
    if summary.reading_report:
        out.print(f"Reading report: {summary.reading_report}")
    _print_list("not read", [str(item) for item in summary.unread])
    _print_list("to be checked", [str(item) for item in summary.doubts])
    _print_list("corrections that no longer fit, and were not applied", summary.unfit)
    _print_list("unknown fields, kept but not used", [f"{key} ({n} records)" for key, n in summary.unknown_fields.items()])


def _place(source: Path, book: str, out_folder: Path | None, home: Path) -> tuple[Path, str]:
    """(library folder, book's name). `--out DIR` makes DIR the book; records inside a book belong to that book."""
    if out_folder is not None:
        if book and book != out_folder.name:
            raise UsageError("give --book or --out, not both: --out names the folder, and with it the book")
        absolute = out_folder.absolute()
        return absolute.parent, check_name(absolute.name)
    inside = source.name == "records.jsonl" and (source.parent / "manifest.json").exists()
    return home, check_name(book or (source.parent.name if inside else book_name(source)))


def _print_counts(folder: Path, counts: dict[str, int]) -> None:
    from rich.table import Table

    table = Table(title=f"Built {folder}", title_justify="left", show_header=False, box=None)
    for what, number in counts.items():
        table.add_row(f"{number:,}", what)
    out.print(table)


def _print_list(title: str, items: Sequence[str]) -> None:
    if not items:
        return
    err.print(f"[yellow]{title}:[/]")
    for item in items[:_SHOWN]:
        err.print("  " + item, markup=False)
    if len(items) > _SHOWN:
        err.print(f"  … and {len(items) - _SHOWN} more")


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(guarded(main))

if __name__ == "__main__":
    app()
