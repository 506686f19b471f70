"""Where the book answers a question whose reference answer is known: its gold section and gold chunks.

Review questions come with a chapter at best. The section is found by searching the book, with the tutor's own retriever, for
question and reference answer together, among the sections of the named chapter; `benchmarks/training.py --gold` measures how
often that is right where the section is known.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from finetune.split import plain_question
from indexing.chunks import Chunk
from indexing.lexical import words
from indexing.records import Question
from tutor.answer import REFUSAL
from tutor.question_form import content_words
from tutor.retrieval import Passage

Search = Callable[[str, int], Sequence[Passage]]
"""search(question, count): passages, best first."""

_CANDIDATES = 30
_SUPPORTS = 0.5  # share of an answer's content words from which a chunk counts as holding the answer
_CHAPTER = re.compile(r"^(?:chapter\s+)?(\d+|[A-Z])\b", re.IGNORECASE)


@dataclass(frozen=True)
class Pair:
    """A question with its answer and the chunks that hold it, the best first. `made` says by which rule, if by one."""

    id: str
    question: str
    answer: str
    gold: tuple[Chunk, ...]
    made: str = ""

    @property
    def refused(self) -> bool:
        return self.answer == REFUSAL


def chapter_of(chunk: Chunk) -> str:
    """The number of a chunk's chapter, or ''."""
    match = _CHAPTER.match(chunk.heading_path[0]) if chunk.heading_path else None
    return match[1].upper() if match else ""


def covered_share(answer: str, chunk: Chunk) -> float:
    """The share of an answer's content words that a chunk holds, its headings included."""
    wanted = content_words(answer)
    return len(wanted & set(words(chunk.input_text))) / len(wanted) if wanted else 0.0


def find_gold(question: str, answer: str, chapter: str, search: Search) -> tuple[Chunk, ...]:
    """The chunks that hold the answer, best first; all stand in the best one's section. Empty where nothing comes near.

    Passages are ranked by retrieval, and by how much of the answer they hold.
    """
    found = list(search(f"{question} {answer}", _CANDIDATES))
    within = [passage for passage in found if chapter and chapter_of(passage.chunk) == chapter.upper()] or found
    if not within:
        return ()
    spread = max(passage.score for passage in within) - min(passage.score for passage in within) or 1.0
    low = min(passage.score for passage in within)
    scored = {passage.chunk.id: (passage.score - low) / spread + covered_share(answer, passage.chunk) for passage in within}
    ranked = sorted(within, key=lambda passage: -scored[passage.chunk.id])
    best = ranked[0].chunk
    if covered_share(answer, best) == 0:
        return ()
    near = [item.chunk for item in ranked[1:] if item.chunk.heading_path == best.heading_path]
    return (best, *(chunk for chunk in near if covered_share(answer, chunk) >= _SUPPORTS))


def holds_answer(chunk: Chunk, pair: Pair) -> bool:
    """Whether a passage could answer a pair's question: it stands in the gold section, or holds most of the answer."""
    sections = {tuple(gold.heading_path) for gold in pair.gold}
    return tuple(chunk.heading_path) in sections or covered_share(pair.answer, chunk) >= _SUPPORTS


def review_pairs(questions: Sequence[Question], search: Search) -> tuple[list[Pair], list[Question]]:
    """The answered questions as pairs, without their numbers, as a student would ask; and those whose answer was not found.

    A number would mislead retrieval too: "2.4" is a question here and a section there.
    """
    pairs: list[Pair] = []
    lost: list[Question] = []
    for question in questions:
        if not question.answer:
            continue
        asked = plain_question(question.question)
        gold = find_gold(asked, question.answer, question.chapter, search)
        if gold:
            name = f"review {question.number or len(pairs) + 1}"
            pairs.append(Pair(name, asked, question.answer, gold))
        else:
            lost.append(question)
    return pairs, lost
