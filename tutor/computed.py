"""Computed answers: where the question asks for a computation that is sure to be the right one, its result with the passages
that state what was computed on, and the passage that defines the term.

The computation is `tutor.computing`'s; this puts it into an answer with citations. Declines (None) whenever that declines.
"""

import bisect
from collections.abc import Callable, Iterator, Sequence
from typing import overload

from indexing.chunks import Chunk
from indexing.index import Index
from indexing.records import Record
from tutor.answer import Answer, Sentence
from tutor.citations import Citations
from tutor.computing.answers import Computed
from tutor.computing.book_text import Found
from tutor.computing.questions import compute_answer
from tutor.quoting import quote_answer
from tutor.retrieval import Passage, Retriever


class LazyRecords(Sequence[Record]):
    """A book's records, read when first looked at: most questions ask for no computation."""

    def __init__(self, read: Callable[[], list[Record]]) -> None:
        self._read = read
        self._records: list[Record] | None = None

    def _all(self) -> list[Record]:
        if self._records is None:
            self._records = self._read()
        return self._records

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Record]:
        return iter(self._all())


def computed_answer(question: str, records: Sequence[Record], retriever: Retriever) -> Answer | None:
    """The computed answer to a question, or None where it is better left to the book's passages."""
    computed = compute_answer(question, records)
    if computed is None:
        return None
    citations = Citations()
    sentences = [
        *_result(computed, retriever.index, citations),
        *_definition(computed.term, retriever, citations),
    ]
    return Answer(
        question=question,
        book=retriever.index.book.name,
        answer=" ".join(sentence.text for sentence in sentences),
        sentences=sentences,
        citations=citations.all(),
        computed=computed.model_dump(mode="json"),
    )


def _result(computed: Computed, index: Index, citations: Citations) -> list[Sentence]:
    """The result, cited where the book states what it was computed from, and that statement; then the assumption."""
    stated = [(found, *_stated_in(found, index)) for found in _needed(computed.found)]
    numbers = [citations.cite(passage, sentences) for _, passage, sentences in stated if passage is not None]
    result = [Sentence(text=computed.result.text, citations=list(dict.fromkeys(numbers)))]
    for found, passage, _ in stated:
        if passage is not None and "schema" not in found.what:
            result.append(Sentence(text=found.sentence, citations=[citations.cite(passage, [])]))
    if computed.assumption:
        result.append(Sentence(text=computed.assumption))
    return result


def _needed(found: Sequence[Found]) -> list[Found]:
    """The fewest and shortest statements that together state all that was found: schema, key, dependencies."""
    missing = {part for item in found for part in item.what.split(", ")}
    chosen: list[Found] = []
    for item in sorted(found, key=lambda item: (-item.what.count(","), len(item.sentence))):
        parts = set(item.what.split(", "))
        if parts & missing:
            chosen.append(item)
            missing -= parts
    return chosen


def _stated_in(found: Found, index: Index) -> tuple[Passage | None, list[int]]:
    """The passage that holds a statement, and the sentences of its chunk that are the statement."""
    if found.record is None:  # it stood in the question
        return None, []
    wanted = _squeezed(found.sentence)
    first: Passage | None = None
    for position, chunk in _chunks_of_record(index, found.record):
        passage = Passage(chunk, position, index.book.name, score=1.0)
        first = first or passage
        inside = [
            number
            for number in range(len(chunk.sentences))
            if (text := _squeezed(chunk.sentence(number))) and (text in wanted or wanted in text)
        ]
        if inside:
            return passage, inside
    return first, []


def _chunks_of_record(index: Index, record: int) -> Iterator[tuple[int, Chunk]]:
    """Positions and chunks of one record; chunks stand in the order of their records."""
    position = bisect.bisect_left(range(len(index)), record, key=lambda number: index.chunk(number).record)
    while position < len(index) and (chunk := index.chunk(position)).record == record:
        yield position, chunk
        position += 1


def _squeezed(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _definition(term: str, retriever: Retriever, citations: Citations) -> list[Sentence]:
    """The book's definition of the term that was used, if it has one."""
    quotes = quote_answer(retriever.search(f"What is {term}?"))[:1]
    return [Sentence(text=quote.text, citations=[citations.cite(quote.passage, [quote.index])]) for quote in quotes]
