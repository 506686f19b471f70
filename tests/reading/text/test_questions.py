"""The review PDF's pairs in many manners of numbering, and a book's own exercises."""

from pathlib import Path

import pytest

from indexing.errors import SourceError
from indexing.reading.exercises import is_exercises_title
from indexing.reading.questions import read_questions
from indexing.reading.reader import read_book
from indexing.records import Question, TextRecord

from .conftest import Paper, Text, line, lorem


def pairs(path: Path) -> list[tuple[str, str, str | None]]:
    return [(question.number, question.question, question.answer) for question in read_questions(path)]


def sheet(questions: list[str], font: str = "tibo") -> list[Text]:
    """Each question and its answer in a row below, then a gap."""
    rows = []
    for number, question in enumerate(questions):
        y = 90 + 60 * number
        rows += [line(y, question, font=font), line(y + 14, f"Answer {'abcdef'[number]} is this one.")]
    return rows


@pytest.mark.parametrize(
    "form",
    ["{c}.{n} - {q}", "{c}.{n} – {q}", "{c}.{n}. {q}", "Q{c}.{n} {q}", "Question {c}.{n}: {q}", "{c}.{n} {q}", "({c}.{n}) {q}"],
)
@pytest.mark.parametrize("font", ["tibo", "tiro"])
def test_manners_of_numbering(paper: Paper, form: str, font: str) -> None:
    texts = [form.format(c=1, n=n, q=f"What is {word}?") for n, word in ((1, "a key"), (2, "a view"), (3, "a tuple"))]
    assert pairs(paper([sheet(texts, font)])) == [
        (f"1.{n}", text, f"Answer {letter} is this one.") for n, text, letter in zip((1, 2, 3), texts, "abc", strict=True)
    ]


def test_plain_numbers_take_their_chapter_from_the_heading(paper: Paper) -> None:
    page = [
        *[
            line(60, "Chapter 4 Keys", 18, "tibo"),
            line(90, "1. What is a key?", font="tibo"),
            line(104, "A set of attributes."),
        ],
        *[line(160, "2. What is a superkey?", font="tibo"), line(174, "A set that contains a key.")],
    ]
    questions = read_questions(paper([page]))
    assert [(q.chapter, q.number, q.answer) for q in questions] == [
        ("4", "1", "A set of attributes."),
        ("4", "2", "A set that contains a key."),
    ]


def test_an_answer_over_paragraphs_a_list_and_pages(paper: Paper) -> None:
    first = [line(90, "1.1 - What is a DBMS?", font="tibo"), line(106, "It is software."), line(130, "It stores:")]
    second = [
        line(90, "• data", x=90),
        line(104, "• metadata", x=90),
        line(140, "1.2 - What is data?", font="tibo"),
        line(156, "Facts."),
    ]
    questions = read_questions(paper([first, second]))
    assert [q.answer for q in questions] == ["It is software.\n\nIt stores:\n\n• data\n• metadata", "Facts."]
    assert [q.pages for q in questions] == [[1, 2], [2]]


def test_a_number_in_an_answer_begins_no_question(paper: Paper) -> None:
    page = [
        *[line(90, "1.1 - How many?", font="tibo"), line(104, "There are"), line(118, "7.5 of them, not 1.9 in all.")],
        *[line(160, "1.2 - Why?", font="tibo"), line(174, "Because.")],
    ]
    assert [number for number, _, _ in pairs(paper([page]))] == ["1.1", "1.2"]


def test_an_answer_mark_ends_the_question(paper: Paper) -> None:
    page = [
        *[line(90, "1. Define the term relation"), line(104, "in your own words."), line(118, "Answer: A set of tuples.")],
        *[line(160, "2. Define the term tuple."), line(174, "Answer: A list of values.")],
    ]
    assert pairs(paper([page])) == [
        ("1", "1. Define the term relation in your own words.", "A set of tuples."),
        ("2", "2. Define the term tuple.", "A list of values."),
    ]


def test_a_pdf_without_numbers_is_an_error(paper: Paper) -> None:
    with pytest.raises(SourceError, match="no numbered questions; number them like"):
        read_questions(paper([[line(90, "What is a key?"), line(104, "A set of attributes.")]]))


def test_the_books_own_exercises(paper: Paper) -> None:
    page = [
        *[line(72, "1 Keys", 16, "tibo"), *lorem(100)],
        *[
            line(190, "Review Questions", 13, "tibo"),
            line(215, "1.1 What is a key?"),
            line(235, "1.2 Choose one of"),
            line(249, "a) this", x=90),
        ],
        *[line(330, "2 Views", 16, "tibo"), *lorem(360)],
    ]
    reading = read_book(paper([page]))
    assert reading.questions == [
        Question(
            question=text,
            answer=None,
            chapter="1",
            number=number,
            heading="Review Questions",
            heading_path=["1 Keys", "Review Questions"],
            spans=question.spans,
        )
        for (number, text), question in zip(
            [("1.1", "1.1 What is a key?"), ("1.2", "1.2 Choose one of\n\na) this")], reading.questions, strict=True
        )
    ]
    roles = {r.heading: r.role for r in reading.records if isinstance(r, TextRecord)}
    assert roles == {"1 Keys": "body", "Review Questions": "exercises", "2 Views": "body"}


def test_exercise_titles() -> None:
    yes = [
        "Exercises",
        "2.8 Exercises",
        "Review Questions",
        "Chapter 3 Review Questions",
        "Problems",
        "Self-Test",
        "Questions and Exercises",
        "Advanced Questions (Joins, Views)",
    ]
    no = ["Query Problems in SQL", "The Question of Keys", "Summary", "Problems (of Files) and Answers", "Advanced Joins"]
    assert [is_exercises_title(title) for title in yes + no] == [True] * len(yes) + [False] * len(no)


def test_the_sample_course_review_is_read_whole() -> None:
    path = Path(__file__).parents[3] / "data" / "sample" / "review.pdf"
    questions = read_questions(path)
    assert len(questions) >= 100
    assert all(q.answer and q.question.startswith(f"{q.number} – ") and q.chapter == q.number.split(".")[0] for q in questions)
