"""Captions found and tied to the table, drawing or image that they stand at, all of which leave the running text."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexing.reading.formulas import is_formula
from indexing.reading.found import FoundDrawing, FoundTable
from indexing.reading.layout import Row
from indexing.reading.numbering import caption_kind, has_caption_mark, is_list_item
from indexing.reading.pages import Doubt, PageContent, Placed
from indexing.reading.pdf import Box
from indexing.reading.style import BookStyle
from indexing.reading.tables import join_tables

MIN_IMAGE = 36.0  # points: smaller pictures are icons and ornaments
MAX_CAPTION_ROWS = 8
_PROSE_WORDS = 8  # in a row without wide gaps; labels have fewer
_LABEL_REACH = 4.0  # times the size of a label: how far it may stand from its drawing
_WHOLE = 0.6  # of a page's area: a larger picture lies behind the text
REACH = 4.0  # lines between a caption and what it belongs to, at most


@dataclass(frozen=True, slots=True)
class _Caption:
    kind: str
    first: int
    last: int
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class _Region:
    box: Box
    found: FoundTable | FoundDrawing | None

    @property
    def is_table(self) -> bool:
        return isinstance(self.found, FoundTable)


def place_figures(page: PageContent, style: BookStyle) -> list[Doubt]:
    """Fill `page.placed`, take what is placed out of `page.rows`, and say what is doubtful about it."""
    regions = [_grown(region, page.rows, style) for region in _regions(page, style)]
    inside = {i for i, row in enumerate(page.rows) if any(_belongs(row, region) for region in regions)}
    captions = _captions(page.rows, regions, inside, style)
    pairs = _pairs(captions, regions, style)
    alone = [c for c in captions if c not in pairs.values() and c.kind == "figure"]
    inside |= {i for caption in alone for i in _labels_over(page.rows, caption, inside, style)}
    taken = inside | {i for c in (*pairs.values(), *alone) for i in range(c.first, c.last + 1)}
    kept = [index for index in range(len(page.rows)) if index not in taken]
    placed = [_place(page, region.box, pairs.get(number), region.found, kept) for number, region in enumerate(regions)]
    for caption in alone:
        labels = [page.rows[i].box for i in _labels_over(page.rows, caption, set(), style)]
        placed.append(_place(page, _around([caption.box, *labels]), caption, None, kept))
    page.placed = sorted(placed, key=lambda item: (item.anchor, item.box[1]))
    lost = [c for c in captions if c not in pairs.values() and c.kind == "table"]
    page.rows = [page.rows[index] for index in kept]
    messages = [f"no table was found for the caption “{c.text[:80]}”; its cells stand in the text" for c in lost]
    messages += [f"table: {table.doubt}" for table in page.tables if table.doubt]
    messages += [f"drawing: {doubt}" for drawing in page.drawings for doubt in drawing.doubts]
    return [Doubt(page.number, message) for message in messages]


def _labels_over(rows: Sequence[Row], caption: _Caption, inside: set[int], style: BookStyle) -> list[int]:
    """The rows over a caption without a picture that can only be a drawing's labels: short and no end of a paragraph."""
    labels: list[int] = []
    for index in range(caption.first - 1, -1, -1):
        row = rows[index]
        wide = row.x1 - row.x0 > 0.5 * (row.column[1] - row.column[0]) and row.gap < 2 * row.size
        if (
            index in inside
            or wide
            or row.mono
            or is_list_item(row.text)
            or style.is_larger(row)
            or row.column[0] > caption.box[2]
        ):
            break
        labels.append(index)
    while labels and _ends_paragraph(rows, labels[-1], style):
        labels.pop()
    return labels if len(labels) > 1 else []


def _ends_paragraph(rows: Sequence[Row], index: int, style: BookStyle) -> bool:
    """Whether the row is the last line of the paragraph above it, or a line of its own at the column's left edge."""
    row = rows[index]
    if abs(row.x0 - row.column[0]) > style.size:
        return False
    return row.text.rstrip().endswith((".", ":", "?", "!")) or (
        index > 0 and row.baseline - rows[index - 1].baseline < 1.2 * style.leading
    )


def _regions(page: PageContent, style: BookStyle) -> list[_Region]:
    regions = [_Region(table.box, table) for table in page.tables if not _has_heading(page, table, style)]
    regions += [_Region(drawing.box, drawing) for drawing in page.drawings]
    for box in page.images:
        wide, high = box[2] - box[0], box[3] - box[1]
        whole = wide * high > _WHOLE * page.width * page.height
        if wide >= MIN_IMAGE and high >= MIN_IMAGE and not whole and not any(_holds(r.box, box) for r in regions):
            regions.append(_Region(box, None))
    return regions


def _has_heading(page: PageContent, table: FoundTable, style: BookStyle) -> bool:
    """Whether a heading stands in what was taken for a table, which then is none."""
    return any(row.size > 1.3 * style.size and row.bold and _holds(table.box, row.box) for row in page.rows)


def _belongs(row: Row, region: _Region) -> bool:
    """Whether a row is part of a table or drawing. A line of running text over a drawing that is not read stays text."""
    if region.found is None or not _holds(region.box, row.box):
        return False
    is_read = region.is_table or (isinstance(region.found, FoundDrawing) and region.found.diagram is not None)
    wide = row.x1 - row.x0 > 0.5 * (row.column[1] - row.column[0])
    return is_read or row.gap > row.size or not wide or len(row.text.split()) < _PROSE_WORDS


