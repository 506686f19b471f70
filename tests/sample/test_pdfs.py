"""The two committed PDFs are what the source builds, and print all of it in clean text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typesetting.drawing import label_lines
from typesetting.source import Block, Course, Figure, Heading, ListBlock, Listing, Paragraph, Span, Table, plain

Spans = tuple[Span, ...]


@pytest.fixture(scope="module")
def book(folder: Path) -> Iterator[Any]:
    import pymupdf

    with pymupdf.open(folder / "book.pdf") as document:
        yield document


@pytest.fixture(scope="module")
def review(folder: Path) -> Iterator[Any]:
    import pymupdf

    with pymupdf.open(folder / "review.pdf") as document:
        yield document


def body(page: Any) -> str:
    """A page's text without header and footer."""
    import pymupdf

    area = pymupdf.Rect(0, 60, page.rect.width, page.rect.height - 60)
    return str(page.get_text(clip=area))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def is_printed(text: str, everything: str) -> bool:
    """Whether the text is there without regard to spaces, in one piece or in two (a page or a drawing between)."""
    text = squeezed(text)
    if text in everything:
        return True
    low, high = 0, len(text)
    while low < high:  # the longest beginning that is there
        middle = (low + high + 1) // 2
        low, high = (middle, high) if text[:middle] in everything else (low, middle - 1)
    return low > 0 and text[low:] in everything


def printed_texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Heading | Table | Figure):
            yield block.text
        if isinstance(block, Paragraph):
            yield from pieces(block.spans)
        elif isinstance(block, Listing):
            yield from block.text.splitlines()
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from printed_texts(item)
        elif isinstance(block, Table):
            yield from (plain(cell) for row in (block.header, *block.rows) for cell in row)


def pieces(spans: Spans) -> Iterator[str]:
    """The text between footnote marks, and the notes."""
    text = ""
    for span in spans:
        if span.note is not None:
            yield text
            yield span.note
            text = ""
        text += span.text
    yield text


def test_committed_pdfs_are_up_to_date_and_building_is_repeatable(folder: Path, builder: ModuleType) -> None:
    built = builder.build(folder)
    assert built == builder.build(folder)
    stale = [name for name, pdf in built.items() if (folder / name).read_bytes() != pdf]
    assert stale == [], "run: python data/sample/build.py"


def test_check_says_what_is_out_of_date(
    folder: Path, builder: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_course(tmp_path, "Text.")
    monkeypatch.setattr(builder, "HERE", tmp_path)
    assert builder.main(["--check"]) == 1
    assert not (tmp_path / "book.pdf").exists()
    assert builder.main([]) == 0
    assert builder.main(["--check"]) == 0
    write_course(tmp_path, "Other text.")
    capsys.readouterr()
    assert builder.main(["--check"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "01-one.md: 0 tables, 0 figures, 1 review questions",
        "book.pdf: out of date",
        "review.pdf: up to date",
    ]


def write_course(folder: Path, text: str) -> None:
    for name, content in (("source/01-one.md", f"# 1 One\n\n{text}\n"), ("review/01.md", "**1.1** Q?\n\nA.\n")):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


@pytest.mark.parametrize("content", [None, "# One\n"])
def test_builder_names_a_mistake_in_one_line(
    builder: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: str | None,
) -> None:
    (tmp_path / "source").mkdir()
    if content is not None:
        (tmp_path / "source" / "01-one.md").write_text(content, encoding="utf-8")
    monkeypatch.setattr(builder, "HERE", tmp_path)
    assert builder.main([]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert not (tmp_path / "book.pdf").exists()


def test_pages_and_fonts(book: Any, review: Any) -> None:
    assert 50 <= len(book) <= 75
    assert 12 <= len(review) <= 30
    for document in (book, review):
        assert document.metadata["creationDate"] in ("", None)
        fonts = {font[3].split("+")[-1] for page in document for font in page.get_fonts()}
        assert all(re.match(r"LibertinusSerif|NewCM|NewComputerModern|DejaVuSansMono", name) for name in fonts), fonts


def test_outline_is_the_source_s(book: Any, course: Course) -> None:
    headings = [heading for chapter in course.chapters for heading in chapter.of(Heading)]
    toc = book.get_toc()
    assert [(level, title) for level, title, _ in toc if title != "Contents"] == [(h.level, h.text) for h in headings]
    for _, title, page in toc:
        assert squeezed(title) in squeezed(book[page - 1].get_text()), title


def test_printed_page_numbers(book: Any) -> None:
    feet = [page.get_text("words")[-1][4] if page.get_text("words") else "" for page in book]
    first = feet.index("1")
    assert feet[1:first] == ["ii", "iii", "iv", "v", "vi"][: first - 1]
    assert feet[first:] == [str(n + 1) for n in range(len(book) - first)]


def test_all_text_is_printed(book: Any, course: Course) -> None:
    starts = {title: page for level, title, page in book.get_toc() if level == 1}
    ends = [*list(starts.values())[1:], len(book) + 1]
    for chapter, start, end in zip(course.chapters, list(starts.values())[-13:], ends[-13:], strict=True):
        everything = squeezed("".join(body(book[number - 1]) for number in range(start, end)))
        lost = [text for text in printed_texts(chapter.blocks) if not is_printed(text, everything)]
        assert lost == [], chapter.path.name


def test_all_questions_and_answers_are_printed(review: Any, course: Course) -> None:
    everything = squeezed("".join(body(page) for page in review))
    for questions in course.review.values():
        for question in questions:
            assert is_printed(question.text, everything), question.text
            lost = [text for text in printed_texts(question.answer) if not is_printed(text, everything)]
            assert lost == [], question.number


def test_labels_stand_on_the_page_of_their_caption(book: Any, course: Course) -> None:
    pages = [squeezed(page.get_text()) for page in book]
    for chapter in course.chapters:
        for figure in chapter.of(Figure):
            (page,) = [text for text in pages if squeezed(figure.text) in text]
            lost = [line for line in label_lines([figure.drawing]) if squeezed(line) not in page]
            assert lost == [], figure.text


def test_text_layer_is_clean(book: Any, review: Any) -> None:
    for document in (book, review):
        for page in document:
            text = page.get_text()
            assert re.findall(r"[\ufb00-\ufb06\ufffd\u00ad\ue000-\uf8ff\x00-\x08]", text) == [], page.number
            long = [word for word in text.split() if len(word) > 34 and not word.startswith(".")]
            assert long == [], page.number


def test_nothing_is_printed_outside_the_margins(book: Any, review: Any) -> None:
    for document in (book, review):
        for page in document:
            left = min((word[0] for word in page.get_text("words")), default=100)
            right = max((word[2] for word in page.get_text("words")), default=100)
            assert left >= 60, page.number
            assert right <= page.rect.width - 60, page.number


def test_no_heading_is_the_last_line_of_a_page(book: Any, course: Course) -> None:
    headings = {heading.text for chapter in course.chapters for heading in chapter.of(Heading)}
    last = [(page.number, body(page).strip().splitlines()[-1].strip()) for page in book if body(page).strip()]
    assert [(number, line) for number, line in last[3:] if line in headings] == []
