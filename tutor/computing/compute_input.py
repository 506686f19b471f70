"""What the command line reads: a book's records, and ER diagrams from files and figures."""

import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import from_json

from indexing.errors import BookError, SourceError, UsageError
from indexing.library import default_book, find_book
from indexing.records import Diagram, DiagramRecord, Record, read_records
from indexing.settings import settings


def book_records(book: str) -> list[Record]:
    """The records of a book by name, folder or file; of the default book where none is named. BookError, SourceError."""
    path = Path(book)
    if book and path.is_file():
        return read_records(path)
    if book and (path / "records.jsonl").is_file():
        return read_records(path / "records.jsonl")
    chosen = settings()
    found = find_book(book, chosen.home) if book else default_book(chosen.home, chosen.book)
    return found.records()


def diagram_from_file(path: Path) -> Diagram:
    """A diagram from a JSON file: the diagram itself, or an object with it under "diagram"."""
    try:
        data = from_json(path.read_bytes())
    except FileNotFoundError:
        raise SourceError(f"{path}: no such file") from None
    except ValueError as error:
        raise SourceError(f"{path}: not JSON ({error})") from None
    if isinstance(data, dict) and isinstance(data.get("diagram"), dict):
        data = {"notation": data.get("notation", "chen"), **data["diagram"]}
    try:
        return Diagram.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise SourceError(f"{path}: not an ER diagram ({where}: {first['msg']})") from None


def diagrams_of(records: Sequence[DiagramRecord]) -> list[Diagram]:
    """The diagrams that were read as data."""
    return [record.diagram for record in records if record.diagram is not None]


def figure_diagram(records: Sequence[Record], number: str) -> Diagram:
    """The ER diagram of a figure by its number. UsageError lists the figures that are ER diagrams."""
    if not re.fullmatch(r"[\w.\-]+", number):
        raise UsageError(f"{number!r} is no number of a figure; give one like 3.6")
    label = re.compile(rf"\bFig(?:ure|\.)\s*{re.escape(number)}(?![\w.\-]*\w)", re.IGNORECASE)
    drawn = [record for record in records if isinstance(record, DiagramRecord) and record.diagram is not None]
    fitting = [record.diagram for record in drawn if label.search(record.caption) and record.diagram is not None]
    if len(fitting) == 1:
        return fitting[0]
    known = "; ".join(record.caption for record in drawn) or "none"
    if fitting:
        raise BookError(f"figure {number} was read {len(fitting)} times; give its diagram as a JSON file")
    raise UsageError(f"no ER diagram is read from a figure {number}; those that are: {known}")
