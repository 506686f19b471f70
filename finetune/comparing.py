"""Base and adapter, with and without retrieval, on the same questions: the replies, and what they are worth.

Prompts are the tutor's own, retrieval is the tutor's own, and every sentence is checked as the tutor checks it, against the
passages retrieved for its question (also where the model was not shown them). The model is asked even where the tutor would
have refused by itself, since it is the model that is measured. Leaves the page to `report.py`.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from finetune.metrics import Interval, Parts, difference, ratio
from finetune.replies import Replies
from finetune.samples import reply
from finetune.stages import counter
from indexing.console import Report
from tutor.answer import Answer
from tutor.citations import Citations, summary
from tutor.drafting import PROMPT_TOKENS, Draft, checked_sentences
from tutor.engines.base import looped
from tutor.evaluate import Asked as Wanted
from tutor.evaluate import Measured, measure
from tutor.grounding.check import Checker
from tutor.prompt import Message, PromptPassage, render
from tutor.retrieval import Passage, Retriever

CELLS = {
    "base": (False, False),
    "adapter": (True, False),
    "base with retrieval": (False, True),
    "adapter with retrieval": (True, True),
}
"""Each cell's name, and whether it has the adapter and the passages."""

METRICS = {
    "token F1": "words shared with the reference answer; 0 for a refusal",
    "ROUGE-L": "words shared in the same order; 0 for a refusal",
    "similarity": "cosine of the embeddings of answer and reference; 0 for a refusal",
    "supported": "share of sentences that the retrieved passages support",
    "citation recall": "share of sentences whose citations together support them (ALCE's definition)",
    "citation precision": "share of citations that are needed and right (ALCE's definition)",
    "wrongly refused": "share of the book's questions that were refused",
    "rightly refused": "share of out-of-book questions that were refused",
    "hit@1": "a passage of the right section first; the same for every cell, as retrieval is",
    "hit@5": "a passage of the right section among the first five",
    "MRR@10": "1 / the first right passage's rank, 0 beyond the passages shown",
    "words": "length of an answer",
}


@dataclass(frozen=True)
class Asked:
    """A question with its passages. `reference` is '' for one that the book does not answer, or of which it is not known."""

    question: str
    reference: str
    passages: tuple[Passage, ...]
    headings: tuple[str, ...] = ()
    out_of_book: bool = False


@dataclass(frozen=True)
class Reply:
    """What one cell answered to a question, and what it is worth by `tutor.evaluate`."""

    text: str
    sentences: int
    supported: int
    measured: Measured


@dataclass
class Comparison:
    """All replies by cell, in the order of `asked`, and the seconds that each cell took."""

    asked: list[Asked]
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def measured(self, cell: str, metric: str) -> Parts:
        """For each question that a metric is about, its part and its whole."""
        pairs = list(zip(self.asked, self.replies[cell], strict=True))
        inside = [reply for asked, reply in pairs if asked.reference]
        outside = [reply for asked, reply in pairs if asked.out_of_book]
        by_metric: dict[str, Callable[[Reply], tuple[float, float]]] = {
            "token F1": lambda item: (item.measured.token_f1 or 0.0, 1.0),
            "ROUGE-L": lambda item: (item.measured.rouge_l or 0.0, 1.0),
            "similarity": lambda item: (item.measured.similarity or 0.0, 1.0),
            "supported": lambda item: (item.supported, item.sentences),
            "citation recall": lambda item: _summed(item.measured.citation_recall),
            "citation precision": lambda item: _summed(item.measured.citation_precision),
            "wrongly refused": lambda item: (float(item.measured.refused), 1.0),
            "rightly refused": lambda item: (float(item.measured.refused), 1.0),
            "hit@1": lambda item: _known(item.measured.hit_1),
            "hit@5": lambda item: _known(item.measured.hit_5),
            "MRR@10": lambda item: _known(item.measured.mrr_10),
            "words": lambda item: (len(item.text.split()), 1.0),
        }
        return [by_metric[metric](item) for item in (outside if metric == "rightly refused" else inside)]

    def value(self, cell: str, metric: str) -> Interval:
        return ratio(self.measured(cell, metric))

    def gain(self, cell: str, over: str, metric: str) -> Interval:
        """How much higher a metric is in one cell than in another, paired by question."""
        return difference(self.measured(cell, metric), self.measured(over, metric))


