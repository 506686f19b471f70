"""The highest normal form of a relation, and the dependency that keeps it out of the next.

First normal form is given: a relation holds single values. The definitions are the general ones, over all candidate keys:

    2NF   no nonprime attribute depends on a proper part of a key
    3NF   for every nontrivial X → A: X is a superkey or A is prime
    BCNF  for every nontrivial X → A: X is a superkey
    4NF   for every nontrivial X →→ Y: X is a superkey; asked only where multivalued dependencies are stated

For 3NF, BCNF and 4NF it is enough to look at the dependencies that are stated: if one that follows violates the form, a
stated one does too (for 4NF because the first split of a dependency basis needs a stated dependency whose left side lies
in the start).
"""

from collections.abc import Sequence
from typing import Literal

from indexing.errors import LimitError
from tutor.computing.closures import effective_pairs
from tutor.computing.keys import MAX_KEYS, Keys, candidate_keys
from tutor.computing.multivalued import is_trivial_multivalued
from tutor.computing.schemas import Dependency, Pair, Schema, bits, braces, close
from tutor.computing.steps import Frozen, Step

Form = Literal["1NF", "2NF", "3NF", "BCNF", "4NF"]
FORMS: tuple[Form, ...] = ("1NF", "2NF", "3NF", "BCNF", "4NF")


class Violation(Frozen):
    """A dependency that breaks a normal form, and why."""

    form: Form
    dependency: Dependency
    reason: str


class NormalForm(Frozen):
    """The highest normal form, the keys it rests on, and one violation of each form above it."""

    form: Form
    keys: Keys
    violations: tuple[Violation, ...]
    steps: tuple[Step, ...]

    def satisfies(self, form: Form) -> bool:
        """Whether the relation is in `form` (4NF counts as satisfied only where it was asked)."""
        return FORMS.index(self.form) >= FORMS.index(form)


def normal_form(schema: Schema, limit: int = MAX_KEYS) -> NormalForm:
    """The highest normal form of a schema.

    LimitError when the relation has more than `limit` keys and the answer depends on those that were not found.
    """
    keys = candidate_keys(schema, limit)
    pairs = effective_pairs(schema)
    boyce_codd = _find(schema, keys, pairs, "BCNF")
    if boyce_codd and keys.nonprime and not keys.complete:
        raise LimitError(
            f"{schema.name} has more than {limit} candidate keys, so which attributes are prime and "
            f"whether it is in 2NF or 3NF is not decided; it is not in BCNF ({boyce_codd.dependency}). Split the relation"
        )
    steps = [
        Step(rule="candidate keys", text=_keys_text(schema, keys)),
        Step(rule="first normal form", text=f"{schema.name} is a relation, so its values are single ones: it is in 1NF."),
    ]
    violations: list[Violation] = []
    highest: Form = "1NF"
    for form in ("2NF", "3NF", "BCNF"):
        violation = _find(schema, keys, pairs, form)
        steps.append(_form_step(schema, keys, form, violation))
        if violation:
            violations.append(violation)
        elif not violations:
            highest = form
    if schema.multivalued_pairs:
        fourth = _fourth(schema, pairs)
        steps.append(_form_step(schema, keys, "4NF", fourth))
        if fourth:
            violations.append(fourth)
        elif not violations:
            highest = "4NF"
    steps.append(Step(rule="highest normal form", text=f"The highest normal form of {schema.name} is {highest}."))
    return NormalForm(form=highest, keys=keys, violations=tuple(violations), steps=tuple(steps))


def _keys_text(schema: Schema, keys: Keys) -> str:
    shown = ", ".join(braces(key) for key in keys.keys[:12]) + (", …" if len(keys.keys) > 12 else "")
    label = "candidate key is" if len(keys.keys) == 1 else "candidate keys are"
    others = f"nonprime are {', '.join(keys.nonprime)}" if keys.nonprime else "no attribute is nonprime"
    return f"The {label} {shown}. Prime attributes are {', '.join(keys.prime) or 'none'}; {others}."


