"""The real built-in embedder: its token counts, and its vectors in bytes beside the exact ones."""

from functools import cache

import hypothesis
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexing.embedding import MINILM, Embedder, load_embedder, minilm_folder
from indexing.settings import settings
from indexing.tokenizers import counter

TEXTS = ["A weak entity type has no key of its own.", "Each tuple is unique.", "Stonehenge stands on Salisbury Plain."]


@cache
def embedder() -> Embedder:
    return load_embedder(MINILM, settings().cache)


@cache
def exact_count() -> object:
    return counter(minilm_folder())


@hypothesis.settings(deadline=None)  # the first text loads the tokenizer
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60) | st.text("aZ .,é1_\t\n\u00a0\u0301中", max_size=40))
def test_words_counted_one_by_one_are_the_tokenizers_count(text: str) -> None:
    assert embedder().count(text) == exact_count()(text)  # type: ignore[operator]


def test_vectors_in_bytes_are_close_to_the_exact_ones() -> None:
    exact = np.stack([encoding.vector for encoding in embedder().encode_passages(TEXTS)])
    fast = np.stack([encoding.vector for encoding in embedder().encode_passages(TEXTS, fast=True)])
    assert (np.sum(exact * fast, axis=1) > 0.97).all()
    assert ((exact @ fast.T).argmax(axis=1) == np.arange(len(TEXTS))).all()
