"""Exact grading of exercises: right or wrong by the definitions, and the first step that is wrong by name.

Any right answer counts, whatever the solution shown: another minimal cover, other relations in BCNF, another serial order.
"""

import re
from collections.abc import Callable, Sequence

from indexing.errors import UsageError
from indexing.records import Diagram
from tutor.computing.algebra import evaluate
from tutor.computing.chase import lossless
from tutor.computing.closures import closure, closure_steps, effective_pairs, equivalent, implies
from tutor.computing.er_mapping import map_to_relations
from tutor.computing.exercises import Exercise
from tutor.computing.grading_mapping import grade_mapping
from tutor.computing.keys import candidate_keys, superkey_test
from tutor.computing.normal_forms import normal_form
from tutor.computing.notation import bind, parse_dependencies, parse_parts, parse_schema, parse_set
from tutor.computing.preservation import preservation
from tutor.computing.projections import bcnf_violation, project
from tutor.computing.schemas import Dependency, Names, Schema, bits, braces, close
from tutor.computing.serializability import conflict_serializability, parse_schedule
from tutor.computing.sql import BookDatabase
from tutor.computing.steps import Frozen
from tutor.computing.tables import BookTable

MAX_ANSWER = 5_000  # characters


class Grade(Frozen):
    """`first_wrong_step` is the step of the answer that is wrong, as it was written or as it is missing; None when all is
    right.
    """

    correct: bool
    first_wrong_step: str | None
    explanation: str


_RIGHT = Grade(correct=True, first_wrong_step=None, explanation="Right.")


def _wrong(step: str, explanation: str) -> Grade:
    return Grade(correct=False, first_wrong_step=step, explanation=explanation)


def grade(exercise: Exercise, answer: str) -> Grade:
    """Grade an answer. What cannot be read is wrong, and the explanation says where and how to write it.

    UsageError for one that is far too long.
    """
    if len(answer) > MAX_ANSWER:
        raise UsageError(f"the answer is {len(answer):,} characters long; the limit is {MAX_ANSWER:,}")
    if not answer.strip():
        return _wrong("the answer", f"There is no answer. Write it like this: {exercise.write}")
    graders: dict[str, Callable[[Exercise, str], Grade]] = {
        "closure": _closure,
        "keys": _keys,
        "normal-form": _normal_form,
        "cover": _cover,
        "bcnf": _decomposition,
        "synthesis": _decomposition,
        "lossless": _lossless,
        "preservation": _preservation,
        "serializability": _serializability,
        "sql": _sql,
        "algebra": _algebra,
        "er-mapping": _mapping,
    }
    try:
        return graders[exercise.kind](exercise, answer.strip())
    except UsageError as error:
        return _wrong(answer.strip().splitlines()[0], f"This cannot be read: {error}. Write it like this: {exercise.write}")


def _schema(exercise: Exercise) -> Schema:
    return parse_schema(str(exercise.given["schema"]))


def _names(value: object) -> Names:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _parts(exercise: Exercise) -> list[Names]:
    parts = exercise.given["parts"]
    return [_names(part) for part in parts] if isinstance(parts, list) else []


def _closure(exercise: Exercise, answer: str) -> Grade:
    schema = _schema(exercise)
    pairs = effective_pairs(schema)
    start = schema.mask(_names(exercise.given["attributes"]))
    full, _ = closure_steps(schema, start, pairs)
    lines = [line for line in re.split(r"[\n;]|=>|→", answer) if line.strip(" .")]
    before = start
    for line in lines:
        mask = schema.mask(parse_set(re.sub(r"^.*=", "", line), schema))
        if start & ~mask:
            return _wrong(line.strip(), f"{', '.join(schema.names(start & ~mask))} is missing: X⁺ contains X itself.")
        extra = mask & ~full
        if extra:
            return _wrong(
                line.strip(), f"{', '.join(schema.names(extra))} does not follow from {braces(schema.names(before))}."
            )
        before = mask
    if before != full:
        pair = next((left, right) for left, right in pairs if left & ~before == 0 and right & ~before)
        return _wrong(
            lines[-1].strip(),
            f"It stops too early: {schema.dependency(pair)} still adds {', '.join(schema.names(pair[1] & ~before))}.",
        )
    return _RIGHT


def _sets(text: str, schema: Schema) -> list[Names]:
    groups = re.findall(r"\{([^{}]*)\}", text)
    return [parse_set(group, schema) for group in (groups or re.split(r"[;\n,]|\band\b", text)) if group.strip()]


