"""Which sections train, and which are kept out: a split of the book by section, the same for chunks and for questions.

A unit is a heading path cut to a depth at which the book has enough sections ("1.4 People", with all below it), so that a
held-out question's text, its neighbours' and its answer stay together. Units are dealt out in the order of a hash of their
path and the seed: the same book and seed give the same split, and a rebuild changes nothing.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from finetune.recipe import Shares
from indexing.chunks import Chunk
from indexing.errors import SourceError
from indexing.lexical import words

Part = Literal["train", "validation", "test"]
Unit = tuple[str, ...]

_ENOUGH_UNITS = 20
_SAME = 0.85  # share of common words from which two questions count as the same one
_NUMBER = re.compile(r"^\s*\d+(?:\.\d+)*\.?\s*(?:[–—-]\s*)?")


@dataclass(frozen=True)
class Split:
    """The part of each unit, and the depth at which heading paths are cut to units."""

    parts: dict[Unit, Part]
    depth: int

    def unit(self, chunk: Chunk) -> Unit:
        return unit_of(chunk, self.depth)

    def part(self, chunk: Chunk) -> Part:
        """The part that a chunk belongs to. A chunk of an unknown unit (another book's) trains."""
        return self.parts.get(self.unit(chunk), "train")

    def chunks(self, chunks: Sequence[Chunk], part: Part) -> list[Chunk]:
        return [chunk for chunk in chunks if self.part(chunk) == part]


def unit_of(chunk: Chunk, depth: int) -> Unit:
    """A chunk's heading path cut to `depth`; where there is none, its page stands for a section."""
    if chunk.heading_path:
        return tuple(chunk.heading_path[:depth])
    return (f"page {chunk.pages[0] if chunk.pages else 0}",)


def unit_depth(chunks: Sequence[Chunk]) -> int:
    """The least depth at which there are enough units, or the one with the most."""
    deepest = max((len(chunk.heading_path) for chunk in chunks), default=1)
    for depth in range(1, deepest + 1):
        if len({unit_of(chunk, depth) for chunk in chunks}) >= _ENOUGH_UNITS:
            return depth
    return max(deepest, 1)


def split_sections(chunks: Sequence[Chunk], question_units: Sequence[Unit], shares: Shares, seed: int, depth: int) -> Split:
    """Deal the units out. A unit weighs its share of the book's text plus its share of the questions.

    SourceError where the book has too few sections to keep any out.
    """
    text = Counter[Unit]()
    for chunk in chunks:
        text[unit_of(chunk, depth)] += len(chunk.text)
    if len(text) < 3:
        raise SourceError(f"the book has {len(text)} section(s); at least 3 are needed to keep some out of training")
    asked = Counter(question_units)
    total_text, total_asked = sum(text.values()), max(sum(asked.values()), 1)
    units = sorted(text, key=lambda unit: hashlib.sha256("\x1f".join([str(seed), *unit]).encode()).hexdigest())
    parts: dict[Unit, Part] = {}
    dealt: dict[Part, float] = {"test": 0.0, "validation": 0.0, "train": 0.0}
    wanted: dict[Part, float] = {"test": shares.test, "validation": shares.validation, "train": 1.0}
    for unit in units:
        weight = (text[unit] / total_text + asked[unit] / total_asked) / (2 if asked else 1)
        part: Part = next(name for name in ("test", "validation", "train") if dealt[name] < wanted[name] or name == "train")
        parts[unit] = part
        dealt[part] += weight
    return Split(parts, depth)


def plain_question(question: str) -> str:
    """A question without its number."""
    return _NUMBER.sub("", question).strip()


def same_question(one: str, other: str) -> bool:
    """Whether two questions ask the same in nearly the same words."""
    first, second = set(words(plain_question(one))), set(words(plain_question(other)))
    return bool(first) and len(first & second) >= _SAME * len(first | second)
