"""The pages cut into sections at the headings, and each section made into records and questions."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexing.reading.apparatus import is_apparatus_title
from indexing.reading.diagrams import sentences
from indexing.reading.exercises import find_questions, is_exercises_title
from indexing.reading.footnotes import footnote_content
from indexing.reading.found import FoundDrawing
from indexing.reading.grids import keyed_rows
from indexing.reading.layout import Row
from indexing.reading.levels import Heading
from indexing.reading.numbering import heading_number
from indexing.reading.pages import PageContent, Placed
from indexing.reading.paragraphs import Content, compose
from indexing.reading.style import BookStyle
from indexing.reading.tables import JoinedTable
from indexing.records import DiagramRecord, FigureRecord, Question, Record, Span, TableRecord, TextRecord, pages_of


@dataclass
class Section:
    """What stands between one heading and the next; the first section of a book may have no heading."""

    path: list[str]
    exercises: bool
    rows: list[Row] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    footnotes: list[list[Row]] = field(default_factory=list)
    apparatus: list[Row] = field(default_factory=list)

    @property
    def is_apparatus(self) -> bool:
        """Whether what is under such a title belongs to it: an index does, prose after contents does not."""
        if not self.path or not is_apparatus_title(self.path[-1]):
            return False
        listed = {row.page for row in self.apparatus}
        return "index" in self.path[-1].casefold() or {row.page for row in self.rows} <= listed

    @property
    def heading(self) -> str:
        return self.path[-1] if self.path else ""


@dataclass(frozen=True, slots=True)
class Sections:
    """All records and questions of a book in reading order."""

    records: list[Record]
    questions: list[Question]


def assemble(pages: Sequence[PageContent], headings: Sequence[Heading], style: BookStyle) -> Sections:
    """Records and questions, section by section."""
    labels = {page.number: page.label for page in pages}
    records: list[Record] = []
    questions: list[Question] = []
    for section in divide(pages, headings):
        records += _records(section, style, labels)
        if section.exercises:
            questions += find_questions(section.rows, style, section.heading, section.path, _chapter(section.path))
    return Sections(records, questions)


def divide(pages: Sequence[PageContent], headings: Sequence[Heading]) -> list[Section]:
    """The sections in reading order; headings' own rows are in none of them."""
    starts = {heading.first: heading for heading in headings}
    titles = {index for heading in headings for index in range(heading.first, heading.last + 1)}
    sections = [Section([], False)]
    open_headings: list[Heading] = []
    index = 0
    for page in pages:
        waiting = list(page.placed)
        for position, row in enumerate(page.rows):
            while waiting and waiting[0].anchor <= position:
                sections[-1].placed.append(waiting.pop(0))
            if heading := starts.get(index):
                open_headings = [above for above in open_headings if above.level < heading.level] + [heading]
                path = [above.title for above in open_headings]
                sections.append(Section(path, any(is_exercises_title(title) for title in path)))
            if index not in titles:
                sections[-1].rows.append(row)
            index += 1
        sections[-1].placed += waiting
        sections[-1].footnotes += page.footnotes
        sections[-1].apparatus += page.apparatus
    return sections


def _records(section: Section, style: BookStyle, labels: dict[int, str]) -> list[Record]:
    records: list[Record] = []
    role = "apparatus" if section.is_apparatus else "exercises" if section.exercises else "body"
    records += _text(section, compose(section.rows, style), role, labels)
    records += [_figure(section, item, labels) for item in section.placed]
    records += _text(section, footnote_content(section.footnotes, style), "footnote", labels)
    return records + _text(section, compose(section.apparatus, style), "apparatus", labels)


def _text(section: Section, content: Content, role: str, labels: dict[int, str]) -> list[Record]:
    if not content.text:
        return []
    return [
        TextRecord(
            **_located(section, content.spans, labels),  # type: ignore[arg-type]
            content=content.text,
            offsets=content.offsets,
            role=role,  # type: ignore[arg-type]
        )
    ]


def _located(section: Section, spans: Sequence[Span], labels: dict[int, str]) -> dict[str, object]:
    printed = [labels[page] for page in pages_of(spans)]
    return {
        "heading": section.heading,
        "heading_path": section.path,
        "spans": list(spans),
        "page_labels": printed if any(printed) else [],
    }


def _figure(section: Section, item: Placed, labels: dict[int, str]) -> Record:
    spans: list[Span] = [(item.page, *item.box)]
    if isinstance(item.found, JoinedTable):
        table = item.found
        spans = [(table.pieces[piece].page, *table.pieces[piece].row_boxes[row]) for piece, row in table.rows]
        return TableRecord(
            **_located(section, spans, labels),  # type: ignore[arg-type]
            caption=item.caption,
            content=keyed_rows(table.grid, table.header_rows),
            grid=table.grid,
            header_rows=table.header_rows,
        )
    spans += [(item.page, *box) for box in item.caption_boxes]
    located = _located(section, spans, labels)
    if isinstance(item.found, FoundDrawing) and item.found.diagram:
        diagram = item.found.diagram
        return DiagramRecord(**located, content=sentences(diagram), caption=item.caption, diagram=diagram)  # type: ignore[arg-type]
    return FigureRecord(**located, caption=item.caption)  # type: ignore[arg-type]


def _chapter(path: Sequence[str]) -> str:
    """The chapter's printed number, or its title where it has none."""
    if not path:
        return ""
    number = heading_number(path[0])
    return number.value if number else path[0]
