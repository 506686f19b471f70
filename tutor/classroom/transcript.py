"""A conversation as a Markdown file, with its citations, for a student's own notes."""

import re
from collections.abc import Sequence

from tutor.answer import Answer, Citation
from tutor.classroom.conversations import Exchange
from tutor.shell import page_name

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$<>&])")


def transcript(title: str, exchanges: Sequence[Exchange]) -> str:
    """The conversation, each answer followed by its sources with heading path and pages."""
    parts = [f"# {_plain(title)}\n"]
    for exchange in exchanges:
        parts.append(f"## {_plain(exchange.question)}\n")
        if exchange.endorsed is not None:
            parts.append(f"**Your instructor's answer:** {_plain(exchange.endorsed.answer)}\n")
        if exchange.answer is not None:
            parts.append(answer_text(exchange.answer))
        elif exchange.error is not None:
            parts.append(f"*Not answered: {_plain(exchange.error)}*\n")
    return "\n".join(parts)


def answer_text(answer: Answer) -> str:
    """One answer with its sources, as Markdown."""
    lines = []
    if answer.rewritten:
        lines.append(f"*Understood as: {_plain(answer.rewritten)}*\n")
    if answer.refused or not answer.sentences:
        lines.append(_plain(answer.answer) + "\n")
    else:
        lines.append(" ".join(_sentence(item.text, item.citations, item.supported) for item in answer.sentences) + "\n")
    if answer.quoted:
        lines.append("The book itself says: " + " ".join(_sentence(item.text, item.citations) for item in answer.quoted) + "\n")
    lines.extend(_source(citation) for citation in answer.citations)
    return "\n".join(lines) + "\n"


def _sentence(text: str, citations: Sequence[int], supported: bool = True) -> str:
    marks = "".join(f" \\[{number}\\]" for number in citations)
    return f"{_plain(text)}{marks}" if supported else f"{_plain(text)} **(not found in the book)**"


def _source(citation: Citation) -> str:
    path = " › ".join(citation.heading_path) or citation.heading or "(no heading)"
    labels = citation.page_labels if len(citation.page_labels) == len(citation.pages) else [""] * len(citation.pages)
    pages = ", ".join(page_name(page, label) for page, label in zip(citation.pages, labels, strict=True))
    quote = " ".join(citation.quote.split())
    return f"- \\[{citation.n}\\] {_plain(path)}, p. {pages}: “{_plain(quote)}”"


def _plain(text: str) -> str:
    """Text on one line that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
