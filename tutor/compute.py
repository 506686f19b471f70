"""Compute answers of database theory in the shell, each with its derivation.

\b
    python -m tutor.compute normal-form "R(A,B,C); A->B; B->C"
    python -m tutor.compute serializable "r1(x) w2(x) w1(x)"
    python -m tutor.compute sql --book sample "SELECT Dname FROM DEPARTMENT"
    python -m tutor.compute exercise keys --seed 7

The command line alone; the work is in `tutor.computing`. `--json` prints one object. Exit status: 0 computed (also when
the answer is "no"), 3 declined or a wrong answer to an exercise, 2 wrong usage, 1 any other error.
"""

from pathlib import Path
from typing import Annotated

import typer

from indexing.console import REFUSED, guarded, stop
from indexing.errors import UsageError
from indexing.records import Diagram, DiagramRecord
from tutor.computing.algebra import evaluate
from tutor.computing.chase import lossless as lossless_test
from tutor.computing.closures import closure as attribute_closure
from tutor.computing.compute_input import book_records, diagram_from_file, diagrams_of, figure_diagram
from tutor.computing.compute_output import print_algebra, print_exercise, print_grade, print_query, print_result, print_steps
from tutor.computing.covers import minimal_cover
from tutor.computing.decompositions import bcnf_decomposition, third_normal_form_synthesis
from tutor.computing.er_mapping import map_to_relations
from tutor.computing.exercises import KINDS, make_exercise
from tutor.computing.grading import grade
from tutor.computing.intents import Intent
from tutor.computing.keys import candidate_keys
from tutor.computing.normal_forms import normal_form as highest_normal_form
from tutor.computing.notation import parse_parts, parse_schema, parse_set
from tutor.computing.preservation import preservation
from tutor.computing.questions import compute_answer
from tutor.computing.results import (
    closure_result,
    cover_result,
    decomposition_result,
    key_result,
    lossless_result,
    normal_form_result,
    preservation_result,
    serializability_result,
)
from tutor.computing.serializability import conflict_serializability, parse_schedule
from tutor.computing.sql import BookDatabase
from tutor.computing.tables import book_tables

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help=__doc__, rich_markup_mode=None
)

SchemaText = Annotated[str, typer.Argument(metavar="SCHEMA", help='Schema and dependencies: "R(A,B,C); A->B; A->>C; key: A,B"')]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object")]
Book = Annotated[str, typer.Option(help="A book's name in the library, its folder, or a records.jsonl; default: the only book")]


@app.command("normal-form")
@guarded
def normal_form(schema: SchemaText, json: Json = False) -> None:
    """The highest normal form, with a violation of each form above it.

    Example: python -m tutor.compute normal-form "R(A,B,C); A->B; B->C"
    """
    parsed = parse_schema(schema)
    result = highest_normal_form(parsed)
    print_result(normal_form_result(parsed.name, result, Intent("normal_form")), result, json)


@app.command()
@guarded
def keys(schema: SchemaText, json: Json = False) -> None:
    """All candidate keys and the prime attributes.

    Example: python -m tutor.compute keys "R(A,B,C,D); A,B->C; C->D; D->A"
    """
    parsed = parse_schema(schema)
    result = candidate_keys(parsed)
    print_result(key_result(parsed.name, result), result, json)


@app.command()
@guarded
def closure(
    schema: SchemaText, attributes: Annotated[str, typer.Argument(help="The set to close: A,B or AB")], json: Json = False
) -> None:
    """The closure of a set of attributes.

    Example: python -m tutor.compute closure "R(A,B,C,D); A->B; B->C" "A,D"
    """
    parsed = parse_schema(schema)
    result = attribute_closure(parsed, parse_set(attributes, parsed))
    print_result(closure_result(result), result, json)


@app.command()
@guarded
def cover(schema: SchemaText, json: Json = False) -> None:
    """A minimal cover of the functional dependencies.

    Example: python -m tutor.compute cover "A->B,C; B->C; A,B->D"
    """
    result = minimal_cover(parse_schema(schema))
    print_result(cover_result(result), result, json)


@app.command()
@guarded
def decompose(schema: SchemaText, json: Json = False) -> None:
    """Relations in BCNF with a lossless join.

    Example: python -m tutor.compute decompose "TEACH(S,C,I); S,C->I; I->C"
    """
    parsed = parse_schema(schema)
    result = bcnf_decomposition(parsed)
    print_result(decomposition_result(parsed.name, result), result, json)


@app.command()
@guarded
def synthesize(schema: SchemaText, json: Json = False) -> None:
    """Relations in 3NF with a lossless join that preserve every dependency.

    Example: python -m tutor.compute synthesize "R(A,B,C,D); A->B; B->C"
    """
    parsed = parse_schema(schema)
    result = third_normal_form_synthesis(parsed)
    print_result(decomposition_result(parsed.name, result), result, json)


PartsText = Annotated[str, typer.Argument(metavar="PARTS", help='The parts: "A,B | B,C" or "R1(A,B), R2(B,C)"')]


