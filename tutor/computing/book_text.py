"""A book's running text by sections, and where in the book a position of it stands."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from indexing.records import Record, TextRecord, pages_of
from tutor.computing.prose import SchemaStatement, schema_statements, sentences
from tutor.computing.steps import Frozen
from tutor.computing.tokens import NAME

_MENTION = re.compile(
    rf"\b(?:table|relation|schema)\s*\(\s*(?P<a>{NAME})\s*\)|\b(?:relation|table|schema)\s+(?P<b>[A-Z]{NAME})\b"
    rf"|(?<!\w)(?P<c>[A-Z]{NAME})\s+(?:relation|table)\b"
)
_NO_NAME = {"The", "This", "Each", "A", "In", "Consider", "Table", "Relation"}


# A text without full stops is quoted no longer than this.
MAX_SENTENCE = 600


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

    def find(self, what: str, start: int, end: int) -> Found:
        """What stands at a range of the section's text. The sentence is the text of the range, with single spaces."""
        end = min(end, start + MAX_SENTENCE)
        at = bisect_right(self._records, start, key=lambda one: one[0]) - 1
        offset, index, record = self._records[at]
        return Found(
            what=what,
            record=index,
            heading=record.heading,
            pages=_pages(record, start - offset, end - offset),
            sentence=" ".join(self.text[start:end].split()),
        )

    # The following are made once, when the section is whole: a long section is asked for them many times.

    @cached_property
    def sentences(self) -> list[tuple[int, str]]:
        """(position, sentence), in order."""
        return list(sentences(self.text))

    @cached_property
    def schemas(self) -> list[SchemaStatement]:
        """The schemas stated in the section, in order."""
        return schema_statements(self.text)

    def sentence_at(self, position: int) -> tuple[int, str]:
        """The sentence that holds a position, with its own position."""
        at = bisect_right(self.sentences, position, key=lambda one: one[0]) - 1
        return self.sentences[max(at, 0)]

    @cached_property
    def mentions(self) -> list[tuple[int, str]]:
        """(position, name) of every relation that is named as a schema or with the word table or relation, in order."""
        found = [(statement.start, statement.name) for statement in self.schemas]
        for match in _MENTION.finditer(self.text):
            name = match["a"] or match["b"] or match["c"]
            if name not in _NO_NAME and not name.isdigit():
                found.append((match.start(), name))
        return sorted(found)

    def last_relation(self, position: int) -> str | None:
        """The relation named last before a position."""
        at = bisect_right(self.mentions, position, key=lambda one: one[0]) - 1
        return self.mentions[at][1] if at >= 0 else None


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
