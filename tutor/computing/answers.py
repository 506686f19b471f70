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
from tutor.computing.decompositions import Decomposition, bcnf_decomposition, third_normal_form_synthesis
from tutor.computing.er_mapping import Mapping
from tutor.computing.intents import FORM_TERMS, TERMS, Intent
from tutor.computing.keys import Keys, candidate_keys, superkey_test
from tutor.computing.normal_forms import NormalForm, normal_form
from tutor.computing.preservation import preservation
from tutor.computing.schemas import Dependency, Names, Schema, braces
from tutor.computing.serializability import Operation, Serializability, conflict_serializability
from tutor.computing.sql import QueryResult
from tutor.computing.steps import Frozen, Step


class Relation(Frozen):
    """The relation that was computed on. `keys` are those stated, `dependencies` those stated, in words."""

    name: str
    attributes: Names
    keys: tuple[Names, ...] = ()
    dependencies: tuple[str, ...] = ()


class Result(Frozen):
    """The result in one or two sentences, and as data."""

    text: str
    value: dict[str, JsonValue]


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


def listed(sets: Sequence[Names]) -> str:
    """{A}, {B} and {C}."""
    shown = [braces(names) for names in sets]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _values(sets: Sequence[Sequence[str]]) -> list[JsonValue]:
    return [list(names) for names in sets]


def key_result(name: str, keys: Keys) -> Result:
    """Keys in words and as data."""
    more = "" if keys.complete else " (there are more; the search stopped at its limit)"
    verb = "The only candidate key of" if len(keys.keys) == 1 else "The candidate keys of"
    text = (
        f"{verb} {name} {'is' if len(keys.keys) == 1 else 'are'} {listed(keys.keys)}{more}. "
        f"Prime attributes: {', '.join(keys.prime) or 'none'}; nonprime: {', '.join(keys.nonprime) or 'none'}."
    )
    value: dict[str, JsonValue] = {
        "keys": _values(keys.keys),
        "prime": list(keys.prime),
        "nonprime": list(keys.nonprime),
        "complete": keys.complete,
    }
    return Result(text=text, value=value)


def normal_form_result(name: str, result: NormalForm, intent: Intent) -> Result:
    """The highest normal form, and whether the form asked for is satisfied."""
    value: dict[str, JsonValue] = {
        "form": result.form,
        "keys": _values(result.keys.keys),
        "violations": [{"form": v.form, "dependency": str(v.dependency), "reason": v.reason} for v in result.violations],
    }
    text = f"The highest normal form of {name} is {result.form}."
    if intent.form:
        satisfied = result.satisfies(intent.form)
        value |= {"asked": intent.form, "satisfied": satisfied}
        verdict = f"Yes, {name} is in {intent.form}." if satisfied else f"No, {name} is not in {intent.form}."
        text = f"{verdict} {text}"
    shown = next((v for v in result.violations if v.form == intent.form), result.violations[0] if result.violations else None)
    if shown:
        text += f" It is not in {shown.form}: in {shown.dependency}, {shown.reason}."
    return Result(text=text, value=value)


def decomposition_result(name: str, result: Decomposition) -> Result:
    """The relations of a decomposition and what it keeps."""
    lost = f" Not preserved: {'; '.join(map(str, result.lost))}." if result.lost else " Every dependency is preserved."
    parts = ", ".join(str(part) for part in result.parts)
    if len(result.parts) == 1:
        text = f"{name} is in {result.form} already, so nothing is split: {parts}."
    else:
        text = f"{name} becomes {parts}, each in {result.form}; the join is lossless.{lost}"
    value: dict[str, JsonValue] = {
        "form": result.form,
        "relations": [
            {
                "name": part.name,
                "attributes": list(part.attributes),
                "keys": _values(part.keys),
                "dependencies": list(part.dependencies),
            }
            for part in result.parts
        ],
        "lost": [str(dependency) for dependency in result.lost],
    }
    return Result(text=text, value=value)


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
        shown = [str(dependency) for dependency in cover.cover]
        return Result(text=f"A minimal cover is {'; '.join(shown) or 'empty'}.", value={"cover": list(shown)}), cover.steps
    return _compute_with_arguments(intent, schema, attributes, goal, parts)


def _compute_with_arguments(
    intent: Intent, schema: Schema, attributes: Names, goal: Dependency | None, parts: Sequence[Names]
) -> tuple[Result, tuple[Step, ...]]:
    if intent.kind == "closure":
        closed = closure(schema, attributes)
        text = f"{braces(closed.attributes)}⁺ = {braces(closed.closure)}."
        if closed.superkey:
            text += f" That is every attribute, so {braces(closed.attributes)} is a superkey."
        value: dict[str, JsonValue] = {
            "attributes": list(closed.attributes),
            "closure": list(closed.closure),
            "superkey": closed.superkey,
        }
        return Result(text=text, value=value), closed.steps
    if intent.kind == "superkey":
        test = superkey_test(schema, attributes)
        what = (
            "a candidate key"
            if test.candidate_key
            else "a superkey but no candidate key"
            if test.superkey
            else "not a superkey"
        )
        value = {"attributes": list(test.attributes), "superkey": test.superkey, "candidate_key": test.candidate_key}
        return Result(text=f"{braces(test.attributes)} is {what} of {schema.name}.", value=value), test.steps
    if intent.kind == "implication":
        assert goal is not None
        implied = implies(schema, goal)
        text = f"{goal} {'follows' if implied.implied else 'does not follow'} from the dependencies."
        return Result(text=text, value={"dependency": str(goal), "implied": implied.implied}), implied.steps
    shown = ", ".join(braces(part) for part in parts)
    if intent.kind == "lossless":
        join = lossless(schema, parts)
        text = f"The decomposition of {schema.name} into {shown} {'has' if join.lossless else 'does not have'} a lossless join."
        return Result(text=text, value={"parts": _values(parts), "lossless": join.lossless}), join.steps
    kept = preservation(schema, parts)
    verb = "preserves" if kept.preserved else "does not preserve"
    text = f"The decomposition of {schema.name} into {shown} {verb} every dependency"
    text += "." if kept.preserved else f": {'; '.join(map(str, kept.lost))} is lost."
    lost: list[JsonValue] = [str(dependency) for dependency in kept.lost]
    return Result(text=text, value={"parts": _values(parts), "preserved": kept.preserved, "lost": lost}), kept.steps


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


def serializability_result(result: Serializability, operations: Sequence[Operation], name: str) -> Result:
    """The verdict with its cycle or serial order."""
    if result.serializable:
        order = ", ".join(f"T{number}" for number in result.orders[0])
        text = f"{name} is conflict serializable; it is equivalent to the serial order {order}."
    else:
        cycle = " → ".join(f"T{number}" for number in result.cycle)
        text = f"{name} is not conflict serializable: its precedence graph has the cycle {cycle}."
    value: dict[str, JsonValue] = {
        "schedule": " ".join(str(operation) for operation in operations),
        "serializable": result.serializable,
        "transactions": list(result.transactions),
        "edges": [[edge.before, edge.after] for edge in result.edges],
        "cycle": list(result.cycle),
        "orders": [list(order) for order in result.orders],
    }
    return Result(text=text, value=value)


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
