"""Headings: by size, weight, numbers and outline; levels; what is none."""

from pathlib import Path

import pytest

from indexing.reading.numbering import caption_kind, chapter_label, has_caption_mark, heading_number
from indexing.reading.reader import read_book

from .conftest import Paper, line, lorem


def outline(path: Path) -> list[tuple[int, str, int]]:
    return [(entry.level, entry.title, entry.page) for entry in read_book(path).outline]


def test_numbers_give_levels_that_sizes_do_not(paper: Paper) -> None:
    page = [
        *[line(72, "1 Relations", 16, "tibo"), *lorem(100)],
        *[line(190, "1.1 Schemas", 12, "tibo"), *lorem(210)],
        *[line(290, "1.1.1 Names", 12, "tibo"), *lorem(310)],
        *[line(400, "1.2 Keys", 12, "tibo"), *lorem(420)],
    ]
    assert outline(paper([page])) == [(1, "1 Relations", 1), (2, "1.1 Schemas", 1), (3, "1.1.1 Names", 1), (2, "1.2 Keys", 1)]


def test_numbers_give_levels_where_chapters_and_sections_share_a_face(paper: Paper) -> None:
    titles = ["1. Background", "2. The program", "2.1. Conflicts", "2.2. Releases", "2.3. Logging", "2.4. Tags", "3. Summary"]
    page = [line(60, "Parallel work on one source", 14, "tibo")]
    for number, title in enumerate(titles):
        page += [line(90 + 105 * number, title, 10, "tibo"), *lorem(106 + 105 * number)]
    assert [level for level, _, _ in outline(paper([page]))] == [1, 2, 2, 3, 3, 3, 3, 2]


def test_a_section_stands_under_its_chapter_whatever_stands_before_it(paper: Paper) -> None:
    page = [
        *[line(60, "1 Curves", 16, "tibo"), *lorem(80)],
        *[line(160, "1.1 Events", 12, "tibo"), *lorem(176)],
        *[line(270, "Males", 14, "tibo"), *lorem(286)],
        *[line(380, "1.2 Risks", 12, "tibo"), *lorem(396)],
    ]
    levels = [(level, title) for level, title, _ in outline(paper([page]))]
    assert [level for level, title in levels if title != "Males"] == [1, 2, 2]


def test_authors_below_a_papers_title_are_no_headings(paper: Paper) -> None:
    page = [
        line(80, "Simultaneous inference in models", 20, "tiro", x=170),
        *[line(130, "Ada Author", 14, "tibo", x=268), line(146, "Institute of Names, Town", x=248)],
        *[line(200, "Bert Writer", 14, "tibo", x=266), line(216, "Another Company", x=264)],
        *[line(260, "Abstract", 12, "tibo"), *lorem(280)],
        *[line(370, "1 Introduction", 14, "tibo"), *lorem(390)],
        *[line(480, "2 Models", 14, "tibo"), *lorem(500)],
    ]
    titles = [title for _, title, _ in outline(paper([page]))]
    assert titles == ["Simultaneous inference in models", "Abstract", "1 Introduction", "2 Models"]


def test_heading_paths_follow_the_levels(paper: Paper) -> None:
    page = [line(72, "1 Relations", 16, "tibo"), line(110, "1.1 Schemas", 12, "tibo"), *lorem(140)]
    (record,) = read_book(paper([page])).records
    assert (record.heading, record.heading_path) == ("1.1 Schemas", ["1 Relations", "1.1 Schemas"])


def test_a_heading_over_two_rows_and_a_label_over_its_title(paper: Paper) -> None:
    page = [
        line(90, "Chapter 3", 14, "tibo"),
        line(130, "The entity relationship model that was proposed", 18, "tibo"),
        line(152, "by Chen", 18, "tibo"),
        *lorem(190, 8),
    ]
    assert outline(paper([page])) == [(1, "Chapter 3 The entity relationship model that was proposed by Chen", 1)]


def test_bold_at_body_size_with_space_above(paper: Paper) -> None:
    page = [*lorem(100), line(180, "Weak entities", 10, "tibo"), *lorem(196), line(290, "Strong ones", 10, "tibo"), *lorem(306)]
    assert [title for _, title, _ in outline(paper([page]))] == ["Weak entities", "Strong ones"]


