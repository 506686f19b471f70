"""corrections.jsonl: what a person put right in the records of a book, applied anew after every reading of the PDF.

One JSON object a line:

    {"do": "replace", "key": "9f1c2ab04d7e", "record": {"content": "…"}}     some fields of a record, or all of them
    {"do": "drop",    "key": "9f1c2ab04d7e"}
    {"do": "merge",   "keys": ["9f1c2ab04d7e", "03be4411c0a2"]}              text records, into the first
    {"do": "rename",  "heading": "1.2 Teh title", "to": "1.2 The title", "page": 14}    (page: if it occurs twice)

A key is made from a record's own content (`record_keys`; the reading report shows it), so it stays the same when pages,
headings or other records change. Where the record itself is read differently, its correction no longer fits: it is not applied,
and said so. Any line may have a "note" for other people.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from indexing.errors import SourceError
from indexing.reading.grids import keyed_rows
from indexing.reading.reader import Reading
from indexing.records import Located, OutlineEntry, Record, TextRecord

KEY_LENGTH = 12  # hexadecimal digits: no two records of a library of a million share one by chance


class _Correction(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    note: str = ""


class Replace(_Correction):
    """New values for some fields of a record."""

    do: Literal["replace"]
    key: str
    record: dict[str, Any]


class Drop(_Correction):
    """The record goes."""

    do: Literal["drop"]
    key: str


class Merge(_Correction):
    """Text records become one, in the place and under the heading of the first."""

    do: Literal["merge"]
    keys: list[str] = Field(min_length=2)


class Rename(_Correction):
    """A heading is spelled otherwise, in the outline and in every record under it."""

    do: Literal["rename"]
    heading: str
    to: str = Field(min_length=1)
    page: int | None = None


L = TypeVar("L", bound=Located)
Correction = Replace | Drop | Merge | Rename
_CORRECTION: TypeAdapter[Correction] = TypeAdapter(Annotated[Correction, Field(discriminator="do")])
_RECORD: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="type")])


@dataclass(frozen=True, slots=True)
class Corrected:
    """The reading with what fitted applied, and a line for every correction that did not fit."""

    reading: Reading
    applied: int
    unfit: list[str]


def record_keys(records: Sequence[Record]) -> list[str]:
    """A key for each record, from its type and content; the second record with the same content gets "-2" after it."""
    seen: Counter[str] = Counter()
    keys: list[str] = []
    for record in records:
        key = hashlib.sha256(_content(record).encode()).hexdigest()[:KEY_LENGTH]
        seen[key] += 1
        keys.append(key if seen[key] == 1 else f"{key}-{seen[key]}")
    return keys


def _content(record: Record) -> str:
    """What is printed, without spans and headings; a figure that is not read has its caption, or its place, alone."""
    content = record.content if isinstance(record.content, str) else json.dumps(record.content, ensure_ascii=False)
    caption = "" if isinstance(record, TextRecord) else record.caption
    place = "" if content or caption else str([[round(value) for value in span] for span in record.spans])
    return "\n".join([record.type, " ".join(content.split()), " ".join(caption.split()), place])


def read_corrections(path: Path) -> list[tuple[int, Correction]]:
    """(line number, correction) for each line. SourceError names a line that is none; a missing file holds none."""
    if not path.exists():
        return []
    corrections: list[tuple[int, Correction]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            corrections.append((number, _CORRECTION.validate_json(line)))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            reason = f"{where}: {first['msg']}" if where else str(first["msg"])
            raise SourceError(f"{path}, line {number}: not a correction ({reason}); mend or delete the line") from None
    return corrections


def apply_corrections(reading: Reading, corrections: Sequence[tuple[int, Correction]]) -> Corrected:
    """Apply corrections in order. Keys are those of the records as read, whatever corrections before have changed."""
    records: dict[str, Record] = dict(zip(record_keys(reading.records), reading.records, strict=True))
    reading = replace(reading, outline=list(reading.outline))
    unfit: list[str] = []
    for number, correction in corrections:
        if isinstance(correction, Rename):
            reading, problem = _renamed(reading, records, correction)
        else:
            problem = _changed(records, correction)
        if problem:
            unfit.append(f"corrections.jsonl, line {number}: {problem}")
    return Corrected(replace(reading, records=list(records.values())), len(corrections) - len(unfit), unfit)


def _changed(records: dict[str, Record], correction: Replace | Drop | Merge) -> str | None:
    """Apply it to `records` in place; what is wrong with it, or None."""
    keys = correction.keys if isinstance(correction, Merge) else [correction.key]
    for key in keys:
        if key not in records:
            return f"no record has the key {key} (its content is read differently now, or dropped); correct it anew"
    if isinstance(correction, Drop):
        del records[correction.key]
        return None
    if isinstance(correction, Replace):
        return _replaced(records, correction)
    texts = [records[key] for key in keys]
    if not all(isinstance(record, TextRecord) for record in texts):
        return "only text records can be merged"
    records[keys[0]] = _merged([record for record in texts if isinstance(record, TextRecord)])
    for key in keys[1:]:
        del records[key]
    return None


def _replaced(records: dict[str, Record], correction: Replace) -> str | None:
    old, new = records[correction.key].model_dump(), dict(correction.record)
    if "content" in new and "offsets" not in new:
        new["offsets"] = []
    fields = {**old, **new} if new.get("type", old["type"]) == old["type"] else {**_place(old), **new}
    if fields["type"] == "table" and "grid" in new and "content" not in new:
        fields["content"] = keyed_rows(fields["grid"], fields["header_rows"])
    if fields["type"] != "text":
        fields.pop("offsets", None)
    try:
        records[correction.key] = _RECORD.validate_python(fields)
    except ValidationError as error:
        return f"what is to replace {correction.key} is no record ({error.errors()[0]['msg']})"
    return None


def _place(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that every kind of record has."""
    return {name: fields[name] for name in ("heading", "heading_path", "spans", "page_labels")}


