"""The tutor itself: one object that is opened on a book and asked questions. The shell and the chat both call it.

    tutor = Tutor.open(find_book("sample", home), load_embedder("minilm", cache))
    answer = tutor.ask("What is a weak entity?")
    for event in tutor.stream("What is a weak entity?", engine=engine):   # Partial, Partial, …, Answer
        …

What can be computed is computed. Else, without an engine it answers in the book's own sentences; with one, the model words the
answer and every sentence is checked.
Safe to be used by several threads. Leaves finding to `retrieval`, choosing sentences to `quoting`, models to `engines`.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from indexing.embedding import Embedder
from indexing.errors import UsageError
from indexing.index import Index
from indexing.library import ALL, Book
from indexing.records import Record
from tutor.abbreviations import Abbreviations
from tutor.answer import REFUSAL, Answer, Event, Partial, Timings, Turn
from tutor.citations import Citations, summary
from tutor.computed import LazyRecords, computed_answer
from tutor.confidence import confidence, threshold
from tutor.drafting import Draft, checked_sentences, mostly_supported, quoted_sentences, write_draft
from tutor.engines.base import Engine, Generation
from tutor.followups import whole_question
from tutor.grounding.check import Checker, Source
from tutor.grounding.entailment import Entailment
from tutor.library_search import LibraryRetriever
from tutor.quoting import quote_answer
from tutor.retrieval import Mode, Reranker, Retrieval, Retriever
from tutor.spelling import Spelling

MAX_QUESTION = 2_000  # characters
_NEAREST = 3  # headings named by a refusal
_NOT_CLOSE = "nothing in the book is close enough to the question"


@dataclass(frozen=True)
class AskOptions:
    """How to answer. `use_passages` False asks the model without the book, to compare; quote mode cannot do without."""

    top_k: int = 5
    mode: Mode = "hybrid"
    use_passages: bool = True
    generation: Generation = field(default_factory=Generation)


@dataclass(frozen=True)
class Tutor:
    """Answers questions from one book."""

    book: Book
    retriever: Retriever
    checker: Checker
    records: Sequence[Record]
    abbreviations: Abbreviations
    spelling: Spelling

    @classmethod
    def open(
        cls, book: Book, embedder: Embedder, reranker: Reranker | None = None, entailment: Entailment | None = None
    ) -> "Tutor":
        """BookError where the book is damaged, or was made by another embedder."""
        index = Index(book)
        index.preload()
        retriever, checker = Retriever(index, embedder, reranker), Checker(embedder, entailment)
        spelling = Spelling(book, index.bm25)
        return cls(book, retriever, checker, LazyRecords(book.records), Abbreviations(book), spelling)

    @classmethod
    def open_all(
        cls,
        books: Sequence[Book],
        load: Callable[[str], Embedder],
        reranker: Reranker | None = None,
        entailment: Entailment | None = None,
    ) -> "Tutor":
        """One tutor for several books; `load` gives the embedder of a name. Nothing is computed from several books' tables."""
        tutors = [cls.open(book, load(book.manifest.embedder.name if book.manifest.embedder else "")) for book in books]
        retriever = LibraryRetriever([tutor.retriever for tutor in tutors], reranker)
        first = tutors[0]
        checker = Checker(first.checker.embedder, entailment)
        return cls(Book(ALL, first.book.path), retriever, checker, [], first.abbreviations, first.spelling)

    def ask(
        self,
        question: str,
        top_k: int = 5,
        mode: Mode = "hybrid",
        *,
        engine: Engine | None = None,
        history: Sequence[Turn] = (),
        options: AskOptions | None = None,
    ) -> Answer:
        """Answer from the book, or refuse and name the nearest headings."""
        chosen = options or AskOptions(top_k, mode)
        *_, answer = self.stream(question, engine=engine, history=history, options=chosen)
        assert isinstance(answer, Answer)  # the last event always is
        return answer

    def stream(
        self, question: str, *, engine: Engine | None = None, history: Sequence[Turn] = (), options: AskOptions | None = None
    ) -> Iterator[Event]:
        """The answer as it is written: partial answers, and at last the answer. UsageError where there is no question.

        Closing the iterator, or setting `options.generation.stop`, stops a model at once; after the stop the answer
        still comes, made of what was written.
        """
        chosen = options or AskOptions()
        asked = check_question(question)
        whole = whole_question(asked, history, engine)
        said = " ".join(turn.answer for turn in history) if whole != asked else ""
        yield Partial(rewritten=whole if whole != asked else None)
        started = time.perf_counter()
        whole, retrieval = self._found(whole, chosen)
        retrieved = time.perf_counter()
        sure = round(confidence(retrieval), 4)
        computed = computed_answer(whole, self.records, self.retriever)
        if computed is not None:
            answer = computed
        elif engine is None:
            answer = self._in_quotes(retrieval, sure, said)
        elif chosen.use_passages and sure < threshold(retrieval):
            answer = self._refusal(retrieval, _NOT_CLOSE)
        else:
            answer = yield from self._worded(retrieval, engine, chosen)
        done = time.perf_counter()
        yield answer.model_copy(
            update={
                "question": asked,
                "rewritten": whole if whole != asked else None,
                "engine": engine.name if engine else "quote",
                "confidence": sure,
                "passages": [summary(passage) for passage in retrieval.passages],
                "timings": Timings(retrieve_ms=_ms(retrieved - started), generate_ms=_ms(done - retrieved)),
            }
        )

    def _found(self, question: str, chosen: AskOptions) -> tuple[str, Retrieval]:
        """What is found for a question; one that would be refused is tried again with its misspelt words put right."""
        retrieval = self.retriever.search(self.abbreviations.spelled_out(question), chosen.top_k, chosen.mode)
        if confidence(retrieval) < threshold(retrieval):
            spelled = self.spelling.corrected(question, retrieval)
            if spelled != question:
                return spelled, self.retriever.search(self.abbreviations.spelled_out(spelled), chosen.top_k, chosen.mode)
        return question, retrieval

    def _worded(self, retrieval: Retrieval, engine: Engine, chosen: AskOptions) -> Generator[Event, None, Answer]:
        """Yields partial answers while the model writes; returns the answer, every sentence of it checked."""
        draft = Draft()
        passages = retrieval.passages if chosen.use_passages else []
        with ThreadPoolExecutor(1) as beside:  # the check's reading meanwhile, so that after a stop little is left to do
            reading = beside.submit(self.checker.prepare, [Source.of(passage.chunk) for passage in retrieval.passages])
            for draft in write_draft(retrieval.question, passages, engine, chosen.generation):
                yield Partial(text=draft.text)
        reading.result()
        if draft.refuses:
            return self._refusal(retrieval, "the model found no answer in the passages")
        citations = Citations()
        sentences = checked_sentences(draft.text, retrieval.passages, self.checker, citations, strict=True)
        offered = None if mostly_supported(sentences) else quoted_sentences(quote_answer(retrieval), citations)
        return Answer(
            question=retrieval.question,
            book=self.book.name,
            answer=draft.text,
            reason=draft.ended,
            sentences=sentences,
            citations=citations.all(),
            quoted=offered or None,
        )

    def _in_quotes(self, retrieval: Retrieval, sure: float, said: str) -> Answer:
        """The book's own sentences; a follow-up is not answered by what was `said` before it."""
        quotes = quote_answer(retrieval, said) if sure >= threshold(retrieval) else []
        if not quotes:
            return self._refusal(retrieval, _NOT_CLOSE)
        citations = Citations()
        sentences = quoted_sentences(quotes, citations)
        return Answer(
            question=retrieval.question,
            book=self.book.name,
            answer=" ".join(sentence.text for sentence in sentences),
            sentences=sentences,
            citations=citations.all(),
        )

    def _refusal(self, retrieval: Retrieval, reason: str) -> Answer:
        headings = [passage.chunk.heading for passage in retrieval.passages if passage.chunk.heading]
        nearest = list(dict.fromkeys(headings))[:_NEAREST]
        hint = f" The nearest headings are: {'; '.join(nearest)}." if nearest else ""
        return Answer(
            question=retrieval.question,
            book=self.book.name,
            answer=REFUSAL + hint,
            refused=True,
            reason=reason,
            nearest=nearest,
        )


def check_question(question: str) -> str:
    """The question without white space around it and control characters. UsageError where it is empty or too long."""
    plain = "".join(char if char.isprintable() else " " for char in question)
    plain = " ".join(plain.split())
    if not plain:
        raise UsageError("the question is empty; ask something about the book")
    if len(plain) > MAX_QUESTION:
        raise UsageError(
            f"the question is {len(plain):,} characters long; the limit is {MAX_QUESTION:,}: ask in a few sentences"
        )
    return plain


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
