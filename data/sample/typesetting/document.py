"""From the parsed source to the Typst code of the two PDFs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from . import drawing
from .marks import call, literal
from .source import (
    Block,
    Chapter,
    Figure,
    Heading,
    ListBlock,
    Listing,
    Paragraph,
    Question,
    Spans,
    Table,
    is_exercise,
    plain,
)

STYLE = Path(__file__).with_name("style.typ")
FONT = "Libertinus Serif"
TITLE = "Database Systems"
SUBTITLE = "a short course"
_TALL = 120.0  # points
_NOTICE = [
    "Written for the textbook-tutor project",
    "Creative Commons Attribution 4.0 International (CC BY 4.0)",
]


class Typesetter:
    """Holds what all blocks need: the printed widths of the drawings' labels."""

    def __init__(self, chapters: Iterable[Chapter]) -> None:
        figures = [figure.drawing for chapter in chapters for figure in chapter.of(Figure)]
        self.widths = drawing.measure_widths(drawing.label_lines(figures), FONT)

    def block(self, block: Block) -> str:
        """One block as a Typst expression."""
        writers: dict[type, Callable[..., str]] = {
            Heading: _heading,
            Paragraph: _paragraph,
            ListBlock: self._list,
            Listing: _listing,
            Table: _table,
            Figure: self._figure,
        }
        return writers[type(block)](block)

    def blocks(self, blocks: Iterable[Block]) -> str:
        """Blocks as statements of a code block, one a line."""
        return "\n".join(self.block(block) for block in blocks)

    def _list(self, block: ListBlock) -> str:
        items = ["{" + "; ".join(self.block(part) for part in item) + "}" for item in block.items]
        loose = any(len(item) > 1 and not isinstance(item[1], ListBlock) for item in block.items)
        return call("enum" if block.ordered else "list", *items, tight="false" if loose else "true")

    def _figure(self, figure: Figure) -> str:
        # a tall drawing goes to the top or bottom of a page, so that no page ends in a gap before it
        float_it = drawing.height(figure.path, figure.drawing, self.widths) > _TALL
        body = drawing.typeset(figure.path, figure.drawing, self.widths)
        return call(
            "figure",
            body,
            caption=call("text", literal(figure.text)),
            alt=literal(drawing.describe(figure.drawing)),
            kind="image",
            placement="auto" if float_it else "none",
            numbering="none",
            supplement="none",
        )


def _heading(heading: Heading) -> str:
    return call("heading", literal(heading.text), level=str(heading.level))


def _paragraph(paragraph: Paragraph) -> str:
    name = "exercise" if is_exercise(paragraph) else "par"
    return call(name, _spans(paragraph.spans))


def _listing(listing: Listing) -> str:
    return call("raw", literal(listing.text), block="true")


def _spans(spans: Spans) -> str:
    """Spans as one Typst content expression."""
    parts = []
    for span in spans:
        if span.note is not None:
            parts.append(call("footnote", literal(span.note)))
            continue
        part = f"raw({literal(span.text)})" if span.code else f"text({literal(span.text)})"
        part = f"emph({part})" if span.emphasis else part
        parts.append(f"strong({part})" if span.term else part)
    return " + ".join(parts) if parts else "[]"


def _table(table: Table) -> str:
    header = call("table.header", *(f"strong({_spans(cell)})" for cell in table.header))
    cells = [_spans(cell) for row in table.rows for cell in row]
    align = ", ".join(f"{side} + top" for side in table.align)
    body = call(
        "table",
        header,
        *cells,
        columns=str(len(table.header)),
        stroke="ruled" if table.style == "ruled" else f"booktabs({len(table.rows)})",
        align=f"({align},)",
        inset="(x: 5pt, y: 3.4pt)",
    )
    return call(
        "figure",
        "{ set text(size: " + _table_size(table) + "); " + body + " }",
        caption=call("text", literal(table.text)),
        kind="table",
        numbering="none",
        supplement="none",
    )


def _table_size(table: Table) -> str:
    """Smaller type for rows that would not fit on one line of a page's width."""
    columns = zip(table.header, *table.rows, strict=True)
    letters = sum(max(len(plain(cell)) for cell in column) + 2 for column in columns)
    if letters > 105:
        return "8.4pt" if len(table.header) > 6 else "9.4pt"
    return "9.4pt"


def _front(title: str, subtitle: str, new_pages: str) -> list[str]:
    lines = ", ".join(literal(line) for line in _NOTICE)
    return [
        STYLE.read_text(encoding="utf-8"),
        f"#show: course.with(title: {literal(f'{title}: {subtitle}')}, new-pages: {new_pages})",
        f"#title-page({literal(title)}, {literal(subtitle)}, ({lines},))",
    ]


_MAIN_MATTER = [
    '#set page(numbering: "1", header: running-header, footer: page-number)',
    "#counter(page).update(1)",
]


def book(typesetter: Typesetter, chapters: Iterable[Chapter]) -> str:
    """The Typst code of the book: title page, contents, chapters."""
    parts = _front(TITLE, SUBTITLE, "true")
    parts += [
        '#set page(numbering: "i", footer: page-number)',
        "#counter(page).update(2)",
        "#contents",
        *_MAIN_MATTER,
    ]
    parts += ["#{\n" + typesetter.blocks(chapter.blocks) + "\n}" for chapter in chapters]
    return "\n".join(parts) + "\n"


def review(typesetter: Typesetter, chapters: Iterable[Chapter], questions: dict[str, tuple[Question, ...]]) -> str:
    """The Typst code of the review questions with their answers, under their chapters' headings."""
    parts = _front(TITLE, "review questions with answers", "false") + _MAIN_MATTER
    for chapter in chapters:
        asked = questions.get(chapter.heading.number, ())
        if asked:
            parts.append("#{\n" + typesetter.block(chapter.heading))
            for question in asked:
                line = f"strong(text({literal(question.number + ' – ')}) + {_spans(question.spans)})"
                parts.append(f"block(sticky: true, above: 1.7em, {line})")
                parts.append(typesetter.blocks(question.answer))
            parts.append("}")
    return "\n".join(parts) + "\n"
