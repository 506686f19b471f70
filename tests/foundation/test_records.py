"""The typed records and their files: whole values, and errors that name the line."""

import json
from pathlib import Path

import pytest

from indexing.errors import SourceError
from indexing.records import Question, TableRecord, TextRecord, read_jsonl, read_records, write_jsonl


def test_a_record_survives_its_file(tmp_path: Path) -> None:
    record = TextRecord(
        heading="1.4.3 End users", heading_path=["1 Databases", "1.4 Actors", "1.4.3 End users"], content="End users ask.",
        spans=[(15, 1.0, 2.0, 3.0, 4.0), (16, 1.0, 2.0, 3.0, 4.0)], offsets=[0, 4], page_labels=["xv", "1"],
    )  # fmt: skip
    write_jsonl(tmp_path / "records.jsonl", [record])
    assert read_records(tmp_path / "records.jsonl") == [record]
    assert json.loads((tmp_path / "records.jsonl").read_text())["pages"] == [15, 16]


def test_a_record_is_one_line_for_every_reader(tmp_path: Path) -> None:
    record = TextRecord(content="one\x85two\u2028three\u2029four\x0cfive\nsix é")
    write_jsonl(tmp_path / "records.jsonl", [record, record])
    text = (tmp_path / "records.jsonl").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 2
    assert "six é" in text
    assert read_records(tmp_path / "records.jsonl") == [record, record]


def test_the_report_s_own_lines_are_records(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(
        '{"type": "text", "heading": "1.4.3 End Users", "content": "End users are the people..."}\n'
        '{"type": "table", "content": [{"Name": "Smith", "Student_number": "17"}]}\n'
        '{"type": "ER_desc", "heading": "9.1.1 ER Mapping Algorithm", "content": ["EMPLOYEE has..."]}\n'
    )
    text, table, diagram = read_records(path)
    assert (text.heading, table.content, diagram.content) == (
        "1.4.3 End Users", [{"Name": "Smith", "Student_number": "17"}], ["EMPLOYEE has..."],
    )  # fmt: skip


def test_pages_without_spans_become_empty_boxes() -> None:
    record = TextRecord.model_validate({"content": "x", "pages": [3, 4]})
    assert record.pages == [3, 4]
    assert record.spans == [(3, 0, 0, 0, 0), (4, 0, 0, 0, 0)]


def test_foreign_fields_are_kept() -> None:
    assert TableRecord.model_validate({"content": [], "colour": "red"}).model_extra == {"colour": "red"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", "line 2: not a record"),
        ('{"type": "poem", "content": "x"}', "line 2: not a record (Input tag 'poem'"),
        ('{"type": "text"}', "line 2: not a record (text.content: Field required)"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text('{"type": "text", "content": "fine"}\n' + line + "\n")
    with pytest.raises(SourceError) as caught:
        read_records(path)
    assert str(caught.value).startswith(f"{path}, {reason}")
    assert "\n" not in str(caught.value)


def test_a_question_needs_a_question(tmp_path: Path) -> None:
    path = tmp_path / "qa.jsonl"
    path.write_text('{"answer": "because"}\n')
    with pytest.raises(SourceError, match="line 1: not a question"):
        read_jsonl(path, Question)
