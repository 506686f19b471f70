"""Projecting functional dependencies onto some of the attributes, and finding a BCNF violation there.

A dependency that holds in a part of a relation may follow from several of the whole, so sets of attributes are tried,
smaller ones first; parts larger than MAX_PART take only the tests that need no such trial.
"""

from collections.abc import Sequence

from indexing.errors import LimitError
from tutor.computing.covers import minimal_pairs
from tutor.computing.keys import key_masks
from tutor.computing.schemas import Names, Pair, Schema, bits, braces, close, subsets_by_size
from tutor.computing.steps import Frozen

# 2^13 closures take a few tenths of a second.
MAX_PART = 13


class Part(Frozen):
    """A relation of a decomposition. `keys` are its candidate keys, `dependencies` a minimal cover of its own
    dependencies, in words.
    """

    name: str
    attributes: Names
    keys: tuple[Names, ...]
    dependencies: tuple[str, ...]

    def __str__(self) -> str:
        """`R1(A, B)`."""
        return f"{self.name}({', '.join(self.attributes)})"


def project(part: int, pairs: Sequence[Pair]) -> list[Pair]:
    """A minimal cover of the dependencies that hold in `part`. LimitError when it has more than MAX_PART attributes."""
    if part.bit_count() > MAX_PART:
        raise LimitError(
            f"a part of {part.bit_count()} attributes is too large to project dependencies onto (limit {MAX_PART})"
        )
    found: list[Pair] = []
    for subset in subsets_by_size(part):
        new = close(subset, pairs) & part & ~close(subset, found)
        if new:
            found.append((subset, new))
    return minimal_pairs(found)


def describe_part(schema: Schema, name: str, part: int, pairs: Sequence[Pair]) -> Part:
    """A part with its keys and dependencies; a part too large to project keeps the stated dependencies that lie inside
    it.
    """
    if part.bit_count() <= MAX_PART:
        own = project(part, pairs)
    else:
        own = [(left, right & part) for left, right in pairs if left & ~part == 0 and right & part & ~left]
    positions = {one: 1 << index for index, one in enumerate(bits(part))}

    def local(mask: int) -> int:
        return sum(positions[one] for one in bits(mask))

    keys, _ = key_masks((1 << len(positions)) - 1, [(local(left), local(right)) for left, right in own])
    back = {small: one for one, small in positions.items()}
    return Part(
        name=name,
        attributes=schema.names(part),
        keys=tuple(schema.names(sum(back[one] for one in bits(key))) for key in keys),
        dependencies=tuple(str(schema.dependency(pair)) for pair in own),
    )


def part_name(name: str, number: int) -> str:
    """R1, R2 for R; STUDENT_1, STUDENT_2 for STUDENT."""
    return f"{name}{number}" if len(name) == 1 else f"{name}_{number}"


def bcnf_violation(schema: Schema, part: int, pairs: Sequence[Pair]) -> int | None:
    """The left side of a dependency that violates BCNF inside `part`, or None when the part is in BCNF.

    Stated dependencies come first. Then the test of Tsou & Fischer (1982): if no attribute A of the part lies in the
    closure of the part without A and some B, there is no violation. Otherwise all sets of attributes are tried;
    LimitError when the part is too large for that.
    """
    for left, right in pairs:
        if left & ~part == 0 and right & part & ~left and part & ~close(left, pairs):
            return left
    suspicious = _pair_test(part, pairs)
    if suspicious is None:
        return None
    left, attribute, other = suspicious
    if part.bit_count() <= MAX_PART:
        for subset in subsets_by_size(part):
            closed = close(subset, pairs)
            if closed & part & ~subset and part & ~closed:
                return subset
        return None
    if other & ~close(left, pairs):
        for one in bits(left):
            if attribute & ~close(left & ~one, pairs) == 0:
                left &= ~one
        return left
    names = braces(schema.names(part))
    raise LimitError(f"whether the part {names} is in BCNF is not decided: it has more than {MAX_PART} attributes")


def _pair_test(part: int, pairs: Sequence[Pair]) -> tuple[int, int, int] | None:
    """(part − {A, B}, A, B) with A determined by the rest; one where B is not determined, if there is one."""
    undecided = None
    for first in bits(part):
        for second in bits(part & ~first):
            rest = part & ~first & ~second
            closed = close(rest, pairs)
            if closed & first:
                if not closed & second:
                    return rest, first, second
                undecided = undecided or (rest, first, second)
    return undecided
