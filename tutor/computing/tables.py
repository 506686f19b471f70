"""A book's table records as relations with names and typed columns, for SQL and relational algebra.

A table is named after the relation whose state its caption says it is ("Table 4.1: A state of the relation DEPARTMENT."
→ DEPARTMENT), or else after the one relation that the text declares with just its columns, and every one also after its
number (table_4_1). Columns take their names from the header; a column is INTEGER or REAL when every value that is given
is such a number, otherwise TEXT. Empty cells and the words NULL and null are nulls. Nothing else is guessed.
"""

import re
from collections.abc import Sequence

from indexing.errors import UsageError
from indexing.records import Record, TableRecord, TextRecord
from tutor.computing.prose import create_tables, schema_statements
from tutor.computing.steps import Frozen

Value = int | float | str | None
Row = tuple[Value, ...]

_NUMBER = re.compile(r"\bTables?\s+([A-Z]?\d+(?:[.\-–]\d+)*)", re.IGNORECASE)
# DEPT_LOCATIONS, Works_on, EMPLOYEE: a relation's name has capitals throughout, or an underscore.
_UPPER = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b")
_NAMED = re.compile(
    r"""\b(?:relations?|tables?|(?:state|instance|extension|contents?|rows?|tuples?|data)\ of)\s+
    (?:the\s+)?(?:relation\s+|table\s+)?[“"']?([A-Z]\w*)
    |\b(?:[Tt]he\s+)?([A-Z]\w*)[”"']?\s+(?:relation|table)\b""",
    re.VERBOSE,
)
_STATE = r"\b(?:states?|instance|extension|contents?|rows|tuples|population|data)"
# words that a caption may have beside the relation's name and still say no more than which relation it shows
_PLAIN = {"a", "an", "the", "relation", "table", "sample", "example", "some", "of", "in", "current", "database"}
_INTEGER = re.compile(r"[-−+]?(?:0|[1-9]\d*)")
_GROUPED = re.compile(r"[-−+]?[1-9]\d{0,2}(?:,\d{3})+")
_REAL = re.compile(r"[-−+]?(?:0|[1-9]\d*)\.\d+")
_NULL = {"", "null"}
# Words in capitals that captions use for other things than relations.
_NOT_RELATIONS = {"SQL", "ER", "EER", "DBMS", "NULL", "FD", "MVD", "DDL", "DML", "PK", "FK", "UML", "XML", "NF", "I", "A"}


class BookTable(Frozen):
    """A table of the book as a relation. `aliases` are further names; `caption` and `record` say where it stands."""

    name: str
    aliases: tuple[str, ...]
    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[Row, ...]
    caption: str
    record: int

    def __str__(self) -> str:
        """`DEPARTMENT(Dnumber INTEGER, Dname TEXT)`."""
        return f"{self.name}({', '.join(f'{c} {t}' for c, t in zip(self.columns, self.types, strict=True))})"


def book_tables(records: Sequence[Record]) -> list[BookTable]:
    """Every table record with a header and a row, in reading order. Where two have one name, the first keeps it."""
    tables: list[BookTable] = []
    declared = _declared_relations(records)
    taken: set[str] = set()
    for index, record in enumerate(records):
        if not isinstance(record, TableRecord):
            continue
        header, body = _header_and_body(record)
        if not header or not body:
            continue
        names = [name for name in _names(record.caption, header, declared, len(tables) + 1) if name.casefold() not in taken]
        if not names:
            names = [f"table_at_{index}"]
        taken |= {name.casefold() for name in names}
        tables.append(_table(names, header, body, record.caption, index))
    return tables


def find_table(tables: Sequence[BookTable], name: str) -> BookTable:
    """A table by its name or alias, in any letter case. UsageError lists the tables there are."""
    for table in tables:
        if name.casefold() in {known.casefold() for known in (table.name, *table.aliases)}:
            return table
    known = ", ".join(table.name for table in tables) or "none"
    raise UsageError(f"the book has no table {name}; its tables are {known}")


def table_columns(record: TableRecord) -> tuple[str, ...]:
    """The column names that a table record has as a relation."""
    return _columns(_header_and_body(record)[0])


def _header_and_body(record: TableRecord) -> tuple[list[str], list[list[str]]]:
    """Header and rows: from the grid where there is one (rows keep repeated column names there), else from the dicts."""
    if record.grid and 0 < record.header_rows < len(record.grid):
        header = record.grid[record.header_rows - 1]
        body = [row for row in record.grid[record.header_rows :] if any(cell.strip() for cell in row)]
        return list(header), [(row + [""] * len(header))[: len(header)] for row in body]
    if record.grid and record.header_rows == 0:
        return [], []
    header = list(dict.fromkeys(name for row in record.content for name in row))
    return header, [[row.get(name, "") for name in header] for row in record.content]


