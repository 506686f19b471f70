"""Every algorithm against the definitions by brute force, on seeded random schemas and on those that hypothesis finds."""

import importlib.util
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.computing.chase import lossless
from tutor.computing.closures import closure, equivalent, implies
from tutor.computing.covers import minimal_cover
from tutor.computing.decompositions import bcnf_decomposition, third_normal_form_synthesis
from tutor.computing.keys import candidate_keys, superkey_test
from tutor.computing.multivalued import close_with_multivalued, dependency_basis, implied_pairs
from tutor.computing.normal_forms import normal_form
from tutor.computing.preservation import preservation
from tutor.computing.schemas import Dependency, Schema

_spec = importlib.util.spec_from_file_location("brute", Path(__file__).with_name("brute.py"))
brute = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(brute)

LETTERS = "ABCDEFG"


def names(mask, n=7):
    return tuple(LETTERS[i] for i in range(n) if mask >> i & 1)


def mask_of(letters):
    return sum(1 << LETTERS.index(letter) for letter in letters)


def schema_of(n, fds, mvds=()):
    dependencies = [Dependency(determinant=names(x), dependent=names(y)) for x, y in fds]
    dependencies += [Dependency(determinant=names(x), dependent=names(y), multivalued=True) for x, y in mvds]
    return Schema(attributes=tuple(LETTERS[:n]), dependencies=tuple(dependencies))


def pairs_of(dependencies):
    return [(mask_of(d.determinant), mask_of(d.dependent)) for d in dependencies]


def check_schema(n, fds, rng):
    schema, full = schema_of(n, fds), (1 << n) - 1
    start, goal = rng.randint(0, full), rng.randint(0, full)
    expected = brute.closure(start, fds)
    result = closure(schema, names(start))
    assert (mask_of(result.closure), result.superkey) == (expected, expected == full)
    assert implies(schema, Dependency(determinant=names(start), dependent=names(goal))).implied == (goal & ~expected == 0)
    keys = brute.keys(n, fds)
    found = candidate_keys(schema)
    assert sorted(mask_of(key) for key in found.keys) == keys
    assert found.complete
    assert mask_of(found.prime) == sum(1 << i for i in range(n) if any(key >> i & 1 for key in keys))
    test = superkey_test(schema, names(start))
    assert (test.superkey, test.candidate_key) == (expected == full, start in keys)
    form = normal_form(schema)
    assert form.form == brute.normal_form(n, fds)
    for violation in form.violations:
        check_violation(n, fds, keys, violation)


def check_violation(n, fds, keys, violation):
    left, right = mask_of(violation.dependency.determinant), mask_of(violation.dependency.dependent)
    full, prime = (1 << n) - 1, 0
    for key in keys:
        prime |= key
    assert right
    assert right & ~brute.closure(left, fds) == 0
    assert right & left == 0
    assert brute.closure(left, fds) != full
    if violation.form in ("2NF", "3NF"):
        assert right & prime == 0
    if violation.form == "2NF":
        assert any(left & key == left and left != key for key in keys)


def check_cover(n, fds):
    cover = pairs_of(minimal_cover(schema_of(n, fds)).cover)
    assert len(set(cover)) == len(cover)
    for left, right in fds:
        assert right & ~brute.closure(left, cover) == 0
    for left, right in cover:
        assert right.bit_count() == 1
        assert right & ~brute.closure(left, fds) == 0
        rest = [pair for pair in cover if pair != (left, right)]
        assert right & ~brute.closure(left, rest)
        for position in range(n):
            if left >> position & 1:
                assert right & ~brute.closure(left & ~(1 << position), fds)


def check_decompositions(n, fds):
    schema, full = schema_of(n, fds), (1 << n) - 1
    for result, good in ((bcnf_decomposition(schema), brute.is_bcnf), (third_normal_form_synthesis(schema), brute.is_3nf)):
        parts = [mask_of(part.attributes) for part in result.parts]
        covered = 0
        for part in parts:
            covered |= part
            assert good(part, fds), (n, fds, parts)
        assert covered == full
        assert lossless(schema, [part.attributes for part in result.parts]).lossless
        kept = brute.preserved(parts, fds)
        assert {str(d) for d in result.lost} == {
            str(d) for d, good_one in zip(schema.dependencies, kept, strict=True) if not good_one
        }
        if result.form == "3NF":
            assert not result.lost
        for part in result.parts:
            inside = brute.projection(mask_of(part.attributes), fds)
            for key in part.keys:
                assert brute.closure(mask_of(key), inside) & mask_of(part.attributes) == mask_of(part.attributes)


