"""Compare a base model with its adapter, with and without retrieval, on questions that neither was trained on.

    python -m finetune.compare --adapter runs/sample-grounded-…/adapter
    python -m finetune.compare --adapter A --book sample --prompt "What is 3NF?" --out-of-book questions.jsonl

Writes report.html, report.md, comparison.png and comparison.json, and says in the shell what is more than noise. Replies are
kept in replies.jsonl, so that an interrupted comparison goes on.
"""

from pathlib import Path
from typing import Annotated

import typer

from finetune.base import base_source
from finetune.comparing import CELLS, METRICS, Comparison, Model, ask, compare
from finetune.replies import Replies
from finetune.report import write_report
from finetune.run import ADAPTER_WEIGHTS, read_record
from finetune.samples import REPORT_PROMPT
from finetune.stages import foreign_questions
from indexing.console import guarded, out, progress
from indexing.embedding import load_embedder
from indexing.errors import SourceError, UsageError
from indexing.index import Index
from indexing.library import default_book, file_sha256
from indexing.records import Model as Lines
from indexing.records import read_jsonl
from indexing.settings import settings
from tutor.grounding.check import Checker
from tutor.retrieval import Retriever


class _Line(Lines):
    """A question with its reference answer; `book` where a file has questions on several."""

    question: str
    answer: str = ""
    heading_path: list[str] = []
    book: str = ""


def main(
    adapter: Annotated[Path, typer.Option(help="Adapter folder that a run made")],
    book: Annotated[str, typer.Option(help="Book to retrieve from; otherwise the one that the adapter was trained on")] = "",
    base: Annotated[str, typer.Option(help="Base model; otherwise the adapter's own")] = "",
    questions: Annotated[Path | None, typer.Option(help='JSONL of {"question", "answer"}; otherwise the held-out ones')] = None,
    out_of_book: Annotated[Path | None, typer.Option(help='JSONL of {"question"} that the book does not answer')] = None,
    prompt: Annotated[list[str] | None, typer.Option(help="Prompt to show side by side; may be repeated")] = None,
    limit: Annotated[int, typer.Option(min=0, help="First questions of each kind only; 0: all")] = 0,
    top_k: Annotated[int, typer.Option(min=1, max=50, help="Passages to retrieve")] = 5,
    max_new_tokens: Annotated[int, typer.Option(min=1, help="Longest answer, in tokens")] = 160,
    cell: Annotated[list[str] | None, typer.Option(help=f"Only these: {', '.join(CELLS)}; may be repeated")] = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for the report; otherwise beside the adapter")
    ] = None,
) -> None:
    """Compare base and adapter, with and without retrieval.

    Example: python -m finetune.compare --adapter data/sample/adapter --book sample
    """
    from tutor.engines.transformers import TransformersEngine

    chosen, record = settings(), read_record(adapter)
    unknown = set(cell or ()) - set(CELLS)
    if unknown:
        raise UsageError(f"no cell '{min(unknown)}'; there are: {', '.join(CELLS)}")
    name = base or record["base"]
    found = default_book(chosen.home, book or record["book"])
    embedder = load_embedder(found.manifest.embedder.name if found.manifest.embedder else chosen.embedder, chosen.cache)
    engine = TransformersEngine.load(base_source(name, chosen.models), name, adapter)
    inside = read_jsonl(questions or adapter / "held-out.jsonl", _Line)
    outside = [item for item in read_jsonl(out_of_book, _Line) if item.book in ("", found.name)] if out_of_book else None
    strange = [item.question for item in outside] if outside is not None else foreign_questions("test")
    known = [(item.question, item.answer, item.heading_path[-1:]) for item in inside if item.answer]
    if not known:
        raise SourceError(f"{questions or adapter / 'held-out.jsonl'}: no question with an answer to compare with")
    prompts = [REPORT_PROMPT, *(prompt or [])]
    asked = ask(
        [*((text, "", ()) for text in prompts), *known[: limit or None]],
        strange[: limit or None],
        Retriever(Index(found), embedder),
        top_k,
    )
    folder = out_folder or adapter.parent / "comparison"
    identity = record["base_fingerprint"], file_sha256(adapter / ADAPTER_WEIGHTS)
    model = Model(engine.model, engine.tokenizer, *identity, engine.refusal_threshold)
    cells = [name for name in CELLS if name in (cell or CELLS)]
    with progress() as report:
        replies = Replies.open(folder / "replies.jsonl")
        comparison = compare(model, asked, Checker(embedder), max_new_tokens, report, replies, cells)
    about = {
        "base": name,
        "base's fingerprint": record["base_fingerprint"],
        "adapter": adapter.name,
        "recipe": record["recipe"]["name"],
        "refuses from a probability of": "–" if engine.refusal_threshold is None else f"{engine.refusal_threshold:.3f}",
        "book": found.name,
        "passages": top_k,
        "longest answer, tokens": max_new_tokens,
    }
    write_report(comparison, about, len(prompts), folder)
    _say(comparison, folder)


def _say(comparison: Comparison, folder: Path) -> None:
    for metric in METRICS:
        values = ", ".join(f"{cell} {comparison.value(cell, metric)}" for cell in comparison.replies)
        out.print(f"{metric}: {values}", markup=False)
    pair = ("adapter with retrieval", "base with retrieval")
    if set(pair) <= set(comparison.replies):
        for metric in METRICS:
            gain = comparison.gain(*pair, metric)
            verdict = "within noise" if gain.noise else "more than noise"
            out.print(f"{pair[0]} − {pair[1]}, {metric}: {gain} ({verdict})", markup=False)
    out.print(f"{folder / 'report.html'}", markup=False)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(guarded(main))

if __name__ == "__main__":
    app()
