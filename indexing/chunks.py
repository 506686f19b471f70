"""From records to chunks: the one list that feeds both the index and the LoRA training.

A chunk is a verbatim piece of one record, made of whole NLTK sentences, that fits the embedder's and the generator's token
limits together with its heading path; a table row, as a textual tuple with its header names and caption; or the sentences of
an ER diagram. Chunks never cross a record, and so never a section. Leaves embedding to `embedding.py`.
"""

import hashlib
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from indexing.records import DiagramRecord, FigureRecord, Located, Record, Span, TableRecord, TextRecord
from indexing.sentences import Range, sentence_ranges
from indexing.tokenizers import Counter

_PATH_SHARE = 0.4  # of a limit that a heading path may take; a longer path loses its outer headings
_SEPARATOR = " › "
_SPECIAL_TOKENS = 4  # at most, that a tokenizer puts around a text


class Chunk(Located):
    """One line of chunks.jsonl.

    `text` is what is cited and trained on. `sentences` are the character ranges of its sentences, `offsets` the position in
    `text` where the text of each of `spans` starts (one span a printed line; empty where only the whole is located).
    `record` is the line number in records.jsonl, from 0; `row` the row of a table record's grid. `id` derives from content.
    `tokens` has the length of `input_text` by tokenizer. `note` says what was done to it, such as a row split by cells.
    """

    id: str
    type: Literal["text", "table", "ER_desc", "figure"]
    text: str
    caption: str = ""
    sentences: list[Range] = []
    offsets: list[int] = []
    record: int = 0
    row: int | None = None
    note: str | None = None
    tokens: dict[str, int] = {}

    @property
    def input_text(self) -> str:
        """What the embedder and the generator see: the heading path, then the text."""
        return input_text(self.heading_path, self.text)

    def sentence(self, index: int) -> str:
        start, end = self.sentences[index]
        return self.text[start:end]


def input_text(heading_path: Sequence[str], text: str) -> str:
    """Heading path and text as one string, as counted, embedded and trained on."""
    return f"{_SEPARATOR.join(heading_path)}\n{text}" if heading_path else text


@dataclass(frozen=True)
class Limits:
    """The tokenizers that count and the tokens that each admits, special tokens included.

    `bounds` are cheap functions that never give less than the counter of that name: what fits by them is not counted.
    """

    counters: dict[str, Counter] = field(repr=False)
    limits: dict[str, int]
    bounds: dict[str, Counter] = field(default_factory=dict, repr=False)

    def count(self, text: str) -> dict[str, int]:
        return {name: count(text) for name, count in self.counters.items()}

    def fits(self, text: str, share: float = 1.0) -> bool:
        size = len(text.encode()) + _SPECIAL_TOKENS
        if all(size <= limit * share for limit in self.limits.values()):
            return True  # a token stands for a byte at least, so there is no need to count
        return all(self._fits(name, text, limit * share) for name, limit in self.limits.items())

    def _fits(self, name: str, text: str, limit: float) -> bool:
        bound = self.bounds.get(name)
        return (bound is not None and bound(text) <= limit) or self.counters[name](text) <= limit


@dataclass(frozen=True)
class _Piece:
    """A chunk to be: text, its sentences, and where it stands."""

    text: str
    sentences: list[Range]
    spans: list[Span]
    offsets: list[int]
    row: int | None = None
    note: str | None = None


def make_chunks(
    records: Sequence[Record],
    limits: Limits,
    report: Callable[[int], None] | None = None,
    kept: Sequence[Sequence[Chunk] | None] | None = None,
) -> list[Chunk]:
    """All chunks of a book, in reading order. `report(done)` is called after each record.

    `kept` has for each record the chunks that an equal record was cut into before with the same limits, or None; they are
    taken over, and only their ids and their record's number are set anew.
    """
    chunks: list[Chunk] = []
    seen: Tally[str] = Tally()
    for number, record in enumerate(records):
        before = kept[number] if kept is not None else None
        if before is not None:
            chunks.extend(
                chunk.model_copy(update={"id": _identity(record, chunk.text, seen), "record": number}) for chunk in before
            )
        else:
            path = _fitting_path(record.headings, limits)
            chunks.extend(_chunk(record, number, path, piece, seen, limits) for piece in _pieces(record, path, limits))
        if report:
            report(number + 1)
    return chunks


