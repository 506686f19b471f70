"""The retrieval pipelines that are compared: ours, and plain ones over our chunks or over llama-index's own nodes.

Each is a function from a question to lists of page sets, best first. All use the same embedder's weights.
"""

import json
import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from indexing.chunks import Chunk
from indexing.embedding import Embedder
from indexing.index import Index
from indexing.lexical import words
from indexing.library import Book, find_book
from indexing.records import Record
from tutor.retrieval import WEIGHTS, Retriever

DEPTH = 10  # passages that a measure may look at
Pages = frozenset[int]
Pipeline = Callable[[str], list[Pages]]

_GIVEN = 40  # characters; a passage that holds the question's own words in a row is where it is asked, and no answer


def asks(text: str, question: str) -> bool:
    """Whether a text is the place where the question itself is printed (an exercise)."""
    start = re.sub(r"\W+", " ", question).strip().casefold()[:_GIVEN]
    return len(start) == _GIVEN and start in re.sub(r"\W+", " ", text).casefold()


def ours(book: Book, embedder: Embedder, without: str = "") -> Pipeline:
    """The tutor's own retrieval; `without` names a signal that counts nothing."""
    retriever = Retriever(Index(book), embedder)
    weights = {without: 0.0} if without else {}

    def search(question: str) -> list[Pages]:
        with patch.dict(WEIGHTS, weights):
            found = retriever.search(question, top_k=DEPTH + 5).passages
        return [frozenset(p.chunk.pages) for p in found if not asks(p.chunk.text, question)]

    return search


def parts(book: Book, embedder: Embedder) -> dict[str, Pipeline]:
    """The tutor's own retrieval without each of its signals in turn."""
    return {f"without {name}": ours(book, embedder, name) for name in WEIGHTS if name != "named"}


def plain(chunks: Sequence[Chunk], embedder: Embedder) -> dict[str, Pipeline]:
    """BM25, dense, and both by reciprocal rank, over our chunks with their heading paths."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG and reports every step

    pages = [frozenset(chunk.pages) for chunk in chunks]
    texts = [chunk.input_text for chunk in chunks]
    vectors = np.stack([encoding.vector for encoding in embedder.encode_passages(texts)])
    bm25 = bm25s.BM25()
    bm25.index([words(text) or [""] for text in texts], show_progress=False)

    def by_bm25(question: str) -> list[int]:
        known = [word for word in words(question) if word in bm25.vocab_dict]
        scores = bm25.get_scores(known) if known else np.zeros(len(texts))
        return [int(i) for i in np.argsort(-scores, kind="stable")[:100] if scores[i] > 0]

    def by_vector(question: str) -> list[int]:
        return [int(i) for i in np.argsort(-(vectors @ embedder.encode_query(question).vector), kind="stable")[:100]]

    def by_rank(question: str) -> list[int]:
        scores: dict[int, float] = {}
        for ranking in (by_vector(question), by_bm25(question)):
            for rank, row in enumerate(ranking):
                scores[row] = scores.get(row, 0.0) + 1 / (61 + rank)
        return sorted(scores, key=lambda row: -scores[row])

    def pipeline(order: Callable[[str], list[int]]) -> Pipeline:
        return lambda question: [pages[row] for row in order(question) if not asks(texts[row], question)][: DEPTH + 5]

    return {"bm25": pipeline(by_bm25), "dense": pipeline(by_vector), "rrf": pipeline(by_rank)}


def llama_index_defaults(source: Path | Sequence[Record], embedder: Embedder) -> Pipeline:
    """llama-index as it comes, its PDF reader, SentenceSplitter, FaissVectorStore and VectorStoreIndex, with our weights."""
    import faiss
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    class Weights(BaseEmbedding):  # type: ignore[misc]
        """The embedder behind llama-index's interface; like HuggingFaceEmbedding it cuts what is too long."""

        def _get_query_embedding(self, query: str) -> list[float]:
            return list(embedder.encode_query(query).vector.tolist())

        def _get_text_embedding(self, text: str) -> list[float]:
            return list(embedder.encode_passages([text])[0].vector.tolist())

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    if isinstance(source, Path):
        from llama_index.readers.file import PDFReader

        documents = PDFReader().load_data(source)
        for number, document in enumerate(documents, 1):
            document.metadata["position"] = number
    else:
        documents = [
            Document(text=str(item.content), metadata={"title": item.heading, "position": item.pages[0]}) for item in source
        ]
    for document in documents:
        document.excluded_embed_metadata_keys = ["position"]
    context = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss_index=faiss.IndexFlatL2(embedder.dimension)))
    index = VectorStoreIndex.from_documents(documents, storage_context=context, embed_model=Weights())
    retriever = index.as_retriever(similarity_top_k=DEPTH + 5)

    def search(question: str) -> list[Pages]:
        found: list[Any] = retriever.retrieve(question)
        return [frozenset({int(node.metadata["position"])}) for node in found if not asks(node.get_content(), question)]

    return search


def chunks_of(book: Book) -> list[Chunk]:
    return [Chunk.model_validate(json.loads(line)) for line in book.chunks_path.read_text(encoding="utf-8").splitlines()]


def built(name: str, home: Path) -> Book:
    return find_book(name, home)
