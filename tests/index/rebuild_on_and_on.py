"""Rebuilds a book over and over, with another number in it each time, until it is killed. Run by test_kill.py."""

import sys
from pathlib import Path

from indexing.build import build_book
from indexing.ingredients import Options
from indexing.records import TextRecord, write_jsonl
from tests.index.words import WordEmbedder

home = Path(sys.argv[1])
number = int(sys.argv[2])
while True:
    number += 1
    source = home / "given.jsonl"
    write_jsonl(source, [TextRecord(heading=f"{i}", content=f"Sentence {i} of version {number}.") for i in range(40)])
    build_book(source, None, home, "b", Options(WordEmbedder()), lambda what, done, total: None)
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()