def _find(schema: Schema, keys: Keys, pairs: Sequence[Pair], form: str) -> Violation | None:
    if form == "2NF":
        return _second(schema, keys, pairs)
    prime = schema.mask(keys.prime) if form == "3NF" else 0
    for left, right in pairs:
        offending = right & ~left & ~prime
        if not offending or close(left, pairs) == schema.full:
            continue
        if form == "3NF":
            one = next(bits(offending))
            name = schema.names(one)[0]
            reason = f"{braces(schema.names(left))} is not a superkey and {name} is not prime"
            return Violation(form="3NF", dependency=schema.dependency((left, one)), reason=reason)
        reason = f"{braces(schema.names(left))} is not a superkey"
        return Violation(form="BCNF", dependency=schema.dependency((left, right & ~left)), reason=reason)
    return None


def _second(schema: Schema, keys: Keys, pairs: Sequence[Pair]) -> Violation | None:
    nonprime = schema.mask(keys.nonprime)
    # a stated dependency is the better example
    for left, right in pairs:
        for key in keys.keys:
            mask = schema.mask(key)
            if left & ~mask == 0 and left != mask and right & nonprime:
                return _partial(schema, left, next(bits(right & nonprime)), mask)
    for key in keys.keys:
        mask = schema.mask(key)
        for one in bits(mask):
            reached = close(mask & ~one, pairs) & nonprime
            if reached:
                attribute = next(bits(reached))
                return _partial(schema, _shrink(mask & ~one, attribute, pairs), attribute, mask)
    return None


def _shrink(left: int, goal: int, pairs: Sequence[Pair]) -> int:
    """A smallest part of `left` that still determines `goal`, dropping attributes from the last to the first."""
    for one in reversed(list(bits(left))):
        if goal & ~close(left & ~one, pairs) == 0:
            left &= ~one
    return left


def _partial(schema: Schema, left: int, attribute: int, key: int) -> Violation:
    name = schema.names(attribute)[0]
    reason = (
        f"{name} is not prime and depends on {braces(schema.names(left))}, a proper part of the key {braces(schema.names(key))}"
    )
    return Violation(form="2NF", dependency=schema.dependency((left, attribute)), reason=reason)


def _fourth(schema: Schema, pairs: Sequence[Pair]) -> Violation | None:
    full = schema.full
    stated = [(pair, True) for pair in schema.multivalued_pairs] + [(pair, False) for pair in pairs]
    for (left, right), multivalued in stated:
        trivial = is_trivial_multivalued(left, right, full) if multivalued else right & ~left == 0
        if trivial or close(left, pairs) == full:
            continue
        dependency = Dependency(determinant=schema.names(left), dependent=schema.names(right & ~left), multivalued=multivalued)
        return Violation(form="4NF", dependency=dependency, reason=f"{braces(schema.names(left))} is not a superkey")
    return None


_RULES = {
    "2NF": "second normal form",
    "3NF": "third normal form",
    "BCNF": "Boyce–Codd normal form",
    "4NF": "fourth normal form",
}


def _form_step(schema: Schema, keys: Keys, form: Form, violation: Violation | None) -> Step:
    if violation:
        return Step(rule=_RULES[form], text=f"Not in {form}: in {violation.dependency}, {violation.reason}.")
    reasons = {
        "2NF": "no nonprime attribute depends on a proper part of a key",
        "3NF": "in every nontrivial dependency the left side is a superkey or the right side is prime",
        "BCNF": "the left side of every nontrivial dependency is a superkey",
        "4NF": "the left side of every nontrivial multivalued dependency is a superkey",
    }
    reason = reasons[form]
    if form != "4NF" and not keys.nonprime and form != "BCNF":
        reason = "every attribute is prime"
    return Step(rule=_RULES[form], text=f"In {form}: {reason}.")
