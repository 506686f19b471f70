"""A table's raw grid as rows keyed by their header."""

from collections.abc import Sequence


def keyed_rows(grid: Sequence[Sequence[str]], header_rows: int) -> list[dict[str, str]]:
    """Each row keyed by its column's header: the cells of all header rows, top to bottom, repeats left out."""
    keys: list[str] = []
    for column in range(max((len(row) for row in grid), default=0)):
        parts: list[str] = []
        for row in grid[:header_rows]:
            if column < len(row) and row[column] and row[column] not in parts:
                parts.append(row[column])
        key = " ".join(parts) or f"column {column + 1}"
        count = sum(1 for other in keys if other == key or other.startswith(f"{key} ("))
        keys.append(f"{key} ({count + 1})" if count else key)
    return [dict(zip(keys, row, strict=False)) for row in grid[header_rows:]]
