"""Fit and judge the confidence: does the book answer this question at all?

    python -m benchmarks.calibration [--home LIBRARY]

Questions that a book answers (all retrieval sets) against questions that it does not (`sets/out-of-book.jsonl`; for XQuAD the
questions on the articles left out). A logistic function of retrieval's own values, each book and each answer weighing the same,
is fitted on all books but one and judged on that one. Prints AUROC over all and of near misses, the calibration error, and the
coefficients fitted on all books, which `indexing/calibration.py` holds. Needs the maintainers' material in ../shared.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.pipelines import built
from benchmarks.retrieval import build
from benchmarks.retrieval_sets import PDFS, outside, question_sets, xquad
from indexing.build import Options, build_book
from indexing.embedding import Embedder, load_embedder
from indexing.index import Index
from indexing.records import write_jsonl
from indexing.settings import settings
from tutor.retrieval import Retriever

FEATURES = ("sentence", "known", "rare")
HALF = "xquad-half"
_EVERY = 5  # of XQuAD's questions
_RIDGE = 0.01

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """A question to a book, whether the book answers it, and where it comes from."""

    book: str
    question: str
    answered: bool
    kind: str


def questions(home: Path, embedder: Embedder) -> Iterator[Asked]:
    exercises = build(list(PDFS), home, embedder)
    for book in PDFS:
        for found in question_sets([book], exercises):
            yield from (Asked(book, item.question, True, found.name) for item in found.items)
        yield from (Asked(book, question, False, kind) for question, kind in outside(book))
    records, items = xquad()
    kept = set(sorted({record.heading for record in records})[::2])
    if not (home / HALF).exists():
        source = home / f"{HALF}.jsonl"
        write_jsonl(source, [record for record in records if record.heading in kept])
        build_book(source, None, home, HALF, Options(embedder), lambda what, done, total: None)
    for item in items[::_EVERY]:
        answered = records[min(item.pages) - 1].heading in kept
        yield Asked(HALF, item.question, answered, "xquad")


def features(asked: list[Asked], home: Path, embedder: Embedder) -> Floats:
    """(questions, FEATURES)."""
    retrievers: dict[str, Retriever] = {}
    rows = []
    for item in asked:
        if item.book not in retrievers:
            retrievers[item.book] = Retriever(Index(built(item.book, home)), embedder)
        found = retrievers[item.book].search(item.question)
        rows.append([found.best["sentence"], found.asked.known, found.asked.rare])
    return np.array(rows, dtype=np.float64)


def fit(values: Floats, answered: Floats, weights: Floats) -> Floats:
    """Intercept and coefficients of a logistic regression, by Newton's method, with a slight ridge."""
    design = np.column_stack([np.ones(len(values)), values])
    ridge = np.eye(design.shape[1]) * _RIDGE
    ridge[0, 0] = 0
    coefficients = np.zeros(design.shape[1])
    for _ in range(50):
        chance = sigmoid(design @ coefficients)
        slope = design.T @ (weights * (answered - chance)) - ridge @ coefficients
        curvature = design.T @ (design * (weights * chance * (1 - chance))[:, None]) + ridge
        coefficients = coefficients + np.linalg.solve(curvature, slope)
    return coefficients


def sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)))


def auroc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """The chance that a positive scores above a negative (Mann–Whitney), ties counting half."""
    above = scores[positive][:, None] > scores[~positive][None, :]
    equal = scores[positive][:, None] == scores[~positive][None, :]
    return float((above + 0.5 * equal).mean())


def even_weights(books: NDArray[np.str_], answered: NDArray[np.bool_]) -> Floats:
    """Each book, and in it each answer, weighs the same; they add up to the number of questions."""
    weights = np.zeros(len(books))
    for book in np.unique(books):
        for value in (True, False):
            chosen = (books == book) & (answered == value)
            weights[chosen] = 1 / max(chosen.sum(), 1)
    return np.asarray(weights * len(books) / weights.sum())


def calibration_error(chances: Floats, answered: NDArray[np.bool_], weights: Floats) -> float:
    """Expected calibration error over ten equal bins."""
    bins = np.minimum((chances * 10).astype(int), 9)
    gaps = [
        abs(
            np.average(chances[bins == b], weights=weights[bins == b])
            - np.average(answered[bins == b], weights=weights[bins == b])
        )
        * weights[bins == b].sum()
        for b in np.unique(bins)
    ]
    return float(sum(gaps) / weights.sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="library to build the books in and to find them in again")
    home = parser.parse_args().home or Path(tempfile.mkdtemp(prefix="calibration-"))
    embedder = load_embedder(settings().embedder, settings().cache)
    asked = list(questions(home, embedder))
    values = features(asked, home, embedder)
    books = np.array([item.book for item in asked])
    kinds = np.array([item.kind for item in asked])
    answered = np.array([item.answered for item in asked])
    chances = np.zeros(len(asked))
    for book in np.unique(books):
        rest = books != book
        held_out = fit(values[rest], answered[rest].astype(float), even_weights(books[rest], answered[rest]))
        chances[~rest] = sigmoid(held_out[0] + values[~rest] @ held_out[1:])
    report(chances, books, kinds, answered)
    final = fit(values, answered.astype(float), even_weights(books, answered))
    out = dict(zip(("intercept", *FEATURES), (round(float(value), 2) for value in final), strict=True))
    sys.stdout.write(f"coefficients on all {len(asked)} questions: {out}\n")


def report(chances: Floats, books: NDArray[np.str_], kinds: NDArray[np.str_], answered: NDArray[np.bool_]) -> None:
    weights = even_weights(books, answered)
    write = sys.stdout.write
    write(f"held out book by book: AUROC {auroc(chances, answered):.3f}")
    near = answered | (kinds == "near miss")
    held = [book for book in np.unique(books) if (kinds[books == book] == "near miss").any()]
    among = near & np.isin(books, held)
    write(f", near misses {auroc(chances[among], answered[among]):.3f}, calibration error ")
    write(f"{calibration_error(chances, answered, weights):.3f}\n")
    for book in np.unique(books):
        here = books == book
        line = f"  {book}: {auroc(chances[here], answered[here]):.3f}"
        if book in held:
            line += f", near misses {auroc(chances[here & near], answered[here & near]):.3f}"
        write(line + "\n")
    for limit in (0.3, 0.4, 0.5, 0.6):
        right = ((chances >= limit) == answered).astype(float)
        shares = {
            kind: round(float((chances[kinds == kind] >= limit).mean()), 2) for kind in np.unique(kinds) if kind != "xquad"
        }
        write(
            f"  threshold {limit}: balanced accuracy {np.average(right, weights=weights):.3f}; said to be answered {shares}\n"
        )


if __name__ == "__main__":
    main()
