"""Several books searched as one: each by its own retriever, the passages merged by score, each saying its book.

The signals mean the same in every book (`retrieval.py`), so their scores compare; equal scores keep the books' order, and the
order in each book, so that a question always gets the same list. Books may have different embedders. Leaves opening books to
the caller.
"""

from collections.abc import Sequence

from indexing.errors import UsageError
from tutor.asked_words import together
from tutor.retrieval import READ_AGAIN, Mode, Reranker, Retrieval, Retriever, reranked


class LibraryRetriever(Retriever):
    """Searches several books. What is said of one book (`index`) is said of the first."""

    def __init__(self, retrievers: Sequence[Retriever], reranker: Reranker | None = None) -> None:
        if not retrievers:
            raise UsageError("no book to search; build one with python -m indexing.rebuild")
        self.retrievers = list(retrievers)
        self.index = retrievers[0].index
        self._reranker = reranker

    def search(self, question: str, top_k: int = 5, mode: Mode = "hybrid") -> Retrieval:
        """The best passages of all books. The judgement whether they answer is the most hopeful book's."""
        found = [
            retriever.search(question, top_k if self._reranker is None else top_k * READ_AGAIN, mode)
            for retriever in self.retrievers
        ]
        merged = sorted((passage for retrieval in found for passage in retrieval.passages), key=lambda passage: -passage.score)
        if self._reranker is not None and merged:
            merged = reranked(question, merged[: top_k * READ_AGAIN], self._reranker)
        surest = max(found, key=lambda retrieval: retrieval.best["sentence"])
        return Retrieval(
            question=question,
            encoding=surest.encoding,
            passages=merged[:top_k],
            best={name: max(retrieval.best[name] for retrieval in found) for name in surest.best},
            asked=together([retrieval.asked for retrieval in found]),
            calibration=surest.calibration,
        )
