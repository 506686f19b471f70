"""Base and adapter, with and without retrieval, on the same questions: the replies, and what they are worth.

Prompts are the tutor's own, retrieval is the tutor's own, and every sentence is checked as the tutor checks it, against the
passages retrieved for its question (also where the model was not shown them). The model is asked even where the tutor would
have refused by itself, since it is the model that is measured. Leaves the page to `report.py`.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from finetune.metrics import Interval, Measured, difference, ratio, rouge_l, token_f1
from finetune.samples import reply
from finetune.stages import counter
from indexing.console import Report
from indexing.embedding import Embedder
from tutor.answer import REFUSAL
from tutor.citations import Citations
from tutor.drafting import PROMPT_TOKENS, Draft, checked_sentences
from tutor.engines.base import looped
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
    "token F1": "shared words with the reference answer",
    "ROUGE-L": "shared words in the same order",
    "similarity": "cosine of the embeddings of answer and reference",
    "supported": "share of sentences that the retrieved passages support",
    "wrongly refused": "share of the book's questions that were refused",
    "rightly refused": "share of out-of-book questions that were refused",
    "words": "length of an answer",
}


@dataclass(frozen=True)
class Asked:
    """A question with its passages. `reference` is '' for one that the book does not answer, or of which it is not known."""

    question: str
    reference: str
    passages: tuple[Passage, ...]
    out_of_book: bool = False


@dataclass(frozen=True)
class Reply:
    """What one cell answered to a question, and what it is worth."""

    text: str
    refused: bool
    sentences: int = 0
    supported: int = 0
    token_f1: float = 0.0
    rouge_l: float = 0.0
    similarity: float = 0.0


@dataclass
class Comparison:
    """All replies by cell, in the order of `asked`, and the seconds that each cell took."""

    asked: list[Asked]
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def measured(self, cell: str, metric: str) -> Measured:
        """For each question that a metric is about, its part and its whole."""
        pairs = list(zip(self.asked, self.replies[cell], strict=True))
        inside = [reply for asked, reply in pairs if asked.reference]
        outside = [reply for asked, reply in pairs if asked.out_of_book]
        by_metric: dict[str, Measured] = {
            "token F1": [(item.token_f1, 1.0) for item in inside],
            "ROUGE-L": [(item.rouge_l, 1.0) for item in inside],
            "similarity": [(item.similarity, 1.0) for item in inside],
            "supported": [(item.supported, item.sentences) for item in inside],
            "wrongly refused": [(float(item.refused), 1.0) for item in inside],
            "rightly refused": [(float(item.refused), 1.0) for item in outside],
            "words": [(len(item.text.split()), 1.0) for item in inside],
        }
        return by_metric[metric]

    def value(self, cell: str, metric: str) -> Interval:
        return ratio(self.measured(cell, metric))

    def gain(self, cell: str, over: str, metric: str) -> Interval:
        """How much higher a metric is in one cell than in another, paired by question."""
        return difference(self.measured(cell, metric), self.measured(over, metric))


def ask(questions: Sequence[tuple[str, str]], out_of_book: Sequence[str], retriever: Retriever, top_k: int) -> list[Asked]:
    """The questions with what the retriever finds for them. `questions` are (question, reference)."""
    found = [Asked(question, reference, _passages(retriever, question, top_k)) for question, reference in questions]
    return found + [Asked(question, "", _passages(retriever, question, top_k), out_of_book=True) for question in out_of_book]


def _passages(retriever: Retriever, question: str, top_k: int) -> tuple[Passage, ...]:
    return tuple(retriever.search(question, top_k).passages)


def compare(
    model: Any,
    tokenizer: Any,
    asked: Sequence[Asked],
    embedder: Embedder,
    max_new_tokens: int,
    report: Report,
    cells: Sequence[str] = tuple(CELLS),
) -> Comparison:
    """Let every cell answer every question. The model has the adapter, which is switched off for the base."""
    comparison = Comparison(list(asked))
    checker = Checker(embedder)
    for cell in cells:
        adapter, retrieval = CELLS[cell]
        started = time.perf_counter()
        chats = [chat(item, tokenizer, retrieval) for item in asked]
        done = partial(_done, report, cell, len(asked))
        texts = reply(model, tokenizer, chats, max_new_tokens, adapter=adapter, report=done)
        comparison.seconds[cell] = time.perf_counter() - started
        comparison.replies[cell] = [judge(text, item, checker, embedder) for text, item in zip(texts, asked, strict=True)]
    return comparison


def _done(report: Report, cell: str, total: int, done: int) -> None:
    report(cell, done, total)


def chat(asked: Asked, tokenizer: Any, retrieval: bool) -> list[Message]:
    """The messages that ask a question, with or without its passages, as the tutor renders them."""
    passages = [PromptPassage.of(passage.chunk) for passage in asked.passages] if retrieval else []
    return render(asked.question, passages, counter(tokenizer), PROMPT_TOKENS).messages


def judge(text: str, asked: Asked, checker: Checker, embedder: Embedder) -> Reply:
    """A reply's worth. A refusal has no sentences, and nothing in common with a reference."""
    text = looped(text) or text
    if Draft(text).refuses:
        return Reply(text or REFUSAL, refused=True)
    sentences = checked_sentences(text, asked.passages, checker, Citations())
    supported = sum(sentence.supported for sentence in sentences)
    if not asked.reference:
        return Reply(text, False, len(sentences), supported)
    first, second = (encoding.vector for encoding in embedder.encode_passages([text, asked.reference]))
    return Reply(
        text,
        refused=False,
        sentences=len(sentences),
        supported=supported,
        token_f1=token_f1(text, asked.reference),
        rouge_l=rouge_l(text, asked.reference),
        similarity=float(np.dot(first, second)),
    )