def relation_in_caption(caption: str) -> str | None:
    """The relation that a caption names, when it names exactly one."""
    text = _NUMBER.sub(" ", caption)
    capitals = [
        w for w in _UPPER.findall(text) if len(w) > 1 and w not in _NOT_RELATIONS and not re.fullmatch(r"\d?NF|BCNF", w)
    ]
    capitals += re.findall(r"\b[A-Z][a-z0-9]+(?:_\w+)+\b", text)
    named = [match[1] or match[2] for match in _NAMED.finditer(text)]
    named = [
        name for name in named if name not in _NOT_RELATIONS and name.casefold() not in ("the", "a", "an", "table", "relation")
    ]
    for found in (named, capitals):
        if len(set(found)) == 1:
            return str(found[0])
    return None


def state_in_caption(caption: str) -> str | None:
    """The relation of which a caption says that the table is a state: "A state of PLOT.", "The WORKS_ON relation",
    "EMPLOYEE".
    """
    relation = relation_in_caption(caption)
    if relation is None:
        return None
    if re.search(
        rf"{_STATE}\s+(?:of|for|in)\s+(?:the\s+)?(?:relation\s+|table\s+)?[“\"']?{relation}(?!\w)", caption, re.IGNORECASE
    ):
        return relation
    first = re.split(r"[.:;]\s|[.:;]$", _NUMBER.sub("", caption, count=1).strip(" .:–-"))[0]
    others = [word for word in re.findall(r"\w+", first) if word != relation and word.casefold() not in _PLAIN]
    return None if others or re.search(r"[σπ⋈∪∩×÷→]", first) else relation


def _declared_relations(records: Sequence[Record]) -> dict[frozenset[str], set[str]]:
    """Names of the relations that the running text declares, by their attributes."""
    declared: dict[frozenset[str], set[str]] = {}
    for record in records:
        if isinstance(record, TextRecord) and record.role in ("body", "footnote"):
            statements = [*schema_statements(record.content), *(create for create, _ in create_tables(record.content))]
            for statement in statements:
                declared.setdefault(frozenset(a.casefold() for a in statement.attributes), set()).add(statement.name)
    return declared


def _names(caption: str, header: Sequence[str], declared: dict[frozenset[str], set[str]], position: int) -> list[str]:
    names = []
    relation = state_in_caption(caption)
    if relation is None and not re.search(
        r"\b(?:result|join|projection|selection|query|view)\b|[σπ⋈∪∩×÷]", caption, re.IGNORECASE
    ):
        fitting = declared.get(frozenset(" ".join(cell.split()).casefold() for cell in header), set())
        relation = next(iter(fitting)) if len(fitting) == 1 else None
    if relation:
        names.append(relation)
    number = _NUMBER.search(caption)
    names.append(f"table_{re.sub(r'[.–-]', '_', number[1])}" if number else f"table_no_{position}")
    return names


def _table(names: list[str], header: list[str], body: list[list[str]], caption: str, index: int) -> BookTable:
    columns = _columns(header)
    typed = [_typed([row[i] for row in body]) for i in range(len(columns))]
    rows = tuple(tuple(values[r] for _, values in typed) for r in range(len(body)))
    return BookTable(
        name=names[0],
        aliases=tuple(names[1:]),
        columns=columns,
        types=tuple(kind for kind, _ in typed),
        rows=rows,
        caption=caption,
        record=index,
    )


def _columns(header: Sequence[str]) -> tuple[str, ...]:
    """Column names that SQL takes unquoted: other signs become underscores, repetitions get a number."""
    columns: list[str] = []
    for position, cell in enumerate(header, 1):
        name = re.sub(r"\W+", "_", cell.strip()).strip("_") or f"column_{position}"
        if name[0].isdigit():
            name = f"c_{name}"
        unique, number = name, 2
        while unique.casefold() in {column.casefold() for column in columns}:
            unique, number = f"{name}_{number}", number + 1
        columns.append(unique)
    return tuple(columns)


def _typed(cells: Sequence[str]) -> tuple[str, list[Value]]:
    """The type of a column and its values. Numbers with leading zeros are text: they are names (007), not amounts."""
    given = [None if cell.strip().casefold() in _NULL else " ".join(cell.split()) for cell in cells]
    values = [cell for cell in given if cell is not None]
    plain = [cell.replace("−", "-") for cell in values]
    if values and all(_INTEGER.fullmatch(cell) and len(cell) < 19 for cell in values):
        numbers = iter([int(cell) for cell in plain])
        return "INTEGER", [None if cell is None else next(numbers) for cell in given]
    if (
        values
        and all(_GROUPED.fullmatch(cell) or _INTEGER.fullmatch(cell) for cell in values)
        and all(len(cell) < 19 for cell in values)
    ):
        numbers = iter([int(cell.replace(",", "")) for cell in plain])
        return "INTEGER", [None if cell is None else next(numbers) for cell in given]
    if (
        values
        and all(_REAL.fullmatch(cell) or _INTEGER.fullmatch(cell) for cell in values)
        and all(len(cell) < 19 for cell in values)
    ):
        reals = iter([float(cell) for cell in plain])
        return "REAL", [None if cell is None else next(reals) for cell in given]
    return "TEXT", list(given)
