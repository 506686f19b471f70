"""`kill -9` at any instant of a rebuild leaves the old book or the new one, whole; a query in the meantime sees one of them."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexing.index import Index
from indexing.library import find_book
from tests.conftest import ROOT
from tests.index.words import WordEmbedder


def version_of(home: Path) -> int:
    """The one number that every part of the book agrees on."""
    index = Index(find_book("b", home))
    texts = [index.chunk(i).text for i in range(len(index))]
    (number,) = {int(text.rsplit(" ", 1)[1].rstrip(".")) for text in texts}
    ((row, score),) = index.vectors.search(WordEmbedder().encode_query(texts[7]).vector, 1)
    assert len(texts) == 40
    assert (row, round(score, 2)) == (7, 1.0)
    return number


@pytest.mark.slow
def test_killed_twenty_times(tmp_path: Path) -> None:
    random.seed(0)
    number = 0
    for _ in range(20):
        command = [sys.executable, "-m", "tests.index.rebuild_on_and_on", str(tmp_path), str(number)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            finished = int(process.stdout.readline())  # the first of this run is there
            time.sleep(random.uniform(0, 0.5))
            during = version_of(tmp_path)  # while it goes on
            time.sleep(random.uniform(0, 0.2))
            process.kill()
            told = [int(line) for line in process.stdout.read().split()]
        number = version_of(tmp_path)
        assert finished <= during <= number
        assert number in (max([finished, *told]), max([finished, *told]) + 1)
    left = [path for path in (tmp_path / ".versions" / "b").iterdir() if path.is_dir()]
    assert len(left) <= 3  # the current one, the one before, and at most the one that was being written
