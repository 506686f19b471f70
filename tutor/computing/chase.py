"""The lossless-join test by the chase.

Source: Aho, Beeri & Ullman, "The theory of joins in relational databases" (ACM TODS 4(3), 1979). The tableau has a row
for each part; a cell holds 0 for the distinguished symbol of its column (a_j) and i for the symbol b_ij of row i.
Functional dependencies equate symbols, multivalued ones add rows; the join is lossless just when a row of distinguished
symbols appears.
"""

from collections.abc import Iterable, Sequence

from indexing.errors import LimitError
from tutor.computing.preservation import part_masks
from tutor.computing.schemas import Pair, Schema, bits, braces
from tutor.computing.steps import Frozen, Step

# Multivalued dependencies can multiply rows; textbook tableaux have fewer than ten.
MAX_ROWS = 1000
# An answer lists at most this many changes to the tableau one by one.
SHOWN_CHANGES = 40

Row = tuple[int, ...]


class LosslessTest(Frozen):
    """Whether the join of the parts is lossless, with the tableau at the end (symbols a_j and b_ij)."""

    lossless: bool
    tableau: tuple[tuple[str, ...], ...]
    steps: tuple[Step, ...]


def lossless(schema: Schema, parts: Sequence[Iterable[str]]) -> LosslessTest:
    """Chase the tableau of the parts. UsageError when they do not cover the schema; LimitError when it grows beyond
    MAX_ROWS rows.
    """
    masks = part_masks(schema, parts)
    width = len(schema.attributes)
    rows: list[Row] = [tuple(0 if mask >> j & 1 else i for j in range(width)) for i, mask in enumerate(masks, 1)]
    steps = [
        Step(rule="tableau", text=f"Row {i} for {braces(schema.names(mask))}: {_shown(row)}.")
        for i, (mask, row) in enumerate(zip(masks, rows, strict=True), 1)
    ]
    changes: list[Step] = []
    rows = _chase(schema, rows, changes)
    steps += changes[:SHOWN_CHANGES]
    if len(changes) > SHOWN_CHANGES:
        steps.append(Step(rule="chase", text=f"… and {len(changes) - SHOWN_CHANGES} more changes."))
    good = any(not any(row) for row in rows)
    if good:
        text = f"A row holds only distinguished symbols ({_shown((0,) * width)}): the join is lossless."
    else:
        text = "Nothing changes any more and no row holds only distinguished symbols: the join is not lossless."
    steps.append(Step(rule="lossless-join test", text=text))
    tableau = tuple(tuple(_symbol(value, j) for j, value in enumerate(row, 1)) for row in rows)
    return LosslessTest(lossless=good, tableau=tableau, steps=tuple(steps))


def _symbol(value: int, column: int) -> str:
    return f"b{value}{column}" if value else f"a{column}"


def _shown(row: Row) -> str:
    return " ".join(_symbol(value, j) for j, value in enumerate(row, 1))


def _positions(mask: int) -> list[int]:
    return [one.bit_length() - 1 for one in bits(mask)]


def _chase(schema: Schema, rows: list[Row], changes: list[Step]) -> list[Row]:
    """Apply all dependencies until nothing changes or a row is all distinguished."""
    functional, multivalued = schema.pairs, schema.multivalued_pairs
    while True:
        before = rows
        for pair in functional:
            rows = _equate(schema, rows, pair, changes)
        for pair in multivalued:
            rows = _swap(schema, rows, pair, changes)
        if rows == before or any(not any(row) for row in rows):
            return rows


def _equate(schema: Schema, rows: list[Row], pair: Pair, changes: list[Step]) -> list[Row]:
    left, right = _positions(pair[0]), _positions(pair[1])
    while True:
        renaming = _first_clash(rows, left, right)
        if renaming is None:
            return rows
        column, old, new = renaming
        rows = list(dict.fromkeys((*row[:column], new, *row[column + 1 :]) if row[column] == old else row for row in rows))
        text = (
            f"By {schema.dependency(pair)}, rows that agree on {braces(schema.names(pair[0]))} must agree on "
            f"{schema.attributes[column]}: {_symbol(old, column + 1)} becomes {_symbol(new, column + 1)}."
        )
        changes.append(Step(rule="chase: equate symbols", text=text))


def _first_clash(rows: Sequence[Row], left: Sequence[int], right: Sequence[int]) -> tuple[int, int, int] | None:
    """(column, symbol to replace, symbol to put) for two rows that agree on `left` and differ in a column of `right`."""
    first: dict[Row, Row] = {}
    for row in rows:
        other = first.setdefault(tuple(row[j] for j in left), row)
        for j in right:
            if row[j] != other[j]:
                return j, max(row[j], other[j]), min(row[j], other[j])
    return None


def _swap(schema: Schema, rows: list[Row], pair: Pair, changes: list[Step]) -> list[Row]:
    left, right = _positions(pair[0]), set(_positions(pair[1]))
    known = set(rows)
    result = list(rows)
    for first in rows:
        for second in rows:
            if any(first[j] != second[j] for j in left):
                continue
            mixed = tuple(second[j] if j in right else first[j] for j in range(len(first)))
            if mixed not in known:
                known.add(mixed)
                result.append(mixed)
                if len(result) > MAX_ROWS:
                    raise LimitError(
                        f"the tableau of {schema.name} grows beyond {MAX_ROWS} rows; use fewer parts or dependencies"
                    )
                dependency = f"{', '.join(schema.names(pair[0]))} →→ {', '.join(schema.names(pair[1]))}"
                changes.append(Step(rule="chase: add row", text=f"By {dependency}, the row {_shown(mixed)} must be there too."))
    return result
