"""Answers, sources and pages as Markdown and HTML. Every text that is not ours is escaped, whoever wrote it.

Pure functions on strings; leaves Gradio to `chat.py` and pictures to `pages.py`.
"""

import base64
import html
import re
from collections.abc import Sequence

from indexing.records import Span
from tutor.answer import Answer, Citation, Sentence
from tutor.shell import page_name

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$>])")
_KINDS = {"text": "Text", "table": "Table row", "ER_desc": "ER diagram", "figure": "Figure"}
EMPTY_SOURCES = '<p class="hint">Sources of the answer appear here. Click one to see its page.</p>'


def plain(text: str) -> str:
    """Text as Markdown that shows exactly that text: neither HTML nor Markdown in it has any effect."""
    return _MARKDOWN.sub(r"\\\1", html.escape(text, quote=False))


def answer_markdown(answer: Answer, sentences: Sequence[Sentence] | None = None) -> str:
    """The answer, or the first sentences of it, with citation marks that lead to the sources."""
    if answer.refused:
        return plain(answer.answer)
    parts = [_sentence(sentence) for sentence in (answer.sentences if sentences is None else sentences)]
    note = [] if answer.rewritten is None else [f"*Understood as: {plain(answer.rewritten)}*\n\n"]
    return "".join(note) + " ".join(parts)


def _sentence(sentence: Sentence) -> str:
    marks = "".join(f"[\\[{number}\\]](#source-{number})" for number in sentence.citations)
    text = plain(sentence.text)
    if not sentence.supported:
        return f"{text} **⚠ not found in the book**"
    return f"{text} {marks}" if marks else text


def sources_html(citations: Sequence[Citation], selected: int | None = None) -> str:
    """The sources as cards: buttons, so that a keyboard reaches them."""
    if not citations:
        return EMPTY_SOURCES
    cards = "".join(_card(citation, citation.n == selected) for citation in citations)
    return f'<div class="sources" role="list">{cards}</div>'


def _card(citation: Citation, selected: bool) -> str:
    labels = citation.page_labels if len(citation.page_labels) == len(citation.pages) else [""] * len(citation.pages)
    pages = ", ".join(page_name(page, label) for page, label in zip(citation.pages, labels, strict=True))
    path = " › ".join(citation.heading_path[:-1])
    kind = citation.caption or _KINDS.get(citation.type, "")
    where = f"p. {pages}" if pages else ""
    return (
        f'<div role="listitem"><button type="button" class="source{" selected" if selected else ""}" data-n="{citation.n}" '
        f'id="source-{citation.n}" aria-pressed="{str(selected).lower()}">'
        f'<span class="n">{citation.n}</span><span class="body">'
        f'<span class="path">{html.escape(path)}</span>'
        f'<span class="heading">{html.escape(citation.heading or "(no heading)")}</span>'
        f'<span class="where">{html.escape(" · ".join(part for part in (where, kind) if part))}</span>'
        f'<span class="quote">{html.escape(_shortened(citation.quote))}</span></span></button></div>'
    )


def _shortened(text: str, limit: int = 220) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"


def page_html(picture: bytes, size: tuple[float, float], page: int, spans: Sequence[Span], label: str = "") -> str:
    """A page's picture with the passage marked. `size` is in points, as the spans are."""
    width, height = size
    marks = "".join(_mark(span, width, height) for span in spans if span[0] == page)
    source = base64.b64encode(picture).decode()
    name = page_name(page, label)
    return (
        f'<figure class="page"><div class="sheet"><img alt="Page {html.escape(name)} of the book" '
        f'src="data:image/png;base64,{source}">{marks}</div>'
        f"<figcaption>Page {html.escape(name)}</figcaption></figure>"
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
