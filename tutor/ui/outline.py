"""A book's outline as a tree, and what a search in it found, as HTML."""

from collections.abc import Mapping, Sequence

from indexing.records import OutlineEntry
from tutor.answer import PassageSummary
from tutor.shell import page_name
from tutor.ui.render import escaped, shortened


def outline_html(entries: Sequence[OutlineEntry], labels: Mapping[int, str]) -> str:
    """Headings as a tree that folds; a click shows the heading's page. `labels` are the printed numbers of pages."""
    body, _ = _branch(entries, labels, 0, 1)
    return f'<nav class="outline" aria-label="Contents">{body}</nav>'


def _branch(entries: Sequence[OutlineEntry], labels: Mapping[int, str], start: int, level: int) -> tuple[str, int]:
    """The list of entries from `start` that lie at `level` or deeper, and where it ends."""
    items, place = [], start
    while place < len(entries) and entries[place].level >= level:
        entry = entries[place]
        below, after = _branch(entries, labels, place + 1, entry.level + 1)
        items.append(_item(entry, page_name(entry.page, labels.get(entry.page, "")), below if after > place + 1 else ""))
        place = after
    return f"<ul>{''.join(items)}</ul>", place


def _item(entry: OutlineEntry, page: str, below: str) -> str:
    """A heading; one with sections below it unfolds them when it is chosen."""
    text = f'{escaped(entry.title)} <span class="where">p. {escaped(page)}</span>'
    if not below:
        return f'<li><button type="button" class="entry" data-page="{entry.page}">{text}</button></li>'
    return f'<li><details><summary class="entry" data-page="{entry.page}">{text}</summary>{below}</details></li>'


def hits_html(passages: Sequence[PassageSummary]) -> str:
    """Passages that a search found, as cards."""
    if not passages:
        return '<p class="hint">Nothing found.</p>'
    cards = "".join(_hit(number, passage) for number, passage in enumerate(passages, 1))
    return f'<div class="sources hits" role="list">{cards}</div>'


def _hit(number: int, passage: PassageSummary) -> str:
    labels = passage.page_labels if len(passage.page_labels) == len(passage.pages) else [""] * len(passage.pages)
    pages = ", ".join(page_name(page, label) for page, label in zip(passage.pages, labels, strict=True))
    path = " › ".join(passage.heading_path[:-1])
    return (
        f'<div role="listitem"><button type="button" class="source" data-cite="{number}" data-message="0">'
        f'<span class="n">{number}</span><span class="body"><span class="path">{escaped(path)}</span>'
        f'<span class="heading">{escaped(passage.heading or "(no heading)")}</span>'
        f'<span class="where">p. {escaped(pages)}</span>'
        f'<span class="quote">{escaped(shortened(passage.text))}</span></span></button></div>'
    )
