"""Candidate keys and prime attributes.

Source: Lucchesi & Osborn, "Candidate keys for relations" (JCSS 17(2), 1978): from one key, every dependency X → Y leads
to a further superkey X ∪ (K − Y), and all keys are reached so. Its time grows with the number of keys, which can be
exponential; hence the limit.
"""

from collections.abc import Iterable, Sequence

from tutor.computing.closures import effective_pairs
from tutor.computing.schemas import Names, Pair, Schema, bits, braces, close
from tutor.computing.steps import Frozen, Step

# A textbook relation has a handful; a relation with more keys than this is built to have them.
MAX_KEYS = 500
# Steps name at most this many keys one by one.
SHOWN_KEYS = 12


class Keys(Frozen):
    """Candidate keys, smaller ones first. `complete` is False when the search stopped at its limit: there are more keys
    then.
    """

    keys: tuple[Names, ...]
    prime: Names
    nonprime: Names
    complete: bool
    steps: tuple[Step, ...]


class SuperkeyTest(Frozen):
    """Whether `attributes` are a superkey, and a candidate key. `reducible_to` is a key inside them when they are too
    many.
    """

    attributes: Names
    superkey: bool
    candidate_key: bool
    reducible_to: Names | None
    steps: tuple[Step, ...]


def minimize(mask: int, full: int, pairs: Sequence[Pair]) -> int:
    """A candidate key inside the superkey `mask`: attributes are dropped from the last to the first while it stays a
    superkey.
    """
    for one in reversed(list(bits(mask))):
        if close(mask & ~one, pairs) == full:
            mask &= ~one
    return mask


def key_masks(full: int, pairs: Sequence[Pair], limit: int = MAX_KEYS) -> tuple[list[int], bool]:
    """All candidate keys as bit sets, smaller first, and whether the search was complete."""
    found = [minimize(full, full, pairs)]
    complete = True
    for key in found:
        for left, right in pairs:
            if not right & key & ~left:
                continue
            superkey = left | (key & ~right)
            if not any(known & ~superkey == 0 for known in found):
                if len(found) >= limit:
                    complete = False
                    break
                found.append(minimize(superkey, full, pairs))
        if not complete:
            break
    return sorted(found, key=_size_then_order), complete


def _size_then_order(mask: int) -> tuple[int, list[int]]:
    return mask.bit_count(), list(bits(mask))


def candidate_keys(schema: Schema, limit: int = MAX_KEYS) -> Keys:
    """All candidate keys of a schema with the steps that found them, at most `limit`."""
    pairs = effective_pairs(schema)
    masks, complete = key_masks(schema.full, pairs, limit)
    prime = 0
    for mask in masks:
        prime |= mask
    steps = _core_steps(schema, pairs)
    for mask in masks[:SHOWN_KEYS]:
        smaller = f" and no proper subset of {braces(schema.names(mask))} is a superkey" if mask else ""
        text = f"{braces(schema.names(mask))}⁺ = {braces(schema.attributes)}{smaller}: a candidate key."
        steps.append(Step(rule="candidate key", text=text))
    if len(masks) > SHOWN_KEYS:
        steps.append(
            Step(rule="candidate key", text=f"In the same way {len(masks) - SHOWN_KEYS} more candidate keys are found.")
        )
    steps.append(_end_step(schema, masks, prime, complete, limit))
    return Keys(
        keys=tuple(schema.names(mask) for mask in masks),
        prime=schema.names(prime),
        nonprime=schema.names(schema.full & ~prime),
        complete=complete,
        steps=tuple(steps),
    )


def _core_steps(schema: Schema, pairs: Sequence[Pair]) -> list[Step]:
    """What can be said before the search: attributes that every key holds, because nothing determines them."""
    determined = 0
    for left, right in pairs:
        determined |= right & ~left
    core = schema.full & ~determined
    if not core:
        return [
            Step(
                rule="attributes in every key",
                text="Every attribute is on the right side of some dependency, so none must be in every key.",
            )
        ]
    closed = close(core, pairs)
    text = (
        f"{braces(schema.names(core))} must be in every key, since no dependency has "
        f"{'it' if core.bit_count() == 1 else 'any of them'} on its right side only; "
        f"{braces(schema.names(core))}⁺ = {braces(schema.names(closed))}"
        f"{', every attribute, so it is the only key' if closed == schema.full else ''}."
    )
    return [Step(rule="attributes in every key", text=text)]


def _end_step(schema: Schema, masks: Sequence[int], prime: int, complete: bool, limit: int) -> Step:
    if not complete:
        text = f"The search stopped at its limit of {limit} candidate keys; there are more, and more attributes may be prime."
        return Step(rule="limit", text=text)
    nonprime = schema.names(schema.full & ~prime)
    text = (
        f"{'This is the only candidate key' if len(masks) == 1 else f'These are all {len(masks)} candidate keys'}. "
        f"Prime attributes: {', '.join(schema.names(prime)) or 'none'}; nonprime: {', '.join(nonprime) or 'none'}."
    )
    return Step(rule="prime attributes", text=text)


def superkey_test(schema: Schema, attributes: Iterable[str]) -> SuperkeyTest:
    """Whether `attributes` are a superkey and a candidate key. UsageError for an attribute that the schema lacks."""
    pairs = effective_pairs(schema)
    mask = schema.mask(attributes)
    closed = close(mask, pairs)
    shown = braces(schema.names(mask))
    if closed != schema.full:
        missing = ", ".join(schema.names(schema.full & ~closed))
        text = f"{shown}⁺ = {braces(schema.names(closed))} lacks {missing}: not a superkey, hence no key."
        return SuperkeyTest(
            attributes=schema.names(mask),
            superkey=False,
            candidate_key=False,
            reducible_to=None,
            steps=(Step(rule="superkey test", text=text),),
        )
    steps = [Step(rule="superkey test", text=f"{shown}⁺ = {braces(schema.names(closed))}, every attribute: a superkey.")]
    key = minimize(mask, schema.full, pairs)
    minimal = key == mask
    if minimal:
        steps.append(
            Step(
                rule="minimality test", text=f"Without any one of its attributes it is no superkey: {shown} is a candidate key."
            )
        )
    else:
        text = f"{braces(schema.names(key))} alone is a superkey, so {shown} is not minimal: no candidate key."
        steps.append(Step(rule="minimality test", text=text))
    return SuperkeyTest(
        attributes=schema.names(mask),
        superkey=True,
        candidate_key=minimal,
        reducible_to=None if minimal else schema.names(key),
        steps=tuple(steps),
    )
