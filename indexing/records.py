"""The typed records between reading and everything after it, and their JSON Lines files.

    records.jsonl   TextRecord | TableRecord | DiagramRecord | FigureRecord, in reading order
    outline.json    OutlineEntry, in order
    qa.jsonl        Question

Field names are the contract of docs/design.md; the student report's own fields come first and keep their spelling. Readers
make these, chunking takes them; neither PDF nor index is known here.

Geometry: a span is (page, x0, y0, x1, y1); the page is a 1-based position in the PDF, the box is in points from the top left
of the page as it is displayed (after its rotation).
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    computed_field,
    model_validator,
)

from indexing.errors import SourceError

Span = tuple[int, float, float, float, float]


def pages_of(spans: Iterable[Span]) -> list[int]:
    """The pages of some spans, ascending, each once. Pages are never tracked in any other way."""
    return sorted({span[0] for span in spans})


class Model(BaseModel):
    """Frozen. Fields that are not ours are kept as they are (`model_extra`), so that other programs' files survive."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Located(Model):
    """Something that stands under a heading on some pages."""

    heading: str = ""
    heading_path: list[str] = []
    spans: list[Span] = []
    page_labels: list[str] = []

    @computed_field  # type: ignore[prop-decorator]
    @property
    def pages(self) -> list[int]:
        """1-based positions in the PDF, derived from the spans."""
        return pages_of(self.spans)

    @property
    def headings(self) -> list[str]:
        """What it stands under, outermost first; its heading alone where the path is not known."""
        return self.heading_path or ([self.heading] if self.heading else [])

    @model_validator(mode="before")
    @classmethod
    def _drop_derived(cls, data: object) -> object:
        """`pages` is written for readers of the file, and derived again on the way in.

        A record that has pages and no spans (typed by hand, or another corpus) gets an empty box for each page:
        it stands somewhere there.
        """
        if not isinstance(data, dict) or "pages" not in data:
            return data
        rest = {key: value for key, value in data.items() if key != "pages"}
        if data["pages"] and not rest.get("spans"):
            rest["spans"] = [(page, 0.0, 0.0, 0.0, 0.0) for page in data["pages"]]
        return rest


class TextRecord(Located):
    """Running text under one heading.

    `content` holds paragraphs separated by a blank line; inside one, a newline is a printed line that matters (list items,
    code listings with their indentation). `spans` has a box for every printed line and `offsets` the position in
    `content` where that line's text starts; both ascend. `offsets` is empty where that is not known.
    `role` "exercises" (end-of-chapter questions) and "apparatus" (contents, lists of tables, index) are kept, and not indexed.
    """

    type: Literal["text"] = "text"
    content: str
    offsets: list[int] = []
    role: Literal["body", "footnote", "exercises", "apparatus"] = "body"


class TableRecord(Located):
    """A table: each row a dict keyed by its header, and the raw grid (header rows included).

    Where `spans` has as many boxes as `grid` has rows, box i is row i; otherwise the boxes enclose the whole table.
    """

    type: Literal["table"] = "table"
    content: list[dict[str, str]]
    caption: str = ""
    grid: list[list[str]] = []
    header_rows: int = 1


class Entity(Model):
    """An entity type of an ER diagram."""

    name: str
    weak: bool = False


class Attribute(Model):
    """An attribute of an entity type. `parent` names the composite attribute that it is a component of."""

    owner: str
    name: str
    parent: str | None = None
    key: bool = False
    partial_key: bool = False
    multivalued: bool = False
    derived: bool = False


class End(Model):
    """One end of a relationship type: what the drawing shows beside that entity. None means not shown.

    `cardinality` is as drawn: "1", "N", "M" (Chen), "0..N" (min..max, from (min,max) labels or crow's-foot marks).
    """

    entity: str
    cardinality: str | None = None
    total: bool | None = None
    role: str | None = None


class Relationship(Model):
    """A relationship type with its ends and its own attributes' names."""

    name: str | None = None
    identifying: bool = False
    attributes: list[str] = []
    ends: list[End]


class Diagram(Model):
    """An ER diagram as data."""

    notation: Literal["chen", "min-max", "crows-foot"] = "chen"
    entities: list[Entity] = []
    attributes: list[Attribute] = []
    relationships: list[Relationship] = []


class DiagramRecord(Located):
    """An ER diagram read as data, and as sentences: one per entity and one per relationship."""

    type: Literal["ER_desc"] = "ER_desc"
    content: list[str]
    caption: str = ""
    diagram: Diagram | None = None


class FigureRecord(Located):
    """A picture that is not read. It is kept so that a student can still be shown it."""

    type: Literal["figure"] = "figure"
    content: str = ""
    caption: str = ""


M = TypeVar("M", bound=BaseModel)
Record = TextRecord | TableRecord | DiagramRecord | FigureRecord
_RECORD: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="type")])


class OutlineEntry(Model):
    """A heading, in reading order, whether or not it has text of its own."""

    level: int = Field(ge=1)
    title: str
    page: int = Field(ge=1)


class Question(Located):
    """A review question. `answer` is None where the book asks without answering."""

    question: str
    answer: str | None = None
    chapter: str = ""
    number: str = ""


# Characters that many programs, and Python's splitlines, take for the end of a line; JSON escapes only those below U+0020.
_LINE_ENDS = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"})


def write_jsonl(path: Path, items: Iterable[BaseModel]) -> None:
    """One JSON object a line, its type first where it has one; UTF-8, characters as themselves but for ends of lines."""
    with path.open("w", encoding="utf-8") as file:
        for item in items:
            fields = item.model_dump(mode="json")
            kind = {"type": fields.pop("type")} if "type" in fields else {}
            file.write(json.dumps({**kind, **fields}, ensure_ascii=False).translate(_LINE_ENDS) + "\n")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Non-blank lines with their 1-based numbers."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except FileNotFoundError:
        raise SourceError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not UTF-8 text ({error.reason}); save it as UTF-8") from None


def _reason(error: ValidationError) -> str:
    """The first thing wrong, in one short phrase."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


def read_records(path: Path) -> list[Record]:
    """Read records.jsonl. SourceError names the line that is broken and why."""
    records: list[Record] = []
    for number, line in _lines(path):
        try:
            records.append(_RECORD.validate_json(line))
        except ValidationError as error:
            raise SourceError(f"{path}, line {number}: not a record ({_reason(error)}); mend or delete the line") from None
    return records


def read_jsonl(path: Path, model: type[M]) -> list[M]:
    """Read a JSON Lines file of one model. SourceError names the line that is broken and why."""
    items: list[M] = []
    for number, line in _lines(path):
        try:
            items.append(model.model_validate_json(line))
        except ValidationError as error:
            raise SourceError(
                f"{path}, line {number}: not a {model.__name__.lower()} ({_reason(error)}); mend or delete the line"
            ) from None
    return items
