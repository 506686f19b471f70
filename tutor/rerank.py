"""Rerankers by setting (TUTOR_RERANKER): they read question and passage together, which is surer and slower than vectors.

    ''                  none, the default
    'small'             the small Llama: how likely it finds the question after the passage, log P(question | passage)
    a name or folder    a cross-encoder of sentence-transformers, such as cross-encoder/ms-marco-MiniLM-L6-v2

What each gains and costs is in benchmarks/LOG.md.
"""

from collections.abc import Sequence

from indexing.settings import Settings
from tutor.engines.cross_encoder import load_cross_encoder
from tutor.engines.transformers import TransformersEngine
from tutor.prompt import Message
from tutor.retrieval import Passage, Reranker

_ASK = "Here is a passage of a textbook:\n\n{passage}\n\nWrite a question of a student that this passage answers."


def load_reranker(chosen: Settings) -> Reranker | None:
    """The reranker that is set, or None. ModelError where it cannot be had."""
    if not chosen.reranker:
        return None
    if chosen.reranker == "small":
        from tutor.models import got_folder

        return QueryLikelihood(TransformersEngine.load(str(got_folder("small", chosen.models, "reranker")), "small"))
    return CrossEncoderReranker(chosen.reranker)


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers."""

    def __init__(self, name: str) -> None:
        self._model = load_cross_encoder(name)
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
