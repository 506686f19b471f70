"""Fixtures that every test may use. No test reaches the network or the user's own folders."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def shared() -> Path:
    """Real material that lies beside the project on the maintainers' machines; users do not have it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the maintainers' material in ../shared, which is not part of the project")
    return folder


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library of built books is a fresh folder, so that a test never touches the user's books."""
    monkeypatch.setenv("TUTOR_HOME", str(tmp_path_factory.mktemp("library")))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