def _keys(exercise: Exercise, answer: str) -> Grade:
    return _check_keys(_schema(exercise), answer) or _RIGHT


def _check_keys(schema: Schema, text: str) -> Grade | None:
    """The first key that is none, or one that is missing."""
    given = _sets(text, schema)
    for names in given:
        test = superkey_test(schema, names)
        if not test.candidate_key:
            return _wrong(braces(names), test.steps[-1].text)
    known = {frozenset(names) for names in given}
    missing = [key for key in candidate_keys(schema).keys if frozenset(key) not in known]
    if missing:
        reached = braces(closure(schema, missing[0]).closure)
        return _wrong(
            f"{braces(missing[0])} is missing", f"{braces(missing[0])}⁺ = {reached}, and no part of it is a superkey."
        )
    return None


def _normal_form(exercise: Exercise, answer: str) -> Grade:
    schema = _schema(exercise)
    keys = re.search(r"keys?\s*[:=](?P<keys>.*?)(?:;|\n|$)", answer, re.IGNORECASE)
    if keys:
        wrong = _check_keys(schema, keys["keys"])
        if wrong:
            return wrong
    found = re.findall(r"\b([123]\s?NF|BCNF)\b", answer, re.IGNORECASE)
    if not found:
        raise UsageError("no normal form named")
    claimed = found[-1].upper().replace(" ", "")
    result = normal_form(schema)
    if claimed == result.form:
        return _RIGHT
    higher = next((v for v in result.violations if v.form == claimed), None)
    if higher:
        return _wrong(f"form: {claimed}", f"It is not in {claimed}: in {higher.dependency}, {higher.reason}.")
    return _wrong(f"form: {claimed}", f"It is in {claimed}, but also in {result.form}.")


def _cover(exercise: Exercise, answer: str) -> Grade:
    schema = _schema(exercise)
    given = [bind(one, schema.attributes) for one in parse_dependencies(answer, schema.attributes)]
    for dependency in given:
        if not implies(schema, dependency).implied:
            return _wrong(str(dependency), f"{dependency} does not follow from the given dependencies.")
    mine = Schema(name=schema.name, attributes=schema.attributes, dependencies=tuple(given))
    lost = equivalent(mine, schema).missing_in_first
    if lost:
        return _wrong(f"{lost[0]} is lost", f"The cover does not imply {lost[0]}, so it is not equivalent.")
    for dependency in given:
        problem = _not_minimal(mine, given, dependency)
        if problem:
            return _wrong(str(dependency), problem)
    return _RIGHT


def _not_minimal(schema: Schema, given: Sequence[Dependency], dependency: Dependency) -> str:
    """Why a dependency of an equivalent set keeps it from being minimal; empty when it does not."""
    if len(dependency.dependent) != 1:
        return "Its right side is not a single attribute."
    left, right = schema.mask(dependency.determinant), schema.mask(dependency.dependent)
    for one in bits(left):
        if right & ~close(left & ~one, schema.pairs) == 0:
            return f"{schema.names(one)[0]} is extraneous on its left side."
    rest = list(given)
    rest.remove(dependency)
    others = [(schema.mask(d.determinant), schema.mask(d.dependent)) for d in rest]
    return "It is redundant: the others imply it." if right & ~close(left, others) == 0 else ""


def _decomposition(exercise: Exercise, answer: str) -> Grade:
    schema = _schema(exercise)
    pairs = effective_pairs(schema)
    parts = parse_parts(answer, schema)
    missing = set(schema.attributes) - {name for part in parts for name in part}
    if missing:
        return _wrong("the relations", f"{', '.join(sorted(missing))} is in none of them.")
    form = "BCNF" if exercise.kind == "bcnf" else "3NF"
    for part in parts:
        reason = _violation(schema, schema.mask(part), pairs, form)
        if reason:
            return _wrong(f"({', '.join(part)})", f"It is not in {form}: {reason}.")
    if not lossless(schema, parts).lossless:
        return _wrong("the join", "The join of the relations is not lossless.")
    if form == "3NF":
        kept = preservation(schema, parts)
        if not kept.preserved:
            return _wrong(f"{kept.lost[0]} is lost", f"{kept.lost[0]} is not preserved.")
    return _RIGHT


def _violation(schema: Schema, part: int, pairs: Sequence[tuple[int, int]], form: str) -> str:
    """Why a part is not in the form; empty when it is."""
    if form == "BCNF":
        left = bcnf_violation(schema, part, pairs)
        if left is None:
            return ""
        return f"{schema.dependency((left, close(left, pairs) & part & ~left))} holds there and its left side is not a superkey"
    names = schema.names(part)
    local = Schema(attributes=names, dependencies=tuple(schema.dependency(pair) for pair in project(part, pairs)))
    violation = next((v for v in normal_form(local).violations if v.form in ("2NF", "3NF")), None)
    return f"in {violation.dependency}, {violation.reason}" if violation else ""


