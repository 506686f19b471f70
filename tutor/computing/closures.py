"""Attribute closure, implication and equivalence of functional dependencies.

Source: the linear closure rule and the membership test that every database textbook gives (Beeri & Bernstein 1979);
where multivalued dependencies are stated, the functional dependencies that follow from both together come from
`multivalued`.
"""

from collections.abc import Iterable, Sequence

from tutor.computing.multivalued import implied_pairs
from tutor.computing.schemas import Dependency, Names, Pair, Schema, braces, close
from tutor.computing.steps import Frozen, Step


class Closure(Frozen):
    """The closure of `attributes`: every attribute that they determine. `superkey` tells whether that is all of them."""

    attributes: Names
    closure: Names
    superkey: bool
    steps: tuple[Step, ...]


class Implication(Frozen):
    """Whether `dependency` follows from the schema's dependencies."""

    dependency: Dependency
    implied: bool
    steps: tuple[Step, ...]


class Equivalence(Frozen):
    """Whether two sets of dependencies have the same closure. `missing` holds those of one set that the other does not
    imply.
    """

    equivalent: bool
    missing_in_first: tuple[Dependency, ...]
    missing_in_second: tuple[Dependency, ...]
    steps: tuple[Step, ...]


def effective_pairs(schema: Schema) -> list[Pair]:
    """The functional dependencies to compute with: those stated, or all that follow where multivalued ones are stated too.

    LimitError from `multivalued.implied_pairs` when a schema with multivalued dependencies is too large for that.
    """
    if schema.multivalued_pairs:
        return implied_pairs(schema.full, schema.pairs, schema.multivalued_pairs)
    return schema.pairs


def closure_steps(schema: Schema, start: int, pairs: Sequence[Pair]) -> tuple[int, list[Step]]:
    """The closure of `start`, and one step for each dependency that added something."""
    steps = [Step(rule="reflexivity", text=f"Start with {braces(schema.names(start))}.")]
    current = start
    progress = True
    while progress:
        progress = False
        for left, right in pairs:
            if left & ~current == 0 and right & ~current:
                added = right & ~current
                current |= right
                progress = True
                text = (
                    f"{schema.dependency((left, right))} adds {', '.join(schema.names(added))}: "
                    f"{braces(schema.names(current))}."
                )
                steps.append(Step(rule="closure step", text=text))
    ending = "Every attribute is reached" if current == schema.full else "No dependency adds anything more"
    text = f"{ending}: {braces(schema.names(start))}⁺ = {braces(schema.names(current))}."
    steps.append(Step(rule="closure complete", text=text))
    return current, steps


def closure(schema: Schema, attributes: Iterable[str]) -> Closure:
    """The closure of `attributes` in `schema`. UsageError for an attribute that the schema lacks."""
    start = schema.mask(attributes)
    result, steps = closure_steps(schema, start, effective_pairs(schema))
    return Closure(
        attributes=schema.names(start), closure=schema.names(result), superkey=result == schema.full, steps=tuple(steps)
    )


def implies(schema: Schema, dependency: Dependency) -> Implication:
    """Whether a functional dependency follows from those of the schema: its dependent lies in its determinant's closure."""
    start, goal = schema.mask(dependency.determinant), schema.mask(dependency.dependent)
    result, steps = closure_steps(schema, start, effective_pairs(schema))
    missing = goal & ~result
    if missing:
        text = f"{dependency} does not follow: {', '.join(schema.names(missing))} is not in the closure of its determinant."
    else:
        text = f"{dependency} follows: {braces(dependency.dependent)} lies in the closure of {braces(dependency.determinant)}."
    steps.append(Step(rule="membership test", text=text))
    return Implication(dependency=dependency, implied=not missing, steps=tuple(steps))


def equivalent(first: Schema, second: Schema) -> Equivalence:
    """Whether two schemas over the same attributes have equivalent functional dependencies (each set covers the other)."""
    steps: list[Step] = []
    missing_in_first = _not_implied(first, second, "The first set", steps)
    missing_in_second = _not_implied(second, first, "The second set", steps)
    same = not missing_in_first and not missing_in_second
    steps.append(
        Step(
            rule="equivalence",
            text=f"The sets {'are' if same else 'are not'} equivalent{': each covers the other' if same else ''}.",
        )
    )
    return Equivalence(
        equivalent=same,
        missing_in_first=tuple(missing_in_first),
        missing_in_second=tuple(missing_in_second),
        steps=tuple(steps),
    )


def _not_implied(base: Schema, other: Schema, label: str, steps: list[Step]) -> list[Dependency]:
    pairs = effective_pairs(base)
    missing = []
    for dependency in other.dependencies:
        closed = close(base.mask(dependency.determinant), pairs)
        covered = base.mask(dependency.dependent) & ~closed == 0
        text = (
            f"{label} gives {braces(dependency.determinant)}⁺ = {braces(base.names(closed))}, so it "
            f"{'implies' if covered else 'does not imply'} {dependency}."
        )
        steps.append(Step(rule="cover test", text=text))
        if not covered:
            missing.append(dependency)
    return missing
