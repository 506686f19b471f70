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

_GLUED = re.compile(r"(?<=[a-z][.,;:)”’])(\d{1,2}|[*†‡§])(?=\s|$)")


def take_out_footnotes(page: PageContent, style: BookStyle) -> None:
    """Move footnotes from `page.rows` to `page.footnotes`, and take the marks that call them out of the text."""
    called = {mark for row in page.rows for mark in _calls(row)}
    notes: list[list[Row]] = []
    taken: set[int] = set()
    marks: set[str] = set()
    following: set[str] = set()  # the mark that comes next, in case the text's own was lost
    for index in _small_print(page.rows, style, called):
        if mark := _mark(page.rows[index], called | following):
            notes.append([])
            marks.add(mark)
            following = {str(int(mark) + 1)} if mark.isdigit() else set()
        notes[-1].append(page.rows[index])
        taken.add(index)
    if not notes:
        return
    page.footnotes = notes
    page.rows = [_without_calls(row, marks) for index, row in enumerate(page.rows) if index not in taken]
    page.placed = [replace(item, anchor=item.anchor - sum(index < item.anchor for index in taken)) for item in page.placed]


def _calls(row: Row) -> set[str]:
    """The marks that a row may call: raised pieces, and digits right after a sentence (raised by the font itself)."""
    raised = {piece.text.strip() for piece in row.pieces[1:] if piece.superscript}
    return raised | {match.group(1) for match in _GLUED.finditer(row.text)}


def _without_calls(row: Row, marks: set[str]) -> Row:
    if not _calls(row) & marks:
        return row
    pieces = [
        replace(piece, text=_GLUED.sub(lambda match: "" if match.group(1) in marks else match.group(), piece.text))
        for number, piece in enumerate(row.pieces)
        if not (number and piece.superscript and piece.text.strip() in marks)
    ]
    return replace(row, pieces=tuple(pieces), text="".join(piece.text for piece in pieces).rstrip())


def _small_print(rows: Sequence[Row], style: BookStyle, called: set[str]) -> list[int]:
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
    lead = row.pieces[0]
    raised = lead.superscript or (len(row.pieces) > 1 and lead.size < 0.85 * row.pieces[1].size)
    if raised:
        return match.group(1)
    after = row.text[match.end(1) : match.end(1) + 1]
    pointed = after in ".)]"  # "1.1 Name …", "2) …" begin a numbered list
    return match.group(1) if after.isupper() or (match.group(1) in called and not pointed) else None


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
