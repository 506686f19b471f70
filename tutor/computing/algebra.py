"""Evaluating relational algebra on a book's tables, with every intermediate result.

Relations are sets: duplicates are dropped. Nulls follow SQL: a comparison with a null is unknown, and a selection keeps
only what is true. Parsing is left to `algebra_syntax`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne

from indexing.errors import LimitError, UsageError
from tutor.computing.algebra_syntax import parse_algebra
from tutor.computing.algebra_tree import Comparison, Condition, Logical, Node, Operand
from tutor.computing.steps import Frozen, Step
from tutor.computing.tables import BookTable, Row, Value, find_table

# Pairs of rows that a product or join may look at: about a second.
MAX_PAIRS = 1_000_000
MAX_ROWS = 100_000
# An intermediate result is listed with at most this many rows.
SHOWN_ROWS = 100

_NAMES = {
    "σ": "selection", "π": "projection", "ρ": "renaming", "∪": "union", "∩": "intersection", "−": "difference",
    "×": "Cartesian product", "⋈": "join", "÷": "division", "←": "assignment",
}  # fmt: skip
_COMPARE: dict[str, Callable[..., bool]] = {"=": eq, "≠": ne, "<": lt, "≤": le, ">": gt, "≥": ge}


class Intermediate(Frozen):
    """The result of one operation. `count` is its number of rows, of which at most SHOWN_ROWS are in `rows`."""

    expression: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    count: int


class AlgebraResult(Frozen):
    """The final result and, in order of evaluation, every intermediate one."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    intermediates: tuple[Intermediate, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class _Relation:
    """Columns as (relation's name, attribute), rows in order and each once."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]

    def shown(self) -> tuple[str, ...]:
        """Column names; those that occur twice with their relation's name."""
        names = [name for _, name in self.columns]
        return tuple(f"{owner}.{name}" if names.count(name) > 1 and owner else name for owner, name in self.columns)

    def position(self, attribute: str) -> int:
        """The column that an attribute, perhaps written R.A, means. UsageError when there is none or more than one."""
        owner, _, name = attribute.rpartition(".")
        found = [
            index
            for index, (relation, column) in enumerate(self.columns)
            if column.casefold() == name.casefold() and (not owner or relation.casefold() == owner.casefold())
        ]
        if len(found) == 1:
            return found[0]
        shown = ", ".join(self.shown())
        if not found:
            raise UsageError(f"{attribute} is not an attribute of the relation it is asked of ({shown}); text needs quotes")
        raise UsageError(f"{attribute} is ambiguous among ({shown}); write R.{name}, or rename one relation first")


def evaluate(text: str, tables: Sequence[BookTable]) -> AlgebraResult:
    """Evaluate a program on some tables. UsageError for what is malformed or unknown, LimitError for results that are too
    large.
    """
    evaluation = _Evaluation(tables)
    result = None
    for statement in parse_algebra(text):
        result = evaluation.relation(statement)
    assert result is not None
    return AlgebraResult(
        columns=result.shown(),
        rows=result.rows,
        intermediates=tuple(evaluation.intermediates),
        steps=tuple(evaluation.steps),
    )


class _Evaluation:
    def __init__(self, tables: Sequence[BookTable]) -> None:
        self.tables = tables
        self.named: dict[str, _Relation] = {}
        self.intermediates: list[Intermediate] = []
        self.steps: list[Step] = []

    def relation(self, node: Node) -> _Relation:
        if node.op == "relation":
            return self.base(node.name)
        inputs = [self.relation(inner) for inner in node.inputs]
        result = self.apply(node, inputs)
        if len(result.rows) > MAX_ROWS:
            raise LimitError(f"{node} has more than {MAX_ROWS} rows; select before joining")
        if node.op != "←":
            self.note(node, result)
        return result

    def note(self, node: Node, result: _Relation) -> None:
        rows = result.rows[:SHOWN_ROWS]
        self.intermediates.append(Intermediate(expression=str(node), columns=result.shown(), rows=rows, count=len(result.rows)))
        rule = "natural join" if node.op == "⋈" and node.condition is None else _NAMES[node.op]
        number = len(result.rows)
        text = f"{node}: {number} row{'' if number == 1 else 's'} ({', '.join(result.shown())})."
        self.steps.append(Step(rule=rule, text=text))

    def base(self, name: str) -> _Relation:
        if name.casefold() in self.named:
            return self.named[name.casefold()]
        table = find_table(self.tables, name)
        columns = tuple((name, column) for column in table.columns)
        return _Relation(columns, tuple(dict.fromkeys(table.rows)))

    def apply(self, node: Node, inputs: list[_Relation]) -> _Relation:
        first = inputs[0]
        if node.op == "σ":
            assert node.condition is not None
            test = _compile(node.condition, first)
            return _Relation(first.columns, tuple(row for row in first.rows if test(row) is True))
        if node.op == "π":
            return _project(first, [first.position(name) for name in node.names])
        if node.op in ("ρ", "←"):
            renamed = _rename(first, node)
            if node.op == "←":
                self.named[node.name.casefold()] = renamed
            return renamed
        second = inputs[1]
        if node.op in ("∪", "∩", "−"):
            return _set_operation(node.op, first, second)
        if node.op == "÷":
            return _divide(first, second)
        return _join(node, first, second)


