"""Find the tables of one page: `find_tables(pdf, page, avoid)`.

Lattices of rulings first, then lines between stacked rules or coloured stripes, then lines in columns without any. What one
detector has taken is not looked at by the next.
"""

from collections.abc import Sequence

from indexing.reading.found import FoundTable
from indexing.reading.pdf import Box, Page, Pdf, Word
from indexing.reading.tables.bands import with_bands_cut
from indexing.reading.tables.build import build
from indexing.reading.tables.cells import Draft, found
from indexing.reading.tables.evidence import Surroundings, is_table
from indexing.reading.tables.geometry import inside, overlap, printed_lines
from indexing.reading.tables.half_ruled import Region, half_ruled_regions, stripes
from indexing.reading.tables.headers import header_rows, stands_out
from indexing.reading.tables.partly_ruled import partly_ruled_region
from indexing.reading.tables.ruled import ruled_table
from indexing.reading.tables.rulings import Ruling, Rulings, find_rulings, lattices
from indexing.reading.tables.style import Style
from indexing.reading.tables.unruled import grown, unruled_regions


def find_tables(pdf: Pdf, page: Page, avoid: Sequence[Box] = ()) -> list[FoundTable]:
    """The tables of a page from top to bottom. `avoid` are boxes of drawings: nothing in them is a table."""
    rulings = find_rulings(pdf.drawings(page.number), page.images)
    words = [word for word in pdf.words(page.number) if not any(inside(word.box, box) for box in avoid)]
    style = Style(page.lines)
    drafts, lonely = _ruled(rulings, words, style)
    for number, horizontal in enumerate((lonely, *stripes(rulings.fills))):
        rest = _outside(words, drafts)
        taken = [draft.box for draft in drafts]
        regions = half_ruled_regions(horizontal, rest, taken, has_rule=number == 0)
        if regions:
            lines = printed_lines(rest)
            drafts += _judged(
                [grown(region, lines, taken, open_ended=number > 0) for region in regions],
                style,
                rulings,
                has_rules=number == 0,
            )
    rest = [word for word in _outside(words, drafts) if not style.in_listing(word)]
    drafts += _judged(unruled_regions(rest, lonely), style, rulings, has_rules=False)
    tables = [found(page.number, draft, header_rows(draft, style, rulings.fills)) for draft in drafts]
    return sorted(tables, key=lambda table: (table.box[1], table.box[0]))


def _ruled(rulings: Rulings, words: Sequence[Word], style: Style) -> tuple[list[Draft], list[Ruling]]:
    """The tables in lattices, and the horizontal rulings that are in none, the sides of mere frames among them."""
    grids, lonely = lattices(rulings.horizontal, rulings.vertical)
    drafts: list[Draft] = []
    for grid in grids:
        draft = ruled_table(grid, words)
        region = partly_ruled_region(grid, words) if len(grid.xs) > 2 else None
        if region is not None and (judged := _judged([region], style, rulings, has_rules=True)):
            drafts += judged
        elif draft is not None and is_grid(draft):
            drafts.append(with_bands_cut(draft))
        elif len(grid.xs) == 2:
            lonely += [Ruling(at, grid.xs[0], grid.xs[1]) for at in grid.ys]
    return drafts, lonely


def _outside(words: Sequence[Word], drafts: Sequence[Draft]) -> list[Word]:
    return [word for word in words if not any(inside(word.box, draft.box) for draft in drafts)]


def _judged(regions: Sequence[Region], style: Style, rulings: Rulings, *, has_rules: bool) -> list[Draft]:
    """The regions that are tables, as drafts; of two that overlap the first."""
    drafts: list[Draft] = []
    for region in regions:
        draft = build(region.bands, region.edges, region.rivers, region.partial)
        rules = len(region.edges) if has_rules else len(region.edges) - 2
        has_header = (region.has_rule and len(region.bands) > 1) or stands_out(draft, style, rulings.fills)
        if is_table(draft, Surroundings(style, rules, has_header)) and not any(_meet(draft.box, d.box) for d in drafts):
            drafts.append(draft)
    return drafts


def _meet(a: Box, b: Box) -> bool:
    return overlap(a[0], a[2], b[0], b[2]) > 0 and overlap(a[1], a[3], b[1], b[3]) > 2


def is_grid(draft: Draft) -> bool:
    """At least two rows and two columns with text in them, four cells in all."""
    filled = [cell for cell in draft.cells if cell.words]
    return len(filled) > 3 and len({cell.row for cell in filled}) > 1 and len({cell.column for cell in filled}) > 1
