"""The adapter that ships with the sample course is what its record says, and small."""

import json

from safetensors.torch import load_file

from finetune.recipe import load_recipe
from finetune.run import ADAPTER_WEIGHTS, read_record
from indexing.library import file_sha256
from tests.conftest import SAMPLE_PDF
from tutor.engines.load import SAMPLE_ADAPTER


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
