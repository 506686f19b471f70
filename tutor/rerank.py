"""Rerankers by setting (TUTOR_RERANKER): they read question and passage together, which is surer and slower than vectors.

    ''                  none, the default
    'small'             the small Llama: how likely it finds the question after the passage, log P(question | passage)
    a name or folder    a cross-encoder of sentence-transformers, such as cross-encoder/ms-marco-MiniLM-L6-v2

What each gains and costs is in benchmarks/LOG.md.
"""

from collections.abc import Sequence
from typing import Any

from indexing.errors import ModelError
from indexing.settings import Settings
from tutor.engines.transformers import TransformersEngine
from tutor.prompt import Message
from tutor.retrieval import Passage, Reranker

_ASK = "Here is a passage of a textbook:\n\n{passage}\n\nWrite a question of a student that this passage answers."


def load_reranker(chosen: Settings) -> Reranker | None:
    """The reranker that is set, or None. ModelError where it cannot be had."""
    if not chosen.reranker:
        return None
    if chosen.reranker == "small":
        from tutor.models import is_there, model_folder

        if not is_there("small", chosen.models):
            raise ModelError("the reranker 'small' is not there; get it once with: python -m tutor.models get small")
        return QueryLikelihood(TransformersEngine.load(str(model_folder("small", chosen.models)), "small"))
    return CrossEncoderReranker(chosen.reranker)


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import CrossEncoder

        try:
            self._model: Any = CrossEncoder(name)
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())[:160]
            raise ModelError(f"{name}: not a cross-encoder that can be loaded here ({reason})") from None
        self.name = name

    def scores(self, question: str, passages: Sequence[Passage]) -> list[float]:
        pairs = [(question, passage.chunk.input_text) for passage in passages]
        return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]


class QueryLikelihood:
    """A language model's mean log P(question's tokens | passage)."""

    def __init__(self, engine: TransformersEngine) -> None:
        self._engine = engine
        self.name = engine.name

    def scores(self, question: str, passages: Sequence[Passage]) -> list[float]:
        found = []
        for passage in passages:
            message = Message(role="user", content=_ASK.format(passage=passage.chunk.input_text))
            found.extend(self._engine.log_likelihoods([message], [question]))
        return found
