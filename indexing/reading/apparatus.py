"""Contents pages, lists of tables and figures, and the index: kept as text of role "apparatus", never headings or tables."""

import itertools
import re
from collections.abc import Sequence

from indexing.reading.layout import Row

_LEADER = re.compile(r"(?:[.·․…_] ?){4}[.·․…_ ]*(?:\d{1,4}|[ivxlc]{1,7}|[A-Z]-\d{1,4})?$", re.I)
_ENDS_IN_PAGE = re.compile(r"\s(?:\d{1,4}|[ivxlc]{1,7})$")
_INDEX_ENTRY = re.compile(r",\s?(?:\d{1,4}|[ivxlc]{1,7})(?:\s?[-–]\s?\d{1,4})?,?$")
_TITLE = re.compile(
    r"(?:table of |brief |detailed |short )?contents(?: list)?|list of (?:tables|figures|examples|listings|algorithms|exhibits)"
    r"|(?:subject |author |general |function |concept |variable )*(?:and \w+ )*index(?:es)?(?: (?:of|to) [\w ]+)?",
    re.I,
)


def is_apparatus_title(text: str) -> bool:
    """Whether a heading says contents, list of … or index; with a number ("10 Indexes") it is about them instead."""
    title = re.sub(r"^(?:appendix\s+[A-Z0-9]{1,3}|[A-Z](?:\.\d+)?)[.:]?\s+(?=\w{4})", "", text.strip(), flags=re.I)
    return bool(_TITLE.fullmatch(title.strip()))


def apparatus_rows(pages: Sequence[Sequence[Row]]) -> list[set[int]]:
    """For each page the indices of rows that belong to contents pages or an index."""
    found: list[set[int]] = []
    before = False
    for rows in pages:
        marked = _contents(rows, before) or _index(rows)
        found.append(marked)
        before = bool(marked)
    return found


def _contents(rows: Sequence[Row], before: bool) -> set[int]:
    """All rows from the title or the first entry to the last entry, where most rows between are entries.

    Without leaders a page is a contents page only under such a title, or after a contents page.
    """
    leaders = [index for index, row in enumerate(rows) if _LEADER.search(row.text.strip())]
    entries = [index for index, row in enumerate(rows) if _LEADER.search(row.text.strip()) or _is_entry(row)]
    titles = [index for index, row in enumerate(rows) if is_apparatus_title(row.text)]
    if len(entries) < 3 and not (before and entries):
        return set()
    first = titles[0] + 1 if titles and titles[0] < entries[0] else entries[0]
    span = entries[-1] - first + 1
    if len(entries) * 2 < span:
        return set()
    listed = (titles or before) and _ascending([rows[index].text for index in entries])
    return set(range(first, entries[-1] + 1)) - set(titles) if len(leaders) >= 3 or listed else set()


def _is_entry(row: Row) -> bool:
    """A text, a gap, and a page number at the right."""
    if not _ENDS_IN_PAGE.search(row.text.strip()) or len(row.text) > 200:
        return False
    last = row.pieces[-1]
    return last.x1 > row.column[1] - 30 or "  " in row.text


def _ascending(texts: Sequence[str]) -> bool:
    numbers = [int(match.group()) for text in texts if (match := re.search(r"\d+$", text.strip()))]
    rising = sum(a <= b for a, b in itertools.pairwise(numbers))
    return len(numbers) < 2 or rising >= 0.8 * (len(numbers) - 1)


def _index(rows: Sequence[Row]) -> set[int]:
    """A page on which most rows are index entries."""
    entries = sum(1 for row in rows if _INDEX_ENTRY.search(row.text.strip()))
    if len(rows) < 12 or entries * 2 <= len(rows):
        return set()
    return {index for index, row in enumerate(rows) if not is_apparatus_title(row.text)}
