"""Write Typst code: literals, numbers and calls that the other modules put together.

All text goes to Typst as string literals, so no letter of the source can be taken for markup.
"""

from __future__ import annotations


def literal(text: str) -> str:
    """`text` as a Typst string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def pt(value: float) -> str:
    """A length in points, to a hundredth."""
    return f"{round(value, 2):g}pt"


def call(name: str, *positional: str, **named: str) -> str:
    """A function call in code mode; underscores in names of arguments become hyphens."""
    arguments = [f"{key.replace('_', '-')}: {value}" for key, value in named.items()]
    return f"{name}({', '.join([*positional, *arguments])})"
