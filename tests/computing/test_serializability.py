"""Conflict serializability against its definition: equivalence to one of all serial orders."""

import itertools
import random

import pytest

from indexing.errors import UsageError
from tutor.computing.serializability import Operation, conflict_serializability, parse_schedule


def conflicts(operations):
    """The ordered conflicting pairs, operations told apart by their place within their transaction."""
    places, seen = [], {}
    for operation in operations:
        seen[operation.transaction] = seen.get(operation.transaction, 0) + 1
        places.append((operation, seen[operation.transaction]))
    return {
        (first, second)
        for first, second in itertools.combinations(places, 2)
        if first[0].item == second[0].item
        and first[0].transaction != second[0].transaction
        and "w" in (first[0].kind, second[0].kind)
    }


def equivalent_orders(operations):
    transactions = sorted({operation.transaction for operation in operations})
    return tuple(
        order
        for order in itertools.permutations(transactions)
        if conflicts([o for t in order for o in operations if o.transaction == t]) == conflicts(operations)
    )


def random_schedule(rng):
    return tuple(
        Operation(kind=rng.choice("rw"), transaction=rng.randint(1, rng.choice((2, 3, 4))), item=rng.choice("xyz"))
        for _ in range(rng.randint(1, 9))
    )


def test_random_schedules_against_all_serial_orders():
    rng = random.Random(5)
    found = set()
    for _ in range(2000):
        schedule = random_schedule(rng)
        result = conflict_serializability(schedule)
        assert result.orders == equivalent_orders(schedule), schedule
        assert result.serializable == bool(result.orders)
        if result.cycle:
            edges = {(edge.before, edge.after) for edge in result.edges}
            assert result.cycle[0] == result.cycle[-1]
            assert set(itertools.pairwise(result.cycle)) <= edges
        found.add(result.serializable)
    assert found == {True, False}


def test_steps_name_the_conflicts_and_the_cycle():
    result = conflict_serializability(parse_schedule("r1(x) w2(x) w1(x)"))
    assert [step.text for step in result.steps] == [
        "r1(x) comes before w2(x) and they conflict: T1 → T2.",
        "w2(x) comes before w1(x) and they conflict: T2 → T1.",
        "The precedence graph has the cycle T1 → T2 → T1: the schedule is not conflict serializable.",
    ]


def test_aborted_transactions_are_left_out():
    result = conflict_serializability(parse_schedule("S: r1(x); w2(x); w1(x); a2; c1"))
    assert (result.serializable, result.transactions, result.edges) == (True, (1,), ())


@pytest.mark.parametrize(
    "text", ["r1(X), w2(Y)", "R1(X) W2(Y)", "r_1(X); w_2(Y);", "S3 = r1[X] w2[Y]", "r1 (X)\nw2 (Y).", "s:r1(X)w2(Y)"]
)
def test_ways_of_writing(text):
    assert [(o.kind, o.transaction, o.item) for o in parse_schedule(text)] == [("r", 1, "X"), ("w", 2, "Y")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the schedule is empty"),
        ("r1(x) q2(y)", "character 7, 'q2(y)'"),
        ("r1(x) w(y)", "character 7"),
        ("r1(x) c1 w1(x)", "operation 3, w1(x): T1 has already committed or aborted"),
    ],
)
def test_malformed_schedules(text, message):
    with pytest.raises(UsageError) as error:
        parse_schedule(text)
    assert message in str(error.value)


def test_a_long_schedule_takes_no_time():
    schedule = parse_schedule(" ".join(f"r{i % 30}(x{i % 7}) w{i % 30}(x{i % 11})" for i in range(2000)))
    assert len(conflict_serializability(schedule).cycle) == 3
