"""The reading report: one HTML page on which a person checks what was read, and finds what to correct.

    write_report(pdf_path, reading, out_path)

Doubts come first; then every page: its picture with a box around each thing that was read, coloured by kind, beside what was
read there. Each record shows its key for corrections.jsonl. The page is self-contained: no network, no other files.
"""

import base64
import html
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from indexing.errors import PageError
from indexing.reading.corrections import record_keys
from indexing.reading.pages import Doubt
from indexing.reading.pdf import Box, Pdf
from indexing.reading.reader import Reading
from indexing.records import DiagramRecord, Record, Span, TableRecord, TextRecord

DPI = 75  # enough to recognise a page beside its text; the picture of a page takes about 40 kB
KINDS = {
    "heading": "headings",
    "body": "text",
    "table": "tables",
    "ER_desc": "ER diagrams",
    "figure": "figures",
    "exercises": "exercises",
    "footnote": "footnotes",
    "apparatus": "contents, index",
    "left-out": "headers, page numbers",
}


@dataclass
class _Sheet:
    """What is shown beside one page."""

    boxes: list[tuple[str, str, Box]] = field(default_factory=list)  # kind, id of its card, box
    cards: list[tuple[str, str]] = field(default_factory=list)  # id, HTML
    doubts: list[str] = field(default_factory=list)


