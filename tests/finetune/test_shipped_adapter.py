"""The adapter that ships with the sample course is what its record says, and small."""

import json
import os
from pathlib import Path

import platformdirs
import pytest
from safetensors.torch import load_file

from finetune.comparing import ask, chat
from finetune.recipe import load_recipe
from finetune.run import ADAPTER_WEIGHTS, read_record
from finetune.samples import refusal_probabilities
from finetune.stages import foreign_questions
from indexing.embedding import load_embedder
from indexing.index import Index
from indexing.library import file_sha256, find_book
from indexing.settings import settings
from tests.conftest import SAMPLE_PDF
from tutor.engines.load import SAMPLE_ADAPTER
from tutor.engines.transformers import TransformersEngine
from tutor.models import is_there, model_folder
from tutor.retrieval import Retriever

MODELS = Path(os.environ.get("TUTOR_MODELS") or Path(platformdirs.user_cache_dir("textbook-tutor")) / "models")


def test_it_was_made_by_the_recipe_as_it_stands_from_the_book_as_it_stands() -> None:
    record = read_record(SAMPLE_ADAPTER)
    assert record["recipe"] == json.loads(load_recipe("grounded").model_dump_json())
    assert record["book_source"] == file_sha256(SAMPLE_PDF)
    assert (
        record["base"] == json.loads((SAMPLE_ADAPTER / "adapter_config.json").read_text())["base_model_name_or_path"] == "small"
    )
    assert "book_path" not in record


def test_it_holds_two_matrices_for_each_linear_layer_and_stays_under_five_megabytes() -> None:
    weights = load_file(SAMPLE_ADAPTER / ADAPTER_WEIGHTS)
    assert len(weights) == 30 * 7 * 2  # layers, linear layers of each, A and B
    assert {min(tensor.shape) for tensor in weights.values()} == {8}
    assert all(bool(tensor.float().isfinite().all()) for tensor in weights.values())
    assert sum(path.stat().st_size for path in SAMPLE_ADAPTER.iterdir()) < 5_000_000


@pytest.mark.slow
@pytest.mark.skipif(not is_there("small", MODELS), reason="needs the small model: python -m tutor.models get small")
def test_it_refuses_questions_of_other_fields_and_answers_those_that_were_held_out(sample_home: Path) -> None:
    engine = TransformersEngine.load(str(model_folder("small", MODELS)), "small-tuned", SAMPLE_ADAPTER)
    assert engine.refusal_threshold == read_record(SAMPLE_ADAPTER)["refusal"]["threshold"]
    held_out = [json.loads(line)["question"] for line in (SAMPLE_ADAPTER / "held-out.jsonl").read_text().splitlines()]
    retriever = Retriever(Index(find_book("sample", sample_home)), load_embedder("minilm", settings().cache))
    asked = ask([(question, "", ()) for question in held_out[:10]], foreign_questions("test")[:10], retriever, 5)
    prompts = [chat(item, engine.tokenizer, retrieval=True) for item in asked]
    refused = [value >= engine.refusal_threshold for value in refusal_probabilities(engine.model, engine.tokenizer, prompts)]
    assert sum(refused[:10]) <= 2
    assert sum(refused[10:]) >= 7
