"""Other embedders: the prefixes that each family of models wants, and a sentence-transformers model read from a folder."""

import numpy as np
import pytest

from indexing.embedding import MINILM, load_embedder, minilm_folder
from indexing.other_embedders import prefixes
from indexing.settings import settings

SEARCHING = "Represent this sentence for searching relevant passages: "


@pytest.mark.parametrize(
    ("name", "prompts", "expected"),
    [
        ("Snowflake/snowflake-arctic-embed-m", {"query": SEARCHING}, (SEARCHING, "")),
        ("some/model", {"query": "q: ", "document": "d: "}, ("q: ", "d: ")),
        ("some/model", {"query": "q: ", "passage": "p: "}, ("q: ", "p: ")),
        ("intfloat/e5-base-v2", {}, ("query: ", "passage: ")),
        ("/models/multilingual-e5-large/", {"query": "", "document": ""}, ("query: ", "passage: ")),
        ("intfloat/e5-base-v2", {"query": "own: "}, ("own: ", "")),
        ("BAAI/bge-small-en-v1.5", {}, (SEARCHING, "")),
        ("BAAI/bge-m3", {}, ("", "")),
        ("sentence-transformers/all-mpnet-base-v2", {}, ("", "")),
    ],
)
def test_prefixes(name: str, prompts: dict[str, str], expected: tuple[str, str]) -> None:
    assert prefixes(name, prompts) == expected


@pytest.mark.slow
def test_a_model_in_a_folder_gives_the_vectors_of_the_built_in_one() -> None:
    pytest.importorskip("sentence_transformers")
    ours, theirs = load_embedder(MINILM, settings().cache), load_embedder(str(minilm_folder()), settings().cache)
    text = "A weak entity type has no key of its own."
    assert (theirs.dimension, theirs.max_tokens, theirs.count(text)) == (384, 256, ours.count(text))
    left, right = ours.encode_query(text), theirs.encode_query(text)
    assert float(left.vector @ right.vector) > 0.999
    assert [span for span in right.ranges if span[1] > span[0]] == [span for span in left.ranges if span[1] > span[0]]
    assert np.allclose(left.tokens, right.tokens, atol=1e-2)
