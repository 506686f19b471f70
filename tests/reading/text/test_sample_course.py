"""The sample course, read from its PDF, against the source it was built from."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_everything_is_read() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "sample_reading.py")]
    scores = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert min(scores["text"]["recall"], scores["text"]["precision"]) >= 0.99
    assert scores["tables"]["right"] == scores["tables"]["cells"]
    assert scores["tables"]["tables that are none"] == 0
    assert scores["diagrams"]["right"] == scores["diagrams"]["facts"] == scores["diagrams"]["read"]
    questions = scores["questions"]
    assert questions["answer right"] == questions["question right"] == questions["questions"] == questions["read"]
