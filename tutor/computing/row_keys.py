"""What the rows of a table show about keys where the book states none: sets of columns without repeated values.

Rows can refute a key and never prove one, so this is said as what the rows show and no more.
"""

from collections.abc import Sequence

from indexing.records import Record, TableRecord
from tutor.computing.answers import Computed, relation_of
from tutor.computing.book_relations import BookRelation
from tutor.computing.book_text import Found
from tutor.computing.intents import TERMS
from tutor.computing.results import Result, listed
from tutor.computing.schemas import Names, Schema, subsets_by_size
from tutor.computing.steps import Step
from tutor.computing.tables import BookTable, book_tables

# Fewer rows show nothing, and more columns have too many sets to try.
_MIN_ROWS, _MAX_COLUMNS = 3, 12


def unique_sets(table: BookTable) -> list[Names]:
    """Minimal sets of columns on which no two rows agree; a set with a null in it counts as none."""
    schema = Schema(name=table.name, attributes=table.columns)
    found: list[int] = []
    for mask in subsets_by_size(schema.full):
        if any(known & ~mask == 0 for known in found):
            continue
        positions = [i for i in range(len(table.columns)) if mask >> i & 1]
        values = [tuple(row[i] for i in positions) for row in table.rows]
        if len(set(values)) == len(values) and not any(None in value for value in values):
            found.append(mask)
    return [schema.names(mask) for mask in found]


def keys_that_rows_allow(relation: BookRelation, records: Sequence[Record]) -> Computed | None:
    """The answer about keys from the rows of the relation's table; None when there are too few rows or too many columns."""
    wanted = {a.casefold() for a in relation.relation.attributes}
    tables = [
        t for t in book_tables(records) if t.name == relation.relation.name and {c.casefold() for c in t.columns} == wanted
    ]
    if len(tables) != 1 or len(tables[0].rows) < _MIN_ROWS or len(tables[0].columns) > _MAX_COLUMNS:
        return None
    table = tables[0]
    record = records[table.record]
    assert isinstance(record, TableRecord)
    sets = unique_sets(table)
    shown = listed(sets) if sets else "no set of columns"
    name = relation.relation.name
    text = (
        f"The book states no key of {name}. In the {len(table.rows)} rows of its table no two rows agree on {shown}; "
        "rows can refute a key, but never prove one."
    )
    where = Found(what="rows", record=table.record, heading=record.heading, pages=tuple(record.pages), sentence=record.caption)
    return Computed(
        kind="keys",
        relation=relation_of(relation.relation),
        found=(*relation.found, where) if where not in relation.found else relation.found,
        assumption=f"{relation.assumption} Only the rows shown were looked at.",
        result=Result(
            text=text, value={"keys": [], "unique_in_rows": [list(names) for names in sets], "rows": len(table.rows)}
        ),
        steps=(Step(rule="uniqueness in the rows", text=f"Smaller sets first: the values of {shown} are all different."),),
        term=TERMS["keys"],
    )
