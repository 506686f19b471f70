"""Headings from typography and printed numbers, for books without an outline, and for what an outline leaves out.

A candidate is one or more rows of one face that stand alone: larger than the running text, or bold with space above. Whole
faces are then judged by how the book uses them. Leaves levels to `levels.py`, and contents pages, tables and captions, which
are gone from the rows, to the modules that took them out.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from indexing.reading.apparatus import is_apparatus_title
from indexing.reading.layout import Row
from indexing.reading.levels import Heading, with_levels
from indexing.reading.numbering import caption_kind, chapter_label, heading_number, is_bullet
from indexing.reading.style import BookStyle, face, family

MAX_ROWS = 4
MIN_HEADINGS = 3  # fewer than this in a book: its headings are not told by their type
MAX_LETTERS = 220
_MAX_PLAIN = 100  # letters of a heading that is neither bold nor much larger
_LARGE = 1.25  # times the body size: plainly a heading, however it is set
_ADMONITION = re.compile(r"(?:note|warning|caution|tip|important|danger|hint|attention|remark)s?[.:!]?", re.I)


def find_headings(rows: Sequence[Row], style: BookStyle) -> list[Heading]:
    """The headings among the rows, which are in reading order and without furniture, tables, figures and captions."""
    start, own = _first_prose_page(rows, style), heading_family(rows, style)
    found = _scan(rows, start, lambda first: _candidate(rows, first, style, own))
    judged = _judged(_without_authors(_without_index_letters(_labels_joined(found, rows)), rows), style, own)
    if len(judged) < MIN_HEADINGS:  # set in one face throughout, as by a typewriter
        typed = _scan(rows, start, lambda first: first if _is_typed_heading(rows, first, style) else None)
        judged = typed if len(typed) > len(judged) else judged
    return with_levels(judged)


def _scan(rows: Sequence[Row], start: int, candidate: Callable[[int], int | None]) -> list[Heading]:
    """A heading for every row at which `candidate` gives its last row, from page `start` on."""
    found: list[Heading] = []
    index = 0
    while index < len(rows):
        before = rows[index].page < start and not is_apparatus_title(rows[index].text)
        last = None if before else candidate(index)
        if last is not None:
            found.append(_heading(rows, index, last))
        index = index + 1 if last is None else last + 1
    return found


def _is_typed_heading(rows: Sequence[Row], index: int, style: BookStyle) -> bool:
    """A short row with space above and below that is numbered ("2.1 Names"), or in capitals."""
    row, text = rows[index], rows[index].text.strip()
    number = heading_number(text)
    marked = text.isupper() or (
        number is not None and number.title[:1].isupper() and not number.title.endswith((".", ",", ";"))
    )
    if not marked or row.x1 > row.column[0] + 0.8 * (row.column[1] - row.column[0]) or row.x0 > row.column[0] + 2 * row.size:
        return False
    near = (rows[index - 1] if index else None, rows[index + 1] if index + 1 < len(rows) else None)
    return all(
        other is None or other.page != row.page or abs(other.baseline - row.baseline) > 1.4 * style.leading for other in near
    )


def _first_prose_page(rows: Sequence[Row], style: BookStyle) -> int:
    """The first page with several full lines of running text, or with one and a numbered heading: before it are title pages."""
    full = Counter(
        row.page
        for row in rows
        if row.size < 1.15 * style.size and not row.bold and row.x1 - row.x0 > 0.6 * (row.column[1] - row.column[0]) > 60
    )
    numbered = {row.page for row in rows if style.is_larger(row) and _has_number(row)}
    return min((page for page, count in full.items() if count >= 4 or page in numbered), default=1)


def heading_family(rows: Sequence[Row], style: BookStyle) -> str | None:
    """The font family of the book's headings where it is another than the text's, else None."""
    families = Counter(family(row.font) for row in rows if style.is_larger(row) and not row.mono)
    most = families.most_common(1)
    return most[0][0] if most and most[0][0] != family(style.font) else None


def _has_number(row: Row) -> bool:
    number = heading_number(row.text)
    return number is not None and (bool(number.word) or number.value[:1].isdigit())


def _candidate(rows: Sequence[Row], first: int, style: BookStyle, own: str | None) -> int | None:
    """The index of the last row of a heading that begins at `first`, or None."""
    row = rows[first]
    if not _stands_out(row, style) or is_bullet(row.text) or caption_kind(row.text) or row.gap > 3 * row.size:
        return None
    if row.text.lstrip().startswith(("-", "–", "—")):
        return None
    last = first
    while last + 1 < len(rows) and _same_heading(rows[last], rows[last + 1]):
        last += 1
    text = " ".join(rows[i].text.strip() for i in range(first, last + 1))
    if last - first >= MAX_ROWS or len(text) > MAX_LETTERS:
        return None
    if not re.search(r"[^\W\d_]", text) and not chapter_label(text):
        return None
    if face(row)[0] > _LARGE * style.size or (style.is_larger(row) and face(row)[2]):
        return last
    if not face(row)[2] and (len(text) > _MAX_PLAIN or not re.match(r"[\w“‘«¿(]", text) or re.search(r"[=<>{}\[\]|]", text)):
        return None
    return last if _stands_alone(rows, first, last, style, own) else None


def _stands_out(row: Row, style: BookStyle) -> bool:
    if style.is_larger(row):
        return True
    plain = style.bold or not face(row)[2] or style.is_smaller(row)
    return not plain and (_is_dotted(row) or (row.bold and not row.mono))


def _is_dotted(row: Row) -> bool:
    number = heading_number(row.text)
    return number is not None and number.depth > 1


def _same_heading(row: Row, below: Row) -> bool:
    """Whether the next row is the heading's next line: the same face, close below, and no number of its own."""
    size, fonts, bold, _ = face(row)
    alike = face(below)[0] == size and face(below)[2] == bold and (face(below)[1] == fonts or below.x0 > row.x0 + 0.5 * size)
    if below.page != row.page or not alike or heading_number(below.text):
        return False
    step = below.baseline - row.baseline
    full = row.x1 - row.column[0] > 0.6 * (row.column[1] - row.column[0])
    return 0 < step < (2.1 if full else 1.5) * row.size


