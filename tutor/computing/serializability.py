"""Conflict serializability of a schedule, by its precedence graph.

Source: the test that every textbook gives: an edge Ti → Tj for each pair of conflicting operations (same item, different
transactions, at least one write) of which Ti's comes first; the schedule is conflict serializable just when the graph
has no cycle. Aborted transactions are left out first: the question is asked of the committed projection, or of all that
did not abort.
"""

import re
from typing import Literal

from indexing.errors import UsageError
from tutor.computing.steps import Frozen, Step

# At most this many equivalent serial orders are listed.
MAX_ORDERS = 24
_OPERATION = re.compile(
    r"""(?P<kind>[rwRW])[\ _]?(?P<number>\d+)\s*[(\[]\s*(?P<item>[A-Za-z][A-Za-z0-9_]*)\s*[)\]]
    |(?P<end>[caCA])[\ _]?(?P<end_number>\d+)(?![\w(])""",
    re.VERBOSE,
)
_GAP = re.compile(r"[\s,;.→]*")


class Operation(Frozen):
    """One operation of a schedule: r1(x), w2(y), c1 (commit), a1 (abort)."""

    kind: Literal["r", "w", "c", "a"]
    transaction: int
    item: str = ""

    def __str__(self) -> str:
        """`r1(x)` or `c1`."""
        return f"{self.kind}{self.transaction}({self.item})" if self.item else f"{self.kind}{self.transaction}"


class Edge(Frozen):
    """Ti → Tj in the precedence graph, with the first pair of conflicting operations that makes it."""

    before: int
    after: int
    first: Operation
    second: Operation


class Serializability(Frozen):
    """Whether a schedule is conflict serializable: the edges of its graph, and a cycle or the equivalent serial orders."""

    serializable: bool
    transactions: tuple[int, ...]
    edges: tuple[Edge, ...]
    cycle: tuple[int, ...]
    orders: tuple[tuple[int, ...], ...]
    steps: tuple[Step, ...]


def parse_schedule(text: str) -> tuple[Operation, ...]:
    """`r1(x) w2(x) c1`: operations apart by spaces, commas or semicolons; a leading name ("S:", "S1 =") is skipped.

    UsageError names the place that is no operation.
    """
    position = 0
    label = re.match(r"\s*[A-Za-z]\w{0,2}\s*[:=]\s*", text)
    if label:
        position = label.end()
    operations: list[Operation] = []
    while True:
        gap = _GAP.match(text, position)
        position = gap.end() if gap else position
        if position >= len(text):
            break
        match = _OPERATION.match(text, position)
        if match is None:
            raise UsageError(
                f"character {position + 1}, {text[position : position + 12]!r}: not an operation; write r1(x), w1(x), c1 or a1"
            )
        operations.append(_operation(match))
        position = match.end()
    if not operations:
        raise UsageError("the schedule is empty; write one like r1(x) w2(x) w1(x)")
    _check_ends(operations)
    return tuple(operations)


def _operation(match: re.Match[str]) -> Operation:
    if match["kind"]:
        return Operation(kind="r" if match["kind"] in "rR" else "w", transaction=int(match["number"]), item=match["item"])
    return Operation(kind="c" if match["end"] in "cC" else "a", transaction=int(match["end_number"]))


def _check_ends(operations: list[Operation]) -> None:
    ended: set[int] = set()
    for number, operation in enumerate(operations, 1):
        if operation.transaction in ended:
            raise UsageError(f"operation {number}, {operation}: T{operation.transaction} has already committed or aborted")
        if operation.kind in "ca":
            ended.add(operation.transaction)


