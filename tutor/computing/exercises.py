"""Generated exercises on dependencies, normal forms, schedules, queries and mappings, each with its solution.

    exercise = make_exercise("keys", seed=7)
    grade(exercise, "{A, D}")                  (in `grading`)

A seed gives the same exercise on every machine. Those on tables or diagrams take them from a book.
"""

import random
from collections.abc import Callable, Sequence
from typing import Literal, get_args

from pydantic import JsonValue

from indexing.errors import UsageError
from indexing.records import Diagram
from tutor.computing.chase import lossless
from tutor.computing.closures import closure
from tutor.computing.covers import minimal_cover
from tutor.computing.decompositions import bcnf_decomposition, third_normal_form_synthesis
from tutor.computing.er_mapping import map_to_relations
from tutor.computing.exercise_queries import query_exercise
from tutor.computing.exercise_schemas import DRAWS, given_text, notation, random_parts, random_schema
from tutor.computing.keys import candidate_keys
from tutor.computing.normal_forms import normal_form
from tutor.computing.preservation import preservation
from tutor.computing.schemas import Names, Schema, braces
from tutor.computing.serializability import Operation, conflict_serializability
from tutor.computing.steps import Frozen, Step
from tutor.computing.tables import BookTable

ExerciseKind = Literal[
    "closure",
    "keys",
    "normal-form",
    "cover",
    "bcnf",
    "synthesis",
    "lossless",
    "preservation",
    "serializability",
    "sql",
    "algebra",
    "er-mapping",
]
KINDS: tuple[str, ...] = get_args(ExerciseKind)


class Exercise(Frozen):
    """An exercise. `given` holds what it is about, in the notation of the command line; `write` tells how to write the
    answer.
    """

    kind: ExerciseKind
    seed: int
    question: str
    write: str
    given: dict[str, JsonValue]
    solution: str
    steps: tuple[Step, ...]


def make_exercise(kind: str, seed: int, tables: Sequence[BookTable] = (), diagrams: Sequence[Diagram] = ()) -> Exercise:
    """The exercise of a kind and seed. UsageError for an unknown kind, or where tables or diagrams are needed and there
    are none.
    """
    rng = random.Random(f"{kind}:{seed}")  # noqa: S311 (exercises, not secrets)
    if kind in ("sql", "algebra"):
        question, write, given, solution, steps = query_exercise(kind, rng, tables)
        return Exercise(
            kind=_kind(kind), seed=seed, question=question, write=write, given=given, solution=solution, steps=steps
        )
    if kind == "er-mapping":
        return _mapping(rng, seed, diagrams)
    makers: dict[str, Callable[[random.Random, int], Exercise]] = {
        "closure": _closure,
        "keys": _keys,
        "normal-form": _normal_form,
        "cover": _cover,
        "bcnf": _bcnf,
        "synthesis": _synthesis,
        "lossless": _lossless,
        "preservation": _preservation,
        "serializability": _serializability,
    }
    if kind not in makers:
        raise UsageError(f"no exercises of the kind {kind!r}; there are {', '.join(KINDS)}")
    return makers[kind](rng, seed)


def _kind(kind: str) -> ExerciseKind:
    return next(k for k in get_args(ExerciseKind) if k == kind)


def _exercise(
    kind: ExerciseKind,
    seed: int,
    question: str,
    write: str,
    given: dict[str, JsonValue],
    solution: str,
    steps: Sequence[Step],
) -> Exercise:
    return Exercise(kind=kind, seed=seed, question=question, write=write, given=given, solution=solution, steps=tuple(steps))


def _closure(rng: random.Random, seed: int) -> Exercise:
    def start(schema: Schema) -> Names:
        local = random.Random(notation(schema))  # noqa: S311
        return tuple(sorted(local.sample(schema.attributes, local.choice((1, 2)))))

    schema = random_schema(rng, lambda s: len(closure(s, start(s)).steps) >= 4)
    attributes = start(schema)
    result = closure(schema, attributes)
    return _exercise(
        "closure",
        seed,
        f"Compute the closure of {braces(attributes)} for {given_text(schema)}.",
        "The set, like {A, B, C}; or every set on the way to it, one a line.",
        {"schema": notation(schema), "attributes": list(attributes)},
        braces(result.closure),
        result.steps,
    )


def _keys(rng: random.Random, seed: int) -> Exercise:
    schema = random_schema(rng, lambda s: len(candidate_keys(s).keys) > 1)
    result = candidate_keys(schema)
    return _exercise(
        "keys",
        seed,
        f"Find all candidate keys of {given_text(schema)}.",
        "Each key in braces: {A, B}, {C}.",
        {"schema": notation(schema)},
        ", ".join(braces(key) for key in result.keys),
        result.steps,
    )


def _normal_form(rng: random.Random, seed: int) -> Exercise:
    form = rng.choice(("1NF", "2NF", "3NF", "BCNF"))
    schema = random_schema(rng, lambda s: normal_form(s).form == form)
    result = normal_form(schema)
    return _exercise(
        "normal-form",
        seed,
        f"Which is the highest normal form (1NF, 2NF, 3NF, BCNF) of {given_text(schema)}?",
        "The form; with the keys before it, they are graded too: keys: {A}, {B, C}; form: 2NF",
        {"schema": notation(schema)},
        f"keys: {', '.join(braces(key) for key in result.keys.keys)}; form: {result.form}",
        result.steps,
    )