@pytest.mark.parametrize("text", ["Note", "• A bullet", "Figure 3.1: A diagram", "a run-in phrase that ends, and"])
def test_bold_rows_that_are_no_headings(paper: Paper, text: str) -> None:
    page = [*lorem(100), line(180, text, 10, "tibo"), *lorem(196), line(290, text, 10, "tibo"), *lorem(306)]
    assert outline(paper([page])) == []


def test_no_level_is_left_out_between_a_heading_and_the_one_above(paper: Paper) -> None:
    page = [*[line(72, "1 Sets", 16, "tibo"), *lorem(100)], *[line(200, "Rationale", 11, "tibo"), *lorem(220)]]
    deep = [*[line(72, "2 Bags", 16, "tibo"), *lorem(100)], *[line(200, "2.1.1 Names", 12, "tibo"), *lorem(220)]]
    assert [level for level, _, _ in outline(paper([page, deep]))] == [1, 2, 1, 2]


def test_title_pages_have_no_headings(paper: Paper) -> None:
    title = [line(300, "Database Systems", 30, "tibo"), line(340, "A. Author", 14)]
    pages = [title, [line(72, "1 Relations", 16, "tibo"), *lorem(100, 10)]]
    assert outline(paper(pages)) == [(1, "1 Relations", 2)]


def test_the_outline_gives_levels_and_typography_what_it_leaves_out(paper: Paper, tmp_path: Path) -> None:
    import pymupdf

    page = [
        *[line(72, "Relations", 16, "tibo"), *lorem(100)],
        *[line(200, "Keys", 12, "tibo"), *lorem(220)],
        *[line(330, "Views", 16, "tibo"), *lorem(350)],
        *[line(450, "States", 16, "tibo"), *lorem(470)],
    ]
    document = pymupdf.open(paper([page]))
    document.set_toc([[1, "Relations", 1], [1, "views", 1], [1, "States", 1], [1, "Nowhere printed", 1]])
    document.save(tmp_path / "outlined.pdf")
    reading = read_book(tmp_path / "outlined.pdf")
    assert [(e.level, e.title) for e in reading.outline] == [(1, "Relations"), (2, "Keys"), (1, "Views"), (1, "States")]
    assert [doubt.message for doubt in reading.doubts] == ["the outline's heading “Nowhere printed” is not printed on its page"]


@pytest.mark.parametrize(
    ("text", "value", "depth", "title"),
    [
        ("3 Sets", "3", 1, "Sets"),
        ("3.2.1. Sets", "3.2.1", 3, "Sets"),
        ("Chapter 4: Sets", "4", 1, "Sets"),
        ("Appendix B Sets", "B", 1, "Sets"),
        ("B.2 Sets", "B.2", 2, "Sets"),
        ("Part II Sets", "II", 0, "Sets"),
        ("Section 5.3: Sets", "5.3", 2, "Sets"),
    ],
)
def test_heading_numbers(text: str, value: str, depth: int, title: str) -> None:
    number = heading_number(text)
    assert number is not None
    assert (number.value, number.depth, number.title) == (value, depth, title)


@pytest.mark.parametrize("text", ["A relation is a set", "I think", "Sets", "1998", "3"])
def test_no_heading_number(text: str) -> None:
    assert heading_number(text) is None


def test_labels_captions_and_items() -> None:
    assert [bool(chapter_label(text)) for text in ("THREE", "Chapter 3", "IV", "B", "Sets", "")] == [True] * 4 + [False] * 2
    assert [
        caption_kind(t) for t in ("Figure 3.1: A", "Table IV. B", "Fig. 2", "Listing 2: x", "Tables are", "Figure it out")
    ] == [*("figure", "table", "figure", "other", None, None)]
    assert has_caption_mark("Figure 3.1: A")
    assert not has_caption_mark("Figure 3.1 shows it")


@pytest.mark.slow
def test_shared_books_reach_the_required_figures(shared: Path, tmp_path: Path) -> None:
    import json
    import subprocess
    import sys

    for pdf in sorted((shared / "data" / "headings").glob("*.pdf")):
        lines = [entry.model_dump_json() for entry in read_book(pdf).outline]
        (tmp_path / f"{pdf.stem}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    scorer = [sys.executable, str(shared / "score" / "score_headings.py"), str(tmp_path), str(shared / "data" / "headings")]
    mean = json.loads(subprocess.run(scorer, capture_output=True, text=True, check=True).stdout)["mean"]
    assert mean["f1"] >= 0.95
    assert mean["parent_accuracy"] >= 0.95
