"""The README keeps up with the program: every setting and every command that it names is real, and none is missing."""

import re
import subprocess

from indexing.settings import Settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_readme_and_no_other() -> None:
    named = set(re.findall(r"\bTUTOR_[A-Z_]+\b", README))
    assert named == {f"TUTOR_{name.upper()}" for name in Settings.model_fields}


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b(?! [a-z]+ing)", README)) - {"of"}
    assert named
    assert named <= targets


def test_every_module_that_is_named_can_be_run() -> None:
    modules = set(re.findall(r"python -m ((?:tutor|indexing|finetune)\.[a-z_]+)", README))
    assert len(modules) >= 4
    assert not [name for name in modules if not (ROOT / (name.replace(".", "/") + ".py")).is_file()]


def test_the_pictures_that_are_shown_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert pictures
    assert not [path for path in pictures if not (ROOT / path).is_file()]


def test_make_help_lists_the_two_commands() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "make chat" in shown
    assert "make test" in shown
