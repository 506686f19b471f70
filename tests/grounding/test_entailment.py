"""Stronger checks by setting: a tiny NLI cross-encoder and a tiny Llama, both of random weights, and their arithmetic."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexing.embedding import load_embedder
from indexing.errors import ModelError
from indexing.settings import Settings, settings
from tutor.grounding.check import Checker, Source, combined, rescaled
from tutor.grounding.entailment import (
    CrossEncoderEntailment,
    Likelihood,
    entailment_label,
    load_entailment,
    softmax,
)

SOURCE = "A candidate key is unique. It is minimal. Every table has at least one candidate key. A view is a named query."


class Told:
    """Says the same of every pair, and keeps the pairs."""

    name = "told"

    def __init__(self, probability: float) -> None:
        self.probability = probability
        self.asked: list[tuple[str, str]] = []

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.asked.extend(pairs)
        return [self.probability] * len(pairs)


def test_scores_are_on_a_scale_where_the_cut_is_a_half() -> None:
    assert rescaled(np.array([0.0, 0.2, 0.4, 0.7, 1.0]), 0.4).tolist() == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_odds_are_multiplied_and_a_half_changes_nothing() -> None:
    found = combined(np.array([0.5, 0.75, 0.8, 0.3]), np.array([0.9, 0.75, 0.5, 1.0]))
    sure = 0.98 / 0.02 * 0.3 / 0.7
    assert found.tolist() == pytest.approx([0.9, 0.9, 0.8, sure / (1 + sure)])


@pytest.mark.parametrize(("probability", "supported"), [(0.01, False), (0.5, True), (0.99, True)])
def test_a_stronger_check_is_asked_about_the_nearest_sentences(probability: float, supported: bool) -> None:
    told = Told(probability)
    checker = Checker(load_embedder("minilm", settings().cache), told)
    (verdict,) = checker.check(["1. A view is a query with a name."], [Source.plain(SOURCE)])
    assert told.asked == [
        ("Every table has at least one candidate key. A view is a named query.", "A view is a query with a name.")
    ]
    assert verdict.supported is supported


def test_no_more_than_two_sources_are_read_by_the_stronger_check() -> None:
    told = Told(0.9)
    checker = Checker(load_embedder("minilm", settings().cache), told)
    sources = [Source.plain(text) for text in ("Bees dance.", SOURCE, "Keys open doors.", "A candidate key is unique.")]
    (verdict,) = checker.check(["A candidate key is unique."], sources)
    assert len(told.asked) == 2
    assert {number for number, _ in verdict.support} <= {1, 3}


def test_the_order_of_labels_is_the_models_own() -> None:
    assert entailment_label("a", {0: "contradiction", 1: "entailment", 2: "neutral"}) == 1
    assert entailment_label("b", {0: "ENTAILMENT", 1: "NOT_ENTAILMENT"}) == 0
    for labels in ({0: "LABEL_0"}, {0: "positive", 1: "negative"}):
        with pytest.raises(ModelError, match="no NLI model"):
            entailment_label("c", labels)


def test_softmax_is_by_row_and_survives_large_numbers() -> None:
    found = softmax(np.array([[0.0, np.log(3.0)], [1000.0, 1000.0]]))
    assert found.ravel().tolist() == pytest.approx([0.25, 0.75, 0.5, 0.5])


def test_none_is_the_default_and_the_small_model_must_be_there(tmp_path: Path) -> None:
    assert load_entailment(Settings(models=tmp_path)) is None
    with pytest.raises(ModelError, match=r"python -m tutor\.models get small"):
        load_entailment(Settings(models=tmp_path, entailment="small"))


@pytest.fixture(scope="module")
def tiny_nli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT with three labels in an unusual order, as transformers saves one."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("models") / "tiny-nli"
    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "key", "is", "unique", "view", "query", "."]
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(words), encoding="utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=64, initializer_range=0.5, id2label={0: "neutral", 1: "contradiction", 2: "entailment"},
        label2id={"neutral": 0, "contradiction": 1, "entailment": 2},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(vocabulary)).save_pretrained(folder)
    return folder


@pytest.mark.slow
def test_a_cross_encoder_gives_the_softmax_at_its_entailment_label(tiny_nli: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    pairs = [("a key is unique.", "a view is a query."), ("a view is a query.", "a view is a query.")]
    found = load_entailment(Settings(entailment=str(tiny_nli)))
    assert isinstance(found, CrossEncoderEntailment)
    tokenizer = AutoTokenizer.from_pretrained(tiny_nli)
    model = AutoModelForSequenceClassification.from_pretrained(tiny_nli).eval()
    with torch.inference_mode():
        by_hand = [model(**tokenizer(*pair, return_tensors="pt")).logits[0].softmax(-1)[2].item() for pair in pairs]
    assert found.probabilities(pairs) == pytest.approx(by_hand, abs=1e-4)
    assert found.probabilities([]) == []
    assert by_hand[0] != pytest.approx(by_hand[1], abs=1e-3)


@pytest.mark.slow
def test_a_cross_encoder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a cross-encoder that can be loaded here"):
        load_entailment(Settings(entailment=str(tmp_path / "nothing")))


class Scripted:
    """A language model that finds the words of its prompt likely, and others not."""

    name = "scripted"

    def token_log_likelihoods(self, messages: Sequence[Any], reply: str) -> list[tuple[tuple[int, int], float]]:
        found, start = [], 0
        for word in reply.split():
            found.append(((start, start + len(word)), -1.0 if word in messages[0].content else -4.0))
            start += len(word) + 1
        return found


def test_likelihoods_are_gains_over_the_sentence_without_its_source() -> None:
    judge = Likelihood(Scripted())  # type: ignore[arg-type]
    # "a" and "of" stand in both prompts; "view" and "key" only with the source; "banana" in neither
    assert judge.measures("view of key", "a view of key").tolist() == pytest.approx([1.5, 3.0, -1.0])
    assert judge.measures("view of key", "a view of banana").tolist() == pytest.approx([0.75, 0.0, -1.75])
    assert judge.measures("view", "").tolist() == [0.0, 0.0, 0.0]
    high, low = judge.probabilities([("view of key", "a view of key"), ("view of key", "a view of banana")])
    assert 0 < low < high < 1
