"""Read the Markdown source of the sample course into plain structures.

`parse_chapter` and `parse_review` read one file, `read_course` reads a whole source folder. The structures are those of
structures.py and can be imported from here. Nothing here knows about pages, fonts or Typst.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from .structures import (
    Block,
    Chapter,
    Course,
    Figure,
    Heading,
    ListBlock,
    Listing,
    Paragraph,
    Question,
    Span,
    Spans,
    Table,
    exercises,
    is_exercise,
    plain,
    prose,
)

__all__ = [
    "Block",
    "Chapter",
    "Course",
    "Figure",
    "Heading",
    "ListBlock",
    "Listing",
    "Paragraph",
    "Question",
    "SourceError",
    "Span",
    "Spans",
    "Table",
    "exercises",
    "is_exercise",
    "parse_chapter",
    "parse_review",
    "plain",
    "prose",
    "read_course",
]

_CAPTION = re.compile(r"(Table|Figure) (\d+\.\d+): (.+)", re.DOTALL)
_NUMBERED = re.compile(r"(\d+(?:\.\d+){0,2}) (.+)")
_QUESTION_LINE = re.compile(r"^\*\*(\d+\.\d+)\*\*[ \t]+(.+)$", re.MULTILINE)
_NOTE_DEFINITION = re.compile(r"^\[\^(\w+)\]:[ \t]+(.+(?:\n[ \t]+\S.*)*)\n?", re.MULTILINE)
_NOTE_MARK = re.compile(r"\[\^(\w+)\]")
_COMMENT = re.compile(r"<!--\s*(\w+)\s*(?::\s*(.*?))?\s*-->", re.DOTALL)


class SourceError(ValueError):
    """The course's source breaks a rule of its format; the message names file and place."""


def _markdown() -> MarkdownIt:
    """CommonMark with tables and typographic quotes, and nothing else."""
    return MarkdownIt("commonmark", {"typographer": True}).enable(["table", "smartquotes"])


class _Reader:
    """Turns one file's tokens into blocks, keeping what a comment said about the block after it."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.notes: dict[str, str] = {}
        self.comments: dict[str, str] = {}
        self.at = 0
        self.tokens: list[Token] = []
        for label, note in _NOTE_DEFINITION.findall(text):
            inline = _markdown().parseInline(" ".join(note.split()))[0]
            self.notes[label] = plain(self.spans(inline))
        self.tokens = _markdown().parse(_NOTE_DEFINITION.sub("", text))

    def fail(self, problem: str) -> SourceError:
        """An error that names the file and, where known, the line."""
        token = self.tokens[min(self.at, len(self.tokens) - 1)] if self.tokens else None
        line = f", near line {token.map[0] + 1}" if token is not None and token.map else ""
        return SourceError(f"{self.path.name}{line}: {problem}")

    def blocks(self, end: str | None = None) -> list[Block]:
        """All blocks up to the token type `end` (which is passed over), or to the file's end."""
        readers: dict[str, Callable[[], Block | None]] = {
            "heading_open": self._heading,
            "paragraph_open": self._paragraph,
            "bullet_list_open": self._list,
            "ordered_list_open": self._list,
            "fence": self._listing,
            "table_open": self._table,
            "html_block": self._comment,
        }
        found: list[Block] = []
        while self.at < len(self.tokens):
            kind = self.tokens[self.at].type
            if kind == end:
                self.at += 1
                return found
            if kind not in readers:
                raise self.fail(f"a {kind} is not part of the course's Markdown")
            block = readers[kind]()
            if block is not None:
                found.append(block)
        return found

    def _inline(self) -> Token:
        """The inline token after the opening one; passes over both and the closing one."""
        token = self.tokens[self.at + 1]
        self.at += 3
        return token

    def _heading(self) -> Heading:
        level = int(self.tokens[self.at].tag[1])
        text = plain(self.spans(self._inline()))
        match = _NUMBERED.fullmatch(text)
        if match is None or match[1].count(".") + 1 != level:
            raise self.fail(f"heading {text!r} of level {level} needs a number of {level} parts")
        return Heading(level, match[1], match[2])

    def _paragraph(self) -> Paragraph | Figure | None:
        token = self._inline()
        children = token.children or []
        if len(children) == 1 and children[0].type == "image":
            return self._figure(children[0])
        spans = self.spans(token)
        caption = _CAPTION.fullmatch(plain(spans))
        if caption is not None and self.tokens[self.at].type == "table_open":
            self.comments["number"], self.comments["caption"] = caption[2], caption[3]
            return None
        if "table" in self.comments or "shows" in self.comments:
            raise self.fail("a table comment stands before something that is no table caption")
        return Paragraph(spans) if spans else None

    def _figure(self, image: Token) -> Figure:
        match = _CAPTION.fullmatch(plain(self.spans(image)))
        if match is None or match[1] != "Figure":
            raise self.fail(f"the caption {image.content!r} should read 'Figure N.M: …'")
        name = str(image.attrs["src"])
        path = self.path.parent / name
        try:
            drawing = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise self.fail(f"the drawing {name} does not exist") from None
        except json.JSONDecodeError as error:
            raise self.fail(f"the drawing {name} is no JSON: {error}") from None
        return Figure(match[2], match[3], name, drawing)

    def _list(self) -> ListBlock:
        opening = self.tokens[self.at].type
        closing = opening.replace("_open", "_close")
        self.at += 1
        items = []
        while self.tokens[self.at].type != closing:
            self.at += 1
            inner = self.blocks("list_item_close")
            if not all(isinstance(block, Paragraph | ListBlock) for block in inner):
                raise self.fail("a list item holds something else than paragraphs and lists")
            items.append(tuple(b for b in inner if isinstance(b, Paragraph | ListBlock)))
        self.at += 1
        return ListBlock(opening.startswith("ordered"), tuple(items))

    def _listing(self) -> Listing:
        token = self.tokens[self.at]
        language, _, mode = token.info.strip().partition(" ")
        if language not in ("sql", "text"):
            raise self.fail(f"a listing is marked {token.info!r}, not sql or text")
        if language == "text":
            mode = "norun"
        elif mode not in ("", "norun", "fresh"):
            raise self.fail(f"an SQL listing is marked {mode!r}, not norun or fresh")
        self.at += 1
        return Listing(language, token.content.rstrip("\n"), mode or "run")

    def _table(self) -> Table:
        rows: list[tuple[Spans, ...]] = []
        align: list[str] = []
        cells: list[Spans] = []
        self.at += 1
        while (token := self.tokens[self.at]).type != "table_close":
            if token.type == "tr_open":
                cells = []
            elif token.type in ("th_open", "td_open"):
                if token.type == "th_open":
                    align.append(str(token.attrs.get("style", "text-align:left")).removeprefix("text-align:"))
                cells.append(self.spans(self.tokens[self.at + 1]))
            elif token.type == "tr_close":
                rows.append(tuple(cells))
            self.at += 1
        self.at += 1
        said, self.comments = self.comments, {}
        if "caption" not in said:
            raise self.fail("a table has no 'Table N.M: …' line directly before it")
        style = said.get("table", "ruled")
        if style not in ("ruled", "booktabs"):
            raise self.fail(f"the table style {style!r} is unknown; there are ruled and booktabs")
        return Table(said["number"], said["caption"], style, rows[0], tuple(rows[1:]), tuple(align), said.get("shows"))

    def _comment(self) -> None:
        text = self.tokens[self.at].content
        self.at += 1
        self._note_comments(text)

    def _note_comments(self, text: str) -> None:
        if _COMMENT.sub("", text).strip():
            raise self.fail(f"HTML other than a comment: {text.strip()[:60]!r}")
        for key, value in _COMMENT.findall(text):
            self.comments[key] = value

    def spans(self, token: Token) -> Spans:
        """The styled runs of an inline token; neighbours of one style are joined."""
        style = {"term": 0, "emphasis": 0}
        names = {"strong": "term", "em": "emphasis"}
        found: list[Span] = []
        for child in token.children or []:
            base, _, turn = child.type.rpartition("_")
            if base in names and turn in ("open", "close"):
                style[names[base]] += 1 if turn == "open" else -1
                continue
            if child.type == "html_inline":
                self._note_comments(child.content)
                continue
            text = {"softbreak": " ", "hardbreak": " "}.get(child.type, child.content)
            if child.type not in ("text", "code_inline", "softbreak", "hardbreak"):
                raise self.fail(f"{child.type} is not part of the course's Markdown")
            code = child.type == "code_inline"
            for piece in self._split_notes(text) if not code else [Span(text)]:
                found.append(Span(piece.text, style["term"] > 0, style["emphasis"] > 0, code, piece.note))
        return _joined(found)

    def _split_notes(self, text: str) -> Iterator[Span]:
        pieces = _NOTE_MARK.split(text)
        for index, piece in enumerate(pieces):
            if index % 2 == 0:
                yield Span(piece)
            elif piece not in self.notes:
                raise self.fail(f"footnote [^{piece}] is marked but not written")
            else:
                yield Span("", note=self.notes[piece])