def ask(
    questions: Sequence[tuple[str, str, Sequence[str]]], out_of_book: Sequence[str], retriever: Retriever, top_k: int
) -> list[Asked]:
    """The questions with what the retriever finds for them. `questions` are (question, reference, gold headings)."""
    found = [
        Asked(question, reference, _passages(retriever, question, top_k), tuple(headings))
        for question, reference, headings in questions
    ]
    return found + [Asked(question, "", _passages(retriever, question, top_k), out_of_book=True) for question in out_of_book]


def _passages(retriever: Retriever, question: str, top_k: int) -> tuple[Passage, ...]:
    return tuple(retriever.search(question, top_k).passages)


@dataclass(frozen=True)
class Model:
    """A model with its adapter, what identifies the two, and the probability from which the adapter refuses."""

    model: Any
    tokenizer: Any
    base: str
    adapter: str
    refusal_threshold: float | None = None


def compare(
    model: Model,
    asked: Sequence[Asked],
    checker: Checker,
    max_new_tokens: int,
    report: Report,
    replies: Replies,
    cells: Sequence[str] = tuple(CELLS),
) -> Comparison:
    """Let every cell answer every question. The adapter is switched off for the base."""
    comparison = Comparison(list(asked))
    texts = {passage.chunk.id: passage.chunk.text for item in asked for passage in item.passages}
    for cell in cells:
        adapter, retrieval = CELLS[cell]
        started = time.perf_counter()
        threshold = model.refusal_threshold if adapter else None
        identity = f"{model.base} {model.adapter if adapter else ''} {max_new_tokens}" + (f" {threshold}" if threshold else "")
        generate = partial(
            reply, model.model, model.tokenizer, max_new_tokens=max_new_tokens, adapter=adapter, refusal_threshold=threshold
        )
        chats = [chat(item, model.tokenizer, retrieval) for item in asked]
        written = replies.get(identity, chats, generate, partial(_done, report, cell, len(asked)))
        comparison.seconds[cell] = time.perf_counter() - started
        comparison.replies[cell] = [judge(text, item, checker, texts) for text, item in zip(written, asked, strict=True)]
    return comparison


def _done(report: Report, cell: str, total: int, done: int) -> None:
    report(cell, done, total)


def chat(asked: Asked, tokenizer: Any, retrieval: bool) -> list[Message]:
    """The messages that ask a question, with or without its passages, as the tutor renders them."""
    passages = [PromptPassage.of(passage.chunk) for passage in asked.passages] if retrieval else []
    return render(asked.question, passages, counter(tokenizer), PROMPT_TOKENS).messages


def judge(text: str, asked: Asked, checker: Checker, texts: dict[str, str]) -> Reply:
    """A reply's worth. Sentences are checked and cited as the tutor does; a refusal has none."""
    text = looped(text) or text
    refused = Draft(text).refuses
    citations = Citations()
    sentences = [] if refused else checked_sentences(text, asked.passages, checker, citations)
    answer = Answer(
        question=asked.question,
        book="",
        answer=text,
        refused=refused,
        sentences=sentences,
        citations=citations.all(),
        passages=[summary(passage) for passage in asked.passages],
    )
    wanted = Wanted(
        question=asked.question, answer=asked.reference or None, headings=list(asked.headings), answerable=not asked.out_of_book
    )
    supported = sum(sentence.supported for sentence in sentences)
    return Reply(text, len(sentences), supported, measure(answer, wanted, checker, texts))


def _summed(values: Sequence[float]) -> tuple[float, float]:
    return sum(values), len(values)


def _known(value: float | None) -> tuple[float, float]:
    return (0.0, 0.0) if value is None else (value, 1.0)
