"""From a model's words to the sentences of an answer: writing a draft piece by piece, and checking what was written.

The model writes text and nothing else; citations are assigned here, by the check of each sentence against the passages.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from indexing.errors import LimitError
from tutor.answer import REFUSAL, Sentence
from tutor.citations import Citations
from tutor.engines.base import Engine, Generation, looped
from tutor.grounding.check import Checker, Source
from tutor.prompt import PromptPassage, render
from tutor.quotes import Quote
from tutor.retrieval import Passage

PROMPT_TOKENS = 1_800  # passages of one prompt; more drowns a small model and makes the first token late
_LOOP_EVERY = 8  # pieces between two looks for repetition
_LETTER = re.compile(r"[^\W\d_]")
_MARKER = re.compile(r"\s*\[\d{1,2}\](?=[\s.,;:!?]|$)")


@dataclass(frozen=True)
class Draft:
    """What a model has written so far; `ended` says why it stopped early."""

    text: str = ""
    ended: str | None = None

    @property
    def refuses(self) -> bool:
        """Whether it is nothing, or the agreed sentence that the passages do not answer."""
        return not self.text or self.text.casefold().startswith(REFUSAL.rstrip(".").casefold())


def write_draft(question: str, passages: Sequence[Passage], engine: Engine, generation: Generation) -> Iterator[Draft]:
    """Drafts that grow, the last one whole. A time limit, a stop or a loop ends it early, which the last draft says.

    LimitError where not a word came in time, or the engine is busy.
    """
    budget = min(engine.context_tokens - generation.max_new_tokens, PROMPT_TOKENS)
    messages = render(question, [PromptPassage.of(item.chunk) for item in passages], engine.count, budget).messages
    text, ended = "", None
    with closing(engine.stream(messages, generation)) as pieces:  # type: ignore[type-var]
        try:
            for number, piece in enumerate(pieces, 1):
                text += piece
                cut = looped(text) if number % _LOOP_EVERY == 0 else None
                if cut is not None:
                    text, ended = cut, "the model repeated itself and was stopped"
                    break
                yield Draft(text.strip())
        except LimitError as error:
            if not text.strip():
                raise
            ended = str(error)
    if generation.stop.is_set() and ended is None:
        ended = "stopped"
    yield Draft(_clean(text), ended)


def _clean(text: str) -> str:
    """Without citation marks of the model's own, which mean nothing here, and without control characters."""
    plain = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
    return _MARKER.sub("", plain).strip()


def checked_sentences(
    text: str, passages: Sequence[Passage], checker: Checker, citations: Citations, *, strict: bool = False
) -> list[Sentence]:
    """The sentences of a text, each with the passage that supports it cited, or marked as unsupported."""
    sentences = answer_sentences(text)
    verdicts = checker.check(sentences, [Source.of(passage.chunk) for passage in passages], strict=strict)
    return [
        Sentence(
            text=sentence,
            supported=verdict.supported,
            score=round(verdict.score, 4),
            citations=[citations.cite(passages[source], indices) for source, indices in verdict.support],
        )
        for sentence, verdict in zip(sentences, verdicts, strict=True)
    ]


def quoted_sentences(quotes: Sequence[Quote], citations: Citations) -> list[Sentence]:
    """Sentences of the book, cited."""
    return [Sentence(text=quote.text, citations=[citations.cite(quote.passage, [quote.index])]) for quote in quotes]


def mostly_supported(sentences: Sequence[Sentence]) -> bool:
    """Whether at least half of an answer's sentences are supported."""
    return 2 * sum(sentence.supported for sentence in sentences) >= len(sentences)


def answer_sentences(text: str) -> list[str]:
    """The sentences of a text; a piece without a letter (a list's "1.") goes with the sentence after it."""
    from indexing.sentences import split_sentences

    found: list[str] = []
    lead = ""
    for sentence in split_sentences(text):
        joined = f"{lead} {sentence}".strip()
        if _LETTER.search(sentence):
            found.append(joined)
            lead = ""
        else:
            lead = joined
    return found
