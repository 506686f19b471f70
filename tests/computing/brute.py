"""The definitions themselves, tried over every subset, as slow as they are plain: what the algorithms are compared with.

A schema is a number of attributes and dependencies as pairs of bit sets. Nothing here is taken from tutor.computing.
"""

import itertools
import random


def subsets(full):
    return [mask for mask in range(full + 1) if mask & ~full == 0]


def closure(mask, fds):
    changed = True
    while changed:
        changed = False
        for left, right in fds:
            if left & mask == left and right | mask != mask:
                mask |= right
                changed = True
    return mask


def keys(n, fds):
    full = (1 << n) - 1
    superkeys = [mask for mask in range(full + 1) if closure(mask, fds) == full]
    return sorted(m for m in superkeys if not any(s != m and s & m == s for s in superkeys))


def holds(n, fds):
    """Every nontrivial dependency X → A that follows, as (X, bit of A)."""
    for mask in range(1 << n):
        closed = closure(mask, fds)
        for position in range(n):
            bit = 1 << position
            if closed & bit and not mask & bit:
                yield mask, bit


def normal_form(n, fds):
    full = (1 << n) - 1
    found = keys(n, fds)
    prime = 0
    for key in found:
        prime |= key
    form = "BCNF"
    for left, bit in holds(n, fds):
        if closure(left, fds) == full:
            continue
        if not bit & prime and any(left & key == left and left != key for key in found):
            return "1NF"
        form = min(form, "2NF" if not bit & prime else "3NF")
    return form


def is_bcnf(part, fds):
    return all(closure(s, fds) & part in (s, part) for s in subsets(part))


def is_3nf(part, fds):
    superkeys = [s for s in subsets(part) if closure(s, fds) & part == part]
    minimal = [s for s in superkeys if not any(t != s and t & s == t for t in superkeys)]
    prime = 0
    for key in minimal:
        prime |= key
    return all(s in superkeys or closure(s, fds) & part & ~s & ~prime == 0 for s in subsets(part))


def projection(part, fds):
    return [(s, closure(s, fds) & part) for s in subsets(part)]


def preserved(parts, fds):
    inside = [fd for part in parts for fd in projection(part, fds)]
    return [closure(left, inside) & right == right for left, right in fds]


def satisfies(rows, fds, n):
    """Whether a set of tuples satisfies the dependencies."""
    for first, second in itertools.combinations(rows, 2):
        for left, right in fds:
            if all(first[i] == second[i] for i in range(n) if left >> i & 1) and any(
                first[i] != second[i] for i in range(n) if right >> i & 1
            ):
                return False
    return True


def join(rows, parts, n):
    """The natural join of the projections of `rows`."""
    result = [{}]
    for part in parts:
        columns = [i for i in range(n) if part >> i & 1]
        pieces = {tuple(row[i] for i in columns) for row in rows}
        grown = []
        for partial in result:
            for piece in pieces:
                new = dict(zip(columns, piece, strict=True))
                if all(partial.get(i, v) == v for i, v in new.items()):
                    grown.append({**partial, **new})
        result = grown
    return {tuple(row[i] for i in range(n)) for row in result}


def binary_lossless(first, second, fds):
    """The textbook criterion for two parts: the common attributes determine one of them."""
    closed = closure(first & second, fds)
    return closed & first == first or closed & second == second


def two_row_implied(n, fds, mvds, start):
    """Closure under functional and multivalued dependencies by chasing two rows that agree on `start` until nothing
    changes.
    """
    rows = {tuple(0 for _ in range(n)), tuple(0 if start >> i & 1 else 1 for i in range(n))}
    while True:
        clash = next(
            (i for first, second in itertools.permutations(rows, 2) for i in clashes(n, fds, first, second)),
            None,
        )
        if clash is not None:
            rows = {(*row[:clash], 0, *row[clash + 1 :]) for row in rows}
            continue
        grown = set(rows)
        for first, second in itertools.permutations(rows, 2):
            for left, right in mvds:
                if all(first[i] == second[i] for i in range(n) if left >> i & 1):
                    grown.add(tuple(second[i] if right >> i & 1 else first[i] for i in range(n)))
        if grown == rows:
            return sum(1 << i for i in range(n) if all(row[i] == 0 for row in rows))
        rows = grown


def clashes(n, fds, first, second):
    """Columns in which two rows differ although a dependency says that they agree."""
    for left, right in fds:
        if all(first[i] == second[i] for i in range(n) if left >> i & 1):
            yield from (i for i in range(n) if right >> i & 1 and first[i] != second[i])


def random_schema(rng: random.Random, max_attributes=7):
    n = rng.randint(1, max_attributes)
    full = (1 << n) - 1
    fds = []
    for _ in range(rng.randint(0, n + 1)):
        left = 0
        for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
            left |= 1 << rng.randrange(n)
        if rng.random() < 0.03:
            left = 0
        right = 1 << rng.randrange(n)
        if rng.random() < 0.3:
            right |= 1 << rng.randrange(n)
        fds.append((left & full, right))
    return n, fds


def random_parts(rng: random.Random, n):
    full = (1 << n) - 1
    parts = [rng.randint(1, full) for _ in range(rng.randint(2, 4))]
    covered = 0
    for part in parts:
        covered |= part
    parts[0] |= full & ~covered
    return parts
