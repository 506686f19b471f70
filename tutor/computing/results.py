"""Results of computations in words and as data."""

from collections.abc import Sequence

from pydantic import JsonValue

from tutor.computing.chase import LosslessTest
from tutor.computing.closures import Closure, Implication
from tutor.computing.covers import Cover
from tutor.computing.decompositions import Decomposition
from tutor.computing.intents import Intent
from tutor.computing.keys import Keys, SuperkeyTest
from tutor.computing.normal_forms import NormalForm
from tutor.computing.preservation import Preservation
from tutor.computing.schemas import Names, braces
from tutor.computing.serializability import Operation, Serializability
from tutor.computing.steps import Frozen


class Result(Frozen):
    """The result in one or two sentences, and as data."""

    text: str
    value: dict[str, JsonValue]


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


def closure_result(result: Closure) -> Result:
    """A closure, and whether it makes a superkey."""
    text = f"{braces(result.attributes)}⁺ = {braces(result.closure)}."
    if result.superkey:
        text += f" That is every attribute, so {braces(result.attributes)} is a superkey."
    value: dict[str, JsonValue] = {
        "attributes": list(result.attributes),
        "closure": list(result.closure),
        "superkey": result.superkey,
    }
    return Result(text=text, value=value)


def superkey_result(name: str, test: SuperkeyTest) -> Result:
    """Whether a set is a superkey and a candidate key."""
    what = "a candidate key" if test.candidate_key else "a superkey but no candidate key" if test.superkey else "not a superkey"
    value: dict[str, JsonValue] = {
        "attributes": list(test.attributes),
        "superkey": test.superkey,
        "candidate_key": test.candidate_key,
    }
    return Result(text=f"{braces(test.attributes)} is {what} of {name}.", value=value)


def implication_result(result: Implication) -> Result:
    """Whether a dependency follows."""
    text = f"{result.dependency} {'follows' if result.implied else 'does not follow'} from the dependencies."
    return Result(text=text, value={"dependency": str(result.dependency), "implied": result.implied})


def cover_result(result: Cover) -> Result:
    """A minimal cover."""
    shown: list[JsonValue] = [str(dependency) for dependency in result.cover]
    return Result(text=f"A minimal cover is {'; '.join(map(str, shown)) or 'empty'}.", value={"cover": shown})


def lossless_result(name: str, parts: Sequence[Names], result: LosslessTest) -> Result:
    """Whether a decomposition has a lossless join."""
    verb = "has" if result.lossless else "does not have"
    text = f"The decomposition of {name} into {', '.join(map(braces, parts))} {verb} a lossless join."
    value: dict[str, JsonValue] = {
        "parts": _values(parts),
        "lossless": result.lossless,
        "tableau": [list(row) for row in result.tableau],
    }
    return Result(text=text, value=value)


def preservation_result(name: str, parts: Sequence[Names], result: Preservation) -> Result:
    """Whether a decomposition preserves the dependencies, and which are lost."""
    lost: list[JsonValue] = [str(dependency) for dependency in result.lost]
    verb = "preserves" if result.preserved else "does not preserve"
    text = f"The decomposition of {name} into {', '.join(map(braces, parts))} {verb} every dependency"
    if lost:
        text += f"; lost {'is' if len(lost) == 1 else 'are'} {'; '.join(map(str, lost))}"
    return Result(text=f"{text}.", value={"parts": _values(parts), "preserved": result.preserved, "lost": lost})
