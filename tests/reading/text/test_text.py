"""Text: paragraphs, hyphens, lists, listings, footnotes, columns, running headers, contents pages."""

import pytest

from indexing.reading.pieces import clean
from indexing.reading.reader import read_book
from indexing.records import TextRecord

from .conftest import Paper, Text, line, lorem


def texts(paper: Paper, pages: list[list[Text]], role: str = "body") -> list[str]:
    return [r.content for r in read_book(paper(pages)).records if isinstance(r, TextRecord) and r.role == role]


def width(text: str, size: float = 10) -> float:
    import pymupdf

    return float(pymupdf.get_text_length(text, "tiro", size))


def test_rows_become_paragraphs_and_each_row_has_its_span_and_offset(paper: Paper) -> None:
    page = [line(100, "First row of the one paragraph that ends"), line(112, "here."), line(140, "Second one.")]
    record = read_book(paper([page])).records[0]
    assert isinstance(record, TextRecord)
    assert record.content == "First row of the one paragraph that ends here.\n\nSecond one."
    assert record.offsets == [0, 41, 48]
    assert [(span[0], round(span[1])) for span in record.spans] == [(1, 72)] * 3
    assert record.pages == [1]


@pytest.mark.parametrize(
    ("rows", "joined"),
    [
        (["a formal docu-", "mentation of it, full documentation in all"], "documentation of it"),
        (["the well-", "known law, which is well-known to all"], "well-known law"),
        (["see program-", "Alpha"], "program-Alpha"),
        (["a 9-", "byte field in it"], "9-byte field"),
        (["the set/", "subset relation"], "set/subset"),
    ],
)
def test_hyphens_at_row_ends(paper: Paper, rows: list[str], joined: str) -> None:
    (content,) = texts(paper, [[line(100 + 12 * i, row) for i, row in enumerate(rows)] + lorem(300)])
    assert joined in content


def test_ligatures_soft_hyphens_and_odd_spaces() -> None:
    assert clean("e\ufb03cient \ufb01eld\u00a0a\u00adb") == "efficient field ab"
    assert clean("at the end\u00ad") == "at the end\u00ad"
    assert clean("\ufeb3\u0301x²½") == "\u0633\u0301x²½"


def test_list_items_keep_their_lines(paper: Paper) -> None:
    page = [
        *lorem(100),
        line(180, "1. First item that is long enough to need a second row under its text, as here", x=90),
        line(192, "where it ends.", x=102),
        line(206, "2. Second item.", x=90),
    ]
    assert texts(paper, [page])[0].split("\n\n")[-1] == (
        "1. First item that is long enough to need a second row under its text, as here where it ends.\n2. Second item."
    )


def test_listing_keeps_lines_and_indentation(paper: Paper) -> None:
    code = ["SELECT *", "  FROM EMPLOYEE", "    WHERE Salary > 10"]
    page = [
        *lorem(100),
        *(line(190 + 11 * i, row.strip(), 9, "cour", 72 + 5.4 * (len(row) - len(row.strip()))) for i, row in enumerate(code)),
    ]
    assert texts(paper, [page])[0].split("\n\n")[-1] == "\n".join(code)


def test_two_columns_are_read_one_after_the_other(paper: Paper) -> None:
    words = [
        "the",
        "relation",
        "holds",
        "tuples",
        "and",
        "each",
        "of",
        "them",
        "has",
        "one",
        "value",
        "for",
        "every",
        "attribute",
        "of",
        "its",
        "schema",
        "so",
        "that",
    ]
    left = [line(100 + 12 * i, f"{' '.join(words[i % 7 : i % 7 + 8])} left{i}") for i in range(14)]
    right = [line(100 + 12 * i, f"{' '.join(words[i % 5 : i % 5 + 8])} right{i}", x=320) for i in range(14)]
    mixed = [row for pair in zip(left, right, strict=True) for row in pair]
    title = [line(70, "A title that goes over both of the columns of this page and so divides them", 10)]
    (content,) = texts(paper, [title + mixed])
    assert content.index("left13") < content.index("right0")
    assert content.startswith("A title")