def write_report(
    pdf_path: Path,
    reading: Reading,
    out_path: Path,
    *,
    title: str = "",
    password: str | None = None,
    unfit: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write the report beside the book, by way of a temporary file.

    `title` is shown where the PDF has none of its own; `unfit` are corrections that no longer fit.
    """
    sheets = _sheets(reading)
    unfinished = out_path.with_name(out_path.name + ".part")
    with Pdf.open(pdf_path, password) as pdf, unfinished.open("w", encoding="utf-8") as file:
        file.write(_head(pdf.title or title or pdf_path.name, reading, pdf.page_count, unfit))
        for number in range(1, pdf.page_count + 1):
            file.write(_page(pdf, number, sheets[number]))
            if progress:
                progress(number, pdf.page_count)
        file.write("</main></body></html>\n")
    os.replace(unfinished, out_path)


def _sheets(reading: Reading) -> defaultdict[int, _Sheet]:
    sheets: defaultdict[int, _Sheet] = defaultdict(_Sheet)
    for number, (entry, spans) in enumerate(zip(reading.outline, reading.heading_spans, strict=False)):
        name = f"h{number}"
        _put(sheets, spans, "heading", name)
        words = f"<small>level {entry.level}</small> {html.escape(entry.title)}"
        sheets[spans[0][0] if spans else entry.page].cards.append((name, _card("heading", name, words)))
    for number, (record, key) in enumerate(zip(reading.records, record_keys(reading.records), strict=True)):
        kind = record.role if isinstance(record, TextRecord) else record.type
        _put(sheets, record.spans, kind, f"r{number}")
        for page, content in _by_page(record):
            sheets[page].cards.append((f"r{number}", _card(kind, f"r{number}", content, record, key)))
    _put(sheets, reading.left_out, "left-out", "")
    for doubt in (*reading.unread, *reading.doubts):
        sheets[doubt.page].doubts.append(html.escape(doubt.message))
    for sheet in sheets.values():
        order: dict[str, int] = {}
        for place, (_, name, _) in enumerate(sorted(sheet.boxes, key=lambda box: box[2][1])):
            order.setdefault(name, place)
        sheet.cards.sort(key=lambda card: order.get(card[0], len(order)))
    return sheets


def _put(sheets: defaultdict[int, _Sheet], spans: Sequence[Span], kind: str, name: str) -> None:
    """Boxes on their pages; lines right under one another become one box, which keeps the page light."""
    for page, x0, y0, x1, y1 in spans:
        boxes = sheets[page].boxes
        if boxes and boxes[-1][:2] == (kind, name) and kind not in ("table", "left-out"):
            last = boxes[-1][2]
            if -2 <= y0 - last[3] < 6 and min(x1, last[2]) > max(x0, last[0]):
                boxes[-1] = (kind, name, (min(x0, last[0]), min(y0, last[1]), max(x1, last[2]), max(y1, last[3])))
                continue
        boxes.append((kind, name, (x0, y0, x1, y1)))


def _by_page(record: Record) -> list[tuple[int, str]]:
    """(page, HTML of what stands there): text cut at its pages, anything else whole on its first page."""
    pages = record.pages or [1]
    if isinstance(record, TextRecord):
        if len(record.offsets) != len(record.spans):
            return [(pages[0], _text(record.content))]
        starts = {page: record.offsets[next(i for i, span in enumerate(record.spans) if span[0] == page)] for page in pages}
        ends = [*list(starts.values())[1:], len(record.content)]
        return [(page, _text(record.content[start:end])) for (page, start), end in zip(starts.items(), ends, strict=True)]
    caption = f"<figcaption>{html.escape(record.caption)}</figcaption>" if record.caption else ""
    if isinstance(record, TableRecord):
        return [(pages[0], caption + _table(record))]
    if isinstance(record, DiagramRecord):
        return [(pages[0], caption + "".join(f"<p>{html.escape(sentence)}</p>" for sentence in record.content))]
    return [(pages[0], caption or "<p class=none>a picture without a caption</p>")]


def _text(content: str) -> str:
    return "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in content.strip("\n").split("\n\n"))


def _table(record: TableRecord) -> str:
    rows = []
    for number, row in enumerate(record.grid):
        tag = "th" if number < record.header_rows else "td"
        rows.append("<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>")
    return f"<table>{''.join(rows)}</table>"


def _card(kind: str, name: str, content: str, record: Record | None = None, key: str = "") -> str:
    foot = ""
    if record is not None:
        path = html.escape(" › ".join(record.heading_path))
        foot = f'<footer><button title="copy the key for corrections.jsonl">{key}</button> {path}</footer>'
    return f'<article data-r="{name}" class="k-{kind}">{content}{foot}</article>'


def _page(pdf: Pdf, number: int, sheet: _Sheet) -> str:
    width, height = pdf.page_size(number)
    try:
        picture = base64.b64encode(pdf.picture(number, DPI, jpeg=True)).decode()
        image = f'<img alt="page {number}" src="data:image/jpeg;base64,{picture}">'
    except PageError as error:
        image = f"<p class=none>{html.escape(str(error))}</p>"
    boxes = "".join(
        f'<i class="k-{kind}" data-r="{name}" style="left:{100 * x0 / width:.1f}%;top:{100 * y0 / height:.1f}%;'
        f'width:{100 * (x1 - x0) / width:.1f}%;height:{100 * (y1 - y0) / height:.1f}%"></i>'
        for kind, name, (x0, y0, x1, y1) in sheet.boxes
    )
    doubts = "".join(f"<p class=doubt>{doubt}</p>" for doubt in sheet.doubts)
    cards = "".join(card for _, card in sheet.cards) or "<p class=none>nothing was read here</p>"
    return (
        f'<section id="p{number}"><h2><a href="#p{number}">Page {number}</a></h2>'
        f'<div class=sheet style="aspect-ratio:{width:.0f}/{height:.0f}">{image}{boxes}</div>'
        f"<div class=cards>{doubts}{cards}</div></section>\n"
    )


def _head(title: str, reading: Reading, pages: int, unfit: Sequence[str]) -> str:
    counts: Counter[str] = Counter(record.role if isinstance(record, TextRecord) else record.type for record in reading.records)
    counts["heading"] = len(reading.outline)
    counts["left-out"] = len(reading.left_out)
    legend = "".join(
        f'<label class="k-{kind}"><input type=checkbox checked data-kind="{kind}">{name} <b>{counts[kind]}</b></label>'
        for kind, name in KINDS.items()
        if counts[kind]
    )
    resources = files("indexing.reading") / "report"
    style, script = (resources.joinpath(name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return (
        f'<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content="width=device-width">'
        f"<title>Reading report: {html.escape(title)}</title><style>{style}</style></head><body>"
        f"<header><h1>{html.escape(title)}</h1><nav>{legend}"
        f"<form><input type=number min=1 max={pages} placeholder=page></form></nav></header>"
        f"<main>{_doubts(reading, unfit, pages)}<script>{script}</script>\n"
    )


def _doubts(reading: Reading, unfit: Sequence[str], pages: int) -> str:
    """The list of what to look at, worst first."""
    parts = [_doubt_list("Pages without text", reading.unread), _doubt_list("Doubts", reading.doubts)]
    if unfit:
        items = "".join(f"<li>{html.escape(line)}</li>" for line in unfit)
        parts.insert(0, f"<h2>Corrections that no longer fit <b>{len(unfit)}</b></h2><ul>{items}</ul>")
    found = "".join(parts)
    calm = (
        f"<h2>Nothing doubtful</h2><p>All {pages} pages were read without a doubt. A glance at the pages is still worth it.</p>"
    )
    return f'<div class="doubts{"" if found else " calm"}">{found or calm}</div>'


def _doubt_list(title: str, doubts: Sequence[Doubt]) -> str:
    if not doubts:
        return ""
    items = "".join(f'<li><a href="#p{doubt.page}">page {doubt.page}</a> {html.escape(doubt.message)}</li>' for doubt in doubts)
    return f"<h2>{title} <b>{len(doubts)}</b></h2><ul>{items}</ul>"
