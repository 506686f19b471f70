"""How often a right page is found: our pipeline beside plain BM25, dense, both by reciprocal rank, and llama-index's defaults.

    python -m benchmarks.retrieval                      # the sample course; the maintainers' books too where ../shared exists
    python -m benchmarks.retrieval --books watt --without llama-index
    python -m benchmarks.retrieval --parts              # what each signal adds: ours without it

Prints hit@1, hit@5 and MRR@10 with 95 % bootstrap intervals, and the difference to ours, question by question. llama-index's
PDF reader is not a dependency of the project: `pip install llama-index-readers-file` first. Figures go into LOG.md by hand.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import pipelines
from benchmarks.retrieval_sets import PDFS, XQUAD, QuestionSet, question_sets, xquad
from indexing.build import Options, build_book
from indexing.embedding import Embedder, load_embedder
from indexing.records import Question, write_jsonl
from indexing.settings import settings

_RESAMPLES = 2_000


def build(books: Sequence[str], home: Path, embedder: Embedder) -> dict[str, list[Question]]:
    """Build the books that are not in `home` yet; the exercises of each."""
    options = Options(embedder, settings().llama_tokenizer)
    exercises: dict[str, list[Question]] = {}
    for name in books:
        if not (home / name).exists():
            source = PDFS.get(name)
            if source is None:
                source = home / "xquad.jsonl"
                write_jsonl(source, xquad()[0])
            build_book(source, None, home, name, options, lambda what, done, total: None)
        exercises[name] = pipelines.built(name, home).questions()
    return exercises


def first_hits(search: pipelines.Pipeline, questions: QuestionSet) -> NDArray[np.float64]:
    """For each question the rank of the first right passage, infinite where there is none among the first ten."""
    ranks = []
    for item in questions.items:
        found = search(item.question)[: pipelines.DEPTH]
        ranks.append(next((rank for rank, pages in enumerate(found, 1) if pages & item.pages), np.inf))
    return np.array(ranks, dtype=np.float64)


def measures(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """(questions, 3): hit@1, hit@5, reciprocal rank."""
    return np.stack([ranks <= 1, ranks <= 5, 1 / ranks], axis=1).astype(np.float64)


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """95 % bootstrap interval of the mean."""
    rng = np.random.default_rng(0)
    means = values[rng.integers(0, len(values), (_RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def compare(questions: QuestionSet, searches: dict[str, pipelines.Pipeline]) -> list[dict[str, object]]:
    """A row of figures for each pipeline."""
    found = {name: measures(first_hits(search, questions)) for name, search in searches.items()}
    rows: list[dict[str, object]] = []
    for name, values in found.items():
        row: dict[str, object] = {"set": questions.name, "questions": len(values), "pipeline": name}
        for column, measure in enumerate(("hit@1", "hit@5", "mrr@10")):
            low, high = interval(values[:, column])
            gain = interval(found["ours"][:, column] - values[:, column])
            row[measure] = round(float(values[:, column].mean()), 3)
            row[f"{measure} interval"] = [round(low, 3), round(high, 3)]
            row[f"{measure} ours minus this"] = [round(gain[0], 3), round(gain[1], 3)]
        rows.append(row)
    return rows


def table(rows: Sequence[dict[str, object]]) -> str:
    out = ["| set (questions) | pipeline | hit@1 | hit@5 | MRR@10 |", "|---|---|---|---|---|"]
    for row in rows:
        cells = [f"{row[m]:.3f} {row[f'{m} interval']}" for m in ("hit@1", "hit@5", "mrr@10")]
        out.append(f"| {row['set']} ({row['questions']}) | {row['pipeline']} | " + " | ".join(cells) + " |")
    return "\n".join(out)


def main() -> None:
    available = [name for name, path in PDFS.items() if path.exists()] + (["xquad"] if XQUAD.exists() else [])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--books", nargs="*", default=available, choices=available)
    parser.add_argument("--home", type=Path, help="library to build the books in and to find them in again")
    parser.add_argument("--without", nargs="*", default=[], choices=["plain", "llama-index"])
    parser.add_argument("--parts", action="store_true", help="ours without each signal, instead of the other pipelines")
    parser.add_argument("--every", type=int, default=1, help="ask every n-th question of sets of more than 300")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    args = parser.parse_args()
    home = args.home or Path(tempfile.mkdtemp(prefix="retrieval-"))
    embedder = load_embedder(settings().embedder, settings().cache)
    exercises = build(args.books, home, embedder)
    rows: list[dict[str, object]] = []
    for name in args.books:
        book = pipelines.built(name, home)
        searches = {"ours": pipelines.ours(book, embedder)}
        if args.parts:
            searches |= pipelines.parts(book, embedder)
        elif "plain" not in args.without:
            searches |= pipelines.plain(pipelines.chunks_of(book), embedder)
        if "llama-index" not in args.without and not args.parts:
            searches["llama-index"] = pipelines.llama_index_defaults(PDFS.get(name) or xquad()[0], embedder)
        for questions in question_sets([name], exercises):
            items = questions.items[:: args.every] if len(questions.items) > 300 else questions.items
            rows += compare(QuestionSet(questions.name, name, items), searches)
            sys.stderr.write(f"{questions.name}\n")
    sys.stdout.write(table(rows) + "\n")
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