def _yes_or_no(answer: str) -> bool:
    word = re.match(r"\W*(yes|no|lossless|lossy|preserved|not)\b", answer, re.IGNORECASE)
    if word is None:
        raise UsageError("neither yes nor no")
    return word[1].casefold() in ("yes", "lossless", "preserved")


def _lossless(exercise: Exercise, answer: str) -> Grade:
    result = lossless(_schema(exercise), _parts(exercise))
    return _RIGHT if _yes_or_no(answer) == result.lossless else _wrong(answer, result.steps[-1].text)


def _preservation(exercise: Exercise, answer: str) -> Grade:
    schema = _schema(exercise)
    result = preservation(schema, _parts(exercise))
    if _yes_or_no(answer) != result.preserved:
        return _wrong(answer.splitlines()[0], result.steps[-1].text)
    listed = re.sub(r"^\W*no\W*", "", answer, flags=re.IGNORECASE) if not result.preserved else ""
    if listed.strip():
        lost = {str(d) for d in result.lost}
        for one in parse_dependencies(listed, schema.attributes):
            dependency = str(bind(one, schema.attributes))
            if dependency not in lost:
                return _wrong(dependency, f"{dependency} is preserved, or none of the dependencies.")
    return _RIGHT


def _serializability(exercise: Exercise, answer: str) -> Grade:
    result = conflict_serializability(parse_schedule(str(exercise.given["schedule"])))
    edges = {(edge.before, edge.after): edge for edge in result.edges}
    drawn = [(int(a), int(b)) for a, b in re.findall(r"[Tt]?(\d+)\s*(?:->|→|-->)\s*[Tt]?(\d+)", answer)]
    for before, after in drawn:
        if (before, after) not in edges:
            return _wrong(f"T{before} -> T{after}", f"No operation of T{before} comes before a conflicting one of T{after}.")
    if "edges" in answer.casefold():
        for pair, edge in edges.items():
            if pair not in drawn:
                return _wrong(
                    f"T{pair[0]} -> T{pair[1]} is missing", f"{edge.first} comes before {edge.second}, and they conflict."
                )
    verdict = re.search(r"\b(yes|no)\b\s*:?(?P<order>[^;]*)", answer, re.IGNORECASE)
    if verdict is None:
        raise UsageError("neither yes nor no")
    if (verdict[1].casefold() == "yes") != result.serializable:
        return _wrong(verdict[1], result.steps[-1].text)
    order = tuple(int(n) for n in re.findall(r"[Tt](\d+)", verdict["order"])) if result.serializable else ()
    if order and any(order.index(a) > order.index(b) for a, b in edges if a in order and b in order):
        return _wrong(f"order {', '.join(f'T{n}' for n in order)}", "An edge of the graph runs against this order.")
    return _RIGHT


def _tables(exercise: Exercise) -> list[BookTable]:
    tables = exercise.given["tables"]
    return [BookTable.model_validate(table) for table in tables] if isinstance(tables, list) else []


def _sql(exercise: Exercise, answer: str) -> Grade:
    with BookDatabase(_tables(exercise)) as database:
        comparison = database.compare(answer, exercise.solution)
    return _RIGHT if comparison.same else _wrong("the result", comparison.difference)


def _algebra(exercise: Exercise, answer: str) -> Grade:
    tables = _tables(exercise)
    given, wanted = evaluate(answer, tables), evaluate(exercise.solution, tables)
    if len(given.columns) != len(wanted.columns):
        return _wrong("the result", f"It has {len(given.columns)} attributes; {len(wanted.columns)} are asked for.")
    extra, missing = set(given.rows) - set(wanted.rows), set(wanted.rows) - set(given.rows)
    if missing:
        return _wrong("the result", f"{len(missing)} tuples are missing, for example {sorted(missing, key=repr)[0]}.")
    if extra:
        return _wrong("the result", f"{len(extra)} tuples are too many, for example {sorted(extra, key=repr)[0]}.")
    return _RIGHT


def _mapping(exercise: Exercise, answer: str) -> Grade:
    expected = map_to_relations(Diagram.model_validate(exercise.given["diagram"])).relations
    wrong = grade_mapping(expected, answer)
    return _wrong(*wrong) if wrong else _RIGHT
