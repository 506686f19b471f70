"""The sample course for its tests: its source as plain structures, and its builder as a module."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "data" / "sample"
# the course is data and no installed package: its builder's modules are found in its own folder
sys.path.insert(0, str(FOLDER))

if TYPE_CHECKING:
    from typesetting.source import Course


@pytest.fixture(scope="session")
def folder() -> Path:
    return FOLDER


@pytest.fixture(scope="session")
def course() -> Course:
    from typesetting.source import read_course

    return read_course(FOLDER)


@pytest.fixture(scope="session")
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_course_build", FOLDER / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
