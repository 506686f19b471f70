"""Whether a decomposition preserves the functional dependencies.

Source: the test that needs no projection (Beeri & Honeyman 1981; in every textbook): for X → Y, grow Z = X by (Z ∩ Ri)⁺
∩ Ri over all parts until it stays; the dependency is preserved when Y ⊆ Z.
"""

from collections.abc import Iterable, Sequence

from indexing.errors import UsageError
from tutor.computing.closures import effective_pairs
from tutor.computing.schemas import Dependency, Names, Pair, Schema, braces, close
from tutor.computing.steps import Frozen, Step


class Preservation(Frozen):
    """Whether every stated dependency follows from those that hold inside the parts; `lost` are those that do not."""

    preserved: bool
    lost: tuple[Dependency, ...]
    steps: tuple[Step, ...]


def part_masks(schema: Schema, parts: Sequence[Iterable[str]]) -> list[int]:
    """The parts of a decomposition as bit sets. UsageError unless they cover the schema."""
    masks = [schema.mask(part) for part in parts]
    covered = 0
    for mask in masks:
        covered |= mask
    if not masks or covered != schema.full:
        missing = ", ".join(schema.names(schema.full & ~covered))
        raise UsageError(f"the parts do not cover {schema}: {missing} is in none of them")
    return masks


def _reach(start: int, masks: Sequence[int], pairs: Sequence[Pair]) -> int:
    reached = start
    while True:
        before = reached
        for mask in masks:
            reached |= close(reached & mask, pairs) & mask
        if reached == before:
            return reached


def lost_dependencies(schema: Schema, parts: Sequence[Iterable[str]]) -> list[Dependency]:
    """The functional dependencies of the schema (declared keys included) that the parts do not preserve."""
    masks, pairs = part_masks(schema, parts), effective_pairs(schema)
    return [schema.dependency(pair) for pair in schema.pairs if pair[1] & ~_reach(pair[0], masks, pairs)]


def preservation(schema: Schema, parts: Sequence[Names]) -> Preservation:
    """Whether the parts preserve the schema's functional dependencies, with a step for each."""
    masks, pairs = part_masks(schema, parts), effective_pairs(schema)
    steps, lost = [], []
    for pair in schema.pairs:
        dependency = schema.dependency(pair)
        left, right = pair
        inside = next((mask for mask in masks if (left | right) & ~mask == 0), None)
        if inside is not None:
            text = f"{dependency} lies in {braces(schema.names(inside))}: preserved."
        else:
            reached = _reach(left, masks, pairs)
            good = right & ~reached == 0
            text = (
                f"{dependency} lies in no part. Inside the parts {braces(schema.names(left))} reaches "
                f"{braces(schema.names(reached))}: "
                f"{'preserved' if good else 'lost'}."
            )
            if not good:
                lost.append(dependency)
        steps.append(Step(rule="preservation test", text=text))
    text = "Every dependency is preserved." if not lost else f"Lost: {'; '.join(map(str, lost))}."
    steps.append(Step(rule="result", text=text))
    return Preservation(preserved=not lost, lost=tuple(lost), steps=tuple(steps))
