"""Measure answers on a file of questions: retrieval, citations, overlap with references, refusals, latency.

    python -m tutor.evaluate --questions review.jsonl --book db
    python -m tutor.evaluate --questions review.jsonl --engine small --no-retrieval --json > small.json
    python -m tutor.evaluate --questions review.jsonl --plots plots/

A line of the file is {"question", "answer", "headings": ["1.4.3"], "pages": [15], "answerable": true}; all but the question may
be missing. A heading is right where a passage stands under it, by number or by title. The same command takes every engine,
with and without adapter, with and without retrieval. Intervals are 95 % bootstrap intervals; `measures.py` defines the rest.
"""

import json
import re
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from indexing.chunks import Chunk
from indexing.console import err, guarded, out, progress
from indexing.embedding import Embedder
from indexing.errors import SourceError, UsageError
from indexing.library import default_book
from indexing.records import Located, Model, read_jsonl
from indexing.settings import settings
from tutor.answer import Answer
from tutor.engines.base import Engine, Generation
from tutor.engines.load import load_engine
from tutor.grounding.check import Checker, Source
from tutor.grounding.entailment import load_entailment
from tutor.measures import citation_scores, hit, interval, reciprocal_rank, refusals, rouge_l, token_f1
from tutor.tutor import AskOptions, Tutor

_RETRIEVED = 10  # passages, for MRR@10
_NUMBER = re.compile(r"^(?:chapter |appendix |section )?([\dA-Z]+(?:\.\d+)*)\b", re.IGNORECASE)


class Asked(Model):
    """A question of an evaluation with what is known about its answer."""

    question: str
    answer: str | None = None
    headings: list[str] = []
    pages: list[int] = []
    answerable: bool = True


@dataclass(frozen=True)
class Measured:
    """One question's measures; None where the file does not say what would be right."""

    question: str
    refused: bool
    answerable: bool
    hit_1: float | None
    hit_5: float | None
    mrr_10: float | None
    citation_recall: list[float]
    citation_precision: list[float]
    unmarked: float | None
    token_f1: float | None
    rouge_l: float | None
    similarity: float | None
    confidence: float
    milliseconds: float


def measure(answer: Answer, asked: Asked, checker: Checker, texts: dict[str, str]) -> Measured:
    """The measures of one answer. `texts` are the chunks' texts by id, for the check of citations."""
    known = bool(asked.headings or asked.pages) and asked.answerable
    ranks = [is_right(passage, asked) for passage in answer.passages]
    recalls, precisions = _citations(answer, checker, texts)
    reference = None if answer.refused else asked.answer
    return Measured(
        question=asked.question,
        refused=answer.refused,
        answerable=asked.answerable,
        hit_1=hit(ranks, 1) if known else None,
        hit_5=hit(ranks, 5) if known else None,
        mrr_10=reciprocal_rank(ranks) if known else None,
        citation_recall=recalls,
        citation_precision=precisions,
        unmarked=statistics.fmean(item.supported for item in answer.sentences) if answer.sentences else None,
        token_f1=token_f1(answer.answer, reference) if reference else None,
        rouge_l=rouge_l(answer.answer, reference) if reference else None,
        similarity=_similarity(answer.answer, reference, checker.embedder) if reference else None,
        confidence=answer.confidence,
        milliseconds=answer.timings.retrieve_ms + answer.timings.generate_ms,
    )


def is_right(passage: Located, asked: Asked) -> bool:
    """Whether a passage stands on a gold page or under a gold heading."""
    if set(asked.pages) & set(passage.pages):
        return True
    path = [passage.heading, *passage.heading_path]
    return any(_is_under(heading, title) for heading in path for title in asked.headings)


def _is_under(heading: str, gold: str) -> bool:
    """By title; by number also where the gold is a number alone, and a section of it counts."""
    if heading.casefold() == gold.casefold():
        return True
    own, wanted = _NUMBER.match(heading), _NUMBER.fullmatch(gold.strip())
    return bool(own and wanted) and f"{own[1]}.".startswith(f"{wanted[1]}.")  # type: ignore[index]


def _citations(answer: Answer, checker: Checker, texts: dict[str, str]) -> tuple[list[float], list[float]]:
    """Recall of each sentence and precision of each citation; a sentence that its passage holds word for word is supported."""
    passages = {citation.n: texts.get(citation.chunk_id, citation.quote) for citation in answer.citations}
    recalls, precisions = [], []
    for sentence in answer.sentences if not answer.refused else []:

        def supports(numbers: Sequence[int], sentence: str = sentence.text) -> bool:
            text = " ".join(" ".join(passages[number].split()) for number in numbers)
            return " ".join(sentence.split()) in text or checker.check([sentence], [Source.plain(text)])[0].supported

        recall, precise = citation_scores(sentence.citations, supports)
        recalls.append(recall)
        precisions.extend(precise)
    return recalls, precisions


def _similarity(answer: str, reference: str, embedder: Embedder) -> float:
    one, other = embedder.encode_passages([answer, reference])
    return float(one.vector @ other.vector)


def summarize(measured: Sequence[Measured]) -> dict[str, Any]:
    """Every measure's mean with its interval, refusals, and latency in milliseconds."""

    def mean(values: Iterable[float | None]) -> dict[str, Any] | None:
        found = interval([value for value in values if value is not None])
        return asdict(found) if found else None

    times = sorted(item.milliseconds for item in measured)
    single = ("hit_1", "hit_5", "mrr_10", "unmarked", "token_f1", "rouge_l", "similarity")
    return {
        **{name: mean(getattr(item, name) for item in measured) for name in single},
        "citation_recall": mean(value for item in measured for value in item.citation_recall),
        "citation_precision": mean(value for item in measured for value in item.citation_precision),
        "refusals": asdict(refusals([item.refused for item in measured], [item.answerable for item in measured])),
        "latency_ms": {"p50": round(statistics.median(times), 1), "p95": round(times[int(0.95 * (len(times) - 1))], 1)},
    }


