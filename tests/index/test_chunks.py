"""Chunks: verbatim, within both limits, each in one record, with ids of their content and spans that say where they stand."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.chunks import Chunk, Limits, input_text, make_chunks
from indexing.records import Diagram, DiagramRecord, FigureRecord, Record, TableRecord, TextRecord

LIMITS = Limits(
    {"words": lambda text: len(re.findall(r"\w+|[^\w\s]", text)) + 2, "letters": lambda text: len(text) + 1},
    {"words": 30, "letters": 120},
)

word = st.text("abcde", min_size=1, max_size=30)
sentence = st.lists(word, min_size=1, max_size=25).map(lambda words: " ".join(words).capitalize() + ".")
line = st.lists(sentence, min_size=1, max_size=3).map(" ".join)


@st.composite
def text_records(draw: st.DrawFn) -> TextRecord:
    """A record whose printed lines stand on pages 3, 4, …, two a page."""
    printed = draw(st.lists(line, min_size=1, max_size=6))
    joints = draw(st.lists(st.sampled_from([" ", "\n", "\n\n"]), min_size=len(printed), max_size=len(printed)))
    content, offsets = "", []
    for text, joint in zip(printed, joints, strict=True):
        offsets.append(len(content))
        content += text + joint
    content = content.rstrip()
    path = draw(st.lists(st.text("xyz ", min_size=1, max_size=20), max_size=4))
    spans = [(3 + row // 2, 10.0, 10.0 * row, 90.0, 10.0 * row + 8) for row in range(len(printed))]
    return TextRecord(heading=path[-1] if path else "", heading_path=path, content=content, offsets=offsets, spans=spans)


@given(st.lists(text_records(), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_text_is_cut_and_nothing_else(records: list[Record]) -> None:
    chunks = make_chunks(records, LIMITS)
    for number, record in enumerate(records):
        assert isinstance(record, TextRecord)
        mine = [chunk for chunk in chunks if chunk.record == number]
        position = 0
        for chunk in mine:
            found = record.content.index(chunk.text, position)
            assert not record.content[position:found].strip()  # nothing but white space is left out
            position = found + len(chunk.text)
            check_spans(chunk, record, found)
        assert not record.content[position:].strip()
    for chunk in chunks:
        assert LIMITS.fits(chunk.input_text)
        assert chunk.tokens == LIMITS.count(chunk.input_text)
        assert "".join(chunk.sentence(i) for i in range(len(chunk.sentences))).split() or not chunk.text.split()
        inside = [chunk.text[a:b] for a, b in chunk.sentences]
        assert re.sub(r"\s", "", "".join(inside)) == re.sub(r"\s", "", chunk.text)
    assert len({chunk.id for chunk in chunks}) == len(chunks)


def check_spans(chunk: Chunk, record: TextRecord, start: int) -> None:
    """A chunk has the spans of just those printed lines that its text touches."""
    ends = [*record.offsets[1:], len(record.content)]
    touched = [
        span for span, a, b in zip(record.spans, record.offsets, ends, strict=True) if a < start + len(chunk.text) and b > start
    ]
    assert chunk.spans == touched
    assert chunk.pages == sorted({span[0] for span in touched})
    assert chunk.offsets == sorted(chunk.offsets)
    assert len(chunk.offsets) == len(chunk.spans)


def test_ids_derive_from_content_and_survive_what_happens_elsewhere() -> None:
    keys = TextRecord(heading="1 Keys", heading_path=["1 Keys"], content="A key is minimal.", spans=[(1, 0, 0, 1, 1)])
    nulls = TextRecord(heading="2 Nulls", heading_path=["2 Nulls"], content="A null is no value.", spans=[(2, 0, 0, 1, 1)])
    first, second = make_chunks([keys, nulls], LIMITS)
    moved, again = make_chunks([nulls.model_copy(update={"spans": [(9, 0, 0, 1, 1)]}), keys], LIMITS)
    assert (again.id, moved.id) == (first.id, second.id)
    renamed = keys.model_copy(update={"heading_path": ["3 Keys"]})
    assert make_chunks([renamed], LIMITS)[0].id != first.id


def test_equal_texts_have_ids_of_their_own() -> None:
    record = TextRecord(content="See above.", spans=[(1, 0, 0, 1, 1)])
    assert len({chunk.id for chunk in make_chunks([record, record], LIMITS)}) == 2


def test_a_long_sentence_is_split_at_clauses() -> None:
    clauses = ["the first part of it all", "the second part of it all", "the third part of it all", "the last part of all"]
    content = "We say " + "; ".join(clauses) + "; and " + "; ".join(clauses) + "."
    chunks = make_chunks([TextRecord(content=content)], LIMITS)
    assert [chunk.text for chunk in chunks] == [
        "We say the first part of it all; the second part of it all; the third part of it all;",
        "the last part of all; and the first part of it all; the second part of it all; the third part of it all;",
        "the last part of all.",
    ]


def test_a_row_carries_its_header_names_and_the_caption() -> None:
    table = TableRecord(
        caption="Table 1.1: Staff.",
        content=[{"Name": "Smith", "No": "17"}, {"Name": "Brown", "No": ""}],
        grid=[["Name", "No"], ["Smith", "17"], ["Brown", ""]],
        spans=[(5, 0, 0, 9, 1), (5, 0, 1, 9, 2), (6, 0, 2, 9, 3)],
    )
    columns, smith, brown = make_chunks([table], LIMITS)
    assert (columns.text, columns.pages) == ("Table 1.1: Staff.\nColumns: Name, No.", [5, 6])
    assert (smith.text, smith.row, smith.pages) == ("Table 1.1: Staff.\n(Name: Smith; No: 17)", 1, [5])
    assert (brown.text, brown.row, brown.pages) == ("Table 1.1: Staff.\n(Name: Brown)", 2, [6])
    assert (smith.caption, smith.sentence(0), smith.note) == ("Table 1.1: Staff.", "(Name: Smith; No: 17)", None)


def test_a_row_over_the_limit_is_split_by_cells_with_its_key_and_says_so() -> None:
    row = {"Name": "Smith", "One": "alpha beta gamma " * 3, "Two": "delta epsilon " * 3, "Three": "end"}
    parts = make_chunks([TableRecord(content=[row], grid=[list(row), list(row.values())])], LIMITS)
    assert len(parts) > 1
    assert all(part.text.startswith("(Name: Smith; ") and LIMITS.fits(part.input_text) for part in parts)
    assert all(part.note == "row split by cells, its first cell repeated" for part in parts)
    together = " ".join(part.text for part in parts)
    assert all(name in together for name in ("One", "Two", "Three"))
    assert together.count("gamma") == 3


cell = st.text("ab c", max_size=60)


@given(st.lists(st.dictionaries(st.text("XYZ", min_size=1, max_size=70), cell, min_size=1, max_size=5), max_size=3))
@settings(max_examples=40, deadline=None)
def test_rows_fit_whatever_stands_in_them(rows: list[dict[str, str]]) -> None:
    table = TableRecord(caption="Table 2: " + "c" * 20, content=rows, grid=[list(row.values()) for row in rows])
    chunks = make_chunks([table], LIMITS)
    assert all(LIMITS.fits(chunk.input_text) for chunk in chunks)
    for number, row in enumerate(rows):
        text = "".join(chunk.text for chunk in chunks if chunk.row == number + 1)
        for value in row.values():
            assert set(value.split()) <= set(re.findall("[abc]+", text)) or len(value) > 30


def test_the_sentences_of_a_diagram_keep_its_caption() -> None:
    diagram = DiagramRecord(
        caption="Figure 3.1: Staff.", content=["EMPLOYEE has key Ssn.", "WORKS_FOR is N:1."], diagram=Diagram()
    )
    (chunk,) = make_chunks([diagram], LIMITS)
    assert chunk.text == "Figure 3.1: Staff.\nEMPLOYEE has key Ssn.\nWORKS_FOR is N:1."
    assert [chunk.sentence(i) for i in range(2)] == ["EMPLOYEE has key Ssn.", "WORKS_FOR is N:1."]


def test_a_figure_is_found_by_its_caption_and_exercises_are_not_indexed() -> None:
    figure = FigureRecord(caption="Figure 2.1: The levels.")
    exercises = TextRecord(content="What is a key?", role="exercises")
    (chunk,) = make_chunks([figure, exercises, FigureRecord()], LIMITS)
    assert (chunk.type, chunk.text) == ("figure", "Figure 2.1: The levels.")


def test_a_heading_path_that_leaves_no_room_loses_its_outer_headings() -> None:
    path = ["The outermost heading of them all", "A heading in between them", "1.1 Keys"]
    (chunk,) = make_chunks([TextRecord(heading="1.1 Keys", heading_path=path, content="A key.")], LIMITS)
    assert chunk.heading_path == path[1:]
    assert chunk.input_text == input_text(path[1:], "A key.") == "A heading in between them › 1.1 Keys\nA key."


@pytest.mark.parametrize("content", ["", "   ", "\n\n"])
def test_nothing_gives_nothing(content: str) -> None:
    assert make_chunks([TextRecord(content=content)], LIMITS) == []
