"""From rows to content: paragraphs, list items and listings, with the position where each row's text starts.

Paragraphs stand apart by a blank line. Inside one, a newline is a printed line that matters: the next list item, or the next
line of a listing with its indentation. Words cut by a hyphen at a row's end are joined; whether the hyphen was the word's own
is settled by how the rest of the book writes it.
"""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from indexing.reading.formulas import formula_text, is_formula, is_part
from indexing.reading.layout import Row
from indexing.reading.numbering import is_list_item
from indexing.reading.pages import span_of
from indexing.reading.pieces import written
from indexing.reading.style import BookStyle
from indexing.records import Span

_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*$")


@dataclass
class Block:
    """A paragraph, a list, or a listing, while it is being put together."""

    kind: str
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Content:
    """Text with a span and a starting position for every row that is in it."""

    text: str
    spans: list[Span]
    offsets: list[int]


def compose(rows: Sequence[Row], style: BookStyle) -> Content:
    """The content of rows in reading order."""
    parts: list[str] = []
    spans: list[Span] = []
    offsets: list[int] = []
    length = 0
    for block in blocks(rows, style):
        text, starts = _block_text(block, style)
        if not text.strip():
            continue
        if parts:
            length += 2
        parts.append(text)
        for row, start in zip(block.rows, starts, strict=True):
            spans.append(span_of(row))
            offsets.append(length + start)
        length += len(text)
    return Content("\n\n".join(parts), spans, offsets)


def joined(contents: Sequence[Content]) -> Content:
    """Contents one after the other as paragraphs of one."""
    text, spans, offsets = "", [], []
    for content in contents:
        if content.text:
            text += "\n\n" if text else ""
            offsets += [len(text) + offset for offset in content.offsets]
            spans += content.spans
            text += content.text
    return Content(text, spans, offsets)


def blocks(rows: Sequence[Row], style: BookStyle) -> list[Block]:
    """Rows grouped into paragraphs, lists and listings."""
    found: list[Block] = []
    for row in rows:
        kind = _kind(row, found, style)
        if found and found[-1].kind == kind and _goes_on(found[-1], row, style):
            found[-1].rows.append(row)
        else:
            found.append(Block(kind, [row]))
    return found


def _kind(row: Row, before: Sequence[Block], style: BookStyle) -> str:
    if row.mono and not style.mono:
        return "code"
    if is_formula(row) or (before and before[-1].kind == "formula" and is_part(row, before[-1].rows[-1])):
        return "formula"
    if is_list_item(row.text) and not _is_wrapped(before, row, style):
        return "list"
    if before and before[-1].kind == "list" and _continues_item(before[-1], row, style):
        return "list"
    return "prose"


def _is_wrapped(before: Sequence[Block], row: Row, style: BookStyle) -> bool:
    """Whether a row that begins like a list item ("A. Smith", "- and so on") is the next line of a running paragraph."""
    if not before or before[-1].kind != "prose":
        return False
    last = before[-1].rows[-1]
    if row.page != last.page or abs(row.x0 - last.column[0]) > 2 or row.baseline - last.baseline > 1.3 * style.leading:
        return False
    return last.x1 > row.column[1] - 0.15 * (row.column[1] - row.column[0]) and not _SENTENCE_END.search(last.text)


def _continues_item(block: Block, row: Row, style: BookStyle) -> bool:
    """A row under a list item and indented like its text, without a paragraph's gap."""
    last = block.rows[-1]
    item = next(r for r in reversed(block.rows) if is_list_item(r.text))
    if row.page != last.page or row.baseline < last.baseline:
        return not _SENTENCE_END.search(last.text) and row.text[:1].islower()
    return row.x0 > item.x0 + 2 and row.baseline - last.baseline < 1.35 * max(style.leading, row.size)


def _goes_on(block: Block, row: Row, style: BookStyle) -> bool:
    """Whether the row belongs to the block before it, which is of the same kind."""
    last = block.rows[-1]
    turned = row.page != last.page or row.baseline < last.baseline - 2 or row.column != last.column
    if block.kind == "formula":
        return not turned and row.baseline - last.baseline < 2.5 * row.size
    if block.kind == "code":
        return turned or row.baseline - last.baseline < 3 * max(style.leading, row.size)
    if block.kind == "list":
        return turned or row.baseline - last.baseline < 2.2 * max(style.leading, row.size)
    if turned:
        return _runs_over(last, row)
    step = row.baseline - last.baseline
    usual = _usual_step(block, style)
    if step > 1.3 * usual + 1 or abs(row.size - last.size) > 0.15 * last.size:
        return False
    if step > usual + 0.14 * row.size and (_SENTENCE_END.search(last.text) or _is_short(last)):
        return False
    return not _begins(block, row, style)


