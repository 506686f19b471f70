"""Ask a book in the shell.

    python -m tutor.query "What is a weak entity?"
    python -m tutor.query --book db --json "What is 3NF?"
    python -m tutor.query --engine small "What is 3NF?"
    python -m tutor.query --batch questions.txt > answers.jsonl

Exit status: 0 an answer, 3 an honest refusal, 2 wrong usage, 1 any other error. With --batch: 0, or 1 where a line failed.
"""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexing.console import REFUSED, err, guarded, out, stop
from indexing.errors import SourceError, TutorError, UsageError
from indexing.library import ALL, book_names, default_book, find_book
from indexing.settings import Settings, settings
from tutor.answer import Answer
from tutor.engines.load import AUTO, QUOTE, load_engine
from tutor.grounding.entailment import load_entailment
from tutor.rerank import load_reranker
from tutor.retrieval import Mode
from tutor.tutor import AskOptions, Tutor

if TYPE_CHECKING:
    from tutor.engines.base import Engine


def main(
    question: Annotated[str, typer.Argument(help="The question, in quotes", show_default=False)] = "",
    book: Annotated[str, typer.Option(help="Name in the library, or a book's folder; 'all' searches every book")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    batch: Annotated[
        Path | None,
        typer.Option(help='File of questions, one a line, plain or {"id", "question"}; prints one JSON object a line'),
    ] = None,
    top_k: Annotated[int, typer.Option(min=1, max=50, help="Passages to retrieve")] = 5,
    mode: Annotated[Mode, typer.Option(help="What ranks passages")] = "hybrid",
    engine: Annotated[
        str,
        typer.Option(help="'quote', 'small', 'small-tuned', 'server', 'auto', a model's name or folder", show_default=False),
    ] = "",
    adapter: Annotated[Path | None, typer.Option(help="LoRA adapter folder that goes with the engine")] = None,
    show_passages: Annotated[bool, typer.Option("--show-passages", help="Show what was retrieved, too")] = False,
) -> None:
    """Ask a question; the answer comes from the book and cites it.

    Example: python -m tutor.query "What is the normal form of the DEPT_LOCATIONS relation?"
    """
    chosen = settings()
    options = AskOptions(top_k, mode)
    if batch is not None:
        if question:
            raise UsageError("give a question or --batch, not both")
        questions = _read_batch(batch)
        _batch(questions, _open(book, engine, adapter, chosen), options)
        return
    if not question.strip():
        raise UsageError('no question; try: python -m tutor.query "What is a weak entity?"')
    opened = _open(book, engine, adapter, chosen)
    answer = _timed(_answer(opened, question, options, live=not as_json), opened.load_ms)
    if as_json:
        _print_json(answer.model_dump(mode="json"))
    else:
        from tutor.shell import show_answer

        show_answer(answer, with_passages=show_passages)
    if answer.refused:
        stop(REFUSED)


@dataclass(frozen=True)
class _Opened:
    """A tutor with its engine, and the milliseconds that opening both took."""

    tutor: Tutor
    engine: "Engine | None"
    load_ms: float


def _open(book: str, engine: str, adapter: Path | None, chosen: Settings) -> _Opened:
    from indexing.embedding import load_embedder

    started = time.perf_counter()
    entailment = None if (engine or chosen.engine) == QUOTE else load_entailment(chosen)  # quotes need no check
    if (book or chosen.book) == ALL:
        books = [find_book(name, chosen.home) for name in book_names(chosen.home)]
        tutor = Tutor.open_all(
            books, lambda name: load_embedder(name or chosen.embedder, chosen.cache), load_reranker(chosen), entailment
        )
    else:
        found = default_book(chosen.home, book or chosen.book)
        name = found.manifest.embedder.name if found.manifest.embedder else chosen.embedder
        tutor = Tutor.open(found, load_embedder(name, chosen.cache), load_reranker(chosen), entailment)
    choice = load_engine(engine or chosen.engine, chosen, adapter)
    if (engine or chosen.engine) == AUTO:
        err.print(f"[dim]{choice.why}[/]")
    return _Opened(tutor, choice.engine, (time.perf_counter() - started) * 1000)


def _answer(opened: _Opened, question: str, options: AskOptions, *, live: bool) -> Answer:
    """The answer; on a terminal a model's words are shown while they come."""
    if opened.engine is None or not live or not out.is_terminal:
        return opened.tutor.ask(question, engine=opened.engine, options=options)
    from tutor.shell import show_live

    return show_live(opened.tutor.stream(question, engine=opened.engine, options=options))


def _timed(answer: Answer, load_ms: float) -> Answer:
    timings = answer.timings.model_copy(update={"load_ms": round(load_ms, 2)})
    return answer.model_copy(update={"timings": timings})


def _print_json(item: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(item, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _batch(questions: Sequence[tuple[dict[str, Any], str]], opened: _Opened, options: AskOptions) -> None:
    failed = False
    for extra, question in questions:
        try:
            answer = opened.tutor.ask(question, engine=opened.engine, options=options)
            item = _timed(answer, opened.load_ms).model_dump(mode="json")
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
