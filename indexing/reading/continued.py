"""Tables that go on over a page: nothing but furniture stands between the pieces, which become one table with one caption."""

import re
from collections.abc import Sequence
from dataclasses import replace

from indexing.reading.pages import PageContent, Placed
from indexing.reading.tables import JoinedTable, goes_on, join_tables

_CONTINUED = re.compile(r"\b(?:cont(?:inued|\.|’d|'d|d\.)?)\W*$", re.I)


def join_over_pages(pages: Sequence[PageContent]) -> None:
    """Take each piece that carries on the last table of the page before, and add it to that table."""
    owner: PageContent | None = None  # the page on which the table that may still go on began
    for page in pages:
        piece = page.placed[0] if page.placed and page.placed[0].anchor == 0 else None
        joined = _joined(owner.placed[-1], piece) if owner and piece else None
        if owner and joined:
            owner.placed[-1] = joined
            del page.placed[0]
            if not page.rows and not page.placed:
                continue  # the table fills the page and may go on
        owner = page if page.placed and page.placed[-1].anchor == len(page.rows) else None


def _joined(above: Placed, below: Placed) -> Placed | None:
    """Both as one, or None where the second is a table of its own."""
    if not isinstance(above.found, JoinedTable) or not isinstance(below.found, JoinedTable):
        return None
    new_caption = below.caption and below.caption != above.caption and not _CONTINUED.search(below.caption)
    if new_caption or not goes_on(above.found.pieces[-1], below.found.pieces[0]):
        return None
    return replace(above, found=join_tables([*above.found.pieces, *below.found.pieces]))