def _pieces(record: Record, path: list[str], limits: Limits) -> Iterator[_Piece]:
    def fits(text: str) -> bool:
        return limits.fits(input_text(path, text))

    if isinstance(record, TextRecord):
        if record.role in ("body", "footnote"):
            yield from _text_pieces(record, fits)
    elif isinstance(record, TableRecord):
        yield from _table_pieces(record, fits)
    elif isinstance(record, DiagramRecord):
        yield from _diagram_pieces(record, fits)
    elif record.caption:
        yield from _caption_pieces(record, fits)


def _chunk(record: Record, number: int, path: list[str], piece: _Piece, seen: Tally[str], limits: Limits) -> Chunk:
    labels = dict(zip(record.pages, record.page_labels, strict=False))
    chunk = Chunk(
        id=_identity(record, piece.text, seen),
        type=record.type,
        heading=record.heading,
        heading_path=path,
        text=piece.text,
        caption=_caption(record),
        spans=piece.spans,
        offsets=piece.offsets,
        sentences=piece.sentences or [(0, len(piece.text))],
        record=number,
        row=piece.row,
        note=piece.note,
        tokens=limits.count(input_text(path, piece.text)),
    )
    return chunk.model_copy(update={"page_labels": [labels.get(page, "") for page in chunk.pages] if labels else []})


def _identity(record: Record, text: str, seen: Tally[str]) -> str:
    """A chunk's id: a hash of its content and of how often that came before, which `seen` counts."""
    content = "\x1f".join([record.type, *record.heading_path, _caption(record), text])
    seen[content] += 1
    return hashlib.sha256(f"{content}\x1f{seen[content]}".encode()).hexdigest()[:16]


def _caption(record: Record) -> str:
    return "" if isinstance(record, TextRecord) else record.caption


def _fitting_path(path: list[str], limits: Limits) -> list[str]:
    """The heading path without outer headings that would leave too little room for text."""
    path = list(path)
    while len(path) > 1 and not limits.fits(input_text(path, ""), _PATH_SHARE):
        path = path[1:]
    if path and not limits.fits(input_text(path, ""), _PATH_SHARE):
        return []
    return path


# -- text -------------------------------------------------------------------------------------------------------------


def _text_pieces(record: TextRecord, fits: Callable[[str], bool]) -> Iterator[_Piece]:
    content = record.content
    units = [
        part
        for sentence in sentence_ranges(content)
        for part in ([sentence] if fits(content[slice(*sentence)]) else split_long(content, sentence, fits))
    ]
    for group in _pack(content, units, fits):
        start, end = group[0][0], group[-1][1]
        spans, offsets = located(record.spans, record.offsets, start, end)
        yield _Piece(content[start:end], [(a - start, b - start) for a, b in group], spans, offsets)


def _pack(content: str, units: list[Range], fits: Callable[[str], bool]) -> Iterator[list[Range]]:
    """Group neighbouring units greedily, each group's slice of `content` within the limits."""
    group: list[Range] = []
    for unit in units:
        if group and not fits(content[group[0][0] : unit[1]]):
            yield group
            group = []
        group.append(unit)
    if group:
        yield group


def located(spans: list[Span], offsets: list[int], start: int, end: int) -> tuple[list[Span], list[int]]:
    """The spans of the lines that text[start:end] touches, and where each starts in that slice (0 for one begun before).

    Where the lines' positions are not known, all spans are returned, and no offsets.
    """
    if not offsets or len(offsets) != len(spans):
        return spans, []
    ends = [*offsets[1:], None]
    kept = [
        (span, max(offset - start, 0))
        for span, offset, stop in zip(spans, offsets, ends, strict=True)
        if offset < end and (stop is None or stop > start)
    ]
    return [span for span, _ in kept], [offset for _, offset in kept]


_BREAKS = ("; ", ": ", " – ", " — ", ", ", " ")  # clause ends, strongest first; a blank is the last resort but one


def split_long(content: str, unit: Range, fits: Callable[[str], bool]) -> list[Range]:
    """Split a range that is over the limit: at clauses, then at blanks, then anywhere. Every part fits."""
    start, end = unit
    parts: list[Range] = []
    while start < end:
        stop = _longest_fit(content, start, end, fits)
        if stop < end:
            stop = _clause_end(content, start, stop)
        parts.append((start, stop))
        start = stop
        while start < end and content[start].isspace():
            start += 1
    return parts


def _longest_fit(content: str, start: int, end: int, fits: Callable[[str], bool]) -> int:
    """The largest stop for which content[start:stop] fits, by bisection; at least one character."""
    if fits(content[start:end]):
        return end
    low, high = start + 1, end
    while high - low > 1:
        middle = (low + high) // 2
        if fits(content[start:middle]):
            low = middle
        else:
            high = middle
    return low


