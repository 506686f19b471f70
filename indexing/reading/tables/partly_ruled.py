"""Lattices that leave columns or rows to the eye: a header in boxes above open columns, a ruling beside the labels only.

Leaves lattices in which every row and column is ruled to ruled.py.
"""

import itertools
from collections.abc import Sequence

from indexing.reading.pdf import Word
from indexing.reading.tables.columns import PrintedLine, with_rulings, word_height
from indexing.reading.tables.geometry import inside, printed_lines
from indexing.reading.tables.half_ruled import Region
from indexing.reading.tables.rows import is_open
from indexing.reading.tables.rulings import Lattice, Ruling, share_inked

FULL = 0.8  # the part of a lattice's width that a ruling between bands covers


def partly_ruled_region(lattice: Lattice, words: Sequence[Word]) -> Region | None:
    """The region of a lattice in which rulings part too little, else None."""
    within = [word for word in words if inside(word.box, lattice.box)]
    if not within:
        return None
    left, top, right, bottom = lattice.box
    full = [y for y, ink in zip(lattice.ys, lattice.across, strict=True) if share_inked(ink, left, right) >= FULL]
    edges = sorted({top, *full, bottom})
    partial = [
        Ruling(y, low, high) for y, ink in zip(lattice.ys, lattice.across, strict=True) if y not in full for low, high in ink
    ]
    lines = printed_lines(within)
    bands = [[line for line in lines if low <= _middle(line) < high] for low, high in itertools.pairwise(edges)]
    rulings = list(zip(lattice.xs, lattice.down, strict=True))[1:-1]
    rivers = with_rulings(lines, rulings)
    height = word_height(lines)
    open_columns = len(rivers) > len(rulings)
    body = bands[1:] if len(bands) > 1 else bands
    several = [band for band in body if len(band) > 1]
    opened = [band for band in several if is_open(band, rivers, height)]
    high = len(body) < 3 or any(len(band) > 3 for band in opened)  # else every row is ruled, and some are wrapped
    open_rows = high and len(opened) > 0.5 * len(several)
    inner = [rule for rule in partial if rule.at > edges[1]] if len(edges) > 2 else partial
    if not (open_columns or open_rows) or (inner and not open_columns):
        return None
    kept = [number for number, band in enumerate(bands) if band]
    return Region([bands[n] for n in kept], [edges[kept[0]], *(edges[n + 1] for n in kept)], rivers, partial)


def _middle(line: PrintedLine) -> float:
    return sum(word.box[1] + word.box[3] for word in line) / (2 * len(line))
