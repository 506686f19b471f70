"""The expression tree of relational algebra, and its text in one spelling."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Operand:
    """One side of a comparison: an attribute (maybe with its relation's name), a number, or a text."""

    attribute: str = ""
    value: int | float | str | None = None

    def __str__(self) -> str:
        if self.attribute:
            return self.attribute
        return f"'{self.value}'" if isinstance(self.value, str) else str(self.value)


@dataclass(frozen=True)
class Comparison:
    """`left op right`, op one of = ≠ < ≤ > ≥; or `left is null` / `left is not null` without a right side."""

    left: Operand
    op: str
    right: Operand | None = None

    def __str__(self) -> str:
        return f"{self.left} {self.op} {self.right}" if self.right else f"{self.left} {self.op}"


@dataclass(frozen=True)
class Logical:
    """`and`, `or` over two or more conditions, `not` over one."""

    op: str
    parts: tuple["Condition", ...]

    def __str__(self) -> str:
        if self.op == "not":
            return f"not ({self.parts[0]})"
        return f" {self.op} ".join(f"({part})" if isinstance(part, Logical) else str(part) for part in self.parts)


Condition = Comparison | Logical


@dataclass(frozen=True)
class Node:
    """A relation by name, or an operation on one or two expressions.

    `op`: "relation", "σ", "π", "ρ", "∪", "∩", "−", "×", "⋈", "÷", "←". `name` is that of a relation, renaming or
    assignment; `names` are the attributes of a projection or renaming; `condition` belongs to σ and ⋈ (a ⋈ without one
    is the natural join).
    """

    op: str
    inputs: tuple["Node", ...] = ()
    name: str = ""
    names: tuple[str, ...] = ()
    condition: Condition | None = None

    def __str__(self) -> str:
        inner = [str(node) if node.op in ("relation", "σ", "π", "ρ") else f"({node})" for node in self.inputs]
        if self.op == "relation":
            return self.name
        if self.op == "σ":
            return f"σ {self.condition} ({self.inputs[0]})"
        if self.op == "π":
            return f"π {', '.join(self.names)} ({self.inputs[0]})"
        if self.op == "ρ":
            return f"ρ {self.name}{f'({chr(44).join(self.names)})' if self.names else ''} ({self.inputs[0]})"
        if self.op == "←":
            return f"{self.name}{f'({chr(44).join(self.names)})' if self.names else ''} ← {self.inputs[0]}"
        condition = f" {self.condition}" if self.condition else ""
        return f"{inner[0]} {self.op}{condition} {inner[1]}"
