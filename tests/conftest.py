"""Fixtures that every test may use. No test reaches the network or the user's own folders."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

# Tests run in parallel, one process a core: threads of one process would only wait for those of the other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent
SAMPLE_PDF = ROOT / "data" / "sample" / "book.pdf"
REVIEW_PDF = ROOT / "data" / "sample" / "review.pdf"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real material that lies beside the project on the maintainers' machines; users do not have it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the maintainers' material in ../shared, which is not part of the project")
    return folder


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, session_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh library, and a cache of the test run's own, so that a test never touches the user's books."""
    from indexing.settings import settings

    monkeypatch.setenv("TUTOR_HOME", str(tmp_path_factory.mktemp("library")))
    monkeypatch.setenv("TUTOR_CACHE", str(session_root / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    settings.cache_clear()


@pytest.fixture(scope="session")
def session_root(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One folder for the whole test run, shared by its parallel workers."""
    base = tmp_path_factory.getbasetemp()
    root = (base if worker_id == "master" else base.parent) / "shared-by-workers"
    root.mkdir(exist_ok=True)
    return root


def command_environment(home: Path, cache: Path) -> dict[str, str]:
    """The environment of a command under test: its own library and cache, no hub, no colours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TUTOR_", "COV_", "COVERAGE"))}
    return {
        **kept,
        "TUTOR_HOME": str(home),
        "TUTOR_CACHE": str(cache),
        "HF_HUB_OFFLINE": "1",
        "NO_COLOR": "1",
        "COLUMNS": "160",
    }


def run_command(*arguments: str | Path, home: Path, cache: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run `python -m …` as a user would, and return what it printed and its exit status."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT, env=command_environment(home, cache), input=stdin, capture_output=True, text=True, timeout=540, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def sample_home(session_root: Path) -> Path:
    """A library with the sample course, built once in a test run by the real command. Tests must not change it."""
    home = session_root / "library"
    with FileLock(session_root / "library.lock"):
        if not (home / "sample").exists():
            done = run_command(
                "-m",
                "indexing.rebuild",
                SAMPLE_PDF,
                "--qa",
                REVIEW_PDF,
                "--book",
                "sample",
                home=home,
                cache=session_root / "cache",
            )
            assert done.returncode == 0, done.stderr
    return home
