"""A book's running text by sections, and where in the book a position of it stands."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from indexing.records import Record, TextRecord, pages_of
from tutor.computing.prose import sentences
from tutor.computing.steps import Frozen


class Found(Frozen):
    """Where something was found: `record` is the index in records.jsonl (None: in the question), `what` tells its part in
    the answer.
    """

    what: str
    record: int | None = None
    heading: str = ""
    pages: tuple[int, ...] = ()
    sentence: str = ""


class Section:
    """The body text under one heading: its records one after the other, with a blank line between."""

    def __init__(self) -> None:
        self.text = ""
        self._records: list[tuple[int, int, TextRecord]] = []

    def add(self, index: int, record: TextRecord) -> None:
        if self.text:
            self.text += "\n\n"
        self._records.append((len(self.text), index, record))
        self.text += record.content

    @property
    def record_indexes(self) -> range:
        """From the first record of the section to just after its last one."""
        return range(self._records[0][1], self._records[-1][1] + 1)

    def find(self, what: str, start: int, end: int, sentence: str = "") -> Found:
        """What stands at a range of the section's text. The sentence is the text of the range, with single spaces."""
        at = bisect_right([offset for offset, _, _ in self._records], start) - 1
        offset, index, record = self._records[at]
        return Found(
            what=what,
            record=index,
            heading=record.heading,
            pages=_pages(record, start - offset, end - offset),
            sentence=" ".join((sentence or self.text[start:end]).split()),
        )

    def sentence_at(self, position: int) -> tuple[int, str]:
        """The sentence that holds a position, with its own position."""
        found = (0, self.text)
        for start, sentence in sentences(self.text):
            if start > position:
                break
            found = (start, sentence)
        return found


def _pages(record: TextRecord, start: int, end: int) -> tuple[int, ...]:
    """The pages of a range of a record's content; all of its pages where the printed lines are not known."""
    if not record.offsets or len(record.offsets) != len(record.spans):
        return tuple(record.pages)
    first = max(bisect_right(record.offsets, start) - 1, 0)
    last = max(bisect_right(record.offsets, max(end - 1, start)), first + 1)
    return tuple(pages_of(record.spans[first:last]))


def sections(records: Sequence[Record], containing: str) -> list[Section]:
    """Sections of body text that hold a word, in reading order. Exercises and the book's apparatus define nothing."""
    found: list[Section] = []
    heading: tuple[str, ...] | None = None
    for index, record in enumerate(records):
        if not isinstance(record, TextRecord) or record.role in ("exercises", "apparatus"):
            continue
        path = (*record.heading_path, record.heading)
        if path != heading:
            found.append(Section())
            heading = path
        found[-1].add(index, record)
    word = re.compile(rf"(?<!\w){re.escape(containing)}(?!\w)")
    return [section for section in found if word.search(section.text)]