def conflict_serializability(operations: tuple[Operation, ...]) -> Serializability:
    """Build the precedence graph of a schedule and look for a cycle."""
    aborted = {operation.transaction for operation in operations if operation.kind == "a"}
    steps: list[Step] = []
    if aborted:
        names = ", ".join(f"T{number}" for number in sorted(aborted))
        steps.append(Step(rule="committed projection", text=f"{names} aborted, so its operations are left out."))
    kept = [operation for operation in operations if operation.item and operation.transaction not in aborted]
    transactions = tuple(sorted({operation.transaction for operation in operations} - aborted))
    edges = _edges(kept)
    for edge in edges:
        text = f"{edge.first} comes before {edge.second} and they conflict: T{edge.before} → T{edge.after}."
        steps.append(Step(rule="conflicting operations", text=text))
    if not edges:
        steps.append(
            Step(
                rule="conflicting operations",
                text="No two operations of different transactions conflict: the graph has no edge.",
            )
        )
    cycle = _cycle(transactions, edges)
    orders = () if cycle else _orders(transactions, edges)
    steps.append(_verdict(cycle, orders))
    return Serializability(
        serializable=not cycle, transactions=transactions, edges=edges, cycle=cycle, orders=orders, steps=tuple(steps)
    )


def _edges(operations: list[Operation]) -> tuple[Edge, ...]:
    """Edges in order of the pair that makes them, each once. Linear in operations for each pair of transactions and item."""
    edges: dict[tuple[int, int], Edge] = {}
    readers: dict[str, dict[int, Operation]] = {}
    writers: dict[str, dict[int, Operation]] = {}
    for operation in operations:
        earlier = dict(writers.get(operation.item, {}))
        if operation.kind == "w":
            for transaction, read in readers.get(operation.item, {}).items():
                earlier.setdefault(transaction, read)
        for transaction, first in earlier.items():
            if transaction != operation.transaction:
                pair = (transaction, operation.transaction)
                edges.setdefault(pair, Edge(before=pair[0], after=pair[1], first=first, second=operation))
        seen = writers if operation.kind == "w" else readers
        seen.setdefault(operation.item, {}).setdefault(operation.transaction, operation)
    return tuple(edges.values())


def _cycle(transactions: tuple[int, ...], edges: tuple[Edge, ...]) -> tuple[int, ...]:
    """A shortest cycle as T1, T2, T1; empty when there is none. Breadth-first search from every transaction."""
    following: dict[int, list[int]] = {number: [] for number in transactions}
    for edge in edges:
        following[edge.before].append(edge.after)
    best: tuple[int, ...] = ()
    for start in transactions:
        paths: dict[int, tuple[int, ...]] = {start: (start,)}
        waiting = [start]
        for current in waiting:
            for after in following[current]:
                if after == start and (not best or len(paths[current]) + 1 < len(best)):
                    best = (*paths[current], start)
                if after not in paths:
                    paths[after] = (*paths[current], after)
                    waiting.append(after)
    return best


def _orders(transactions: tuple[int, ...], edges: tuple[Edge, ...]) -> tuple[tuple[int, ...], ...]:
    """Topological orders of the graph, in ascending order, at most MAX_ORDERS."""
    before = {number: {edge.before for edge in edges if edge.after == number} for number in transactions}
    found: list[tuple[int, ...]] = []

    def extend(chosen: tuple[int, ...]) -> None:
        if len(found) >= MAX_ORDERS:
            return
        if len(chosen) == len(transactions):
            found.append(chosen)
            return
        for number in transactions:
            if number not in chosen and before[number] <= set(chosen):
                extend((*chosen, number))

    extend(())
    return tuple(found)


def _verdict(cycle: tuple[int, ...], orders: tuple[tuple[int, ...], ...]) -> Step:
    if cycle:
        shown = " → ".join(f"T{number}" for number in cycle)
        return Step(
            rule="cycle", text=f"The precedence graph has the cycle {shown}: the schedule is not conflict serializable."
        )
    serial = " or ".join(", ".join(f"T{number}" for number in order) for order in orders[:6]) + (
        " or …" if len(orders) > 6 else ""
    )
    return Step(
        rule="topological order",
        text=f"The precedence graph has no cycle: conflict serializable, equivalent to the serial order {serial}.",
    )