def _cover(rng: random.Random, seed: int) -> Exercise:
    schema = random_schema(rng, lambda s: len(minimal_cover(s).steps) >= 4)
    result = minimal_cover(schema)
    return _exercise(
        "cover",
        seed,
        f"Find a minimal cover of the functional dependencies of {given_text(schema)}.",
        "Dependencies, one a line or with ; between: A -> B; C, D -> E",
        {"schema": notation(schema)},
        "; ".join(map(str, result.cover)),
        result.steps,
    )


def _bcnf(rng: random.Random, seed: int) -> Exercise:
    schema = random_schema(rng, lambda s: len(bcnf_decomposition(s).parts) > 1)
    result = bcnf_decomposition(schema)
    return _exercise(
        "bcnf",
        seed,
        f"Decompose {given_text(schema)} into relations in BCNF with a lossless join.",
        "The relations: R1(A, B), R2(B, C)",
        {"schema": notation(schema)},
        ", ".join(map(str, result.parts)),
        result.steps,
    )


def _synthesis(rng: random.Random, seed: int) -> Exercise:
    schema = random_schema(rng, lambda s: len(third_normal_form_synthesis(s).parts) > 1)
    result = third_normal_form_synthesis(schema)
    return _exercise(
        "synthesis",
        seed,
        f"Replace {given_text(schema)} by relations in 3NF that have a lossless join and preserve the dependencies.",
        "The relations: R1(A, B), R2(B, C)",
        {"schema": notation(schema)},
        ", ".join(map(str, result.parts)),
        result.steps,
    )


def _shown_parts(parts: Sequence[Names]) -> str:
    return ", ".join(f"R{i}({', '.join(part)})" for i, part in enumerate(parts, 1))


def _lossless(rng: random.Random, seed: int) -> Exercise:
    good = rng.random() < 0.5
    schema = random_schema(rng, lambda s: True)
    for _ in range(DRAWS):
        parts = random_parts(rng, schema)
        result = lossless(schema, parts)
        if result.lossless == good:
            break
    return _exercise(
        "lossless",
        seed,
        f"Is the join of {_shown_parts(parts)} lossless for {given_text(schema)}?",
        "yes or no",
        {"schema": notation(schema), "parts": [list(part) for part in parts]},
        "yes" if result.lossless else "no",
        result.steps,
    )


def _preservation(rng: random.Random, seed: int) -> Exercise:
    good = rng.random() < 0.5
    schema = random_schema(rng, lambda s: True)
    for _ in range(DRAWS):
        parts = random_parts(rng, schema)
        result = preservation(schema, parts)
        if result.preserved == good:
            break
    return _exercise(
        "preservation",
        seed,
        f"Does the decomposition into {_shown_parts(parts)} preserve the dependencies of {given_text(schema)}?",
        "yes, or no and the dependencies that are lost: no: A -> B",
        {"schema": notation(schema), "parts": [list(part) for part in parts]},
        "yes" if result.preserved else f"no: {'; '.join(map(str, result.lost))}",
        result.steps,
    )


def _serializability(rng: random.Random, seed: int) -> Exercise:
    good = rng.random() < 0.5
    for _ in range(DRAWS):
        operations = tuple(
            Operation(kind=rng.choice(("r", "w")), transaction=rng.randint(1, 3), item=rng.choice("xyz"))
            for _ in range(rng.randint(6, 9))
        )
        result = conflict_serializability(operations)
        if result.serializable == good and len(result.transactions) == 3 and len(result.edges) >= 2:
            break
    edges = ", ".join(f"T{edge.before} -> T{edge.after}" for edge in result.edges)
    shown = " ".join(str(operation) for operation in operations)
    verdict = f"yes: {', '.join(f'T{n}' for n in result.orders[0])}" if result.serializable else "no"
    return _exercise(
        "serializability",
        seed,
        f"Draw the precedence graph of {shown}. Is the schedule conflict serializable?",
        "edges: T1 -> T2, T2 -> T3; yes: T1, T2, T3   (or: edges: …; no)",
        {"schedule": shown},
        f"edges: {edges}; {verdict}",
        result.steps,
    )


def _mapping(rng: random.Random, seed: int, diagrams: Sequence[Diagram]) -> Exercise:
    usable = [d for d in diagrams if len(d.entities) > 1 and d.relationships and not map_to_relations(d).assumptions]
    if not usable:
        raise UsageError("an exercise in mapping needs a book with an ER diagram that shows keys and cardinalities")
    diagram = usable[rng.randrange(len(usable))]
    result = map_to_relations(diagram)
    names = ", ".join(entity.name for entity in diagram.entities)
    solution = "\n".join(
        f"{r.name}({', '.join(f'{a}*' if a in r.primary_key else a for a in r.attributes)})" for r in result.relations
    )
    return _exercise(
        "er-mapping",
        seed,
        f"Map the ER diagram with the entity types {names} to relations.",
        "One relation a line, the attributes of its primary key with a star: PET(Owner_no*, Pet_name*, Species)",
        {"diagram": diagram.model_dump(mode="json")},
        solution,
        result.steps,
    )
