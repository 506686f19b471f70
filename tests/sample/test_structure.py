"""The sample course as a whole: its numbering, its references to itself, and that there is enough of everything."""

from __future__ import annotations

import re
from collections import Counter

from typesetting.source import (
    Chapter,
    Course,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Span,
    Table,
    exercises,
    plain,
    prose,
)

REFERENCE = re.compile(r"\b(Table|Figure|Section|Chapter|Exercise)s? (\d+(?:\.\d+)*(?:(?:,| and| to|, and) \d+(?:\.\d+)*)*)")


def numbers(course: Course) -> dict[str, set[str]]:
    """What the course can refer to: kind → numbers."""
    found: dict[str, set[str]] = {kind: set() for kind in ("Table", "Figure", "Section", "Chapter", "Exercise")}
    for chapter in course.chapters:
        found["Chapter"].add(chapter.heading.number)
        found["Section"].update(heading.number for heading in chapter.of(Heading))
        found["Table"].update(table.number for table in chapter.of(Table))
        found["Figure"].update(figure.number for figure in chapter.of(Figure))
        found["Exercise"].update(exercises(chapter))
    return found


def references(course: Course) -> list[tuple[str, str, str]]:
    """Each reference in the text: its chapter's file, kind and number; both numbers of "Figures 1.2 and 1.3"."""
    return [
        (chapter.path.name, kind, number)
        for chapter in course.chapters
        for text in prose(chapter.blocks)
        for kind, listed in REFERENCE.findall(text)
        for number in re.findall(r"\d+(?:\.\d+)*", listed)
    ]


def words(chapter: Chapter) -> int:
    return sum(len(text.split()) for text in prose(chapter.blocks))


def test_chapters_are_numbered_and_named_alike(course: Course) -> None:
    for number, chapter in enumerate(course.chapters, start=1):
        slug = re.sub(r"[^a-z0-9]+", "-", chapter.heading.title.lower())
        assert (chapter.heading.number, chapter.path.stem) == (str(number), f"{number:02}-{slug}")


def test_headings_count_up_without_gaps(course: Course) -> None:
    for chapter in course.chapters:
        expected = [int(chapter.heading.number)]
        for heading in chapter.of(Heading)[1:]:
            expected = [*expected, 0][: heading.level]
            expected[-1] += 1
            assert heading.number == ".".join(map(str, expected)), f"{chapter.path.name}: {heading.text}"


def test_captions_count_up_and_end_in_a_full_stop(course: Course) -> None:
    for chapter in course.chapters:
        for kind in (Table, Figure):
            items = chapter.of(kind)
            assert [item.number for item in items] == [f"{chapter.heading.number}.{n + 1}" for n in range(len(items))]
            assert all(item.caption.endswith(".") for item in items), chapter.path.name


def test_every_chapter_ends_with_summary_and_exercises(course: Course) -> None:
    for chapter in course.chapters:
        assert [heading.title for heading in chapter.of(Heading) if heading.level == 2][-2:] == ["Summary", "Exercises"]
        asked = exercises(chapter)
        assert asked == [f"{chapter.heading.number}.{n + 1}" for n in range(len(asked))]
        assert len(asked) >= 4, chapter.path.name


def test_references_lead_somewhere(course: Course) -> None:
    there = numbers(course)
    lost = [reference for reference in references(course) if reference[2] not in there[reference[1]]]
    assert lost == []


def test_every_figure_is_referred_to(course: Course) -> None:
    named = {number for _, kind, number in references(course) if kind == "Figure"}
    assert {figure.number for chapter in course.chapters for figure in chapter.of(Figure)} - named == set()


def test_rows_are_as_wide_as_their_header(course: Course) -> None:
    for chapter in course.chapters:
        for table in chapter.of(Table):
            assert {len(row) for row in table.rows} == {len(table.header)} == {len(table.align)}, table.text


def test_review_questions_belong_to_sections_of_their_chapter(course: Course) -> None:
    sections = numbers(course)["Section"]
    assert list(course.review) == [chapter.heading.number for chapter in course.chapters]
    for chapter, questions in course.review.items():
        assert [question.number for question in questions] == [f"{chapter}.{n + 1}" for n in range(len(questions))]
        for question in questions:
            assert question.section in sections, question.text
            assert question.section.split(".")[0] == chapter, question.text


def test_answers_come_in_several_shapes(course: Course) -> None:
    answers = [question.answer for questions in course.review.values() for question in questions]
    assert len(answers) >= 104
    assert all(isinstance(block, Paragraph | ListBlock) for answer in answers for block in answer)
    assert sum(len(answer) > 1 for answer in answers) >= 15
    assert sum(any(isinstance(block, ListBlock) for block in answer) for answer in answers) >= 5


def test_there_is_enough_of_everything(course: Course) -> None:
    figures = [figure.drawing for chapter in course.chapters for figure in chapter.of(Figure)]
    notations = Counter(figure["notation"] for figure in figures if figure["kind"] == "er")
    assert notations["chen"] >= 7
    assert notations["crows-foot"] >= 2
    assert notations["min-max"] >= 1
    assert sum(notations.values()) >= 10
    assert sum(figure["kind"] == "graph" for figure in figures) >= 4
    tables = [table for chapter in course.chapters for table in chapter.of(Table)]
    assert len(tables) >= 24
    assert {table.style for table in tables} == {"ruled", "booktabs"}
    assert len(course.chapters) == 13
    assert all(words(chapter) >= 1200 for chapter in course.chapters), {c.path.name: words(c) for c in course.chapters}


def terms(course: Course) -> list[tuple[str, Span]]:
    return [
        (chapter.path.name, span)
        for chapter in course.chapters
        for block in chapter.blocks
        for paragraph in ([block] if isinstance(block, Paragraph) else [])
        for span in paragraph.spans
        if span.term
    ]


def test_terms_are_defined_in_each_chapter(course: Course) -> None:
    count = Counter(name for name, span in terms(course) if not re.fullmatch(r"\d+\.\d+", span.text))
    assert all(count[chapter.path.name] >= 6 for chapter in course.chapters), count


def test_nothing_is_left_of_the_markdown(course: Course) -> None:
    texts = [text for chapter in course.chapters for text in prose(chapter.blocks)]
    texts += [plain(cell) for c in course.chapters for table in c.of(Table) for row in table.rows for cell in row]
    texts += [plain(question.spans) for questions in course.review.values() for question in questions]
    texts += [text for questions in course.review.values() for question in questions for text in prose(question.answer)]
    assert [text for text in texts if re.search(r"\*\*|\[\^|<!--|\]\(|```|^#+ |&[a-z]+;| {2}", text)] == []