def _clause_end(content: str, start: int, stop: int) -> int:
    """The end of the last clause in the second half of content[start:stop], else `stop` itself."""
    earliest = start + (stop - start) // 2
    for mark in _BREAKS:
        position = content.rfind(mark, earliest, stop)
        if position > start:
            return position + len(mark.rstrip()) if mark.strip() else position
    return stop


# -- tables, diagrams, figures ----------------------------------------------------------------------------------------


def row_tuple(cells: Iterable[tuple[str, str]]) -> str:
    """A row as a textual tuple that carries its header names: "(Name: Smith; Student_number: 17)"."""
    return "(" + "; ".join(f"{name}: {value}" if name else value for name, value in cells if value.strip()) + ")"


def _table_pieces(record: TableRecord, fits: Callable[[str], bool]) -> Iterator[_Piece]:
    prefix = f"{record.caption}\n" if record.caption and fits(f"{record.caption}\n" + "x" * 80) else ""
    header = list(record.content[0]) if record.content else []
    by_row = len(record.spans) == len(record.grid) and bool(record.grid)
    names = "Columns: " + ", ".join(name for name in header if name) + "."
    if record.caption and header and fits(prefix + names):
        yield _Piece(prefix + names, sentence_ranges(prefix + names), record.spans, [])
    for index, row in enumerate(record.content):
        position = index + record.header_rows
        spans = [record.spans[position]] if by_row and position < len(record.spans) else record.spans
        parts = list(_row_parts(list(row.items()), lambda text: fits(prefix + text)))
        for part in parts:
            text = prefix + part
            note = "row split by cells, its first cell repeated" if len(parts) > 1 else None
            yield _Piece(text, _ranges_after(prefix, [part]), spans, [], position, note)


def _row_parts(cells: list[tuple[str, str]], fits: Callable[[str], bool]) -> Iterator[str]:
    """The row as one tuple, or, over the limit, as several that each repeat the first cell as the row's key."""
    whole = row_tuple(cells)
    if whole == "()":
        return
    if fits(whole):
        yield whole
        return
    key = cells[:1] if cells and fits(row_tuple(cells[:1]) + "x" * 80) else []
    group: list[tuple[str, str]] = []
    for name, value in (cell for cell in cells[len(key) :] for cell in _cell_parts(cell, key, fits)):
        if group and not fits(row_tuple([*key, *group, (name, value)])):
            yield row_tuple([*key, *group])
            group = []
        group.append((name, value))
    if group:
        yield row_tuple([*key, *group])


def _cell_parts(cell: tuple[str, str], key: list[tuple[str, str]], fits: Callable[[str], bool]) -> list[tuple[str, str]]:
    """A cell, or the parts of one that alone is over the limit."""
    name, value = cell
    if not fits(row_tuple([*key, (name, "")])):
        name = ""
    parts = split_long(value, (0, len(value)), lambda text: fits(row_tuple([*key, (name, text)])))
    return [(name, value[start:end]) for start, end in parts]


def _ranges_after(prefix: str, sentences: Iterable[str]) -> list[Range]:
    """Ranges of sentences that follow a prefix, one on each line."""
    ranges, start = [], len(prefix)
    for sentence in sentences:
        ranges.append((start, start + len(sentence)))
        start += len(sentence) + 1
    return ranges


def _diagram_pieces(record: DiagramRecord, fits: Callable[[str], bool]) -> Iterator[_Piece]:
    prefix = f"{record.caption}\n" if record.caption and fits(f"{record.caption}\n" + "x" * 80) else ""
    units = [
        sentence[start:end]
        for sentence in record.content
        for start, end in split_long(sentence, (0, len(sentence)), lambda text: fits(prefix + text))
    ]
    group: list[str] = []
    for unit in [*units, None]:
        if group and (unit is None or not fits(prefix + "\n".join([*group, unit]))):
            yield _Piece(prefix + "\n".join(group), _ranges_after(prefix, group), record.spans, [])
            group = []
        if unit is not None:
            group.append(unit)


def _caption_pieces(record: FigureRecord, fits: Callable[[str], bool]) -> Iterator[_Piece]:
    """A figure that is not read is found by its caption."""
    for start, end in split_long(record.caption, (0, len(record.caption)), fits):
        text = record.caption[start:end]
        yield _Piece(text, sentence_ranges(text), record.spans, [])
