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
from indexing.reading.tables.columns import PrintedLine
from indexing.reading.tables.evidence import MOST_MONO, Surroundings, has_caption, is_table
from indexing.reading.tables.frame import frame_of
from indexing.reading.tables.geometry import hull, inside, overlap, printed_lines
from indexing.reading.tables.half_ruled import Region, half_ruled_regions, has_rows, stripes
from indexing.reading.tables.header_lines import with_header_lines
from indexing.reading.tables.headers import header_rows, stands_out
from indexing.reading.tables.leaders import without_leaders
from indexing.reading.tables.partly_ruled import partly_ruled_region
from indexing.reading.tables.ruled import MOST_CROSSED, ruled_table
from indexing.reading.tables.rulings import Lattice, Ruling, Rulings, cell_rulings, find_rulings, lattices
from indexing.reading.tables.style import Style
from indexing.reading.tables.tight import tight_regions, without_heading
from indexing.reading.tables.unruled import grown, unruled_regions, with_ruled_header


def find_tables(pdf: Pdf, page: Page, avoid: Sequence[Box] = ()) -> list[FoundTable]:
    """The tables of a page from top to bottom. `avoid` are boxes of drawings: nothing in them is a table."""
    frame = frame_of(page.lines, page.width, page.height)
    rulings = frame.rulings(find_rulings(pdf.drawings(page.number), page.images))
    words = [word for word in pdf.words(page.number) if not any(inside(word.box, box) for box in avoid)]
    detector = _Detector(rulings, without_leaders(frame.words(words)), Style(frame.lines(page.lines)))
    lonely, frames = detector.ruled()
    for rules in (lonely, *frames):
        detector.half_ruled(rules, are_rules=True)
    for edges in stripes(rulings.fills):
        detector.half_ruled(edges, are_rules=False)
    detector.unruled(lonely)
    tables = [
        found(page.number, draft, header_rows(draft, detector.style, rulings.fills), detector.doubts.get(id(draft)))
        for draft in detector.drafts
    ]
    return [frame.table(table) for table in sorted(tables, key=lambda table: (table.box[1], table.box[0]))]


