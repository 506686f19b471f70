"""The command line: every command, its JSON, its help, its exit status."""

import json

import pytest
from typer.testing import CliRunner

from indexing.records import Diagram, DiagramRecord, End, Entity, Relationship, TableRecord, TextRecord, write_jsonl
from tutor.compute import app

TEXT = "DEPT(Dno, Dname) is a relation. The only key of DEPT is {Dno}."
ROWS = [{"Dno": str(i), "Dname": name} for i, name in enumerate(["Sales", "Design", "Direction", "Production"], 1)]
DIAGRAM = Diagram(
    entities=[Entity(name="A"), Entity(name="B")],
    attributes=[{"owner": "A", "name": "a", "key": True}, {"owner": "B", "name": "b", "key": True}],
    relationships=[Relationship(name="R", ends=[End(entity="A", cardinality="M"), End(entity="B", cardinality="N")])],
)


@pytest.fixture
def book(tmp_path):
    write_jsonl(
        tmp_path / "records.jsonl",
        [
            TextRecord(heading="1 Departments", content=TEXT),
            TableRecord(heading="1 Departments", caption="Table 1.1: A state of DEPT.", content=ROWS),
            DiagramRecord(heading="2 Diagrams", caption="Figure 2.1: The ER diagram of R.", content=["R"], diagram=DIAGRAM),
        ],
    )
    return tmp_path


def run(*args):
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    return result.exit_code, result.stdout, result.stderr


COMMANDS = [
    (("normal-form", "R(A,B,C); A->B; B->C"), "The highest normal form of R is 2NF.", ("form", "2NF")),
    (("keys", "R(A,B,C); A->B; B->C"), "The only candidate key of R is {A}.", ("keys", [["A"]])),
    (("closure", "R(A,B,C); A->B; B->C", "B"), "{B}⁺ = {B, C}.", ("closure", ["B", "C"])),
    (("cover", "A->B,C; B->C"), "A minimal cover is A → B; B → C.", ("cover", ["A → B", "B → C"])),
    (("decompose", "R(A,B,C); A->B; B->C"), "R becomes R1(B, C), R2(A, B), each in BCNF", ("form", "BCNF")),
    (("synthesize", "R(A,B,C); A->B; B->C"), "R becomes R1(A, B), R2(B, C), each in 3NF", ("lost", [])),
    (("lossless", "R(A,B,C); B->C", "A,B | B,C"), "has a lossless join", ("lossless", True)),
    (("preserves", "R(A,B,C); A,B->C; C->B", "A,C | B,C"), "lost is A, B → C", ("preserved", False)),
    (("serializable", "r1(x) w2(x) w1(x)"), "The schedule is not conflict serializable", ("cycle", [1, 2, 1])),
]


@pytest.mark.parametrize(("args", "text", "value"), COMMANDS)
def test_results_in_words_and_as_json(args, text, value):
    status, out, _ = run(*args)
    assert status == 0
    assert text in out
    assert "\n  1. [" in out
    status, out, _ = run(*args, "--json")
    printed = json.loads(out)
    assert status == 0
    assert printed["value"][value[0]] == value[1]
    assert printed["steps"][0].keys() == {"rule", "text"}


def test_sql_on_a_book(book):
    status, out, _ = run("sql", "--book", book, "SELECT Dname FROM DEPT WHERE Dno < 3")
    assert (status, out.split()) == (0, ["Dname", "------", "Sales", "Design"])
    status, out, _ = run("sql", "--book", book / "records.jsonl", "SELECT COUNT(*) AS n FROM DEPT", "--json")
    assert json.loads(out) == {"columns": ["n"], "rows": [[4]], "truncated": False}
    assert run("sql", "--book", book)[1] == "DEPT(Dno INTEGER, Dname TEXT)\n"
    assert run("sql", "--book", book, "DROP TABLE DEPT")[0] == 2


def test_algebra_on_a_book(book):
    status, out, _ = run("algebra", "--book", book, "project Dname from (select Dno = 2 from DEPT)")
    assert status == 0
    assert "σ Dno = 2 (DEPT)   (1 rows)" in out
    assert json.loads(run("algebra", "--book", book, "σ Dno = 2 (DEPT)", "--json")[1])["rows"] == [[2, "Design"]]


def test_mapping_of_a_figure_and_of_a_file(book):
    assert run("map-er", "--book", book, "--figure", "2.1")[1].splitlines()[2] == "R(a, b), key {a, b}, a → A, b → B"
    path = book / "diagram.json"
    path.write_text(json.dumps({"notation": "chen", "diagram": DIAGRAM.model_dump(mode="json")}))
    assert json.loads(run("map-er", path, "--json")[1])["relations"][0]["primary_key"] == ["a"]
    assert run("map-er", "--book", book, "--figure", "9.9")[0] == 2
    assert run("map-er")[0] == 2
    path.write_text("{")
    assert run("map-er", path)[0] == 1
    path.write_text('{"entities": 3}')
    assert run("map-er", path)[0] == 1
    assert run("map-er", book / "none.json")[0] == 1


def test_exercises(book):
    status, out, _ = run("exercise", "keys", "--seed", 7)
    assert status == 0
    assert out.startswith("Find all candidate keys of R(")
    assert "Solution" not in out
    solved = json.loads(run("exercise", "keys", "--seed", 7, "--solution", "--json")[1])
    assert run("exercise", "keys", "--seed", 7, "--answer", solved["solution"]) == (0, "Right.\n", "")
    status, out, _ = run("exercise", "keys", "--seed", 7, "--answer", "{A}")
    assert status == 3
    assert out.startswith("Wrong at: {A}\n")
    assert "solution" not in json.loads(run("exercise", "keys", "--json")[1])
    assert run("exercise", "sql", "--book", book)[0] == 0
    assert run("exercise", "magic")[0] == 2


def test_plain_words(book):
    status, out, _ = run("ask", "--book", book, "What is the normal form of DEPT?")
    assert status == 0
    assert out.startswith("The highest normal form of DEPT is BCNF.\nassumed: ")
    assert "found (schema): 1 Departments" in out
    computed = json.loads(run("ask", "--book", book, "What is the normal form of DEPT?", "--json")[1])
    assert computed["result"]["value"]["form"] == "BCNF"
    assert run("ask", "--book", book, "What is BCNF?")[0] == 3
    assert run("ask", "--book", book, "What is BCNF?", "--json")[:2] == (3, "null\n")


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (("keys", "R(A,B); A->Z"), 2, "error: Z in the dependency at character 9 is not an attribute of (A, B)"),
        (("serializable", "r1(x) q"), 2, "error: character 7"),
        (("sql", "--book", "no-such-book", "SELECT 1"), 1, "error: no book 'no-such-book'"),
        (("lossless", "R(A,B,C); B->C", "A,B"), 2, "error: 'A,B': no parts"),
        (("decompose", "R(A,B,C,D,E,F,G,H,I,J,K,L,M); A->>B; A->C"), 1, "error: 13 attributes with multivalued dependencies"),
    ],
)
def test_errors_are_one_line_and_a_status(args, status, message):
    code, _, err = run(*args)
    assert code == status
    assert err.startswith(message)
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        "normal-form", "keys", "closure", "cover", "decompose", "synthesize", "lossless", "preserves", "serializable",
        "sql", "algebra", "map-er", "exercise", "ask",
    ],
)  # fmt: skip
def test_help_has_an_example(command):
    status, out, _ = run(command, "--help")
    assert status == 0
    assert f"Example: python -m tutor.compute {command}" in " ".join(out.split())
