"""Minimal cover of a set of functional dependencies.

Source: the textbook procedure (single attributes on the right, extraneous attributes off the left, redundant
dependencies out), in the order of the dependencies as given; another order may give another cover that is equally minimal.
"""

from tutor.computing.closures import effective_pairs
from tutor.computing.schemas import Dependency, Pair, Schema, bits, braces, close
from tutor.computing.steps import Frozen, Step


class Cover(Frozen):
    """A minimal cover: one attribute on each right side, nothing extraneous on a left side, no redundant dependency."""

    cover: tuple[Dependency, ...]
    steps: tuple[Step, ...]


def minimal_pairs(pairs: list[Pair]) -> list[Pair]:
    """Minimal cover as bit sets, without steps."""
    return _without_redundant(_reduced(_single(pairs)))


def _single(pairs: list[Pair]) -> list[Pair]:
    """One attribute on each right side; trivial dependencies and repetitions are dropped."""
    single = [(left, one) for left, right in pairs for one in bits(right & ~left)]
    return list(dict.fromkeys(single))


def _reduced(pairs: list[Pair]) -> list[Pair]:
    """Extraneous attributes off the left sides, in place (repetitions kept). Each change leaves an equivalent set."""
    current = list(pairs)
    for index, (left, right) in enumerate(pairs):
        kept = left
        for one in bits(left):
            if right & ~close(kept & ~one, current) == 0:
                kept &= ~one
        current[index] = (kept, right)
    return current


def _without_redundant(pairs: list[Pair]) -> list[Pair]:
    kept = list(dict.fromkeys(pairs))
    for pair in list(kept):
        rest = [other for other in kept if other != pair]
        if pair[1] & ~close(pair[0], rest) == 0:
            kept = rest
    return kept


def minimal_cover(schema: Schema) -> Cover:
    """A minimal cover of the schema's functional dependencies with the steps of its three stages."""
    pairs = effective_pairs(schema)
    single = _single(pairs)
    reduced = _reduced(single)
    kept = _without_redundant(reduced)
    text = f"With one attribute on each right side, and trivial dependencies dropped: {_listed(schema, single)}."
    steps = [Step(rule="decomposition rule", text=text)]
    for before, after in zip(single, reduced, strict=True):
        if before != after:
            gone = ", ".join(schema.names(before[0] & ~after[0]))
            text = (
                f"In {schema.dependency(before)} the attribute {gone} is extraneous: "
                f"{braces(schema.names(after[0]))} determines {', '.join(schema.names(after[1]))} already."
            )
            steps.append(Step(rule="extraneous attribute", text=text))
    for pair in dict.fromkeys(reduced):
        if pair not in kept:
            text = f"{schema.dependency(pair)} is redundant: it follows from the dependencies that stay."
            steps.append(Step(rule="redundant dependency", text=text))
    steps.append(Step(rule="minimal cover", text=f"What stays is a minimal cover: {_listed(schema, kept)}."))
    return Cover(cover=tuple(schema.dependency(pair) for pair in kept), steps=tuple(steps))


def _listed(schema: Schema, pairs: list[Pair]) -> str:
    return "; ".join(str(schema.dependency(pair)) for pair in pairs) or "none"
