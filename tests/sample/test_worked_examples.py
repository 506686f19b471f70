"""The worked examples of chapters 9 to 13 of the sample course, worked again from what the source prints."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "data" / "sample" / "source"


def chapter(number: int) -> str:
    (path,) = SOURCE.glob(f"{number:02}-*.md")
    return path.read_text(encoding="utf-8")


def table(text: str, number: str) -> list[list[str]]:
    """The rows of a table without its header."""
    body = re.search(rf"^Table {re.escape(number)}: .*\n\n((?:\|.*\n?)+)", text, re.MULTILINE)
    assert body, f"no table {number}"
    return [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in body[1].splitlines()[2:]]


def value(expression: str) -> float:
    """Sums, products and quotients as the book prints them, with ⌈ ⌉ and ⌊ ⌋."""
    code = expression.replace(",", "").replace("×", "*").replace("ms", "").replace("−", "-")
    for sign, function in (("⌈", "ceil("), ("⌊", "floor("), ("⌉", ")"), ("⌋", ")")):
        code = code.replace(sign, function)
    assert re.fullmatch(r"(?:ceil|floor|[\d.+*/() -])+", code), expression
    return float(eval(code, {"ceil": math.ceil, "floor": math.floor}))


@pytest.mark.parametrize("number", [9, 10, 11])
def test_equations_in_the_text(number: int) -> None:
    equations = re.findall(r"([⌈⌉⌊⌋\d,. ×/+()−]+) = (\d[\d,.]*\d|\d)", chapter(number))
    computed = [(left.lstrip(" ,.)"), right) for left, right in equations if re.search(r"[×/+⌈⌊]", left)]
    assert computed, "no equation found"
    for left, right in computed:
        if left == "4,096 / 200,000,000":  # given in seconds, its result in milliseconds
            continue
        digits = len(right.partition(".")[2])
        assert round(value(left), digits) == value(right), (left, right)


def test_join_costs() -> None:
    rows = table(chapter(11), "11.3")
    assert len(rows) == 6
    assert [value(computation) for _, computation, _ in rows] == [value(cost) for *_, cost in rows]


def test_disk_times() -> None:
    sequential, random = (value(row[1]) for row in table(chapter(9), "9.2"))
    assert (round(sequential), round(random / 1000, 1), round(random / sequential, -2)) == (38, 15.2, 400)


def test_record_layout() -> None:
    *fields, whole = table(chapter(9), "9.4")
    start = 0
    for _, size, at in fields:
        assert int(at) == start
        start += int(size)
    assert int(whole[1]) == start == 100


def test_levels_of_multilevel_indexes() -> None:
    for _, entries, fan_out, blocks, accesses in table(chapter(10), "10.3"):
        levels, rest = [], int(value(entries))
        while rest > 1:
            rest = math.ceil(rest / int(fan_out))
            levels.append(rest)
        assert levels == [int(level) for level in blocks.split(", ")]
        assert int(accesses) == len(levels) + 1
        assert len(levels) == math.ceil(math.log(value(entries)) / math.log(int(fan_out)))
    assert [4096 // size for size in (16, 22, 9)] == [256, 186, 455]
    assert [r[2] for r in table(chapter(10), "10.4")] == [f"{170**n:,}" for n in (1, 2, 3)]
    assert (max(p for p in range(999) if 7 * p + 9 * (p - 1) <= 4096), (4096 - 7) // 16) == (256, 255)


def insert(node: list, key: int, depth: int) -> tuple[list, int, list] | None:  # type: ignore[type-arg]
    """Insert into a subtree of order 4 with leaves of three; (left, separator, right) if it was split.

    A leaf is a list of keys, an internal node [child, key, child, …], `depth` levels above the leaves.
    """
    if depth == 0:
        node.append(key)
        node.sort()
        return (node[:2], node[2], node[2:]) if len(node) > 3 else None
    at = sum(2 for separator in node[1::2] if key >= separator)
    split = insert(node[at], key, depth - 1)
    if split:
        node[at : at + 1] = split
    return (node[:5], node[5], node[6:]) if len(node) > 7 else None


def drawn_tree(name: str) -> list:  # type: ignore[type-arg]
    drawing = json.loads((SOURCE / "diagrams" / name).read_text(encoding="utf-8"))
    keys = {n["id"]: [int(k) for k in n["label"].split(" | ")] for n in drawing["nodes"]}
    height = {n["id"]: n["at"][1] for n in drawing["nodes"]}

    def subtree(node: str) -> list:  # type: ignore[type-arg]
        below = [e["to"] for e in drawing["edges"] if e["from"] == node and height[e["to"]] > height[node]]
        if not below:
            return keys[node]
        assert len(below) == len(keys[node]) + 1
        woven: list = [subtree(below[0])]  # type: ignore[type-arg]
        for key, child in zip(keys[node], below[1:], strict=True):
            woven += [key, subtree(child)]
        return woven

    return subtree(drawing["nodes"][0]["id"])


def test_b_plus_tree_insertions() -> None:
    tree = drawn_tree("bplus-tree-before.json")
    for key in (15, 23, 24):
        assert insert(tree, key, 2) is None  # the root is never split
    assert tree == drawn_tree("bplus-tree-after.json")


def test_bitmaps() -> None:
    rows = dict(table(chapter(10), "10.5"))
    both = int(rows["Dno = 2"], 2) & int(rows["Salary ≥ 50,000"], 2)
    assert f"{both:010b}" == rows["Dno = 2 AND Salary ≥ 50,000"]
    assert sum(int(rows[f"Dno = {n}"], 2) for n in (1, 2, 3, 4)) == 2**10 - 1


def test_recovery_from_the_printed_log() -> None:
    text = chapter(13)
    log = re.findall(r"^ ?\d+  \[(\w+), ([^\]]*)\]$", text, re.MULTILINE)
    assert len(log) == 16
    committed = {what for kind, what in log if kind == "commit"}
    checkpoint = next(at for at, (kind, _) in enumerate(log) if kind == "checkpoint")
    writes = [(at, *what.split(", ")) for at, (kind, what) in enumerate(log) if kind == "write"]
    current: dict[str, str] = {}
    for _, _, item, old, new in writes:  # the log itself is consistent
        assert current.setdefault(item, old) == old
        current[item] = new
    for _, transaction, item, old, _ in reversed(writes):
        if transaction not in committed:
            current[item] = old
    for at, transaction, item, _, new in writes:
        if transaction in committed and at > checkpoint:
            current[item] = new
    assert current == {item: state for item, state, _ in table(text, "13.3")}
