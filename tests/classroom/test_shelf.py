"""The chat opens books with the reranker and the stronger check that the settings name, as the shell does."""

import re
import shutil
from pathlib import Path

import pytest

from indexing.errors import BookError, ModelError, UsageError
from indexing.settings import Settings
from tutor.classroom.room import Room
from tutor.classroom.settings import ClassroomSettings
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


def test_one_book_that_cannot_be_opened_closes_no_other(sample_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "library"
    shutil.copytree(sample_home, home, symlinks=True)
    (home / "old").mkdir()
    manifest = (home / "sample" / "manifest.json").read_text(encoding="utf-8")
    (home / "old" / "manifest.json").write_text(re.sub(r'"schema_version": *\d+', '"schema_version": 1', manifest), "utf-8")
    chosen = ClassroomSettings(database=f"sqlite:///{tmp_path / 'class.sqlite'}")
    room = Room.open("open", chosen, Settings(home=home, _env_file=None))
    guest, _ = room.accounts.guest()
    courses = [(course.title, course.book) for course in room.courses_of(guest)]
    assert courses == [("Database Systems: a short course", "sample"), ("old", "old")]
    with pytest.raises(BookError, match="built by schema version 1"):
        room.shelf.tutor("old")
    room.database.close()
