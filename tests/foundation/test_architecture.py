"""The rules of the house: imports run one way, one file per third-party giant, light start-up."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = {"indexing": set(), "tutor": {"indexing"}, "finetune": {"indexing", "tutor"}, "app": {"indexing", "tutor"}}
TOP_LEVEL = {
    *("tutor", "indexing", "finetune", "data", "app.py", "tests", "pyproject.toml"),
    *("README.md", "LICENSE", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "constraints.txt", "docs", "benchmarks"),
}


def modules() -> list[Path]:
    found = [path for room in ("indexing", "tutor", "finetune") for path in sorted((ROOT / room).rglob("*.py"))]
    return [*found, ROOT / "app.py"]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def room(name: str) -> str:
    return name.split(".")[0]


def test_imports_run_one_way() -> None:
    checked = 0
    for path in modules():
        own = path.relative_to(ROOT).parts[0].removesuffix(".py")
        foreign = {room(name) for name in imported(path)} & set(ROOMS) - {own}
        assert foreign <= ROOMS[own], f"{path.relative_to(ROOT)} imports {foreign - ROOMS[own]}"
        checked += 1
    assert checked > 30


def test_nothing_imports_from_data() -> None:
    assert not [path for path in modules() if any(room(name) == "data" for name in imported(path))]


GIANTS = {
    "pymupdf": {"indexing/reading/pdf.py"},
    "faiss": {"indexing/store.py"},
    "llama_index": {"indexing/store.py", "indexing/qdrant.py"},
    "onnxruntime": {"indexing/embedding.py"},
    "gradio": {"app.py", "tutor/ui/"},
}


@pytest.mark.parametrize("giant", GIANTS)
def test_one_file_per_giant(giant: str) -> None:
    users = {str(path.relative_to(ROOT)) for path in modules() if any(room(name) == giant for name in imported(path))}
    assert users
    assert not {user for user in users if not user.startswith(tuple(GIANTS[giant]))}


def test_top_level_is_the_agreed_one() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode != 0:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("module", ["tutor.query", "indexing.rebuild", "indexing.index"])
def test_importing_a_command_is_light(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & {{'torch', 'gradio', 'pymupdf', 'transformers', 'nltk'}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