class _Detector:
    """The tables found so far, and what is left of the page."""

    def __init__(self, rulings: Rulings, words: list[Word], style: Style) -> None:
        self.rulings, self.words, self.style = rulings, words, style
        self._lines: list[PrintedLine] | None = None
        self.drafts: list[Draft] = []
        self.doubts: dict[int, str] = {}  # by the draft's identity

    @property
    def lines(self) -> list[PrintedLine]:
        """The printed lines of what is left of the page."""
        if self._lines is None:
            self._lines = printed_lines(self.words)
        return self._lines

    def ruled(self) -> tuple[list[Ruling], list[list[Ruling]]]:
        """Take the tables in lattices; give the horizontal rulings that are in none, and those of each frame of one column."""
        grids, lonely = lattices(self.rulings.horizontal, self.rulings.vertical)
        frames = self._lattices(grids)
        self._lattices(lattices(*cell_rulings(self.rulings.fills))[0])
        return lonely, frames

    def _lattices(self, grids: Sequence[Lattice]) -> list[list[Ruling]]:
        """Take the tables in some lattices; give the horizontal rulings of those that have but one column."""
        frames: list[list[Ruling]] = []
        for grid in grids:
            region = partly_ruled_region(grid, self.words) if len(grid.xs) > 2 else None
            if region is not None:
                left, top, right, _ = grid.box
                whole = with_ruled_header(region, self.lines, [Ruling(top, left, right)])
                open_top = len(whole.bands) == 1
                if self._take(whole, self.lines, rules=max(3, len(whole.edges)), open_top=open_top):
                    continue
            draft = ruled_table(grid, self.words)
            if draft is not None and is_grid(draft):
                self._add(with_bands_cut(draft))
            elif len(grid.xs) == 2:
                frames.append([Ruling(at, grid.xs[0], grid.xs[1]) for at in grid.ys])
        return frames

    def half_ruled(self, horizontal: Sequence[Ruling], *, are_rules: bool) -> None:
        """Take the tables between stacked rules, or the edges of coloured stripes."""
        taken = [draft.box for draft in self.drafts]
        regions = half_ruled_regions(horizontal, self.words, taken, has_rule=are_rules)
        lines = self.lines if regions else []
        for region in regions:
            if self._is_listing(region, is_painted=not are_rules):
                continue
            whole = grown(region, lines, taken, open_ended=not are_rules)
            whole = with_ruled_header(whole, lines, horizontal) if are_rules else whole
            open_top = whole.edges[0] < region.edges[0] - 1
            rules = len(region.edges) if are_rules or has_rows(whole) else 0
            self._take(whole, lines, rules=rules, open_top=open_top)

    def unruled(self, horizontal: Sequence[Ruling]) -> None:
        """Take the tables that are words in columns and nothing else."""
        words = [word for word in self.words if not self.style.in_listing(word)]
        lines = self.lines if len(words) == len(self.words) else printed_lines(words)
        for region in tight_regions(lines, self.style):
            self._take(region, lines, rules=0, open_top=False)
        left = [line for line in lines if not any(inside(line[0].box, draft.box) for draft in self.drafts)]
        for region in unruled_regions(left, horizontal):
            whole = with_ruled_header(without_heading(region, self.style), lines, horizontal)
            self._take(whole, lines, rules=len(whole.edges) - 2, open_top=True)

    def _is_listing(self, region: Region, *, is_painted: bool) -> bool:
        """Whether a program stands between the rules, without a table's caption, or on the painted ground, line by line."""
        words = [word for line in region.lines for word in line]
        whole = any(len(band) > 2 and all(self.style.is_mono(word) for line in band for word in line) for band in region.bands)
        if sum(map(self.style.is_mono, words)) > MOST_MONO * len(words):
            return is_painted or not has_caption(hull(word.box for word in words), self.style.lines)
        return whole and is_painted

    def _take(self, region: Region, lines: Sequence[PrintedLine], *, rules: int, open_top: bool) -> bool:
        """Add a region's table if it is one."""
        whole = with_header_lines(region, lines, self.style, open_top=open_top)
        draft = build(whole.bands, whole.edges, whole.rivers, whole.partial, self.style.is_bold)
        has_header = (region.has_rule and len(region.bands) > 1) or stands_out(draft, self.style, self.rulings.fills)
        if any(_meet(draft.box, other.box) for other in self.drafts) or is_crossed(draft, self.rulings.vertical):
            return False
        if not is_table(draft, Surroundings(self.style, rules, has_header)):
            return False
        self._add(draft)
        if rules < 1 and not has_header and not has_caption(draft.box, self.style.lines):
            self.doubts[id(draft)] = "columns told by white alone, without rulings, header or caption"
        return True

    def _add(self, draft: Draft) -> None:
        self.drafts.append(draft)
        self.words = [word for word in self.words if not inside(word.box, draft.box)]
        self._lines = None


def _meet(a: Box, b: Box) -> bool:
    return overlap(a[0], a[2], b[0], b[2]) > 0 and overlap(a[1], a[3], b[1], b[3]) > 2


def is_crossed(draft: Draft, vertical: Sequence[Ruling]) -> bool:
    """Whether vertical rulings run through its words, or more of them than it has columns: a chart's grid."""
    x0, y0, x1, y1 = draft.box
    rules = [rule for rule in vertical if x0 < rule.at < x1 and overlap(rule.low, rule.high, y0, y1) > 0]
    tall = [rule for rule in rules if overlap(rule.low, rule.high, y0, y1) > 0.5 * (y1 - y0)]
    if len(tall) > draft.columns + 1:
        return True
    words = [word for cell in draft.cells for word in cell.words]
    crossed = sum(
        any(
            word.box[0] + 1 < rule.at < word.box[2] - 1 and rule.low < (word.box[1] + word.box[3]) / 2 < rule.high
            for rule in rules
        )
        for word in words
    )
    return crossed > MOST_CROSSED * len(words)


def is_grid(draft: Draft) -> bool:
    """At least two rows and two columns with text in them, four cells in all."""
    filled = [cell for cell in draft.cells if cell.words]
    return len(filled) > 3 and len({cell.row for cell in filled}) > 1 and len({cell.column for cell in filled}) > 1
