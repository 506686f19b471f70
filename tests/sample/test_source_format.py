"""The Markdown of the sample course read into plain structures, on tiny sources of each kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typesetting.source import (
    Figure,
    Heading,
    ListBlock,
    Listing,
    Paragraph,
    Question,
    SourceError,
    Span,
    Table,
    exercises,
    parse_chapter,
    parse_review,
    read_course,
)

START = "# 3 Shapes\n\n"


def write(folder: Path, text: str, name: str = "03-shapes.md") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_headings_and_text(tmp_path: Path) -> None:
    text = (
        START + 'A **round shape** is *"soft"* and `code"`.\nIt ends[^1] here.\n\n## 3.1 Ovals\n\n[^1]: See "there",\n  too.\n'
    )
    chapter = parse_chapter(write(tmp_path, text))
    assert chapter.heading == Heading(1, "3", "Shapes")
    assert chapter.heading.text == "3 Shapes"
    assert chapter.blocks[1:] == (
        Paragraph(
            (
                Span("A "),
                Span("round shape", term=True),
                Span(" is "),
                Span("“soft”", emphasis=True),
                Span(" and "),
                Span('code"', code=True),
                Span(". It ends"),
                Span("", note="See “there”, too."),
                Span(" here."),
            )
        ),
        Heading(2, "3.1", "Ovals"),
    )


def test_lists_and_listings(tmp_path: Path) -> None:
    text = START + "- one\n- two\n  1. deep\n\n```sql\nSELECT 1;\n```\n\n```sql fresh\nSELECT 2;\n```\n\n```text\nσ\n```\n"
    chapter = parse_chapter(write(tmp_path, text))
    deep = ListBlock(True, ((Paragraph((Span("deep"),)),),))
    assert chapter.blocks[1:] == (
        ListBlock(False, ((Paragraph((Span("one"),)),), (Paragraph((Span("two"),)), deep))),
        Listing("sql", "SELECT 1;", "run"),
        Listing("sql", "SELECT 2;", "fresh"),
        Listing("text", "σ"),
    )


def test_tables(tmp_path: Path) -> None:
    text = START + (
        "<!-- table: booktabs -->\n<!-- shows: result -->\nTable 3.1: Two *rows*.\n"
        "| A | B |\n|---|---:|\n| x | 1 |\n|  | 2 |\n\n"
        "Table 3.2: None.\n\n| C |\n|---|\n"
    )
    first, second = parse_chapter(write(tmp_path, text)).blocks[1:]
    assert first == Table(
        "3.1",
        "Two rows.",
        "booktabs",
        ((Span("A"),), (Span("B"),)),
        (((Span("x"),), (Span("1"),)), ((), (Span("2"),))),
        ("left", "right"),
        "result",
    )
    assert second == Table("3.2", "None.", "ruled", ((Span("C"),),), (), ("left",))
    assert isinstance(second, Table)
    assert second.text == "Table 3.2: None."


def test_figure(tmp_path: Path) -> None:
    write(tmp_path, json.dumps({"kind": "graph"}), "diagrams/one.json")
    chapter = parse_chapter(write(tmp_path, START + "![Figure 3.1: A drawing.](diagrams/one.json)\n"))
    assert chapter.blocks[1] == Figure("3.1", "A drawing.", "diagrams/one.json", {"kind": "graph"})


def test_exercises(tmp_path: Path) -> None:
    chapter = parse_chapter(write(tmp_path, START + "**3.1** Why?\n\n**Three** is no number.\n\n**3.2** How?\n"))
    assert exercises(chapter) == ["3.1", "3.2"]


def test_review(tmp_path: Path) -> None:
    text = "# 3 Shapes\n\n**3.1** What is *it*?\nIt is.\n\n<!-- section: 3.1 -->\n\n**3.2** And?\n\n- Yes.\n"
    first, second = parse_review(write(tmp_path, text, "03.md"))
    assert first == Question(
        "3.1", (Span("What is "), Span("it", emphasis=True), Span("?")), (Paragraph((Span("It is."),)),), "3.1"
    )
    assert first.text == "3.1 – What is it?"
    assert second == Question("3.2", (Span("And?"),), (ListBlock(False, ((Paragraph((Span("Yes."),)),),)),), None)


def test_course_in_order(tmp_path: Path) -> None:
    write(tmp_path, "# 10 Late\n", "source/10-late.md")
    write(tmp_path, "# 2 Early\n", "source/02-early.md")
    write(tmp_path, "no chapter", "source/notes.md")
    write(tmp_path, "**2.1** Q?\n\nA.\n", "review/02.md")
    course = read_course(tmp_path)
    assert [chapter.heading.number for chapter in course.chapters] == ["2", "10"]
    assert {number: [q.number for q in asked] for number, asked in course.review.items()} == {"2": ["2.1"]}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Text first.", "a chapter starts with '# N Title'"),
        ("# Shapes", "heading 'Shapes' of level 1 needs a number of 1 parts"),
        (START + "## 3 Ovals", "heading '3 Ovals' of level 2 needs a number of 2 parts"),
        (START + "| A |\n|---|\n| x |", "a table has no 'Table N.M: …' line directly before it"),
        (START + "<!-- table: dotted -->\nTable 3.1: T.\n| A |\n|---|", "the table style 'dotted' is unknown"),
        (START + "<!-- table: ruled -->\nText.", "a table comment stands before something that is no table caption"),
        (START + "![A drawing.](diagrams/x.json)", "the caption 'A drawing.' should read 'Figure N.M: …'"),
        (START + "![Figure 3.1: D.](diagrams/x.json)", "the drawing diagrams/x.json does not exist"),
        (START + "```python\n1\n```", "a listing is marked 'python', not sql or text"),
        (START + "```sql quick\n1\n```", "an SQL listing is marked 'quick', not norun or fresh"),
        (START + "> quoted", "a blockquote_open is not part of the course's Markdown"),
        (START + "A [link](x).", "link_open is not part of the course's Markdown"),
        (START + "<b>bold</b>", "HTML other than a comment"),
        (START + "A note[^9].", "footnote [^9] is marked but not written"),
        (START + "- Text\n\n  # 4 Heading", "a list item holds something else than paragraphs and lists"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(SourceError, match=r"^03-shapes\.md") as caught:
        parse_chapter(write(tmp_path, text))
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_drawing_that_is_no_json(tmp_path: Path) -> None:
    write(tmp_path, "{", "diagrams/x.json")
    with pytest.raises(SourceError, match=r"the drawing diagrams/x\.json is no JSON"):
        parse_chapter(write(tmp_path, START + "![Figure 3.1: D.](diagrams/x.json)"))


def test_question_without_answer(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"03\.md: question 3\.1 has no answer"):
        parse_review(write(tmp_path, "**3.1** Why?\n\n**3.2** How?\n\nSo.\n", "03.md"))
