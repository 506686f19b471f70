"""Mutated PDFs: read, or refused in one line; never another exception, never a hang."""

import random
from pathlib import Path

import pytest

from indexing.errors import SourceError
from indexing.reading.questions import read_questions
from indexing.reading.reader import read_book

from .conftest import Paper, line, lorem


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Some bytes changed, a piece cut out, doubled or moved, or the end lost."""
    out = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        kind, at = dice.randrange(5), dice.randrange(len(out))
        length = dice.randint(1, max(1, len(out) // 20))
        if kind == 0:
            out[at : at + 8] = dice.randbytes(len(out[at : at + 8]))
        elif kind == 1 and len(out) > 600:
            del out[at : at + length]
        elif kind == 2:
            out[at:at] = out[at : at + length]
        elif kind == 3:
            digits = [place for place, byte in enumerate(out) if 48 <= byte <= 57]
            out[dice.choice(digits)] = dice.randrange(48, 58)
        elif dice.random() < 0.2:
            del out[max(600, at) :]
    return bytes(out)


def attempts(path: Path, tmp_path: Path, seed: int, count: int) -> int:
    """How many of the mutations could be read."""
    data, dice, read = path.read_bytes(), random.Random(seed), 0
    lines: list[str] = []
    for _ in range(count):
        (tmp_path / "mutated.pdf").write_bytes(mutated(data, dice))
        for reader in (read_book, read_questions):
            try:
                reader(tmp_path / "mutated.pdf")
                read += 1
            except SourceError as error:
                lines.append(str(error))
    assert not any("\n" in line for line in lines)
    return read


@pytest.mark.timeout(120)
@pytest.mark.parametrize("deflate", [False, True])
def test_small_pdfs(paper: Paper, tmp_path: Path, deflate: bool) -> None:
    pages = [
        [
            line(72, "1 Keys", 16, "tibo"),
            *lorem(100, 12),
            line(300, "1.1 - What is a key?", font="tibo"),
            line(314, "It is one."),
        ],
        [line(60, "Figure 1: A", 9), *lorem(100, 9), line(400, "SELECT *", 9, "cour")],
    ]
    assert attempts(paper(pages, save={"deflate": deflate}), tmp_path, seed=7, count=40) > 0


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["er/erdStudent2.pdf", "tables/eu-001.pdf", "tables/eu-009a.pdf"])
def test_real_pdfs(shared: Path, tmp_path: Path, name: str) -> None:
    assert attempts(shared / "data" / name, tmp_path, seed=11, count=60) > 0
