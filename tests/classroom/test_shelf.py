"""The chat opens books with the reranker and the stronger check that the settings name, as the shell does."""

from pathlib import Path

import pytest

from indexing.errors import ModelError, UsageError
from indexing.settings import Settings
from tutor.classroom.shelf import Shelf
from tutor.engines.load import TUNED


@pytest.mark.parametrize(
    ("setting", "told"), [("reranker", "the reranker 'small'"), ("entailment", "the stronger check 'small'")]
)
def test_a_setting_that_cannot_be_had_is_an_error_in_the_chat_too(
    sample_home: Path, tmp_path: Path, setting: str, told: str
) -> None:
    chosen = Settings(home=sample_home, models=tmp_path, **{setting: "small"}, _env_file=None)
    with pytest.raises(ModelError, match=f"{told} is not there; get it once with: python -m tutor.models get small"):
        Shelf(chosen).tutor("sample")


def test_engines_that_are_not_there_are_not_offered(sample_home: Path, tmp_path: Path) -> None:
    assert Shelf(Settings(home=sample_home, models=tmp_path, _env_file=None)).engines() == ["quote"]
    served = Settings(home=sample_home, models=tmp_path, server_url="http://127.0.0.1:1/v1", engine="server", _env_file=None)
    assert Shelf(served).engines() == ["quote", "server"]
    assert TUNED not in Shelf(served).engines()


@pytest.mark.parametrize("engine", ["quote", "server"])
def test_an_adapter_is_not_taken_where_nothing_would_use_it(sample_home: Path, tmp_path: Path, engine: str) -> None:
    """A course's adapter is named to its instructor with the reports in that folder; so it has to be one."""
    shelf = Shelf(Settings(home=sample_home, models=tmp_path, _env_file=None))
    with pytest.raises(UsageError, match=f"engine '{engine}' takes no adapter"):
        shelf.engine(engine, str(tmp_path))
    assert shelf.engine("quote") is None