def _grown(region: _Region, rows: Sequence[Row], style: BookStyle) -> _Region:
    """A drawing that is not read, with the labels beside it, nearest first, that its lines did not enclose."""
    if not isinstance(region.found, FoundDrawing) or region.found.diagram:
        return region
    box, left = region.box, [row for row in rows if _is_label(row, style)]
    while near := [row for row in left if not _holds(box, row.box) and _apart(row.box, box) < _LABEL_REACH * row.size]:
        nearest = min(near, key=lambda row: _apart(row.box, box))
        left.remove(nearest)
        box = _around([box, nearest.box])
    return _Region(box, region.found)


def _is_label(row: Row, style: BookStyle) -> bool:
    """A few words away from the column's left edge that are no sentence, formula, listing, list item, heading or caption."""
    narrow = row.x1 - row.x0 < 0.4 * (row.column[1] - row.column[0]) or row.gap > 2 * row.size
    inset = row.x0 > row.column[0] + 1.5 * row.size
    ends = row.text.rstrip().endswith((".", ":", "?", "!", ",", ";"))
    other = row.mono or style.is_larger(row) or is_formula(row) or is_list_item(row.text) or caption_kind(row.text)
    return narrow and inset and not ends and not other


def _apart(a: Box, b: Box) -> float:
    """The distance between two boxes in points, along the axis in which they are farther apart; 0 where they touch."""
    return max(0.0, b[0] - a[2], a[0] - b[2], b[1] - a[3], a[1] - b[3])


def _holds(outer: Box, inner: Box) -> bool:
    """Whether the middle of one box lies in the other."""
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] - 2 <= x <= outer[2] + 2 and outer[1] - 2 <= y <= outer[3] + 2


def _captions(rows: Sequence[Row], regions: Sequence[_Region], inside: set[int], style: BookStyle) -> list[_Caption]:
    found: list[_Caption] = []
    index = 0
    while index < len(rows):
        kind = caption_kind(rows[index].text) if index not in inside else None
        if kind in ("table", "figure"):
            last = _last_row(rows, index, inside)
            box = _around([row.box for row in rows[index : last + 1]])
            near = any(_distance(region.box, box) < REACH * style.leading for region in regions)
            marked = has_caption_mark(rows[index].text) or _is_set_apart(rows[index], style)
            if marked and _is_apart(rows, index, style) and (near or _is_set_apart(rows[index], style)):
                text = " ".join(" ".join(row.text.split()) for row in rows[index : last + 1])
                found.append(_Caption(kind, index, last, text, box))
                index = last
        index += 1
    return found


def _last_row(rows: Sequence[Row], first: int, inside: set[int]) -> int:
    last = first
    while last + 1 < len(rows) and last + 1 - first < MAX_CAPTION_ROWS and last + 1 not in inside:
        row, below = rows[last], rows[last + 1]
        step = below.baseline - row.baseline
        if not 0 < step < 1.45 * row.size or abs(below.size - row.size) > 0.3 or caption_kind(below.text):
            break
        if below.bold and not row.bold:
            break
        last += 1
    return last


def _is_apart(rows: Sequence[Row], index: int, style: BookStyle) -> bool:
    """Not the next line of a paragraph that happens to begin with "Figure 1.1"."""
    if index == 0:
        return True
    row, above = rows[index], rows[index - 1]
    step = row.baseline - above.baseline
    return not 0 < step < 1.25 * max(style.leading, row.size) or abs(row.size - above.size) > 0.4 or above.bold != row.bold


def _is_set_apart(row: Row, style: BookStyle) -> bool:
    """Printed unlike the running text: smaller, another font, a bold or italic label, or a colon or point after the number."""
    if style.is_larger(row):
        return False
    return style.is_smaller(row) or row.font != style.font or row.pieces[0].bold or row.pieces[0].italic


def _pairs(captions: Sequence[_Caption], regions: Sequence[_Region], style: BookStyle) -> dict[int, _Caption]:
    """Region number to caption: the nearest pairs first, and a table's caption to a table before anything else."""
    costs = []
    for c, caption in enumerate(captions):
        for r, region in enumerate(regions):
            distance = _distance(region.box, caption.box)
            if distance < REACH * style.leading:
                costs.append(((caption.kind == "table") != region.is_table, distance, c, r))
    pairs: dict[int, _Caption] = {}
    used: set[int] = set()
    for _, _, c, r in sorted(costs):
        if c not in used and r not in pairs:
            pairs[r] = captions[c]
            used.add(c)
    return pairs


def _distance(region: Box, caption: Box) -> float:
    """In points: the vertical one, and a fifth of the horizontal one (a caption at the left, a picture in the middle)."""
    across = max(0.0, caption[0] - region[2], region[0] - caption[2])
    down = max(0.0, caption[1] - region[3], region[1] - caption[3])
    return across + down if down == 0.0 else down + 0.2 * across


def _around(boxes: Sequence[Box]) -> Box:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _place(
    page: PageContent, box: Box, caption: _Caption | None, found: FoundTable | FoundDrawing | None, kept: Sequence[int]
) -> Placed:
    boxes = tuple(row.box for row in page.rows[caption.first : caption.last + 1]) if caption else ()
    top = min(box[1], caption.box[1]) if caption else box[1]
    anchor = 0
    for position, index in enumerate(kept, 1):
        row = page.rows[index]
        if min(row.column[1], box[2]) > max(row.column[0], box[0]) and (row.box[1] + row.box[3]) / 2 < top:
            anchor = position
    whole = join_tables([found]) if isinstance(found, FoundTable) else found
    return Placed(page.number, box, caption.text if caption else "", boxes, anchor, whole)