def _joined(spans: Sequence[Span]) -> Spans:
    """Neighbours of one style as one span; empty ones and space at the very end left out."""
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if not span.text and span.note is None:
            continue
        same = last is not None and last.note is None and span.note is None
        if (
            same
            and last is not None
            and (last.term, last.emphasis, last.code)
            == (
                span.term,
                span.emphasis,
                span.code,
            )
        ):
            joined[-1] = Span(last.text + span.text, last.term, last.emphasis, last.code)
        else:
            joined.append(span)
    if joined and not joined[-1].code and joined[-1].note is None:
        final = joined.pop()
        if final.text.rstrip():
            joined.append(Span(final.text.rstrip(), final.term, final.emphasis, final.code))
    return tuple(joined)


def parse_chapter(path: Path) -> Chapter:
    """Read one chapter file; SourceError if it breaks the format."""
    reader = _Reader(path, path.read_text(encoding="utf-8"))
    blocks = reader.blocks()
    if not blocks or not isinstance(blocks[0], Heading) or blocks[0].level != 1:
        raise SourceError(f"{path.name}: a chapter starts with '# N Title'")
    return Chapter(path, blocks[0], tuple(blocks))


def parse_review(path: Path) -> tuple[Question, ...]:
    """Read one chapter's review questions; SourceError if one has no answer."""
    pieces = _QUESTION_LINE.split(path.read_text(encoding="utf-8"))
    questions: list[Question] = []
    for number, line, body in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        reader = _Reader(path, f"{line}\n\n{body}")
        try:
            question, *answer = reader.blocks()
        except SourceError as error:
            raise SourceError(f"question {number}: {error}") from None
        if not isinstance(question, Paragraph) or not answer:
            raise SourceError(f"{path.name}: question {number} has no answer under it")
        section = reader.comments.get("section")
        questions.append(Question(number, question.spans, tuple(answer), section))
    return tuple(questions)


def read_course(folder: Path) -> Course:
    """Read `folder`/source/NN-*.md and `folder`/review/NN.md, in order of their names."""
    chapters = [parse_chapter(path) for path in sorted((folder / "source").glob("[0-9][0-9]-*.md"))]
    review = {}
    for path in sorted((folder / "review").glob("[0-9][0-9].md")):
        review[str(int(path.stem))] = parse_review(path)
    return Course(tuple(chapters), review)
