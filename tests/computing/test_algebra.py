"""Relational algebra against SQLite: random expressions, translated here to SQL, must give the same rows."""

import random
import sqlite3

import pytest

from indexing.errors import LimitError, UsageError
from tutor.computing.algebra import evaluate
from tutor.computing.tables import BookTable

TABLES = [
    BookTable(
        name="R",
        aliases=(),
        columns=("A", "B"),
        types=("INTEGER", "TEXT"),
        rows=((1, "x"), (2, "y"), (2, None), (3, "x"), (None, "z"), (1, "x")),
        caption="",
        record=0,
    ),
    BookTable(
        name="S",
        aliases=("table_1_2",),
        columns=("B", "C"),
        types=("TEXT", "INTEGER"),
        rows=(("x", 1), ("y", 2), ("x", 3), (None, 2), ("w", None)),
        caption="",
        record=1,
    ),
    BookTable(
        name="T",
        aliases=(),
        columns=("A", "B"),
        types=("INTEGER", "TEXT"),
        rows=((1, "x"), (4, "q"), (2, None)),
        caption="",
        record=2,
    ),
    BookTable(name="U", aliases=(), columns=("B",), types=("TEXT",), rows=(("x",), ("y",)), caption="", record=3),
]


@pytest.fixture(scope="module")
def sqlite():
    connection = sqlite3.connect(":memory:")
    for table in TABLES:
        connection.execute(
            f"CREATE TABLE {table.name} ({', '.join(f'{c} {t}' for c, t in zip(table.columns, table.types, strict=True))})"
        )
        connection.executemany(f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})", table.rows)
    yield connection
    connection.close()


