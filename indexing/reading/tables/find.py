"""Find the tables of one page: `find_tables(pdf, page, avoid)`.

Cheap where a page gives no reason: vector drawings and words are read only where they may matter.
"""

from collections.abc import Sequence

from indexing.reading.found import FoundTable
from indexing.reading.pdf import Box, Page, Pdf
from indexing.reading.tables.bands import with_bands_cut
from indexing.reading.tables.cells import Draft, found
from indexing.reading.tables.geometry import inside
from indexing.reading.tables.half_ruled import half_ruled_tables
from indexing.reading.tables.headers import header_rows
from indexing.reading.tables.ruled import ruled_table
from indexing.reading.tables.rulings import find_rulings, lattices


def find_tables(pdf: Pdf, page: Page, avoid: Sequence[Box] = ()) -> list[FoundTable]:
    """The tables of a page from top to bottom. `avoid` are boxes of drawings: nothing in them is a table."""
    rulings = find_rulings(pdf.drawings(page.number), page.images)
    if len(rulings.horizontal) < 2:
        return []
    words = [word for word in pdf.words(page.number) if not any(inside(word.box, box) for box in avoid)]
    grids, lonely = lattices(rulings.horizontal, rulings.vertical)
    drafts = [draft for grid in grids if (draft := ruled_table(grid, words)) is not None and is_table(draft)]
    drafts = [with_bands_cut(draft) for draft in drafts]
    boxes = [draft.box for draft in drafts]
    rest = [word for word in words if not any(inside(word.box, box) for box in boxes)]
    drafts += [draft for draft in half_ruled_tables(lonely, rest, boxes) if is_table(draft)]
    tables = [found(page.number, draft, header_rows(draft, page.lines, rulings.fills)) for draft in drafts]
    return sorted(tables, key=lambda table: (table.box[1], table.box[0]))


def is_table(draft: Draft) -> bool:
    """At least two rows and two columns with text in them."""
    rows = {cell.row for cell in draft.cells if cell.words}
    columns = {cell.column for cell in draft.cells if cell.words}
    return len(rows) > 1 and len(columns) > 1
