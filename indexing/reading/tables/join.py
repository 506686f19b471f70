"""Tables that go on over pages: `join_tables` puts the pieces together.

A table carries on the last one of the page before when both have the same columns and it stands where the other could not end:
first on its page, with the other last on its own. A repeated header is dropped. Leaves captions to the reader, which says
which pieces a "continued" caption ties together by leaving nothing between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from indexing.reading.found import FoundTable

SAME_WIDTH = 6.0  # points by which the widths of two pieces of a table may differ
WIDTH_DIFFERS = 0.1  # of the width: the edges of a table without rulings are its words', and differ from piece to piece


@dataclass(frozen=True, slots=True)
class JoinedTable:
    """A table with its pieces. `grid` is the whole of it, `rows[i]` is (piece, row of the piece) of `grid[i]`."""

    grid: list[list[str]]
    header_rows: int
    pieces: tuple[FoundTable, ...]
    rows: list[tuple[int, int]]


def goes_on(above: FoundTable, below: FoundTable) -> bool:
    """Whether a table may carry on one of the page before: next page, as many columns, as wide, or the same header again.

    Places are not compared: the margins of left and right pages differ.
    """
    if below.page != above.page + 1 or not above.grid or not below.grid or len(above.grid[0]) != len(below.grid[0]):
        return False
    header = above.grid[: above.header_rows]
    if header and below.grid[: len(header)] == header:
        return True
    wide = above.box[2] - above.box[0]
    return abs(wide - (below.box[2] - below.box[0])) <= max(SAME_WIDTH, WIDTH_DIFFERS * wide)


def join_tables(pieces: Sequence[FoundTable]) -> JoinedTable:
    """Pieces that go on, in order, as one table: header rows that are repeated on later pages appear once."""
    first = pieces[0]
    header = first.grid[: first.header_rows]
    grid, rows = list(first.grid), [(0, row) for row in range(len(first.grid))]
    for number, piece in enumerate(pieces[1:], 1):
        repeated = len(header) if piece.grid[: len(header)] == header else 0
        grid += piece.grid[repeated:]
        rows += [(number, row) for row in range(repeated, len(piece.grid))]
    return JoinedTable(grid, first.header_rows, tuple(pieces), rows)
