"""Vectors in Qdrant through llama-index's QdrantVectorStore: a server (QDRANT_URL and key by setting), or its local mode.

Each version of a book has a collection of its own, so a rebuild never changes one that is being searched, and what is left of
an older version can be dropped afterwards. Local mode keeps the collection in the version's folder and admits one process at a
time. A point's id derives from its position, so that adding it again replaces it. Needs the extra `qdrant`.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexing.embedding import Matrix, Vector
from indexing.errors import BookError, ModelError

_BATCH = 512
LOCAL = "qdrant"  # folder inside a version's index


@dataclass(frozen=True)
class Place:
    """A collection: at a server, or in a version's index folder where `url` is empty."""

    collection: str
    folder: Path
    url: str = ""
    api_key: str = ""


def build_qdrant(vectors: Matrix, place: Place) -> None:
    """Put unit vectors (n, d) into the collection, which is made anew."""
    from llama_index.core.schema import TextNode

    client = _client(place)
    try:
        if client.collection_exists(place.collection):
            client.delete_collection(place.collection)
        store = _store(place, client)
        for start in range(0, len(vectors), _BATCH):
            block = vectors[start : start + _BATCH]
            store.add(
                [
                    TextNode(id_=_point(position), text=str(position), embedding=vector.tolist())
                    for position, vector in enumerate(block, start)
                ]
            )
    finally:
        client.close()


class QdrantStore:
    """A collection, opened for searching. BookError where it is missing or cannot be reached."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._client = _client(place)
        try:
            present = self._client.collection_exists(place.collection)
        except _unreachable() as error:
            raise BookError(f"Qdrant at {place.url} does not answer ({error}); check TUTOR_QDRANT_URL and its key") from None
        if not present:
            raise BookError(
                f"Qdrant has no collection '{place.collection}'; build the book again with python -m indexing.rebuild"
            )
        self._store = _store(place, self._client)

    def search(self, vector: Vector, top_k: int) -> list[tuple[int, float]]:
        from llama_index.core.vector_stores.types import VectorStoreQuery

        result = self._store.query(VectorStoreQuery(query_embedding=vector.tolist(), similarity_top_k=top_k))
        pairs = zip(result.nodes or [], result.similarities or [], strict=True)
        return [(int(node.get_content()), float(score)) for node, score in pairs]

    def get(self, positions: Sequence[int]) -> Matrix:
        wanted = list(positions)
        if not wanted:
            return np.zeros((0, 0), dtype=np.float32)
        points = self._client.retrieve(
            self._place.collection, [_point(position) for position in wanted], with_payload=False, with_vectors=True
        )
        found = {str(point.id): _vector(point.vector) for point in points}
        if len(found) < len(set(wanted)):
            raise BookError(
                f"Qdrant's collection '{self._place.collection}' is not whole; build the book again with "
                "python -m indexing.rebuild"
            )
        return np.array([found[_point(position)] for position in wanted], dtype=np.float32)

    def close(self) -> None:
        """Let go of the local folder, which one process at a time may hold."""
        self._client.close()


def drop_collections(prefix: str, kept: Iterable[str], place: Place) -> None:
    """Delete the server's collections of a book that belong to no version any more. A local one goes with its folder."""
    if not place.url:
        return
    client = _client(place)
    try:
        names = [collection.name for collection in client.get_collections().collections]
        for name in set(names) - set(kept):
            if name.startswith(prefix):
                client.delete_collection(name)
    finally:
        client.close()


def _client(place: Place) -> Any:
    try:
        from qdrant_client import QdrantClient
    except ImportError:
        raise ModelError("store 'qdrant' needs the extra: pip install 'textbook-tutor[qdrant]'") from None
    if place.url:
        return QdrantClient(url=place.url, api_key=place.api_key or None, check_compatibility=False)
    try:
        return QdrantClient(path=str(place.folder / LOCAL))
    except RuntimeError:
        raise BookError(
            f"{place.folder / LOCAL}: in use by another process, and Qdrant's local mode admits one; set TUTOR_QDRANT_URL"
        ) from None


def _store(place: Place, client: Any) -> Any:
    from llama_index.vector_stores.qdrant import QdrantVectorStore

    return QdrantVectorStore(collection_name=place.collection, client=client, batch_size=_BATCH, index_doc_id=False)


def _unreachable() -> tuple[type[Exception], ...]:
    import httpx
    from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

    return httpx.HTTPError, ResponseHandlingException, UnexpectedResponse


def _point(position: int) -> str:
    return str(uuid.UUID(int=position))


def _vector(stored: Any) -> list[float]:
    """A point's only vector, with or without a name."""
    return list(next(iter(stored.values())) if isinstance(stored, dict) else stored)
