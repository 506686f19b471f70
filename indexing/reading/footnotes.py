"""Footnotes: small print at the foot of a column that begins with a mark, kept apart from the running text.

Leaves endnotes, which are sections of their own, to the headings.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from indexing.reading.layout import Row
from indexing.reading.pages import PageContent
from indexing.reading.paragraphs import Content, compose, joined
from indexing.reading.style import BookStyle

_MARK = re.compile(r"\s*(\d{1,3}|[*†‡§¶]{1,3}|[a-z](?=\s))[.)\]]?\s*(?=\S)")


def take_out_footnotes(page: PageContent, style: BookStyle) -> None:
    """Move footnotes from `page.rows` to `page.footnotes`, and note their marks."""
    called = {piece.text.strip() for row in page.rows for piece in row.pieces[1:] if piece.superscript}
    first = _first_row(page.rows, style, called)
    taken: set[int] = set()
    notes: list[list[Row]] = []
    marks: set[str] = set()
    for index in first:
        mark = _mark(page.rows[index], called)
        if mark:
            notes.append([])
            marks.add(mark)
        if notes:
            notes[-1].append(page.rows[index])
            taken.add(index)
    page.footnotes = notes
    page.marks = frozenset(marks)
    page.rows = [row for index, row in enumerate(page.rows) if index not in taken]
    _move_anchors(page, sorted(taken))


def _first_row(rows: Sequence[Row], style: BookStyle, called: set[str]) -> list[int]:
    """The indices of the rows of small print that end each column, from the first one that begins with a mark."""
    found: list[int] = []
    for column in {row.column for row in rows}:
        foot: list[int] = []
        for index in range(len(rows) - 1, -1, -1):
            if rows[index].column != column:
                continue
            if not style.is_smaller(rows[index]) or rows[index].mono:
                break
            foot.insert(0, index)
        start = next((position for position, index in enumerate(foot) if _mark(rows[index], called)), len(foot))
        found += foot[start:]
    return sorted(found)


def _mark(row: Row, called: set[str]) -> str | None:
    """The mark that the row begins with, if the page's text calls for it or it is raised."""
    match = _MARK.match(row.text)
    if not match:
        return None
    raised = row.pieces[0].superscript or (len(row.pieces) > 1 and row.pieces[0].size < 0.85 * row.pieces[1].size)
    return match.group(1) if raised or match.group(1) in called else None


def _move_anchors(page: PageContent, taken: Sequence[int]) -> None:
    page.placed = [replace(item, anchor=item.anchor - sum(index < item.anchor for index in taken)) for item in page.placed]


def footnote_content(notes: Sequence[Sequence[Row]], style: BookStyle) -> Content:
    """Each note as a paragraph that begins with its mark."""
    return joined([compose([_spaced(note[0]), *note[1:]], style) for note in notes])


def _spaced(row: Row) -> Row:
    """A space between the mark and the note."""
    match = _MARK.match(row.text)
    assert match is not None
    lead = row.pieces[0]
    if lead.text.strip() == match.group(1) and len(row.pieces) > 1:
        return replace(row, pieces=(replace(lead, text=f"{match.group(1)} ", superscript=False), *row.pieces[1:]))
    length = len(match.group(1))
    rest = lead.text.lstrip()
    return replace(row, pieces=(replace(lead, text=f"{rest[:length]} {rest[length:].lstrip()}"), *row.pieces[1:]))
