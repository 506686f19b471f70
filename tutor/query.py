"""Ask a book in the shell.

    python -m tutor.query "What is a weak entity?"
    python -m tutor.query --book db --json "What is 3NF?"
    python -m tutor.query --batch questions.txt > answers.jsonl

Exit status: 0 an answer, 3 an honest refusal, 2 wrong usage, 1 any other error. With --batch: 0, or 1 where a line failed.
"""

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from indexing.console import REFUSED, guarded, stop
from indexing.errors import SourceError, TutorError, UsageError
from indexing.library import Book, default_book
from indexing.settings import Settings, settings
from tutor.answer import Answer
from tutor.retrieval import Mode
from tutor.tutor import Tutor


def main(
    question: Annotated[str, typer.Argument(help="The question, in quotes", show_default=False)] = "",
    book: Annotated[str, typer.Option(help="Name in the library, or a book's folder")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    batch: Annotated[
        Path | None,
        typer.Option(help='File of questions, one a line, plain or {"id", "question"}; prints one JSON object a line'),
    ] = None,
    top_k: Annotated[int, typer.Option(min=1, max=50, help="Passages to retrieve")] = 5,
    mode: Annotated[Mode, typer.Option(help="What ranks passages")] = "hybrid",
    show_passages: Annotated[bool, typer.Option("--show-passages", help="Show what was retrieved, too")] = False,
) -> None:
    """Ask a question; the answer comes from the book and cites it.

    Example: python -m tutor.query "What is the normal form of the DEPT_LOCATIONS relation?"
    """
    chosen = settings()
    if batch is not None:
        if question:
            raise UsageError("give a question or --batch, not both")
        _batch(batch, book, chosen, top_k, mode)
        return
    if not question.strip():
        raise UsageError('no question; try: python -m tutor.query "What is a weak entity?"')
    tutor, load_ms = _open(default_book(chosen.home, book or chosen.book), chosen)
    answer = _timed(tutor.ask(question, top_k, mode), load_ms)
    if as_json:
        _print_json(answer.model_dump(mode="json"))
    else:
        from tutor.shell import show_answer

        show_answer(answer, with_passages=show_passages)
    if answer.refused:
        stop(REFUSED)


def _open(book: Book, chosen: Settings) -> tuple[Tutor, float]:
    """The tutor, and the milliseconds that opening it took."""
    from indexing.embedding import load_embedder

    started = time.perf_counter()
    name = book.manifest.embedder.name if book.manifest.embedder else chosen.embedder
    tutor = Tutor.open(book, load_embedder(name, chosen.cache))
    return tutor, (time.perf_counter() - started) * 1000


def _timed(answer: Answer, load_ms: float) -> Answer:
    timings = answer.timings.model_copy(update={"load_ms": round(load_ms, 2)})
    return answer.model_copy(update={"timings": timings})


def _print_json(item: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(item, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _batch(path: Path, book: str, chosen: Settings, top_k: int, mode: Mode) -> None:
    questions = _read_batch(path)
    tutor, load_ms = _open(default_book(chosen.home, book or chosen.book), chosen)
    failed = False
    for extra, question in questions:
        try:
            item = _timed(tutor.ask(question, top_k, mode), load_ms).model_dump(mode="json")
        except TutorError as error:
            failed = True
            item = {"question": question[:200], "error": str(error)}
        _print_json({**extra, **item})
    if failed:
        stop(1)


def _read_batch(path: Path) -> list[tuple[dict[str, Any], str]]:
    """(id to give back, question) of each line that is not blank."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except UnicodeDecodeError:
        raise SourceError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    questions: list[tuple[dict[str, Any], str]] = []
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("{"):
            questions.append(_read_batch_object(path, number, line))
        elif line.strip():
            questions.append(({}, line))
    return questions


def _read_batch_object(path: Path, number: int, line: str) -> tuple[dict[str, Any], str]:
    try:
        item = json.loads(line)
    except json.JSONDecodeError as error:
        raise SourceError(f"{path}, line {number}: not JSON ({error.msg}); one question or one object a line") from None
    if not isinstance(item.get("question"), str):
        raise SourceError(f'{path}, line {number}: no "question" in the object')
    return {"id": item["id"]} if "id" in item else {}, item["question"]


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(guarded(main))

if __name__ == "__main__":
    app()
