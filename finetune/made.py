"""Question–answer pairs made from a book by rules: its definitions, its headings, and its exercises that have no answers.

They add to the review questions, of which a course has a hundred, not thousands. The answers are the book's own sentences; each
pair says by which rule it was made. Only the chunks that are given are used: never those of held-out sections.
"""

import random
import re
from collections.abc import Callable, Sequence

from finetune.gold import Pair, chapter_of
from finetune.split import plain_question, same_question
from indexing.chunks import Chunk
from indexing.lexical import words
from indexing.records import Question
from tutor.quoting import quote_answer
from tutor.retrieval import Retrieval

_WORDS = 55  # an answer takes whole sentences up to here; review answers have about as many
_TERM = r"(?P<term>[A-Za-z][\w’'/-]*(?:[ -](?!is\b|are\b|means\b)[\w’'/-]+){0,4})"
_DEFINITIONS = (
    re.compile(
        rf"^(?:An?|The|In a [\w ]+, an?)?\s*{_TERM}(?:\s*\([^)]{{1,40}}\))?,?\s+(?:is|are) (?:an?|the|those|all|any|called) ",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(?:An?|The)?\s*{_TERM}(?:\s*\([^)]{{1,40}}\))?\s+(?:means|refers to|consists of|describes|states)\b", re.IGNORECASE
    ),
)
_CALLED = re.compile(
    r"\b(?:is|are) (?:then )?called (?:an? |the )?(?P<term>[a-z][\w’'-]*(?: [\w’'-]+){0,3}?)"
    r"(?=[.,;:]|\s+(?:and|or|if|when|of)\b)"
)
_NO_TERM = frozenset(
    words(
        "this that these those it they there here such each every some one both all any no another other which what who we you "
        "he she most many few result reason example answer question first second third last next latter former following "
        "figure table chapter section rest same point idea way being not only"
    )
)
_ASK_TERM = (
    "What {is_} {a}?",
    "What is meant by {a}?",
    "Define {a}.",
    "Explain what {a} {is_}.",
    "How does the book define {a}?",
)
_ASK_HEADING = ("What does the book say about {term}?", "Explain {term}.", "What should I know about {term}?")
_ASKS = re.compile(
    r"^(?:what|why|when|which|who|how|where|define|explain|describe|list|name|give|compare|discuss)\b", re.IGNORECASE
)


def make_definitions(chunks: Sequence[Chunk], count: int, seed: int) -> list[Pair]:
    """Up to `count` questions for the terms that sentences of the text define, each answered by its definition and what
    follows it in the same chunk."""
    pairs: list[Pair] = []
    seen: set[str] = set()
    chooser = random.Random(f"definitions {seed}")  # noqa: S311 (not for secrets)
    for chunk in chunks:
        if chunk.type != "text":
            continue
        for index in range(len(chunk.sentences)):
            term = defined_term(_plain(chunk.sentence(index)))
            if term is None or term.casefold() in seen:
                continue
            seen.add(term.casefold())
            question = _ask_term(term, _plain(chunk.sentence(index)), chooser.choice(_ASK_TERM))
            pairs.append(Pair(f"definition {chunk.id} {index}", question, sentences_from(chunk, index), (chunk,), "definition"))
    return _some(pairs, count, chooser)


def make_headings(chunks: Sequence[Chunk], count: int, seed: int) -> list[Pair]:
    """Up to `count` questions about what a section is about, each answered by how the section begins."""
    pairs: list[Pair] = []
    seen: set[str] = set()
    chooser = random.Random(f"headings {seed}")  # noqa: S311
    for chunk in chunks:
        if chunk.type != "text" or not chunk.heading_path or not chunk.sentences:
            continue
        title = plain_question(chunk.heading_path[-1])
        if title in seen or not 1 <= len(title.split()) <= 7 or title.casefold() in ("summary", "exercises", "introduction"):
            continue
        seen.add(title)
        question = chooser.choice(_ASK_HEADING).format(term=title[:1].lower() + title[1:] if title[1:2].islower() else title)
        pairs.append(Pair(f"heading {chunk.id}", question, sentences_from(chunk, 0), (chunk,), "heading"))
    return _some(pairs, count, chooser)


def make_exercises(
    questions: Sequence[Question],
    ask: Callable[[str], Retrieval | None],
    allowed: Callable[[Chunk], bool],
    count: int,
    seed: int,
) -> list[Pair]:
    """Up to `count` exercises that ask for knowledge rather than for work, answered by the sentences that quote mode finds in
    their own chapter. `ask(question)` gives what the retriever finds, None where the book does not answer."""
    pairs: list[Pair] = []
    for question in questions:
        plain = plain_question(question.question)
        if question.answer or not _ASKS.match(plain):
            continue
        retrieval = ask(plain)
        if retrieval is None:
            continue
        found = quote_answer(retrieval)
        quotes = [quote for quote in found if _fits(quote.passage.chunk, question) and allowed(quote.passage.chunk)]
        if quotes:
            gold = tuple({quote.passage.chunk.id: quote.passage.chunk for quote in quotes}.values())
            answer = " ".join(quote.text for quote in quotes)
            pairs.append(Pair(f"exercise {question.number or len(pairs) + 1}", plain, answer, gold, "exercise"))
    return _some(pairs, count, random.Random(f"exercises {seed}"))  # noqa: S311


def _fits(chunk: Chunk, question: Question) -> bool:
    return chunk.type == "text" and chapter_of(chunk) in ("", question.chapter.upper())


def without_known(pairs: Sequence[Pair], held_out: Sequence[str]) -> list[Pair]:
    """The pairs whose question is none of the held-out ones in nearly the same words."""
    return [pair for pair in pairs if not any(same_question(pair.question, other) for other in held_out)]


def defined_term(sentence: str) -> str | None:
    """The term that a sentence defines, or None."""
    for pattern in _DEFINITIONS:
        match = pattern.match(sentence)
        if match and _is_term(match["term"]):
            return match["term"]
    match = _CALLED.search(sentence)
    return match["term"] if match and _is_term(match["term"]) else None


def sentences_from(chunk: Chunk, index: int) -> str:
    """The chunk's sentences from `index` on, whole, up to about as many words as an answer has; at least one."""
    taken = [_plain(chunk.sentence(index))]
    for position in range(index + 1, len(chunk.sentences)):
        sentence = _plain(chunk.sentence(position))
        if len(" ".join([*taken, sentence]).split()) > _WORDS:
            break
        taken.append(sentence)
    return " ".join(taken)


def _is_term(term: str) -> bool:
    return len(term.split()) <= 5 and len(term) > 2 and not _NO_TERM & set(words(term))


def _ask_term(term: str, sentence: str, form: str) -> str:
    """The question of that form for a term, with the article and the number that its sentence gives it."""
    article = re.search(rf"\b(an?|the)\s+{re.escape(term)}", sentence, re.IGNORECASE)
    plain = term[:1].lower() + term[1:] if term[1:2].islower() else term
    named = f"{article[1].lower()} {term}" if article else plain
    plural = re.match(rf"{re.escape(term)}(?:\s*\([^)]*\))?,? are\b", sentence, re.IGNORECASE)
    return form.format(a=named, is_="are" if plural else "is")


def _plain(sentence: str) -> str:
    return " ".join(sentence.split())


def _some(pairs: list[Pair], count: int, chooser: random.Random) -> list[Pair]:
    """`count` of the pairs, in their order."""
    kept = set(chooser.sample(range(len(pairs)), min(count, len(pairs))))
    return [pair for number, pair in enumerate(pairs) if number in kept]
