"""Stronger checks by setting (TUTOR_ENTAILMENT): they read source and sentence together, beside the forest; slow.

    ''                  none, the default: the forest alone
    'small'             the small Llama: how much likelier it finds the sentence after the source than without it
    a name or folder    a cross-encoder of sentence-transformers that was trained on natural language inference (NLI)

What each gains and costs is in benchmarks/LOG.md. Leaves combining with the forest to `check.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexing.errors import ModelError
from indexing.settings import Settings
from tutor.engines.cross_encoder import load_cross_encoder
from tutor.engines.transformers import TransformersEngine
from tutor.grounding.words import words_of
from tutor.prompt import Message, defuse

_GIVEN = "Here is a passage of a textbook:\n\n{premise}\n\nWrite a sentence that follows from this passage."
_ALONE = "Write a sentence of a textbook."

# A logistic function of (mean gain, worst gain of a content token, mean log P after the source), in nats a token; fitted by
# `python -m benchmarks.grounding --entailment small --every 3`, each set weighing the same. The weights are small because the
# sets disagree: among a model's own sentences the likely ones are supported, among copies the likely ones are the changed.
_WEIGHTS = (0.104, 0.186, -0.127)
_BIAS = -0.484


class Entailment(Protocol):
    """Judges premises and sentences in pairs."""

    name: str

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """For each (premise, sentence), how likely the premise supports the sentence; 0.5 is undecided."""


def load_entailment(chosen: Settings) -> Entailment | None:
    """The stronger check that is set, or None. ModelError where it cannot be had."""
    if not chosen.entailment:
        return None
    if chosen.entailment == "small":
        from tutor.models import got_folder

        return Likelihood(TransformersEngine.load(str(got_folder("small", chosen.models, "stronger check")), "small"))
    return CrossEncoderEntailment(chosen.entailment)


class CrossEncoderEntailment:
    """A cross-encoder for NLI: the softmax of its logits, at the label that its configuration calls entailment."""

    def __init__(self, name: str) -> None:
        self._model = load_cross_encoder(name)
        self.name = name
        self._label = entailment_label(name, self._model.config.id2label)

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        from torch.nn import Identity

        if not pairs:
            return []
        logits = self._model.predict(list(pairs), activation_fn=Identity(), show_progress_bar=False)
        return [float(row[self._label]) for row in softmax(np.asarray(logits, dtype=np.float64))]


def entailment_label(name: str, labels: Mapping[int, str]) -> int:
    """Which of a model's labels means entailment; their order differs from model to model. ModelError where none does."""
    found = [number for number, label in labels.items() if label.casefold().startswith("entail")]
    if len(found) != 1:
        named = ", ".join(labels.values())
        raise ModelError(f"{name}: no NLI model (its labels are {named}); choose one with a label 'entailment'")
    return int(found[0])


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Softmax of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)


class Likelihood:
    """A language model's likelihoods: how much the source adds to that of the sentence, and where it adds least."""

    def __init__(self, engine: TransformersEngine) -> None:
        self._engine = engine
        self.name = engine.name

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        weights = np.array(_WEIGHTS)
        return [float(1 / (1 + np.exp(-(self.measures(*pair) @ weights + _BIAS)))) for pair in pairs]

    def measures(self, premise: str, sentence: str) -> NDArray[np.float64]:
        """(mean gain, worst gain of a content token, mean log P after the premise), in nats a token."""
        asked = Message("user", _GIVEN.format(premise=defuse(premise)))
        given = self._engine.token_log_likelihoods([asked], sentence)
        alone = self._engine.token_log_likelihoods([Message("user", _ALONE)], sentence)
        if not given:
            return np.zeros(3)
        after = np.array([value for _, value in given])
        gains = after - np.array([value for _, value in alone])
        content = [word.span for word in words_of(sentence) if word.is_content]
        inside = [
            any(start < end_of and end > start_of for start_of, end_of in content) for (start, end), _ in given
        ]  # fmt: skip
        worst = gains[inside].min() if any(inside) else gains.min()
        return np.array([gains.mean(), worst, after.mean()])
