"""Answers, sources and pages as HTML. Every text that is not ours is escaped, whoever wrote it.

Pure functions on strings; leaves Gradio to the tabs and pictures to `tutor.classroom.pages`.
"""

import base64
import html
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from indexing.records import Span
from tutor.answer import Answer, Citation, Sentence
from tutor.shell import page_name

_KINDS = {"text": "Text", "table": "Table row", "ER_desc": "ER diagram", "figure": "Figure"}
_LONG_WORD = 24  # characters; a longer last word may part from its citation, lest the line get too wide for a phone
_ROWS = 50  # of a query's result
_ENGINE_NAMES = {
    "quote": "The book’s own sentences",
    "small": "Small Llama (it invents)",
    "small-tuned": "Small Llama, tuned on the sample course",
    "server": "Model server",
}
EMPTY_SOURCES = '<p class="hint">The sources of the answer appear here. Choose one to see its page.</p>'


def escaped(text: str) -> str:
    """Text as HTML that shows exactly that text, line breaks kept."""
    return html.escape(text).replace("\n", "<br>")


def engine_name(engine: str) -> str:
    """What an engine is called on the pages: ours by what they do, a model by its own name."""
    return _ENGINE_NAMES.get(engine, engine)


def answer_html(answer: Answer, message: int) -> str:
    """An answer with citation marks that open its sources; unsupported sentences are visibly marked."""
    parts = []
    if answer.rewritten:
        parts.append(f'<p class="note">Understood as: {escaped(answer.rewritten)}</p>')
    if answer.refused:
        parts.append(_refusal(answer))
    elif answer.sentences:
        parts.append(f'<p class="text">{sentences_html(answer.sentences, message)}</p>')
    else:
        parts.append(f'<p class="text">{escaped(answer.answer)}</p>')
    if answer.computed:
        parts.append(computed_html(answer.computed))
    if answer.quoted:
        parts.append(
            '<div class="quoted"><p class="note">Most of this is not in the book. The book itself says:</p>'
            f'<p class="text">{sentences_html(answer.quoted, message)}</p></div>'
        )
    if answer.reason and not answer.refused:
        parts.append(f'<p class="note">Ended early: {escaped(answer.reason)}</p>')
    return "".join(parts)


def _refusal(answer: Answer) -> str:
    """What the tutor says when the book has no answer: nearest headings as a list."""
    if not answer.nearest:
        return f'<p class="text">{escaped(answer.answer)}</p>'
    items = "".join(f"<li>{escaped(heading)}</li>" for heading in answer.nearest)
    return (
        f'<p class="text">{escaped(answer.answer.split(" The nearest headings", 1)[0])}</p>'
        f'<p class="note">The nearest headings are:</p><ul class="nearest">{items}</ul>'
    )


def sentences_html(sentences: Sequence[Sentence], message: int) -> str:
    """Sentences with their citation marks."""
    return " ".join(_sentence(sentence, message) for sentence in sentences)


def _sentence(sentence: Sentence, message: int) -> str:
    marks = "".join(
        f'<button type="button" class="cite" data-cite="{number}" data-message="{message}" '
        f'aria-label="Show source {number}">{number}</button>'
        for number in sentence.citations
    )
    if sentence.supported:
        start, space, end = sentence.text.rpartition(" ")
        if not marks or len(end) > _LONG_WORD:
            return f"<span>{escaped(sentence.text)}{marks}</span>"
        return f'<span>{escaped(start + space)}<span class="end">{escaped(end)}{marks}</span></span>'
    text = escaped(sentence.text)
    return f'<span class="unsupported">{text} <span class="flag">⚠ not found in the book</span></span>'


def computed_html(computed: Mapping[str, Any]) -> str:
    """A computation: its result, the derivation step by step, and its drawings (as pictures, in which no script can run)."""
    steps = [step for step in computed.get("steps", []) if isinstance(step, Mapping)]
    items = "".join(step_html(str(step.get("rule", "")), str(step.get("text", ""))) for step in steps)
    drawings = "".join(_drawing(svg) for svg in _drawings(computed))
    derivation = f"<details open><summary>Step by step</summary><ol>{items}</ol></details>" if items else ""
    table = _result_table(computed)
    return f'<div class="computed">{table}{derivation}{drawings}</div>' if table or derivation or drawings else ""


