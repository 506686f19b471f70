"""What was read of the sample course against the source it was built from: text, tables, diagrams, questions.

    python benchmarks/sample_reading.py [--errors]

Text is scored by section: the share of characters that are in both, in order, whole paragraphs with their breaks. Tables count
by cell, diagrams by typed fact, questions by their whole text. `reading.py` prints these beside its other figures.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "data" / "sample"
sys.path[:0] = [str(ROOT), str(SAMPLE)]  # run as a script; the sample course is no package of ours

from typesetting.source import (  # noqa: E402
    Course,
    Figure,
    Heading,
    ListBlock,
    Listing,
    Paragraph,
    Table,
    plain,
    read_course,
)

from indexing.reading.questions import read_questions  # noqa: E402
from indexing.reading.reader import Reading, read_book  # noqa: E402
from indexing.records import DiagramRecord, TableRecord, TextRecord  # noqa: E402


def block_text(block: Any) -> str:
    """A block as records print it: items and lines on lines of their own."""
    if isinstance(block, Paragraph):
        return plain(block.spans)
    if isinstance(block, Listing):
        return "\n".join(line or " " for line in block.text.rstrip("\n").split("\n"))
    return "\n".join(list_items(block))


def list_items(block: ListBlock) -> Iterator[str]:
    for number, item in enumerate(block.items, 1):
        mark = f"{number}. " if block.ordered else "• "
        for part in item:
            if isinstance(part, ListBlock):
                yield from list_items(part)
            else:
                yield mark + plain(part.spans)
            mark = ""


def gold_text(course: Course) -> dict[str, str]:
    """Each heading's own text."""
    texts: dict[str, list[str]] = defaultdict(list)
    for chapter in course.chapters:
        heading = chapter.heading.text
        for block in chapter.blocks:
            if isinstance(block, Heading):
                heading = block.text
            elif isinstance(block, Paragraph | Listing | ListBlock):
                texts[heading].append(block_text(block))
    return {heading: "\n\n".join(parts) for heading, parts in texts.items()}


def read_text(reading: Reading) -> dict[str, str]:
    texts: dict[str, str] = defaultdict(str)
    for record in reading.records:
        if isinstance(record, TextRecord) and record.role in ("body", "exercises"):
            texts[record.heading] += ("\n\n" if texts[record.heading] else "") + record.content
    return texts


def same_characters(gold: str, read: str) -> int:
    return sum(block.size for block in SequenceMatcher(None, gold, read, autojunk=False).get_matching_blocks())


def score_text(course: Course, reading: Reading, errors: bool) -> dict[str, float]:
    gold, read = gold_text(course), read_text(reading)
    total = same = lengths = exact = 0
    for heading, text in gold.items():
        found = read.get(heading, "")
        same_here = len(text) if text == found else same_characters(text, found)
        total, same, lengths, exact = total + len(text), same + same_here, lengths + len(found), exact + (text == found)
        if errors and text != found:
            show(heading, text, found)
    return {
        "recall": round(same / total, 4),
        "precision": round(same / max(1, lengths), 4),
        "sections": len(gold),
        "sections exact": exact,
    }


def show(heading: str, gold: str, found: str) -> None:
    print(f"--- {heading}", file=sys.stderr)
    for tag, a, b, c, d in SequenceMatcher(None, gold, found, autojunk=False).get_opcodes():
        if tag != "equal":
            print(
                f"   {gold[max(0, a - 25) : a]!r} [{gold[a:b]!r} → {found[c:d]!r}] {gold[b : b + 25]!r}"[:400], file=sys.stderr
            )


def score_tables(course: Course, reading: Reading, errors: bool) -> dict[str, int]:
    gold = {
        t.text: [[plain(cell) for cell in row] for row in (t.header, *t.rows)] for c in course.chapters for t in c.of(Table)
    }
    read = {r.caption: r.grid for r in reading.records if isinstance(r, TableRecord)}
    cells = right = 0
    for caption, grid in gold.items():
        found = read.get(caption, [])
        for y, row in enumerate(grid):
            for x, cell in enumerate(row):
                cells += 1
                right += y < len(found) and x < len(found[y]) and found[y][x] == cell
        if errors and found != grid:
            print("--- table", caption, "\n   ", grid, "\n   ", found, file=sys.stderr)
    extra = sum(1 for r in reading.records if isinstance(r, TableRecord) and r.caption not in gold)
    return {"tables": len(gold), "cells": cells, "right": right, "tables that are none": extra}


def facts(diagram: dict[str, Any]) -> set[str]:
    """The typed facts of a diagram."""
    found = {json.dumps(["entity", e["name"], bool(e.get("weak"))]) for e in diagram["entities"]}
    for a in diagram["attributes"]:
        marks = [bool(a.get(mark)) for mark in ("key", "partial_key", "multivalued", "derived")]
        found.add(json.dumps(["attribute", a["owner"], a["name"], a.get("parent"), *marks]))
    for r in diagram["relationships"]:
        ends = sorted(json.dumps([e["entity"], e.get("cardinality"), e.get("total"), e.get("role")]) for e in r["ends"])
        found.add(
            json.dumps(["relationship", r.get("name"), bool(r.get("identifying")), sorted(r.get("attributes", [])), ends])
        )
    return found


def score_diagrams(course: Course, reading: Reading, errors: bool) -> dict[str, int]:
    gold = {f.text: facts(f.drawing["diagram"]) for c in course.chapters for f in c.of(Figure) if f.drawing["kind"] == "er"}
    read = {
        r.caption: facts(r.diagram.model_dump())
        for r in reading.records
        if isinstance(r, DiagramRecord) and r.diagram is not None
    }
    right = sum(len(gold[caption] & read.get(caption, set())) for caption in gold)
    if errors:
        for caption in gold:
            if gold[caption] != read.get(caption):
                print("--- diagram", caption, "missed", gold[caption] - read.get(caption, set()), file=sys.stderr)
                print("    wrong", read.get(caption, set()) - gold[caption], file=sys.stderr)
    return {
        "diagrams": len(gold),
        "facts": sum(map(len, gold.values())),
        "read": sum(map(len, read.values())),
        "right": right,
    }


def score_questions(course: Course, errors: bool) -> dict[str, int]:
    gold = {
        q.number: (q.text, "\n\n".join(block_text(block) for block in q.answer))
        for questions in course.review.values()
        for q in questions
    }
    read = {q.number: (q.question, q.answer or "") for q in read_questions(SAMPLE / "review.pdf")}
    if errors:
        for number, pair in gold.items():
            if read.get(number) != pair:
                show(f"question {number}", "\n".join(pair), "\n".join(read.get(number, ("", ""))))
    return {
        "questions": len(gold),
        "read": len(read),
        "question right": sum(read.get(n, ("", ""))[0] == pair[0] for n, pair in gold.items()),
        "answer right": sum(read.get(n, ("", ""))[1] == pair[1] for n, pair in gold.items()),
    }


def score(errors: bool = False) -> dict[str, dict[str, Any]]:
    """All scores of the sample course."""
    course, reading = read_course(SAMPLE), read_book(SAMPLE / "book.pdf")
    return {
        "text": score_text(course, reading, errors),
        "tables": score_tables(course, reading, errors),
        "diagrams": score_diagrams(course, reading, errors),
        "questions": score_questions(course, errors),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="show what differs")
    print(json.dumps(score(parser.parse_args().errors), indent=1))