def _merged(records: Sequence[TextRecord]) -> TextRecord:
    content, offsets = "", []
    for record in records:
        content += "\n\n" if content else ""
        offsets += [len(content) + offset for offset in record.offsets]
        content += record.content
    spans = [span for record in records for span in record.spans]
    labels = list(dict.fromkeys(label for record in records for label in record.page_labels))
    whole = len(offsets) == len(spans)
    return records[0].model_copy(
        update={"content": content, "spans": spans, "offsets": offsets if whole else [], "page_labels": labels}
    )


def _renamed(reading: Reading, records: dict[str, Record], correction: Rename) -> tuple[Reading, str | None]:
    """The reading with the heading renamed; `records` are changed in place."""
    places = [
        index
        for index, entry in enumerate(reading.outline)
        if entry.title == correction.heading and correction.page in (None, entry.page)
    ]
    if not places:
        where = f" on page {correction.page}" if correction.page else ""
        return reading, f"no heading is “{correction.heading}”{where}; correct it anew"
    if len(places) > 1:
        pages = ", ".join(str(reading.outline[index].page) for index in places)
        return reading, f'the heading “{correction.heading}” occurs on pages {pages}; say which with "page"'
    place = places[0]
    first, last = reading.outline[place].page, _last_page(reading.outline, place)
    outline = list(reading.outline)
    outline[place] = outline[place].model_copy(update={"title": correction.to})
    for key, record in records.items():
        if correction.heading in record.heading_path and any(first <= page <= last for page in record.pages):
            records[key] = _under(record, correction)
    questions = [_under(q, correction) if correction.heading in q.heading_path else q for q in reading.questions]
    return replace(reading, outline=outline, questions=questions), None


def _last_page(outline: Sequence[OutlineEntry], place: int) -> int:
    """The page on which what stands under a heading ends."""
    following = (entry.page for entry in outline[place + 1 :] if entry.level <= outline[place].level)
    return next(following, 10**9)


def _under(located: L, correction: Rename) -> L:
    path = [correction.to if title == correction.heading else title for title in located.heading_path]
    return located.model_copy(update={"heading_path": path, "heading": path[-1]})
