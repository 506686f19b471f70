"""BCNF decomposition and 3NF synthesis.

Sources: the decomposition algorithm that every textbook gives (a violating X → Y splits a relation into X ∪ Y and the
rest with X; here Y is everything of the relation that X determines, so that fewer splits are needed), and Bernstein's
synthesis from a minimal cover (ACM TODS 1(4), 1976) with a relation for a key where no other holds one.
"""

from collections.abc import Sequence

from tutor.computing.closures import effective_pairs
from tutor.computing.covers import minimal_cover, minimal_pairs
from tutor.computing.keys import minimize
from tutor.computing.preservation import lost_dependencies
from tutor.computing.projections import Part, bcnf_violation, describe_part, part_name
from tutor.computing.schemas import Dependency, Names, Pair, Schema, braces, close
from tutor.computing.steps import Frozen, Step


class Decomposition(Frozen):
    """The relations that a schema was replaced by. The join is lossless by construction; `lost` are dependencies not
    preserved.
    """

    form: str
    parts: tuple[Part, ...]
    lost: tuple[Dependency, ...]
    steps: tuple[Step, ...]


def bcnf_decomposition(schema: Schema) -> Decomposition:
    """Relations in BCNF whose join is lossless. LimitError when a part is too large to decide."""
    pairs = effective_pairs(schema)
    waiting, done = [schema.full], []
    steps: list[Step] = []
    while waiting:
        part = waiting.pop(0)
        left = bcnf_violation(schema, part, pairs)
        if left is None:
            done.append(part)
            steps.append(Step(rule="BCNF test", text=f"{braces(schema.names(part))} is in BCNF."))
            continue
        right = close(left, pairs) & part & ~left
        first, second = left | right, part & ~right
        text = (
            f"In {braces(schema.names(part))}, {schema.dependency((left, right))} violates BCNF, since "
            f"{braces(schema.names(left))} is not a superkey there: "
            f"split it into {braces(schema.names(first))} and {braces(schema.names(second))}."
        )
        steps.append(Step(rule="BCNF decomposition", text=text))
        waiting = [first, second, *waiting]
    return _finish(schema, "BCNF", _without_contained(done), pairs, steps)


def third_normal_form_synthesis(schema: Schema) -> Decomposition:
    """Relations in 3NF whose join is lossless and that preserve every dependency."""
    pairs = effective_pairs(schema)
    cover = minimal_pairs(pairs)
    steps = list(minimal_cover(schema).steps)
    groups: dict[int, int] = {}
    for left, right in cover:
        groups[left] = groups.get(left, left) | right
    for left, part in groups.items():
        text = f"The dependencies with left side {braces(schema.names(left))} give a relation {braces(schema.names(part))}."
        steps.append(Step(rule="relation for a left side", text=text))
    parts = list(groups.values())
    _add_key(schema, pairs, parts, steps)
    kept = _without_contained(parts)
    for part in dict.fromkeys(parts):
        if part not in kept:
            text = f"{braces(schema.names(part))} is part of another relation and is dropped."
            steps.append(Step(rule="redundant relation", text=text))
    return _finish(schema, "3NF", kept, pairs, steps)


def _add_key(schema: Schema, pairs: Sequence[Pair], parts: list[int], steps: list[Step]) -> None:
    for part in parts:
        if close(part, pairs) == schema.full:
            key = minimize(part, schema.full, pairs)
            text = f"{braces(schema.names(part))} holds the candidate key {braces(schema.names(key))}; no more is needed."
            steps.append(Step(rule="relation for a key", text=text))
            return
    key = minimize(schema.full, schema.full, pairs)
    parts.append(key)
    text = f"No relation holds a candidate key, so the key {braces(schema.names(key))} becomes a relation."
    steps.append(Step(rule="relation for a key", text=text))


def _without_contained(parts: Sequence[int]) -> list[int]:
    """Parts that lie in no other, each once, in order."""
    unique = list(dict.fromkeys(parts))
    return [part for part in unique if not any(part != other and part & ~other == 0 for other in unique)]


def _finish(schema: Schema, form: str, parts: list[int], pairs: Sequence[Pair], steps: list[Step]) -> Decomposition:
    named: list[tuple[str, Names]] = []
    described = []
    for number, mask in enumerate(parts, 1):
        name = schema.name if len(parts) == 1 else part_name(schema.name, number)
        described.append(describe_part(schema, name, mask, pairs))
        named.append((name, schema.names(mask)))
    lost = lost_dependencies(schema, [names for _, names in named])
    shown = ", ".join(str(part) for part in described)
    steps.append(Step(rule="result", text=f"The decomposition is {shown}. Its join is lossless."))
    text = f"Not preserved: {'; '.join(map(str, lost))}." if lost else "Every dependency is preserved."
    steps.append(Step(rule="dependency preservation", text=text))
    return Decomposition(form=form, parts=tuple(described), lost=tuple(lost), steps=tuple(steps))