def main(
    questions: Annotated[Path, typer.Option(help="File of questions, one JSON object a line")],
    book: Annotated[str, typer.Option(help="Name in the library, or a book's folder")] = "",
    engine: Annotated[
        str, typer.Option(help="'quote', 'small', 'small-tuned', 'server', 'auto', a model's name or folder")
    ] = "quote",
    adapter: Annotated[Path | None, typer.Option(help="LoRA adapter folder that goes with the engine")] = None,
    use_adapter: Annotated[
        bool, typer.Option("--adapter-on/--adapter-off", help="Answer with the adapter, or its base")
    ] = True,
    retrieval: Annotated[bool, typer.Option("--retrieval/--no-retrieval", help="Show the model passages, or none")] = True,
    limit: Annotated[int, typer.Option(help="Only the first N questions; 0: all")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    plots: Annotated[Path | None, typer.Option(help="Folder for plots")] = None,
) -> None:
    """Measure the answers to a file of questions.

    Example: python -m tutor.evaluate --questions review.jsonl --book db
    """
    asked = _read(questions)[: limit or None]
    chosen = settings()
    found = default_book(chosen.home, book or chosen.book)
    from indexing.embedding import load_embedder

    name = found.manifest.embedder.name if found.manifest.embedder else chosen.embedder
    tutor = Tutor.open(found, load_embedder(name, chosen.cache), entailment=load_entailment(chosen))
    choice = load_engine(engine, chosen, adapter)
    if choice.engine is None and not retrieval:
        raise UsageError("quote mode answers from passages alone; --no-retrieval needs an engine, such as --engine small")
    texts = {chunk.id: chunk.text for chunk in read_jsonl(found.chunks_path, Chunk)}
    options = AskOptions(_RETRIEVED, use_passages=retrieval, generation=Generation(adapter=use_adapter))
    measured = _ask_all(tutor, asked, choice.engine, options, texts)
    summary = {
        "book": found.name,
        "engine": choice.engine.name if choice.engine else "quote",
        "adapter": str(adapter) if adapter and use_adapter else None,
        "retrieval": retrieval,
        "questions": len(measured),
        **summarize(measured),
    }
    if plots is not None:
        draw(measured, plots)
    if as_json:
        sys.stdout.write(json.dumps({**summary, "each": [asdict(item) for item in measured]}, ensure_ascii=False) + "\n")
    else:
        show(summary)


def _ask_all(
    tutor: Tutor, asked: Sequence[Asked], engine: Engine | None, options: AskOptions, texts: dict[str, str]
) -> list[Measured]:
    measured = []
    with progress() as report:
        for number, item in enumerate(asked, 1):
            answer = tutor.ask(item.question, engine=engine, options=options)
            measured.append(measure(answer, item, tutor.checker, texts))
            report("asking", number, len(asked))
    return measured


def _read(path: Path) -> list[Asked]:
    asked = read_jsonl(path, Asked)
    if not asked:
        raise SourceError(f"{path}: no questions in it; one JSON object a line")
    return asked


def show(summary: dict[str, Any]) -> None:
    """The summary as a table."""
    from rich.table import Table

    table = Table(title=f"{summary['book']} · {summary['engine']} · {summary['questions']} questions", title_justify="left")
    for column in ("measure", "mean", "95 % interval", "over"):
        table.add_column(column, justify="left" if column == "measure" else "right")
    for name, value in summary.items():
        if isinstance(value, dict) and "mean" in value:
            table.add_row(name, f"{value['mean']:.3f}", f"{value['low']:.3f} – {value['high']:.3f}", str(value["count"]))
    out.print(table)
    for name in ("refusals", "latency_ms"):
        parts = ", ".join(f"{key} {'–' if value is None else value}" for key, value in summary[name].items())
        out.print(f"{name}: {parts}")


def draw(measured: Sequence[Measured], folder: Path) -> None:
    """confidence.png (of answerable and other questions) and latency.png."""
    try:
        import matplotlib as mpl
    except ImportError:
        raise UsageError("plots need matplotlib; pip install 'textbook-tutor[finetune]'") from None
    mpl.use("Agg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    figure, axes = pyplot.subplots(figsize=(6, 3.5))
    groups = {"in the book": True, "not in the book": False}
    values = [[item.confidence for item in measured if item.answerable is wanted] for wanted in groups.values()]
    axes.hist(values, bins=20, range=(0, 1), label=list(groups))
    axes.set(xlabel="confidence", ylabel="questions")
    axes.legend()
    figure.tight_layout()
    figure.savefig(folder / "confidence.png", dpi=120)
    figure, axes = pyplot.subplots(figsize=(6, 3.5))
    times = sorted(item.milliseconds for item in measured)
    axes.step(times, [(place + 1) / len(times) for place in range(len(times))])
    axes.set(xlabel="milliseconds", ylabel="share of questions answered")
    figure.tight_layout()
    figure.savefig(folder / "latency.png", dpi=120)
    pyplot.close("all")
    err.print(f"plots in {folder}", markup=False)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(guarded(main))

if __name__ == "__main__":
    app()
