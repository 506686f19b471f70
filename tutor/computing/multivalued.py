"""Multivalued dependencies: the dependency basis, and the functional dependencies that both kinds imply together.

Source: Beeri, "On the membership problem for functional and multivalued dependencies in relational databases" (ACM TODS
5(3), 1980).
"""

from collections.abc import Sequence

from indexing.errors import LimitError
from tutor.computing.schemas import Pair, bits, close, subsets_by_size

# 2^12 bases take about a second; no textbook relation with multivalued dependencies comes near it.
MAX_ATTRIBUTES = 12


def dependency_basis(start: int, full: int, pairs: Sequence[Pair], multivalued: Sequence[Pair]) -> list[int]:
    """The dependency basis of `start`: disjoint bit sets outside it; start →→ Y holds just when Y − start is a union of
    them.
    """
    as_multivalued = list(multivalued) + [(left, one) for left, right in pairs for one in bits(right & ~left)]
    blocks = [full & ~start] if full & ~start else []
    changed = True
    while changed:
        changed = False
        for left, right in as_multivalued:
            for index, block in enumerate(blocks):
                inside, outside = block & right, block & ~right
                if inside and outside and not block & left:
                    blocks[index : index + 1] = [inside, outside]
                    changed = True
                    break
    return blocks


def close_with_multivalued(start: int, full: int, pairs: Sequence[Pair], multivalued: Sequence[Pair]) -> int:
    """All attributes that `start` determines when both kinds of dependencies hold.

    A determines itself; another attribute is determined just when it stands alone in the dependency basis and some
    functional dependency has it on its right side only.
    """
    determined = 0
    for left, right in pairs:
        determined |= right & ~left
    closed = start
    for block in dependency_basis(start, full, pairs, multivalued):
        if block & (block - 1) == 0 and block & determined:
            closed |= block
    return closed


def implied_pairs(full: int, pairs: Sequence[Pair], multivalued: Sequence[Pair]) -> list[Pair]:
    """Functional dependencies equivalent to all those that follow from both kinds: those stated, then the new ones.

    LimitError above MAX_ATTRIBUTES attributes: every set of attributes is tried.
    """
    if full.bit_length() > MAX_ATTRIBUTES:
        raise LimitError(
            f"{full.bit_length()} attributes with multivalued dependencies are too many "
            f"(limit {MAX_ATTRIBUTES}); split the relation"
        )
    found = list(pairs)
    if not pairs:
        return found
    for subset in subsets_by_size(full):
        known = close(subset, found)
        closed = close_with_multivalued(subset, full, pairs, multivalued)
        if closed & ~known:
            found.append((subset, closed & ~subset))
    return found


def is_trivial_multivalued(left: int, right: int, full: int) -> bool:
    """X →→ Y is trivial when Y lies in X, or both together are the whole relation."""
    return right & ~left == 0 or left | right == full
