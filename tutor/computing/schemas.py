"""Relation schemas and their dependencies, and the bit sets that the algorithms run on.

A set of attributes is a tuple of names in the schema's order wherever a user sees it, and an integer with bit i for the
schema's attribute i inside the algorithms (`Schema.mask`, `Schema.names`). Parsing is left to `notation`.
"""

from collections.abc import Iterable, Iterator, Sequence

from pydantic import model_validator

from indexing.errors import UsageError
from tutor.computing.steps import Frozen

Names = tuple[str, ...]
# (determinant, dependent) as bit sets
Pair = tuple[int, int]


def braces(names: Iterable[str]) -> str:
    """A set of attributes as a textbook writes it: {A, B}."""
    return "{" + ", ".join(names) + "}"


class Dependency(Frozen):
    """A functional dependency determinant → dependent, or a multivalued one, determinant →→ dependent."""

    determinant: Names
    dependent: Names
    multivalued: bool = False

    def __str__(self) -> str:
        """`A, B → C`; an empty side is written ∅."""
        arrow = "→→" if self.multivalued else "→"
        return f"{', '.join(self.determinant) or '∅'} {arrow} {', '.join(self.dependent) or '∅'}"


class Schema(Frozen):
    """A relation schema: a name, its attributes in order, the dependencies that hold, and keys that were declared.

    A declared key counts as a dependency: it determines every attribute (`pairs`). UsageError when an attribute is
    repeated or a dependency or key names one that the schema lacks.
    """

    name: str = "R"
    attributes: Names
    dependencies: tuple[Dependency, ...] = ()
    keys: tuple[Names, ...] = ()

    @model_validator(mode="after")
    def _known_attributes(self) -> "Schema":
        if not self.attributes:
            raise UsageError(f"{self.name} has no attributes; write them as {self.name}(A, B, C)")
        seen: set[str] = set()
        for name in self.attributes:
            if name in seen:
                raise UsageError(f"{self.name} names the attribute {name} twice; name it once")
            seen.add(name)
        for dependency in self.dependencies:
            self._require(seen, (*dependency.determinant, *dependency.dependent), f"the dependency {dependency}")
        for key in self.keys:
            self._require(seen, key, f"the key {braces(key)}")
        return self

    def _require(self, known: set[str], names: Names, what: str) -> None:
        for name in names:
            if name not in known:
                raise UsageError(f"{what} names {name}, which is not an attribute of {self}")

    def __str__(self) -> str:
        """`R(A, B, C)`."""
        return f"{self.name}({', '.join(self.attributes)})"

    @property
    def full(self) -> int:
        """All attributes as a bit set."""
        return (1 << len(self.attributes)) - 1

    def mask(self, names: Iterable[str]) -> int:
        """Bit set of some attributes. UsageError for a name that the schema lacks."""
        positions = {name: position for position, name in enumerate(self.attributes)}
        mask = 0
        for name in names:
            if name not in positions:
                raise UsageError(f"{name} is not an attribute of {self}")
            mask |= 1 << positions[name]
        return mask

    def names(self, mask: int) -> Names:
        """The attributes of a bit set, in the schema's order."""
        return tuple(name for position, name in enumerate(self.attributes) if mask >> position & 1)

    def dependency(self, pair: Pair) -> Dependency:
        """A pair of bit sets as a functional dependency."""
        return Dependency(determinant=self.names(pair[0]), dependent=self.names(pair[1]))

    @property
    def pairs(self) -> list[Pair]:
        """The functional dependencies as bit sets, as stated and in order; then one for each declared key."""
        stated = [(self.mask(d.determinant), self.mask(d.dependent)) for d in self.dependencies if not d.multivalued]
        return stated + [(self.mask(key), self.full) for key in self.keys]

    @property
    def multivalued_pairs(self) -> list[Pair]:
        """The multivalued dependencies as bit sets."""
        return [(self.mask(d.determinant), self.mask(d.dependent)) for d in self.dependencies if d.multivalued]


def close(mask: int, pairs: Sequence[Pair]) -> int:
    """Closure of a bit set under dependencies given as bit sets."""
    waiting = list(pairs)
    while True:
        rest = []
        before = mask
        for left, right in waiting:
            if left & ~mask:
                rest.append((left, right))
            else:
                mask |= right
        if mask == before or not rest:
            return mask
        waiting = rest


def bits(mask: int) -> Iterator[int]:
    """The single-attribute bit sets of `mask`, lowest first."""
    while mask:
        low = mask & -mask
        yield low
        mask ^= low


def subsets_by_size(mask: int) -> Iterator[int]:
    """All subsets of `mask`, smaller ones first; among equals, those of the first attributes first."""
    single = list(bits(mask))
    for size in range(len(single) + 1):
        yield from _choose(single, size)


def _choose(single: list[int], size: int, start: int = 0, chosen: int = 0) -> Iterator[int]:
    if size == 0:
        yield chosen
        return
    for index in range(start, len(single) - size + 1):
        yield from _choose(single, size - 1, index + 1, chosen | single[index])
