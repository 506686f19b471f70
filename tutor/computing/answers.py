"""A computed answer: what was asked, on what relation, found where, under which assumption, with its result and derivation.

`Computed` becomes the object "computed" of the answer's JSON. The functions here run a computation and word its result;
which one a question asks for is decided in `questions`.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from tutor.computing.algebra import AlgebraResult
from tutor.computing.book_text import Found
from tutor.computing.chase import lossless
from tutor.computing.closures import closure, implies
from tutor.computing.covers import minimal_cover
from tutor.computing.decompositions import bcnf_decomposition, third_normal_form_synthesis
from tutor.computing.er_mapping import Mapping
from tutor.computing.intents import FORM_TERMS, TERMS, Intent
from tutor.computing.keys import candidate_keys, superkey_test
from tutor.computing.normal_forms import normal_form
from tutor.computing.preservation import preservation
from tutor.computing.results import (
    Result,
    closure_result,
    cover_result,
    decomposition_result,
    implication_result,
    key_result,
    lossless_result,
    normal_form_result,
    preservation_result,
    serializability_result,
    superkey_result,
)
from tutor.computing.schemas import Dependency, Names, Schema
from tutor.computing.serializability import Operation, conflict_serializability
from tutor.computing.sql import QueryResult
from tutor.computing.steps import Frozen, Step


class Relation(Frozen):
    """The relation that was computed on. `keys` are those stated, `dependencies` those stated, in words."""

    name: str
    attributes: Names
    keys: tuple[Names, ...] = ()
    dependencies: tuple[str, ...] = ()


class Computed(Frozen):
    """A computed answer. `term` is the term whose defining passage the answer cites; `found` is empty when all stood in
    the question.
    """

    kind: str
    relation: Relation | None
    found: tuple[Found, ...]
    assumption: str | None
    result: Result
    steps: tuple[Step, ...]
    term: str


def relation_of(schema: Schema) -> Relation:
    """A schema as the answer shows it."""
    return Relation(
        name=schema.name,
        attributes=schema.attributes,
        keys=schema.keys,
        dependencies=tuple(str(dependency) for dependency in schema.dependencies),
    )


def compute_on_schema(
    intent: Intent, schema: Schema, attributes: Names, goal: Dependency | None, parts: Sequence[Names]
) -> tuple[Result, tuple[Step, ...]]:
    """Run a computation of dependency theory. What it does not need is empty or None."""
    name = schema.name
    if intent.kind == "normal_form":
        form = normal_form(schema)
        return normal_form_result(name, form, intent), form.steps
    if intent.kind == "keys":
        keys = candidate_keys(schema)
        return key_result(name, keys), keys.steps
    if intent.kind in ("bcnf_decomposition", "synthesis"):
        split = bcnf_decomposition(schema) if intent.kind == "bcnf_decomposition" else third_normal_form_synthesis(schema)
        return decomposition_result(name, split), (*candidate_keys(schema).steps, *split.steps)
    if intent.kind == "minimal_cover":
        cover = minimal_cover(schema)
        return cover_result(cover), cover.steps
    if intent.kind in ("lossless", "preservation"):
        return _compute_on_parts(intent, schema, parts)
    return _compute_on_set(intent, schema, attributes, goal)


def _compute_on_set(
    intent: Intent, schema: Schema, attributes: Names, goal: Dependency | None
) -> tuple[Result, tuple[Step, ...]]:
    if intent.kind == "closure":
        closed = closure(schema, attributes)
        return closure_result(closed), closed.steps
    if intent.kind == "superkey":
        test = superkey_test(schema, attributes)
        return superkey_result(schema.name, test), test.steps
    assert goal is not None
    implied = implies(schema, goal)
    return implication_result(implied), implied.steps


def _compute_on_parts(intent: Intent, schema: Schema, parts: Sequence[Names]) -> tuple[Result, tuple[Step, ...]]:
    if intent.kind == "lossless":
        join = lossless(schema, parts)
        return lossless_result(schema.name, parts, join), join.steps
    kept = preservation(schema, parts)
    return preservation_result(schema.name, parts, kept), kept.steps


def term_of(intent: Intent, result: Result) -> str:
    """The term whose definition an answer cites."""
    if intent.kind == "normal_form":
        return FORM_TERMS[intent.form or str(result.value["form"])]
    return TERMS[intent.kind]


def serializability_answer(operations: tuple[Operation, ...], found: tuple[Found, ...], name: str = "The schedule") -> Computed:
    """The answer about a schedule."""
    result = conflict_serializability(operations)
    return Computed(
        kind="serializability",
        relation=None,
        found=found,
        assumption=None,
        result=serializability_result(result, operations, name),
        steps=result.steps,
        term=TERMS["serializability"],
    )


def mapping_answer(mapping: Mapping, found: tuple[Found, ...]) -> Computed:
    """The relations that an ER diagram becomes."""
    text = f"The diagram becomes {len(mapping.relations)} relations: {'; '.join(str(r) for r in mapping.relations)}."
    return Computed(
        kind="er_mapping",
        relation=None,
        found=found,
        assumption=" ".join(mapping.assumptions) or None,
        result=Result(text=text, value={"relations": [r.model_dump(mode="json") for r in mapping.relations]}),
        steps=mapping.steps,
        term=TERMS["er_mapping"],
    )


def query_answer(sql: str, result: QueryResult, found: tuple[Found, ...]) -> Computed:
    """The rows of an SQL query on the book's tables."""
    number = len(result.rows)
    text = f"The query gives {'more than ' if result.truncated else ''}{number} row{'' if number == 1 else 's'}."
    value: dict[str, JsonValue] = {
        "query": sql,
        "columns": list(result.columns),
        "rows": [list(row) for row in result.rows],
        "truncated": result.truncated,
    }
    step = Step(rule="query", text=f"{sql} was run on the book's own tables.")
    return Computed(
        kind="sql",
        relation=None,
        found=found,
        assumption=None,
        result=Result(text=text, value=value),
        steps=(step,),
        term=TERMS["sql"],
    )


def algebra_answer(expression: str, result: AlgebraResult, found: tuple[Found, ...]) -> Computed:
    """The result of a relational algebra expression with its intermediate results."""
    number = len(result.rows)
    value: dict[str, JsonValue] = {
        "expression": expression,
        "columns": list(result.columns),
        "rows": [list(row) for row in result.rows],
        "intermediates": [one.model_dump(mode="json") for one in result.intermediates],
    }
    return Computed(
        kind="algebra",
        relation=None,
        found=found,
        assumption=None,
        result=Result(text=f"The expression gives {number} tuple{'' if number == 1 else 's'}.", value=value),
        steps=result.steps,
        term=TERMS["algebra"],
    )