def _usual_step(block: Block, style: BookStyle) -> float:
    steps = [b.baseline - a.baseline for a, b in zip(block.rows, block.rows[1:], strict=False) if b.baseline > a.baseline]
    if steps:
        return statistics.median(steps)
    size = block.rows[0].size
    return max(style.leading * size / style.size, 1.05 * size)


def _begins(block: Block, row: Row, style: BookStyle) -> bool:
    """A first-line indent, the end of a hanging indent, or a short last line that ends a sentence."""
    first, last = block.rows[0], block.rows[-1]
    ended = bool(_SENTENCE_END.search(last.text)) or _is_short(last)
    indent = row.x0 - last.x0
    if 0.8 * style.size < indent < 5 * style.size and abs(row.column[0] - last.x0) < 0.8 * style.size and ended:
        return True
    if last.x0 > first.x0 + 0.6 * style.size and abs(row.x0 - first.x0) < 1 and ended:
        return True
    return _is_short(last) and bool(_SENTENCE_END.search(last.text)) and not row.text[:1].islower()


def _is_short(row: Row) -> bool:
    """Whether a row ends well before its column does."""
    return row.x1 < row.column[0] + 0.75 * (row.column[1] - row.column[0])


def _runs_over(last: Row, row: Row) -> bool:
    """Whether a paragraph goes on in the next column or page: it had not ended, or the next row does not begin a sentence."""
    if abs(row.size - last.size) > 0.1 * last.size:
        return False
    if not _SENTENCE_END.search(last.text):
        return True
    return row.text[:1].islower()


def _block_text(block: Block, style: BookStyle) -> tuple[str, list[int]]:
    if block.kind == "code":
        return _listing(block.rows)
    if block.kind == "formula":
        return formula_text(block.rows), [0] * len(block.rows)
    text, starts = "", []
    by_line = block.kind == "prose" and _is_by_line(block.rows)
    for row in block.rows:
        words = row_text(row).strip()
        if text:
            if by_line or (block.kind == "list" and is_list_item(row.text)):
                text += "\n"
            else:
                text, words = _join(text, words, style)
        starts.append(len(text))
        text += words
    return text, starts


def _is_by_line(rows: Sequence[Row]) -> bool:
    """Whether rows end where they are meant to (addresses, lists of names): far before their column does, and no word cut."""
    early = all(row.x1 < row.column[0] + 0.6 * (row.column[1] - row.column[0]) for row in rows[:-1])
    running = sum(row.text.lstrip()[:1].islower() for row in rows[1:])
    return early and running * 2 < len(rows) - 1 and not any(row.text.endswith(("-", "\u2010", "\u00ad")) for row in rows[:-1])


def _listing(rows: Sequence[Row]) -> tuple[str, list[int]]:
    """Lines kept, indentation as many spaces as the fixed pitch makes of the distance from the leftmost row."""
    left = min(row.x0 for row in rows)
    text, starts = "", []
    for index, row in enumerate(rows):
        pitch = (row.x1 - row.x0) / len(row.text)
        lead = max(0, round((row.x0 - left) / pitch)) + len(row.text) - len(row.text.lstrip()) if pitch else 0
        if index:
            above = rows[index - 1]
            skipped = row.page == above.page and row.baseline - above.baseline > 1.7 * 1.2 * row.size
            text += "\n \n" if skipped else "\n"
        starts.append(len(text) + lead)
        text += " " * lead + row.text.strip()
    return text, starts


def row_text(row: Row) -> str:
    """A row's text; superscript digits as such ("10²" is not "102"), runs of blanks as one."""
    text = "".join(written(piece) if number else piece.text for number, piece in enumerate(row.pieces))
    return re.sub(r"(?<=\S) {2,}", " ", text).rstrip(" ")


def _join(text: str, words: str, style: BookStyle) -> tuple[str, str]:
    """The text so far made ready for the next row's words: hyphen removed or kept, or a space added."""
    if text.endswith("\u00ad"):
        return text[:-1], words
    head = re.search(r"(\w[\w'’-]*)[-\u2010]$", text)
    tail = re.match(r"[^\W\d_][\w'’-]*", words)
    if not head or not tail:
        return text + ("" if re.search(r"\S[—/]$|\w–$", text) else " "), words
    return (text if keeps_hyphen(head.group(1), tail.group(), style) else text[:-1]), words


def keeps_hyphen(head: str, tail: str, style: BookStyle) -> bool:
    """Whether a hyphen at a row's end is the word's own, judged by the book's other uses, then by its two halves."""
    if not tail[0].islower():
        return True
    if head[-1].isdigit():
        return True
    head, tail = head.casefold(), tail.casefold()
    whole, split = style.words[head + tail], style.words[f"{head}-{tail}"]
    if whole or split:
        return split > whole
    return style.words[head] > 0 and style.words[tail] > 0 and len(tail) > 3
