"""Random schemas and decompositions for exercises: small, and with something to find."""

import random
from collections.abc import Callable

from tutor.computing.schemas import Dependency, Names, Schema

# Draws that are too easy (nothing to find) are drawn again, at most so often; the last one is taken then.
DRAWS = 200


def notation(schema: Schema) -> str:
    """A schema in the command line's notation."""
    return "; ".join([str(schema), *map(str, schema.dependencies)])


def given_text(schema: Schema) -> str:
    """A schema in a sentence."""
    return f"{schema} with the functional dependencies {'; '.join(map(str, schema.dependencies))}"


def random_schema(rng: random.Random, wanted: Callable[[Schema], bool]) -> Schema:
    """A schema of four to six attributes with three to five dependencies that has something to find."""
    for _ in range(DRAWS):
        letters = "ABCDEF"[: rng.randint(4, 6)]
        dependencies = []
        for _ in range(rng.randint(3, min(5, len(letters)))):
            left = rng.sample(letters, rng.choice((1, 1, 2)))
            right = rng.sample([a for a in letters if a not in left], rng.choice((1, 1, 2)))
            dependencies.append(Dependency(determinant=tuple(sorted(left)), dependent=tuple(sorted(right))))
        schema = Schema(attributes=tuple(letters), dependencies=tuple(dict.fromkeys(dependencies)))
        if wanted(schema):
            break
    return schema


def random_parts(rng: random.Random, schema: Schema) -> tuple[Names, ...]:
    """Two or three parts that cover the schema and share attributes."""
    while True:
        parts = [tuple(a for a in schema.attributes if rng.random() < 0.6) for _ in range(rng.choice((2, 3)))]
        proper = all(1 < len(part) < len(schema.attributes) for part in parts)
        if proper and set().union(*map(set, parts)) == set(schema.attributes) and len(set(parts)) == len(parts):
            return tuple(parts)
