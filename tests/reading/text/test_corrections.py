"""Corrections: each kind, what no longer fits, and keys that survive a re-reading."""

from pathlib import Path

import pytest

from indexing.errors import SourceError
from indexing.reading.corrections import apply_corrections, read_corrections, record_keys
from indexing.reading.reader import Reading
from indexing.records import FigureRecord, OutlineEntry, Question, Record, TableRecord, TextRecord


def text(content: str, page: int = 1, path: tuple[str, ...] = ("1 A", "1.1 B")) -> TextRecord:
    return TextRecord(content=content, heading=path[-1], heading_path=list(path), spans=[(page, 0, 0, 9, 9)], offsets=[0])


TABLE = TableRecord(content=[{"a": "1"}], grid=[["a"], ["1"]], caption="Table 1", spans=[(1, 0, 0, 9, 9)])


def reading(*records: Record) -> Reading:
    outline = [OutlineEntry(level=1, title="1 A", page=1), OutlineEntry(level=2, title="1.1 B", page=1)]
    questions = [Question(question="1 Why?", heading="1.1 B", heading_path=["1 A", "1.1 B"], spans=[(2, 0, 0, 1, 1)])]
    return Reading(list(records), outline, questions, [], [])


def corrected(tmp_path: Path, read: Reading, *lines: str) -> tuple[Reading, list[str]]:
    path = tmp_path / "corrections.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    result = apply_corrections(read, read_corrections(path))
    assert result.applied == len(lines) - len(result.unfit)
    return result.reading, result.unfit


def test_replace_drop_and_merge(tmp_path: Path) -> None:
    records = [text("One."), text("Two.", 2), text("Tree."), text("Junk.")]
    one, two, three, junk = record_keys(records)
    result, unfit = corrected(
        tmp_path,
        reading(*records),
        f'{{"do": "replace", "key": "{three}", "record": {{"content": "Three."}}, "note": "a misprint"}}',
        f'{{"do": "drop", "key": "{junk}"}}',
        f'{{"do": "merge", "keys": ["{one}", "{two}"]}}',
    )
    assert unfit == []
    assert [record.content for record in result.records] == ["One.\n\nTwo.", "Three."]
    merged, replaced = result.records
    assert isinstance(merged, TextRecord)
    assert isinstance(replaced, TextRecord)
    assert (merged.offsets, merged.pages) == ([0, 6], [1, 2])
    assert replaced.offsets == []


def test_replacing_a_grid_makes_the_rows_anew(tmp_path: Path) -> None:
    line = f'{{"do": "replace", "key": "{record_keys([TABLE])[0]}", "record": {{"grid": [["b"], ["2"]]}}}}'
    result, _ = corrected(tmp_path, reading(TABLE), line)
    assert result.records[0].content == [{"b": "2"}]


def test_a_record_of_another_type(tmp_path: Path) -> None:
    fields = '{"type": "table", "grid": [["a"], ["1"]], "header_rows": 1, "caption": "Table 9"}'
    result, unfit = corrected(
        tmp_path, reading(text("a 1")), f'{{"do": "replace", "key": "{record_keys([text("a 1")])[0]}", "record": {fields}}}'
    )
    assert unfit == []
    assert isinstance(result.records[0], TableRecord)
    assert result.records[0].content == [{"a": "1"}]
    assert result.records[0].heading == "1.1 B"


def test_rename_reaches_outline_records_and_questions(tmp_path: Path) -> None:
    result, unfit = corrected(tmp_path, reading(text("One.")), '{"do": "rename", "heading": "1 A", "to": "1 Alpha"}')
    assert unfit == []
    assert [entry.title for entry in result.outline] == ["1 Alpha", "1.1 B"]
    assert result.records[0].heading_path == ["1 Alpha", "1.1 B"]
    assert result.questions[0].heading_path == ["1 Alpha", "1.1 B"]


def test_what_no_longer_fits_is_said_and_the_rest_applied(tmp_path: Path) -> None:
    result, unfit = corrected(
        tmp_path,
        reading(text("One."), TABLE),
        '{"do": "drop", "key": "000000000000"}',
        '{"do": "rename", "heading": "9 Gone", "to": "x"}',
        f'{{"do": "merge", "keys": ["{record_keys([text("One.")])[0]}", "{record_keys([TABLE])[0]}"]}}',
        '{"do": "rename", "heading": "1.1 B", "to": "1.1 Beta"}',
    )
    assert [line.split(": ", 1)[0] for line in unfit] == [f"corrections.jsonl, line {n}" for n in (1, 2, 3)]
    assert "no record has the key 000000000000" in unfit[0]
    assert result.outline[1].title == "1.1 Beta"
    assert len(result.records) == 2


def test_keys_depend_on_content_alone() -> None:
    elsewhere = text("One.", page=7, path=("2 Z",))
    assert record_keys([text("One.")]) == record_keys([elsewhere])
    assert record_keys([text("One."), text("One.")])[1] == record_keys([text("One.")])[0] + "-2"
    figures = [FigureRecord(spans=[(page, 0, 0, 9, 9)]) for page in (1, 2)]
    assert len({*record_keys([*figures, TABLE, text("x")])}) == 4


@pytest.mark.parametrize(
    "line", ['{"do": "vanish", "key": "x"}', "{", '{"do": "drop"}', '{"do": "drop", "key": "x", "kye": 1}']
)
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "corrections.jsonl"
    path.write_text("\n" + line, encoding="utf-8")
    with pytest.raises(SourceError, match="line 2: not a correction"):
        read_corrections(path)


def test_no_file_is_no_correction(tmp_path: Path) -> None:
    assert read_corrections(tmp_path / "corrections.jsonl") == []