def step_html(rule: str, text: str) -> str:
    """One step of a derivation: the rule that it follows, as a heading of its own, then what it says."""
    name = f'<span class="rule">{escaped(rule[:1].upper() + rule[1:])}.</span> ' if rule else ""
    return f"<li>{name}{escaped(text)}</li>"


def _result_table(computed: Mapping[str, Any]) -> str:
    """The rows that a query gave."""
    result = computed.get("result")
    value = result.get("value") if isinstance(result, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(value.get("columns"), list) or not isinstance(value.get("rows"), list):
        return ""
    head = "".join(f'<th scope="col">{escaped(str(name))}</th>' for name in value["columns"])
    rows = "".join(
        "<tr>" + "".join(f"<td>{'NULL' if cell is None else escaped(str(cell))}</td>" for cell in row) + "</tr>"
        for row in value["rows"][:_ROWS]
    )
    more = f'<p class="note">… and {len(value["rows"]) - _ROWS} more rows</p>' if len(value["rows"]) > _ROWS else ""
    return f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}'


def _drawings(computed: Mapping[str, Any]) -> list[str]:
    found = computed.get("drawings", computed.get("svg", []))
    found = [found] if isinstance(found, str) else found
    return [item for item in found if isinstance(item, str) and item.lstrip().startswith(("<svg", "<?xml"))]


def _drawing(svg: str) -> str:
    source = base64.b64encode(svg.encode()).decode()
    return f'<img class="drawing" alt="Drawing of the computation" src="data:image/svg+xml;base64,{source}">'


def sources_html(citations: Sequence[Citation], selected: int | None = None, message: int = 0) -> str:
    """The sources as cards: buttons, so that a keyboard reaches them."""
    if not citations:
        return EMPTY_SOURCES
    cards = "".join(_card(citation, citation.n == selected, message) for citation in citations)
    return f'<h2 class="small">Sources</h2><div class="sources" role="list">{cards}</div>'


def _card(citation: Citation, selected: bool, message: int) -> str:
    labels = citation.page_labels if len(citation.page_labels) == len(citation.pages) else [""] * len(citation.pages)
    pages = ", ".join(page_name(page, label) for page, label in zip(citation.pages, labels, strict=True))
    path = " › ".join(citation.heading_path[:-1])
    kind = citation.caption or _KINDS.get(citation.type, "")
    where = f"p. {pages}" if pages else ""
    return (
        f'<div role="listitem"><button type="button" class="source{" selected" if selected else ""}" '
        f'data-cite="{citation.n}" data-message="{message}" aria-pressed="{str(selected).lower()}">'
        f'<span class="n">{citation.n}</span><span class="body">'
        f'<span class="path">{html.escape(path)}</span>'
        f'<span class="heading">{html.escape(citation.heading or "(no heading)")}</span>'
        f'<span class="where">{html.escape(" · ".join(part for part in (where, kind) if part))}</span>'
        f'<span class="quote">{html.escape(shortened(citation.quote))}</span></span></button></div>'
    )


def shortened(text: str, limit: int = 220) -> str:
    """The beginning of a text, cut between words."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"


def page_address(book: str, version: str, page: int) -> str:
    """Where the server has the picture of a page; the version makes browsers fetch it anew after a rebuild."""
    return f"book/{quote(book, safe='')}/page/{page}.png?v={quote(version, safe='')}"


def page_html(address: str, size: tuple[float, float], page: int, spans: Sequence[Span], label: str = "") -> str:
    """A page's picture with the passage marked. `size` is in points, as the spans are."""
    width, height = size
    marks = "".join(_mark(span, width, height) for span in spans if span[0] == page)
    name = html.escape(page_name(page, label))
    return (
        f'<figure class="page"><div class="frame" tabindex="0" role="group" aria-label="Page {name}">'
        f'<div class="sheet" style="aspect-ratio:{width:.1f}/{height:.1f}">'
        f'<img alt="Page {name} of the book" src="{html.escape(address)}">{marks}</div></div>'
        f"<figcaption>Page {name}</figcaption></figure>"
    )


def _mark(span: Span, width: float, height: float) -> str:
    _, x0, y0, x1, y1 = span
    if x1 <= x0 or y1 <= y0:
        return ""
    left, top = 100 * x0 / width, 100 * y0 / height
    return (
        f'<div class="mark" style="left:{left:.2f}%;top:{top:.2f}%;'
        f'width:{100 * (x1 - x0) / width:.2f}%;height:{100 * (y1 - y0) / height:.2f}%"></div>'
    )