def _project(relation: _Relation, positions: Sequence[int]) -> _Relation:
    rows = dict.fromkeys(tuple(row[i] for i in positions) for row in relation.rows)
    return _Relation(tuple(relation.columns[i] for i in positions), tuple(rows))


def _rename(relation: _Relation, node: Node) -> _Relation:
    names = node.names or tuple(name for _, name in relation.columns)
    if len(names) != len(relation.columns):
        raise UsageError(
            f"{len(names)} new attribute names for a relation of {len(relation.columns)} ({', '.join(relation.shown())})"
        )
    return _Relation(
        tuple((node.name or owner, name) for (owner, _), name in zip(relation.columns, names, strict=True)), relation.rows
    )


def _set_operation(op: str, first: _Relation, second: _Relation) -> _Relation:
    if len(first.columns) != len(second.columns):
        raise UsageError(
            f"{op} needs relations of equal degree: "
            f"({', '.join(first.shown())}) and ({', '.join(second.shown())}) are not compatible"
        )
    if op == "∪":
        return _Relation(first.columns, tuple(dict.fromkeys((*first.rows, *second.rows))))
    other = set(second.rows)
    return _Relation(first.columns, tuple(row for row in first.rows if (row in other) == (op == "∩")))


def _divide(first: _Relation, second: _Relation) -> _Relation:
    divisor = [first.position(name) for _, name in second.columns]
    quotient = [i for i in range(len(first.columns)) if i not in divisor]
    if not quotient:
        raise UsageError("÷ needs a dividend with more attributes than the divisor")
    groups: dict[Row, set[Row]] = {}
    for row in first.rows:
        groups.setdefault(tuple(row[i] for i in quotient), set()).add(tuple(row[i] for i in divisor))
    wanted = set(second.rows)
    return _Relation(tuple(first.columns[i] for i in quotient), tuple(row for row, got in groups.items() if wanted <= got))


def _join(node: Node, first: _Relation, second: _Relation) -> _Relation:
    """×, ⋈ with a condition, and the natural join."""
    natural = node.op == "⋈" and node.condition is None
    if natural:
        return _natural_join(first, second)
    if len(first.rows) * len(second.rows) > MAX_PAIRS:
        raise LimitError(
            f"{node.op} would look at {len(first.rows) * len(second.rows)} pairs of rows (limit {MAX_PAIRS}); select first"
        )
    both = _Relation(first.columns + second.columns, ())
    test = _compile(node.condition, both) if node.condition else None
    rows = (left + right for left in first.rows for right in second.rows)
    return _Relation(both.columns, tuple(row for row in rows if test is None or test(row) is True))


def _natural_join(first: _Relation, second: _Relation) -> _Relation:
    names = {name.casefold() for _, name in first.columns}
    common = [i for i, (_, name) in enumerate(second.columns) if name.casefold() in names]
    mine = [first.position(second.columns[i][1]) for i in common]
    rest = [i for i in range(len(second.columns)) if i not in common]
    matches: dict[Row, list[Row]] = {}
    for row in second.rows:
        matches.setdefault(tuple(row[i] for i in common), []).append(tuple(row[i] for i in rest))
    rows: list[Row] = []
    for row in first.rows:
        shared = tuple(row[i] for i in mine)
        if None not in shared:
            rows += [row + more for more in matches.get(shared, ())]
        if len(rows) > MAX_ROWS:
            raise LimitError(f"the natural join has more than {MAX_ROWS} rows; select before joining")
    return _Relation(first.columns + tuple(second.columns[i] for i in rest), tuple(dict.fromkeys(rows)))


Test = Callable[[Row], bool | None]


def _compile(condition: Condition, relation: _Relation) -> Test:
    """A condition as a function of a row: True, False, or None for unknown."""
    if isinstance(condition, Comparison):
        return _compile_comparison(condition, relation)
    tests = [_compile(part, relation) for part in condition.parts]
    return _compile_logical(condition, tests)


def _compile_logical(condition: Logical, tests: list[Test]) -> Test:
    if condition.op == "not":
        return lambda row: None if (result := tests[0](row)) is None else not result
    deciding = condition.op == "or"

    def decide(row: Row) -> bool | None:
        results = [test(row) for test in tests]
        if deciding in results:
            return deciding
        return None if None in results else not deciding

    return decide


def _compile_comparison(comparison: Comparison, relation: _Relation) -> Test:
    left = _reader(comparison.left, relation)
    if comparison.right is None:
        wanted = comparison.op == "is null"
        return lambda row: (left(row) is None) == wanted
    right, op = _reader(comparison.right, relation), comparison.op

    def compare(row: Row) -> bool | None:
        return _compare(op, left(row), right(row))

    return compare


def _reader(operand: Operand, relation: _Relation) -> Callable[[Row], Value]:
    if operand.attribute:
        position = relation.position(operand.attribute)
        return lambda row: row[position]
    return lambda row: operand.value


def _compare(op: str, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    if isinstance(left, str) != isinstance(right, str):
        left, right = _as_number(left), _as_number(right)
        if isinstance(left, str) or isinstance(right, str):
            if op in ("=", "≠"):
                return op == "≠"
            raise UsageError(f"{left!r} and {right!r} are a number and a text; they can be compared with = and ≠ only")
    return _COMPARE[op](left, right)


def _as_number(value: int | float | str) -> int | float | str:
    """A text that is a number as that number ('101010101' written for a column of numbers), anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return float(value) if "." in value else int(value)
    except ValueError:
        return value
