"""Tables on PDF pages, found by our own geometry over rulings and words.

`find_tables` looks at one page, `join_tables` joins tables that go on over pages. Captions, headings and records are left
to the reader.
"""

from indexing.reading.tables.find import find_tables
from indexing.reading.tables.join import JoinedTable, goes_on, join_tables

__all__ = ["JoinedTable", "find_tables", "goes_on", "join_tables"]