class Random:
    """Random expressions over relations with columns of known names, as algebra and as SQL side by side."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.fresh = 0

    def condition(self, columns):
        column, kind = self.rng.choice(columns)
        op, sql = self.rng.choice([("=", "="), ("≠", "<>"), ("<", "<"), ("<=", "<="), (">", ">"), ("≥", ">=")])
        value = str(self.rng.randint(0, 4)) if kind == "n" else f"'{self.rng.choice('wxyz')}'"
        simple = (f"{column} {op} {value}", f"{column} {sql} {value}")
        pick = self.rng.random()
        if pick < 0.2:
            return (f"{column} is null", f"{column} IS NULL")
        if pick < 0.35:
            other = self.condition(columns)
            word = self.rng.choice(["and", "or"])
            return (f"({simple[0]}) {word} ({other[0]})", f"(({simple[1]}) {word} ({other[1]}))")
        if pick < 0.45:
            return (f"not ({simple[0]})", f"NOT ({simple[1]})")
        return simple

    def expression(self, depth):
        """(algebra, SQL, [(column, kind)])"""
        if depth == 0 or self.rng.random() < 0.15:
            name, columns = self.rng.choice(
                [
                    ("R", [("A", "n"), ("B", "t")]),
                    ("S", [("B", "t"), ("C", "n")]),
                    ("T", [("A", "n"), ("B", "t")]),
                    ("U", [("B", "t")]),
                ]
            )
            return name, f"SELECT DISTINCT {', '.join(c for c, _ in columns)} FROM {name}", columns
        return getattr(self, self.rng.choice(["select", "project", "rename", "set_operation", "natural", "theta", "division"]))(
            depth
        )

    def select(self, depth):
        algebra, sql, columns = self.expression(depth - 1)
        written, condition = self.condition(columns)
        return f"σ {written} ({algebra})", f"SELECT * FROM ({sql}) WHERE {condition}", columns

    def project(self, depth):
        algebra, sql, columns = self.expression(depth - 1)
        kept = self.rng.sample(columns, self.rng.randint(1, len(columns)))
        names = ", ".join(c for c, _ in kept)
        return f"π_{{{names}}}({algebra})", f"SELECT DISTINCT {names} FROM ({sql})", kept

    def rename(self, depth):
        algebra, sql, columns = self.expression(depth - 1)
        self.fresh += 1
        new = [(f"N{self.fresh}_{i}", kind) for i, (_, kind) in enumerate(columns)]
        pairs = ", ".join(f"{old} AS {name}" for (old, _), (name, _) in zip(columns, new, strict=True))
        return f"ρ Q{self.fresh}({', '.join(n for n, _ in new)}) ({algebra})", f"SELECT {pairs} FROM ({sql})", new

    def set_operation(self, depth):
        first, second = self.expression(depth - 1), self.expression(depth - 1)
        if [k for _, k in first[2]] != [k for _, k in second[2]]:
            return first
        op, sql = self.rng.choice(
            [("∪", "UNION"), ("∩", "INTERSECT"), ("−", "EXCEPT"), ("minus", "EXCEPT"), ("union", "UNION")]
        )
        return f"({first[0]}) {op} ({second[0]})", f"SELECT * FROM ({first[1]}) {sql} SELECT * FROM ({second[1]})", first[2]

    def natural(self, depth):
        first, second = self.expression(depth - 1), self.expression(depth - 1)
        names = {c for c, _ in first[2]}
        rest = [pair for pair in second[2] if pair[0] not in names]
        return (
            f"({first[0]}) {self.rng.choice(['⋈', '*', 'natural join'])} ({second[0]})",
            f"SELECT DISTINCT * FROM ({first[1]}) NATURAL JOIN ({second[1]})",
            first[2] + rest,
        )

    def theta(self, depth):
        first, second = self.rename(depth), self.expression(depth - 1)
        numbers = [(a, b) for a, ka in first[2] for b, kb in second[2] if ka == kb]
        if not numbers:
            return first
        left, right = self.rng.choice(numbers)
        op = self.rng.choice(["=", "<"])
        return (
            f"({first[0]}) ⋈ {left} {op} {right} ({second[0]})",
            f"SELECT * FROM ({first[1]}) JOIN ({second[1]}) ON {left} {op} {right}",
            first[2] + second[2],
        )

    def division(self, depth):
        """r ÷ s as its textbook definition: π(r) − π((π(r) × s) − r). Nulls count as equal, as in sets."""
        del depth
        dividend = "SELECT DISTINCT C, B FROM S"
        divisor = f"SELECT DISTINCT B FROM U WHERE B <> '{self.rng.choice('xyz')}'"
        chosen = divisor.rpartition("'")[0][-1]
        pairs = f"SELECT * FROM (SELECT DISTINCT C FROM S), ({divisor})"
        sql = f"SELECT DISTINCT C FROM S EXCEPT SELECT C FROM ({pairs} EXCEPT {dividend})"
        return f"S ÷ (σ B ≠ '{chosen}' (U))", sql, [("C", "n")]


@pytest.mark.parametrize("block", range(4))
def test_random_expressions_agree_with_sqlite(sqlite, block):
    for seed in range(block * 250, block * 250 + 250):
        algebra, sql, columns = Random(seed).expression(3)
        result = evaluate(algebra, TABLES)
        assert sorted(result.rows, key=repr) == sorted(sqlite.execute(sql).fetchall(), key=repr), algebra
        assert result.columns == tuple(name for name, _ in columns)
        assert len(set(result.rows)) == len(result.rows)


@pytest.mark.parametrize(
    "text",
    [
        "σ A = 1 (R)",
        "σ_{A = 1}(R)",
        "σ[A=1](R)",
        "σ (A = 1) (R)",
        "σ A=1 R",
        "select A = 1 from R",
        "SELECT A = 1 (R)",
        "σ R.A = 1 (R)",
        "X ← σ A = 1 (R)\nX",
        "X := R; σ X.A = 1 (X)",
        "σ A = '1' (R)",
        "R ∩ (σ A = 1\n (R))",
        "σ A = 1 (R ∪\n R)",
    ],
)
def test_ways_of_writing_a_selection(text):
    assert evaluate(text, TABLES).rows == ((1, "x"),)


@pytest.mark.parametrize(
    "text",
    ["π A (T)", "π_{A}(T)", "π[A](T)", "project A from T", "ρ_{X(A, Z)}(T) ⋈ (π A (T)) − (σ A = 9 (T × U))", "π A T"],
)
def test_ways_of_writing_a_projection(text):
    assert {row[0] for row in evaluate(text.partition(" − ")[0], TABLES).rows} == {1, 4, 2}


@pytest.mark.parametrize("text", ["ρ_{E}(R)", "ρ E (R)", "ρ[E](R)", "rename R as E", "ρ E(A, B) (R)"])
def test_a_relation_with_a_new_name_can_be_joined_with_itself(text):
    result = evaluate(f"({text}) ⋈ E.A = T.A T", TABLES)
    assert result.columns == ("E.A", "E.B", "T.A", "T.B")
    assert result.rows == ((1, "x", 1, "x"), (2, "y", 2, None), (2, None, 2, None))


def test_every_intermediate_result_is_there():
    result = evaluate("π B (σ A = 1 (R) ⋈ S)", TABLES)
    assert [(i.expression, i.count) for i in result.intermediates] == [
        ("σ A = 1 (R)", 1),
        ("σ A = 1 (R) ⋈ S", 2),
        ("π B (σ A = 1 (R) ⋈ S)", 1),
    ]
    assert [step.rule for step in result.steps] == ["selection", "natural join", "projection"]


def test_set_operators_bind_less_than_joins_and_group_to_the_left():
    assert evaluate("R − T − T ⋈ U", TABLES).rows == evaluate("(R − T) − (T ⋈ U)", TABLES).rows
    assert evaluate("U x π C (S)", TABLES).rows == evaluate("U × (π C (S))", TABLES).rows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the expression is empty"),
        ("σ (R)", "a condition after σ expected"),
        ("σ A = (R)", "character 7, '(': an attribute, a number or a quoted text expected"),
        ("π (R)", "an attribute name expected"),
        ("R ⋈", "at the end: a relation, an operator or ( expected"),
        ("(R", "at the end: ) expected"),
        ("R S", "character 3, 'S': an operator, ; or the end expected"),
        ("R @ S", "character 3, '@'"),
        ("Q", "the book has no table Q; its tables are R, S, T, U"),
        ("π D (R)", "D is not an attribute of the relation it is asked of (A, B)"),
        ("σ B = x (R)", "x is not an attribute"),
        ("R ∪ U", "relations of equal degree"),
        ("R ÷ R", "more attributes than the divisor"),
        ("σ A = 1 (R × T)", "A is ambiguous"),
        ("ρ X(A) (R)", "1 new attribute names for a relation of 2"),
        ("σ A < 'k' (R)", "a number and a text"),
        ("(" * 100 + "R" + ")" * 100, "nested deeper"),
        ("R " * 3000, "more than 2000 symbols"),
    ],
)
def test_malformed_expressions_name_the_place_or_the_thing(text, message):
    with pytest.raises(UsageError) as error:
        evaluate(text, TABLES)
    assert message in str(error.value)


def test_products_that_explode_are_stopped():
    big = BookTable(
        name="B", aliases=(), columns=("N",), types=("INTEGER",), rows=tuple((i,) for i in range(2000)), caption="", record=0
    )
    with pytest.raises(LimitError):
        evaluate("(ρ X (B)) × (ρ Y (B))", [big])
    with pytest.raises(LimitError):
        evaluate("(π N, K (ρ X(N, K) (ρ P (σ N < 400 (B)) × ρ Q (σ N < 400 (B)))))", [big])
