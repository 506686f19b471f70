"""The claims of chapter 12 of the sample course about schedules and locks, checked by brute force.

The schedules and what is said of them are parsed out of the chapter itself. Serializability is decided by trying
every serial order, never by a precedence graph; the graphs that the chapter states and draws are compared besides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import combinations, permutations, product
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "data" / "sample" / "source"
Operation = tuple[str, str, str]


def chapter(number: int) -> str:
    """The chapter's text in front of its exercises."""
    (path,) = SOURCE.glob(f"{number:02}-*.md")
    return re.split(r"\n## \d+\.\d+ Exercises", path.read_text(encoding="utf-8"))[0]


def table(text: str, number: str) -> list[list[str]]:
    """The rows of a table, header first."""
    body = re.search(rf"^Table {re.escape(number)}: .*\n\n((?:\|.*\n?)+)", text, re.MULTILINE)
    assert body, f"no table {number}"
    rows = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in body[1].splitlines()]
    return rows[:1] + rows[2:]


TWELVE = chapter(12)
SCHEDULES: dict[str, list[Operation]] = {
    name: re.findall(r"([rwc])(\d)(?:\((\w)\))?", text) for name, text in re.findall(r"^(S\d): (.*)$", TWELVE, re.MULTILINE)
}


def conflicts(schedule: Sequence[Operation]) -> set[tuple[Operation, Operation]]:
    """The ordered pairs of conflicting operations; no transaction here repeats an operation."""
    return {
        (one, two)
        for one, two in combinations(schedule, 2)
        if one[1] != two[1] and one[2] == two[2] != "" and "w" in one[0] + two[0]
    }


def serial(schedule: Sequence[Operation], order: Sequence[str]) -> list[Operation]:
    return [operation for t in order for operation in schedule if operation[1] == t]


def serial_orders(schedule: Sequence[Operation]) -> list[tuple[str, ...]]:
    """All orders of the transactions whose serial schedule orders every conflict alike."""
    orders = permutations(sorted({t for _, t, _ in schedule}))
    return [order for order in orders if conflicts(serial(schedule, order)) == conflicts(schedule)]


def reads_from(schedule: Sequence[Operation]) -> list[tuple[str, int, str, str, int]]:
    """(reader, position, item, writer, its position) of each read of another transaction's write."""
    found = []
    for at, (kind, reader, item) in enumerate(schedule):
        writes = [(i, t) for i, (k, t, x) in enumerate(schedule[:at]) if k == "w" and x == item]
        if kind == "r" and writes and writes[-1][1] != reader:
            found.append((reader, at, item, writes[-1][1], writes[-1][0]))
    return found


def view(schedule: Sequence[Operation]) -> tuple[set[tuple[str, str, str]], dict[str, str]]:
    """What each read sees of others, and the last writer of each item."""
    return {(r, x, w) for r, _, x, w, _ in reads_from(schedule)}, {x: t for k, t, x in schedule if k == "w"}


def properties(schedule: Sequence[Operation]) -> list[bool]:
    """Conflict serializable, recoverable, cascadeless, strict."""
    commit = {t: at for at, (kind, t, _) in enumerate(schedule) if kind == "c"}
    reads = reads_from(schedule)
    strict = all(
        commit[t] < later
        for at, (kind, t, item) in enumerate(schedule)
        for later, (_, other, touched) in enumerate(schedule)
        if kind == "w" and later > at and touched == item and other != t
    )
    recoverable = all(commit[writer] < commit[reader] for reader, _, _, writer, _ in reads)
    cascadeless = all(commit[writer] < at for _, at, _, writer, _ in reads)
    return [bool(serial_orders(schedule)), recoverable, cascadeless, strict]


def edges(text: str) -> set[tuple[str, str]]:
    return set(re.findall(r"T(\d) → T(\d)", text))


def test_schedules_interleave_the_same_transactions() -> None:
    assert sorted(SCHEDULES) == [f"S{n}" for n in range(1, 9)]
    for group in (["S1", "S2", "S3", "S4", "S5"], ["S6", "S7"]):
        programs = [{t: serial(SCHEDULES[s], t) for t in "123"} for s in group]
        assert all(program == programs[0] for program in programs)


def test_table_of_schedule_properties() -> None:
    _, *rows = table(TWELVE, "12.3")
    assert {row[0]: [cell == "yes" for cell in row[1:]] for row in rows} == {
        name: properties(SCHEDULES[name]) for name in ("S1", "S2", "S3", "S4", "S5", "S6", "S7")
    }


def test_precedence_graphs_and_serial_orders() -> None:
    claims = re.findall(r"The precedence graph of (S\d) has the edges? ([^;.]+)[;.]", TWELVE)
    assert [name for name, _ in claims] == ["S2", "S3", "S6", "S7"]
    for name, text in claims:
        assert edges(text) == {(one[1], two[1]) for one, two in conflicts(SCHEDULES[name])}
    orders = re.findall(r"(S\d) is conflict serializable, and the equivalent serial order is ([T\d, ]+\d)", TWELVE)
    assert [name for name, _ in orders] == ["S3", "S6"]
    for name, text in orders:
        assert serial_orders(SCHEDULES[name]) == [tuple(re.findall(r"\d", text))]
    for name in re.findall(r"(S\d) is not conflict serializable", TWELVE):
        assert not serial_orders(SCHEDULES[name])


@pytest.mark.parametrize("name", ["S6", "S7"])
def test_drawn_precedence_graphs(name: str) -> None:
    drawing = json.loads((SOURCE / "diagrams" / f"precedence-{name.lower()}.json").read_text(encoding="utf-8"))
    drawn = {(edge["from"][1], edge["to"][1], edge["label"]) for edge in drawing["edges"]}
    assert drawn == {(one[1], two[1], one[2]) for one, two in conflicts(SCHEDULES[name])}


def test_view_serializability() -> None:
    orders = [o for o in permutations("123") if view(serial(SCHEDULES["S8"], o)) == view(SCHEDULES["S8"])]
    assert orders == [("1", "2", "3")]
    assert not serial_orders(SCHEDULES["S8"])


def test_lock_compatibility_follows_from_the_rights() -> None:
    rights = {"IS": {"pr"}, "IX": {"pr", "pw"}, "S": {"r"}, "SIX": {"r", "pr", "pw"}, "X": {"r", "w"}}
    clash = {frozenset(pair) for pair in (("r", "pw"), ("r", "w"), ("w", "pr"), ("w", "pw"), ("w",))}
    (_, *modes), *rows = table(TWELVE, "12.4")
    assert [row[0] for row in rows] == modes == list(rights)
    for one, *cells in rows:
        for two, cell in zip(modes, cells, strict=True):
            clashes = any(frozenset(pair) in clash for pair in product(rights[one], rights[two]))
            assert cell == ("no" if clashes else "yes")