def test_running_headers_and_page_numbers_go_and_body_rows_stay(paper: Paper) -> None:
    pages = []
    for number in range(1, 7):
        header = "Chapter One" if number < 4 else "Chapter Two"
        body = [line(90, f"Body begins here on sheet {'abcdefg'[number]} and is no header."), *lorem(102)]
        pages.append([line(40, f"{header}     {number}", 9, "tiit"), *body, line(810, str(number), 9)])
    whole = "\n".join(texts(paper, pages))
    assert "Chapter" not in whole
    assert whole.count("Body begins here") == 6
    assert not any(line.isdigit() for line in whole.split("\n\n"))


def test_footnotes_stand_apart_and_their_marks_leave_the_text(paper: Paper) -> None:
    first = "Codd proposed the relational model in a paper that everybody knows and hardly anybody read."
    body = [line(100, first), (72 + width(first), 96, "1", 6, "tiro"), line(112, "It was adopted later.")]
    notes = [(72, 780, "1", 6, "tiro"), (76, 783, "A relational model of data, 1970.", 8, "tiro")]
    records = [r for r in read_book(paper([[*body, *lorem(140, 20), *notes]])).records if isinstance(r, TextRecord)]
    assert [r.content for r in records if r.role == "footnote"] == ["1 A relational model of data, 1970."]
    assert "hardly anybody read. It was adopted" in records[0].content


def test_superscripts_that_are_no_footnotes_stay(paper: Paper) -> None:
    after = 72 + width("There are 10")
    page = [line(100, "There are 10"), (after, 96, "2", 6, "tiro"), line(100, "rows.", x=after + 6), *lorem(112)]
    assert "10² rows" in texts(paper, [page])[0]


def test_contents_pages_are_apparatus(paper: Paper) -> None:
    dots = " . . . . . . . . . . . . . "
    contents = [line(72, "Contents", 18, "tibo")] + [line(110 + 14 * i, f"{i}.{i} A section{dots}{i * 3}") for i in range(1, 9)]
    pages = [contents, [line(72, "1 A chapter", 18, "tibo"), *lorem(100, 20)]]
    reading = read_book(paper(pages))
    assert [entry.title for entry in reading.outline] == ["Contents", "1 A chapter"]
    assert [r.role for r in reading.records if isinstance(r, TextRecord)] == ["apparatus", "body"]


def test_lines_that_end_early_stay_lines(paper: Paper) -> None:
    page = [*lorem(100), line(200, "tblStaff"), line(212, "StaffID: key"), line(224, "Name: text")]
    assert texts(paper, [page])[0].split("\n\n")[-1] == "tblStaff\nStaffID: key\nName: text"


def test_a_paragraph_goes_on_over_the_page(paper: Paper) -> None:
    first = [*lorem(100, 20)[:-1], line(340, "and this sentence runs over the end of the page and so it is not")]
    assert "so it is not finished here" in texts(paper, [first, [line(100, "finished here."), *lorem(140, 9)]])[0]


def test_a_formula_stands_apart_and_its_fraction_on_the_line(paper: Paper) -> None:
    page = [
        *lorem(100),
        line(194, "a + b", font="symb", x=230),
        line(200, "x = ", font="symb", x=200),
        line(200, " = y", font="symb", x=262),
        line(206, "c", font="symb", x=240),
        *lorem(240),
    ]
    middle = texts(paper, [page])[0].split("\n\n")[1]
    assert middle.count("\n") == 0
    assert "/" in middle


def test_headings_of_a_book_set_in_one_face(paper: Paper) -> None:
    sheet = [line(72, "1. INTRODUCTION", 10, "cour"), *lorem(100), line(190, "1.1 Names", 10, "cour"), *lorem(214)]
    page = [(x, y, text, size, "cour") for x, y, text, size, _ in [*sheet, line(320, "SUMMARY", 10, "cour"), *lorem(350)]]
    assert [e.title for e in read_book(paper([page])).outline] == ["1. INTRODUCTION", "1.1 Names", "SUMMARY"]
