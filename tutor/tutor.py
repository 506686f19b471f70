"""The tutor itself: one object that is opened on a book and asked questions. The shell and the chat both call it.

tutor = Tutor.open(find_book("sample", home), load_embedder("minilm", cache))
answer = tutor.ask("What is a weak entity?")
"""

import time
from dataclasses import dataclass

from indexing.embedding import Embedder
from indexing.errors import UsageError
from indexing.index import Index
from indexing.library import Book
from tutor.answer import REFUSAL, Answer, Sentence, Timings
from tutor.citations import Citations, summary
from tutor.confidence import THRESHOLD, confidence
from tutor.quoting import Quote, quote_answer
from tutor.retrieval import Mode, Retrieval, Retriever

MAX_QUESTION = 2_000  # characters
_NEAREST = 3  # headings named by a refusal


@dataclass(frozen=True)
class Tutor:
    """Answers questions from one book."""

    book: Book
    retriever: Retriever

    @classmethod
    def open(cls, book: Book, embedder: Embedder) -> "Tutor":
        """BookError where the book is damaged, or was made by another embedder."""
        index = Index(book)
        index.preload()
        return cls(book, Retriever(index, embedder))

    def ask(self, question: str, top_k: int = 5, mode: Mode = "hybrid") -> Answer:
        """Answer in the book's own sentences, or refuse and name the nearest headings."""
        question = check_question(question)
        started = time.perf_counter()
        retrieval = self.retriever.search(question, top_k, mode)
        retrieved = time.perf_counter()
        sure = confidence(retrieval)
        quotes = quote_answer(retrieval) if sure >= THRESHOLD else []
        answer = self._quoted(question, quotes) if quotes else self._refusal(question, retrieval)
        done = time.perf_counter()
        return answer.model_copy(
            update={
                "confidence": round(sure, 4),
                "passages": [summary(passage) for passage in retrieval.passages],
                "timings": Timings(retrieve_ms=_ms(retrieved - started), generate_ms=_ms(done - retrieved)),
            }
        )

    def _quoted(self, question: str, quotes: list[Quote]) -> Answer:
        citations = Citations()
        sentences = [Sentence(text=quote.text, citations=[citations.cite(quote.passage, [quote.index])]) for quote in quotes]
        return Answer(
            question=question,
            book=self.book.name,
            answer=" ".join(sentence.text for sentence in sentences),
            sentences=sentences,
            citations=citations.all(),
        )

    def _refusal(self, question: str, retrieval: Retrieval) -> Answer:
        headings = [passage.chunk.heading for passage in retrieval.passages if passage.chunk.heading]
        nearest = list(dict.fromkeys(headings))[:_NEAREST]
        hint = f" The nearest headings are: {'; '.join(nearest)}." if nearest else ""
        return Answer(
            question=question,
            book=self.book.name,
            answer=REFUSAL + hint,
            refused=True,
            reason="nothing in the book is close enough to the question",
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