def _stands_alone(rows: Sequence[Row], first: int, last: int, style: BookStyle, own: str | None) -> bool:
    """A row about as large as the text: space above it, text of another face under it, and no sentence's end."""
    row, end = rows[first], rows[last]
    sure = heading_number(row.text) is not None or face(row)[1] == own
    if not sure and (end.text.rstrip().endswith((".", ",", ";")) or row.text.lstrip()[:1].islower()):
        return False
    if first and rows[first - 1].page == row.page and 0 < row.baseline - rows[first - 1].baseline < 1.25 * style.leading:
        return False
    if last + 1 >= len(rows):
        return False
    below = rows[last + 1]
    if below.page != end.page or below.column != end.column:
        return True
    if sure and below.baseline - end.baseline > 1.5 * style.leading:
        return True
    return (face(below) != face(end) or not below.bold) and below.x0 < row.x0 + 3 * style.size


def _heading(rows: Sequence[Row], first: int, last: int) -> Heading:
    title = " ".join(" ".join(rows[i].text.split()) for i in range(first, last + 1))
    title = re.sub(r"(?<=[^\W\d_])-\s(?=[a-z])", "", title) if last > first else title
    return Heading(first, last, title, rows[first].page, face(rows[first]), heading_number(title))


def _labels_joined(found: Sequence[Heading], rows: Sequence[Row]) -> list[Heading]:
    """ "Chapter 3", or "THREE", on a line of its own and the title under it are one heading, in the title's face."""
    joined: list[Heading] = []
    for heading in found:
        above = joined[-1] if joined else None
        label = chapter_label(above.title) if above else None
        if above and label and heading.number is None and _is_under(rows, above, heading):
            title = heading.title if above.title.isalpha() else f"{above.title} {heading.title}"
            joined[-1] = replace(heading, first=above.first, title=title, number=replace(label, title=heading.title))
        else:
            joined.append(heading)
    return [heading for heading in joined if re.search(r"[^\W\d_]", heading.title)]


def _is_under(rows: Sequence[Row], above: Heading, heading: Heading) -> bool:
    """Whether the heading stands right under the other, on the same page."""
    row = rows[heading.first]
    return (
        above.last + 1 == heading.first
        and above.page == heading.page
        and row.baseline - rows[above.last].baseline < 6 * row.size
    )


def _without_index_letters(found: Sequence[Heading]) -> list[Heading]:
    """The "A", "B", "C" over the parts of an index are no headings."""
    kept: list[Heading] = []
    for heading in found:
        if len(heading.title) > 1 or not any(is_apparatus_title(above.title) for above in kept[-3:]):
            kept.append(heading)
    return kept


def _without_authors(found: Sequence[Heading], rows: Sequence[Row]) -> list[Heading]:
    """The headings without names below the title of a paper: in the middle as it is, not above two full rows of text."""
    title = found[0] if found and found[0].page == rows[0].page and not found[0].number else None
    if title is None or title.face[0] < max(heading.face[0] for heading in found):
        return list(found)
    block = [heading for heading in found[1:] if heading.page == title.page and not heading.number]
    names = [
        heading for heading in block if _is_centred(rows[heading.first], rows[title.last]) and not _heads_text(heading, rows)
    ]
    return [heading for heading in found if not any(heading is name for name in names)]


def _is_centred(row: Row, title: Row) -> bool:
    """Whether a row's middle lies below the title's, and neither its left end nor its right end does."""
    off = abs(row.box[0] + row.box[2] - title.box[0] - title.box[2]) / 2
    return off <= 0.5 * row.size and abs(row.box[0] - title.box[0]) > row.size


def _heads_text(heading: Heading, rows: Sequence[Row]) -> bool:
    below = rows[heading.last + 1 : heading.last + 3]
    return len(below) == 2 and all(row.x1 - row.x0 > 0.6 * (row.column[1] - row.column[0]) for row in below)


def _judged(found: Sequence[Heading], style: BookStyle, own: str | None) -> list[Heading]:
    """Larger ones stay. Bold ones at body size stay where the book uses that face for headings.

    In a book that sets its headings in a family of their own, bold lines in the family of the text are labels; in another that
    numbers its headings, the unnumbered ones are. "Note" and "Warning" over every second paragraph are no headings either.
    """
    larger = [heading for heading in found if heading.face[0] > 1.06 * style.size]
    numbered = sum(1 for heading in found if heading.number)
    numbers_rule = numbered >= 5 and numbered >= 0.6 * sum(1 for h in found if h.number or h in larger)
    titles = Counter(heading.title for heading in found)
    kept: list[Heading] = []
    for heading in found:
        label = heading.face[1] != own if own else numbers_rule
        small = heading.face[0] <= (1.06 if heading.face[2] else _LARGE) * style.size
        admonition = _ADMONITION.fullmatch(heading.title) and titles[heading.title] > 1
        if heading.number or not ((small and label) or admonition):
            kept.append(heading)
    return kept