@app.command()
@guarded
def lossless(schema: SchemaText, parts: PartsText, json: Json = False) -> None:
    """Whether a decomposition has a lossless join, by the chase.

    Example: python -m tutor.compute lossless "R(A,B,C); B->C" "A,B | B,C"
    """
    parsed = parse_schema(schema)
    masks = parse_parts(parts, parsed)
    result = lossless_test(parsed, masks)
    print_result(lossless_result(parsed.name, masks, result), result, json)


@app.command()
@guarded
def preserves(schema: SchemaText, parts: PartsText, json: Json = False) -> None:
    """Whether a decomposition preserves the functional dependencies.

    Example: python -m tutor.compute preserves "R(A,B,C); A,B->C; C->B" "A,C | B,C"
    """
    parsed = parse_schema(schema)
    pieces = parse_parts(parts, parsed)
    result = preservation(parsed, pieces)
    print_result(preservation_result(parsed.name, pieces, result), result, json)


@app.command()
@guarded
def serializable(schedule: Annotated[str, typer.Argument(help='The operations: "r1(x) w2(x) c1"')], json: Json = False) -> None:
    """Whether a schedule is conflict serializable, with its precedence graph.

    Example: python -m tutor.compute serializable "r1(x) w2(x) w1(x)"
    """
    operations = parse_schedule(schedule)
    result = conflict_serializability(operations)
    print_result(serializability_result(result, operations, "The schedule"), result, json)


@app.command()
@guarded
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT statement; without it the tables are listed")] = "",
    book: Book = "",
    json: Json = False,
) -> None:
    """Run a query on the book's own tables, read-only.

    Example: python -m tutor.compute sql --book sample "SELECT Dname FROM DEPARTMENT"
    """
    tables = book_tables(book_records(book))
    if not query:
        typer.echo("\n".join(map(str, tables)) or "the book has no tables")
        return
    with BookDatabase(tables) as database:
        print_query(database.query(query), json)


@app.command()
@guarded
def algebra(
    expression: Annotated[str, typer.Argument(help='An expression: "π Lname (σ Dno = 3 (EMPLOYEE))", or in words')],
    book: Book = "",
    json: Json = False,
) -> None:
    """Evaluate relational algebra on the book's own tables, with every intermediate result.

    Example: python -m tutor.compute algebra --book sample "project Dname from (select Dnumber > 2 from DEPARTMENT)"
    """
    print_algebra(evaluate(expression, book_tables(book_records(book))), json)


@app.command("map-er")
@guarded
def map_er(
    source: Annotated[Path | None, typer.Argument(help="A JSON file with entities, attributes and relationships")] = None,
    book: Book = "",
    figure: Annotated[str, typer.Option(help="The number of a figure of the book, such as 3.6")] = "",
    json: Json = False,
) -> None:
    """Map an ER diagram to relations, from a file or a figure of a book.

    Example: python -m tutor.compute map-er --book sample --figure 3.6
    """
    if (source is None) == (not figure):
        raise UsageError("give either a JSON file or --figure with a number")
    diagram: Diagram = diagram_from_file(source) if source else figure_diagram(book_records(book), figure)
    result = map_to_relations(diagram)
    if json:
        typer.echo(result.model_dump_json())
        return
    typer.echo("\n".join(map(str, result.relations)))
    for assumption in result.assumptions:
        typer.echo(f"assumed: {assumption}")
    print_steps(result.steps)


@app.command()
@guarded
def exercise(
    kind: Annotated[str, typer.Argument(help=f"One of: {', '.join(KINDS)}")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same exercise")] = 1,
    answer: Annotated[str | None, typer.Option(help="Grade this answer")] = None,
    solution: Annotated[bool, typer.Option("--solution", help="Show the solution and its steps too")] = False,
    book: Book = "",
    json: Json = False,
) -> None:
    """Make an exercise; with --answer grade it and name the first wrong step.

    Example: python -m tutor.compute exercise keys --seed 7 --answer "{A, D}"
    """
    records = book_records(book) if kind in ("sql", "algebra", "er-mapping") else []
    diagrams = diagrams_of([record for record in records if isinstance(record, DiagramRecord)])
    made = make_exercise(kind, seed, book_tables(records), diagrams)
    if answer is None:
        print_exercise(made, solution, json)
        return
    result = grade(made, answer)
    print_grade(result, json)
    if not result.correct:
        stop(REFUSED)


@app.command()
@guarded
def ask(
    question: Annotated[str, typer.Argument(help="A question in plain words")], book: Book = "", json: Json = False
) -> None:
    """Compute what a question in plain words asks for, or decline.

    Example: python -m tutor.compute ask --book sample "What is the normal form of DEPT_LOCATIONS?"
    """
    computed = compute_answer(question, book_records(book))
    if computed is None:
        typer.echo("null" if json else "This asks for nothing that can be computed with certainty.")
        stop(REFUSED)
    elif json:
        typer.echo(computed.model_dump_json())
    else:
        typer.echo(computed.result.text)
        if computed.assumption:
            typer.echo(f"assumed: {computed.assumption}")
        for found in computed.found:
            pages = f", page {', '.join(map(str, found.pages))}" if found.pages else ""
            typer.echo(f"found ({found.what}): {found.heading}{pages}: {found.sentence}")
        print_steps(computed.steps)


if __name__ == "__main__":
    app()
