"""What the source of the sample course consists of: chapters, their blocks, and review questions.

Plain values without behaviour; source.py fills them, document.py prints them, the tests compare a PDF with them. All
text is letter for letter what is printed, typographic quotes included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_EXERCISE = re.compile(r"\d+\.\d+")


@dataclass(frozen=True)
class Span:
    """A run of text in one style; `note` is the text of a footnote marked here, `text` then being empty."""

    text: str
    term: bool = False
    emphasis: bool = False
    code: bool = False
    note: str | None = None


Spans = tuple[Span, ...]


@dataclass(frozen=True)
class Heading:
    """`number` is "1", "1.4" or "1.4.3"; `level` counts its parts; `title` leaves the number out."""

    level: int
    number: str
    title: str

    @property
    def text(self) -> str:
        """The heading as it is printed, number first."""
        return f"{self.number} {self.title}"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text."""

    spans: Spans


@dataclass(frozen=True)
class ListBlock:
    """A list; each item is a sequence of paragraphs and inner lists."""

    ordered: bool
    items: tuple[tuple[Paragraph | ListBlock, ...], ...]


@dataclass(frozen=True)
class Listing:
    """A listing; `mode` is "run", "fresh" (SQL run on an empty database of its own) or "norun"."""

    language: str
    text: str
    mode: str = "norun"


@dataclass(frozen=True)
class Table:
    """A table with one header row. `shows` is "result" (rows of the SQL listing before it), the name of a
    relation of company.sql whose state it prints, or None; `style` is "ruled" or "booktabs"."""

    number: str
    caption: str
    style: str
    header: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]
    align: tuple[str, ...]
    shows: str | None = None

    @property
    def text(self) -> str:
        """The caption as it is printed."""
        return f"Table {self.number}: {self.caption}"


@dataclass(frozen=True)
class Figure:
    """A drawing; `drawing` is the JSON object of its file."""

    number: str
    caption: str
    path: str
    drawing: dict[str, Any] = field(hash=False)

    @property
    def text(self) -> str:
        """The caption as it is printed."""
        return f"Figure {self.number}: {self.caption}"


Block = Heading | Paragraph | ListBlock | Listing | Table | Figure


@dataclass(frozen=True)
class Chapter:
    """One file of source/: the chapter's heading is its first block."""

    path: Path
    heading: Heading
    blocks: tuple[Block, ...]

    def of(self, kind: type[Any]) -> list[Any]:
        """The chapter's blocks of one kind, in order."""
        return [block for block in self.blocks if isinstance(block, kind)]


@dataclass(frozen=True)
class Question:
    """A review question: its number ("1.9"), its text, its answer, and the book section that answers it."""

    number: str
    spans: Spans
    answer: tuple[Block, ...]
    section: str | None

    @property
    def text(self) -> str:
        """The question line as it is printed."""
        return f"{self.number} – {plain(self.spans)}"


@dataclass(frozen=True)
class Course:
    """The whole source: chapters, and the review questions by chapter number."""

    chapters: tuple[Chapter, ...]
    review: dict[str, tuple[Question, ...]]


def plain(spans: Sequence[Span]) -> str:
    """The text of spans without styles and footnotes."""
    return "".join(span.text for span in spans)


def prose(blocks: Sequence[Block]) -> Iterator[str]:
    """The text of each paragraph and list item, in order."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield plain(block.spans)
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from prose(item)


def is_exercise(block: Block) -> bool:
    """Whether a paragraph starts with the number of an exercise, as "**5.1** …" does."""
    if not isinstance(block, Paragraph):
        return False
    first = block.spans[0]
    return first.term and _EXERCISE.fullmatch(first.text) is not None


def exercises(chapter: Chapter) -> list[str]:
    """The numbers ("5.1") of the chapter's exercises."""
    return [block.spans[0].text for block in chapter.of(Paragraph) if is_exercise(block)]
