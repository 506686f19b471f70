"""What the command line prints: results with their steps, tables of rows, exercises and grades."""

from collections.abc import Sequence

import typer
from pydantic import BaseModel, JsonValue

from tutor.computing.algebra import AlgebraResult
from tutor.computing.exercises import Exercise
from tutor.computing.grading import Grade
from tutor.computing.results import Result
from tutor.computing.sql import QueryResult
from tutor.computing.steps import Step
from tutor.computing.tables import Row

# Wider cells are cut in the terminal; --json has them whole.
_CELL = 40


def print_steps(steps: Sequence[Step]) -> None:
    """Numbered steps, each with its rule."""
    for number, step in enumerate(steps, 1):
        typer.echo(f"{number:3}. [{step.rule}] {step.text}")


def print_result(result: Result, details: BaseModel, as_json: bool) -> None:
    """A result in words with its steps, or {"text", …, "steps"} as JSON."""
    if as_json:
        shown = Printed(text=result.text, value=result.value, steps=list(getattr(details, "steps", ())))
        typer.echo(shown.model_dump_json())
        return
    typer.echo(result.text)
    print_steps(getattr(details, "steps", ()))


class Printed(BaseModel):
    """The JSON of one computation."""

    text: str
    value: dict[str, JsonValue]
    steps: list[Step]


def print_rows(columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Rows under their column names; nulls are shown as NULL."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(column), *(len(row[i]) for row in cells)) if cells else len(column) for i, column in enumerate(columns)]
    typer.echo("  ".join(column.ljust(width) for column, width in zip(columns, widths, strict=True)).rstrip())
    typer.echo("  ".join("-" * width for width in widths))
    for row in cells:
        typer.echo("  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    text = "NULL" if value is None else " ".join(str(value).split())
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"


def print_query(result: QueryResult, as_json: bool) -> None:
    """The rows of a query."""
    if as_json:
        typer.echo(result.model_dump_json())
        return
    print_rows(result.columns, result.rows)
    if result.truncated:
        typer.echo(f"… and more; only the first {len(result.rows)} rows are shown")


def print_algebra(result: AlgebraResult, as_json: bool) -> None:
    """Every intermediate result, the last one being the result."""
    if as_json:
        typer.echo(result.model_dump_json())
        return
    shown = result.intermediates or ()
    for one in shown:
        typer.echo(f"\n{one.expression}   ({one.count} rows)")
        print_rows(one.columns, one.rows)
    if not shown:
        print_rows(result.columns, result.rows)


def print_exercise(exercise: Exercise, solution: bool, as_json: bool) -> None:
    """The question, and the solution where it is asked for."""
    if as_json:
        hidden = None if solution else {"solution", "steps"}
        typer.echo(exercise.model_dump_json(exclude=hidden))
        return
    typer.echo(exercise.question)
    typer.echo(f"Answer: {exercise.write}")
    if solution:
        typer.echo(f"Solution: {exercise.solution}")
        print_steps(exercise.steps)


def print_grade(result: Grade, as_json: bool) -> None:
    """Right, or the first wrong step and why."""
    if as_json:
        typer.echo(result.model_dump_json())
    elif result.correct:
        typer.echo("Right.")
    else:
        typer.echo(f"Wrong at: {result.first_wrong_step}\n{result.explanation}")