def check_parts(n, fds, rng):
    """Losslessness and preservation of random parts."""
    schema = schema_of(n, fds)
    parts = brute.random_parts(rng, n)
    result = lossless(schema, [names(part) for part in parts])
    kept = brute.preserved(parts, fds)
    assert preservation(schema, [names(part) for part in parts]).preserved == all(kept)
    if len(parts) == 2:
        assert result.lossless == brute.binary_lossless(*parts, fds)
    # the final tableau, read as tuples, satisfies the dependencies; if no row is distinguished it is a counterexample
    rows = {tuple(row) for row in result.tableau}
    distinguished = tuple(f"a{i + 1}" for i in range(n))
    if result.lossless:
        assert distinguished in rows
        for _ in range(3):
            legal = random_legal_state(rng, n, fds)
            assert brute.join(legal, parts, n) == legal
    else:
        assert brute.satisfies(rows, fds, n)
        assert distinguished not in rows
        assert distinguished in brute.join(rows, parts, n)


def random_legal_state(rng, n, fds):
    rows = set()
    for _ in range(8):
        row = tuple(rng.randrange(3) for _ in range(n))
        if brute.satisfies(rows | {row}, fds, n):
            rows.add(row)
    return rows


def check_everything(seed):
    rng = random.Random(seed)
    n, fds = brute.random_schema(rng)
    check_schema(n, fds, rng)
    check_cover(n, fds)
    check_decompositions(n, fds)
    check_parts(n, fds, rng)


def test_a_thousand_random_schemas():
    for seed in range(1000):
        check_everything(seed)


@pytest.mark.slow
def test_ten_thousand_random_schemas():
    for seed in range(10_000):
        check_everything(seed)


@st.composite
def schemas(draw, max_attributes=5):
    n = draw(st.integers(1, max_attributes))
    side = st.integers(0, (1 << n) - 1)
    return n, draw(st.lists(st.tuples(side, side.filter(bool)), max_size=6))


@settings(max_examples=150, deadline=None)
@given(schemas(), st.integers())
def test_schemas_that_hypothesis_finds(schema, seed):
    n, fds = schema
    check_schema(n, fds, random.Random(seed))
    check_cover(n, fds)
    check_decompositions(n, fds)
    check_parts(n, fds, random.Random(seed))


@settings(max_examples=100, deadline=None)
@given(schemas(), schemas())
def test_equivalence_is_mutual_cover(first, second):
    n = max(first[0], second[0])
    result = equivalent(schema_of(n, first[1]), schema_of(n, second[1]))
    same = all(brute.closure(mask, first[1]) == brute.closure(mask, second[1]) for mask in range(1 << n))
    assert result.equivalent == same


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 5), st.data())
def test_functional_and_multivalued_dependencies_together(n, data):
    full = (1 << n) - 1
    sides = st.tuples(st.integers(0, full), st.integers(1, full))
    fds = data.draw(st.lists(sides, max_size=3))
    mvds = data.draw(st.lists(sides, max_size=3))
    pairs = implied_pairs(full, fds, mvds)
    for start in range(full + 1):
        expected = brute.two_row_implied(n, fds, mvds, start)
        assert close_with_multivalued(start, full, fds, mvds) == expected
        assert brute.closure(start, pairs) == expected
    if mvds:
        check_fourth(n, fds, mvds, pairs)


def check_fourth(n, fds, mvds, pairs):
    """4NF from the definition: X →→ Y for every union Y of blocks of the dependency basis of every X."""
    full = (1 << n) - 1
    violated = any(
        len(dependency_basis(start, full, fds, mvds)) > 1 and brute.closure(start, pairs) != full for start in range(full + 1)
    )
    form = normal_form(schema_of(n, fds, mvds)).form
    expected = brute.normal_form(n, pairs)
    assert form == ("4NF" if expected == "BCNF" and not violated else expected)
