"""Rerankers by setting: none, the small Llama's query likelihood, a cross-encoder that is not there."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from indexing.chunks import Chunk
from indexing.errors import ModelError
from indexing.settings import Settings
from tutor.prompt import Message
from tutor.rerank import QueryLikelihood, load_reranker
from tutor.retrieval import Passage


class FakeEngine:
    """Finds a reply the likelier the more of its words the prompt has."""

    name = "fake"

    def log_likelihoods(self, messages: Sequence[Message], replies: Sequence[str]) -> list[float]:
        (message,) = messages
        assert message.role == "user"
        return [float(sum(word in message.content for word in reply.split())) for reply in replies]


def test_query_likelihood_reads_each_passage_with_its_headings() -> None:
    passages = [
        Passage(Chunk(id="a", type="text", text="A null is no value."), 0, "b", 1.0),
        Passage(Chunk(id="b", type="text", text="It is minimal.", heading_path=["1 Keys"]), 1, "b", 0.5),
    ]
    assert QueryLikelihood(FakeEngine()).scores("Keys minimal", passages) == [0.0, 2.0]  # type: ignore[arg-type]


def test_no_reranker_is_the_default(tmp_path: Path) -> None:
    assert load_reranker(Settings(models=tmp_path)) is None


def test_the_small_model_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"python -m tutor\.models get small"):
        load_reranker(Settings(models=tmp_path, reranker="small"))


@pytest.mark.slow
def test_a_cross_encoder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a cross-encoder that can be loaded here"):
        load_reranker(Settings(models=tmp_path, reranker=str(tmp_path / "nothing")))
