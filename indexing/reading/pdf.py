"""The one file that knows PyMuPDF: a PDF as plain pages of lines, vector paths and images, and pages as pictures.

All boxes are (x0, y0, x1, y1) in points from the top left of the page *as displayed* (rotation applied), so that text,
paths and pictures agree. Pages are 1-based. Leaves every judgement about what a line or a path means to its callers.
"""

import functools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from indexing.errors import PageError, SourceError

Box = tuple[float, float, float, float]
Point = tuple[float, float]

# PyMuPDF loads these at import where it finds them, and does without where not: a neural layout model and a writer of
# Markdown. They take longer than reading thirty pages, and nothing here uses them.
_UNUSED = ("pymupdf.layout", "pymupdf4llm")
_FLAG_SUPERSCRIPT, _FLAG_ITALIC, _FLAG_MONO, _FLAG_BOLD = 1, 2, 8, 16  # PyMuPDF's span flags


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A run of text in one font. `origin` is the left end of its baseline; `size` is in points."""

    text: str
    font: str
    size: float
    bold: bool
    italic: bool
    mono: bool
    superscript: bool
    color: int
    box: Box
    origin: Point


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line. `direction` is (cos, sin) of its writing direction: (1, 0) for ordinary text."""

    spans: tuple[TextSpan, ...]
    box: Box
    direction: Point
    block: int

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box, in the PDF's own order."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Drawing:
    """One vector drawing instruction: its segments in order.

    `items` are ("l", p, q) lines, ("c", p, control, control, q) Bézier curves, ("re", box) rectangles and
    ("qu", ul, ur, ll, lr) quads. `stroke` and `fill` are RGB colours in 0..1, or None where not painted.
    """

    items: tuple[tuple[Any, ...], ...]
    box: Box
    stroke: tuple[float, ...] | None
    fill: tuple[float, ...] | None
    width: float
    dashed: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What is printed on one page."""

    number: int
    label: str
    width: float
    height: float
    lines: tuple[Line, ...]
    images: tuple[Box, ...]


class Pdf:
    """An open PDF. Use it as a context manager: `with Pdf.open(path) as pdf: pdf.page(1)`.

    A page's parts are read when asked for, since most pages need no drawings and no words.
    """

    def __init__(self, document: Any, path: Path) -> None:
        self._document = document
        self.path = path
        self._kept: dict[tuple[str, int], Any] = {}

    @classmethod
    def open(cls, path: Path, password: str | None = None) -> Self:
        """Open a PDF. SourceError where it is missing, empty, not a PDF, broken beyond repair, or encrypted."""
        pymupdf = _pymupdf()
        _check_file(path)
        try:
            document = pymupdf.open(path, filetype="pdf")
        except (pymupdf.FileDataError, pymupdf.EmptyFileError, RuntimeError) as error:
            raise SourceError(f"{path}: not a readable PDF ({_short(error)}); open and save it again in a viewer") from None
        if document.needs_pass and not document.authenticate(password or ""):
            document.close()
            remedy = "the password is wrong" if password else "give its password with --password"
            raise SourceError(f"{path}: the PDF is encrypted; {remedy}")
        if document.page_count == 0:
            document.close()
            raise SourceError(f"{path}: the PDF has no pages")
        return cls(document, path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._document.close()

    @property
    def page_count(self) -> int:
        return int(self._document.page_count)

    @property
    def title(self) -> str:
        """The title that the PDF's own metadata states, or an empty string."""
        return str((self._document.metadata or {}).get("title") or "").strip()

    @property
    def is_repaired(self) -> bool:
        """Whether the file is damaged, so that pages, fonts or drawings may be missing from it."""
        return bool(self._document.is_repaired)

    def save_copy(self, path: Path) -> None:
        """Write the PDF to `path`: byte for byte, or unlocked where it is encrypted, so that pages can be shown later."""
        if self._document.is_encrypted or self._document.needs_pass or (self._document.metadata or {}).get("encryption"):
            self._document.save(path, encryption=_pymupdf().PDF_ENCRYPT_NONE)
        else:
            shutil.copyfile(self.path, path)

    def outline(self) -> list[tuple[int, str, int]]:
        """(level, title, page) of the bookmarks; entries that lead nowhere are left out. PageError where they are broken."""
        with _library(f"{self.path}: its outline"):
            entries = self._document.get_toc()
        return [(level, title.strip(), page) for level, title, page in entries if page >= 1]

    def page(self, number: int) -> Page:
        """The lines and images of page `number` (1-based). PageError where the library cannot read it."""
        return self._read_page(number, self._textpage(number))

    def recognised(self, number: int, language: str = "eng", dpi: int = 200) -> Page:
        """The page as Tesseract, which must be installed, reads its picture. PageError where it fails."""
        page = self._page(number)
        with self._reading(number):
            textpage = page.get_textpage_ocr(flags=0, language=language, dpi=dpi, full=True)
        return self._read_page(number, textpage)

    def _read_page(self, number: int, textpage: Any) -> Page:
        page = self._page(number)
        matrix = page.rotation_matrix
        images = tuple(_turned(image["bbox"], matrix) for image in self._images(number))
        with self._reading(number):
            blocks = page.get_text("dict", textpage=textpage)["blocks"]
        lines = tuple(
            _line(line, block_number, matrix)
            for block_number, block in enumerate(blocks)
            if block["type"] == 0
            for line in block["lines"]
        )
        return Page(number, _label(page), page.rect.width, page.rect.height, lines, images)

    def words(self, number: int) -> list[Word]:
        """The words of a page, split at white space, in the PDF's own order."""
        return list(self._keep("words", number, self._read_words))

    def _read_words(self, number: int) -> list[Word]:
        page = self._page(number)
        matrix = page.rotation_matrix
        with self._reading(number):
            words = page.get_text("words", textpage=self._textpage(number))
        return [Word(word[4], _turned(word[:4], matrix)) for word in words]

    def drawings(self, number: int) -> list[Drawing]:
        """The vector paths of a page, in the order in which they are painted."""
        return list(self._keep("drawings", number, self._read_drawings))

    def _read_drawings(self, number: int) -> list[Drawing]:
        page = self._page(number)
        turn = _turner(page.rotation_matrix)
        with self._reading(number):
            paths = page.get_cdrawings()
        return [_drawing(path, turn) for path in paths if path["type"] in ("f", "s", "fs")]

    def picture(self, number: int, dpi: int = 110, clip: Box | None = None, *, jpeg: bool = False) -> bytes:
        """A page, or a part of it, as PNG, or as a grey JPEG, which is a third of its size."""
        page = self._page(number)
        pymupdf = _pymupdf()
        clip_rect = pymupdf.Rect(clip) if clip else None
        with self._reading(number):
            if jpeg:
                grey = page.get_pixmap(dpi=dpi, clip=clip_rect, colorspace=pymupdf.csGRAY)
                return bytes(grey.tobytes("jpg", jpg_quality=55))
            return bytes(page.get_pixmap(dpi=dpi, clip=clip_rect).tobytes("png"))

    def page_size(self, number: int) -> tuple[float, float]:
        """Width and height in points, as displayed."""
        rect = self._page(number).rect
        return rect.width, rect.height

    def _page(self, number: int) -> Any:
        if not 1 <= number <= self.page_count:
            raise SourceError(f"{self.path}: no page {number}; it has {self.page_count}")
        return self._keep("page", number, self._load)

    def _load(self, number: int) -> Any:
        with self._reading(number):
            return self._document[number - 1]

    def _textpage(self, number: int) -> Any:
        """The text of a page in PyMuPDF's own form, from which lines and words are taken."""
        return self._keep("text", number, self._interpret)[0]

    def _images(self, number: int) -> list[dict[str, Any]]:
        """What PyMuPDF tells of a page's images."""
        return list(self._keep("text", number, self._interpret)[1])

    def _interpret(self, number: int) -> tuple[Any, list[dict[str, Any]]]:
        """A page's text and images, interpreted once where it has no images: with them, lines would come with their bytes."""
        pymupdf = _pymupdf()
        flags = pymupdf.TEXTFLAGS_WORDS & ~pymupdf.TEXT_PRESERVE_LIGATURES
        page = self._page(number)
        with self._reading(number):
            textpage = page.get_textpage(flags=flags | pymupdf.TEXT_PRESERVE_IMAGES)
            images = textpage.extractIMGINFO()
            return (page.get_textpage(flags=flags) if images else textpage), images

    def _keep(self, kind: str, number: int, read: Callable[[int], Any]) -> Any:
        """What was read of the latest page, since several detectors ask for the same."""
        if any(kept != number for _, kept in self._kept):
            self._kept.clear()
        if (kind, number) not in self._kept:
            self._kept[kind, number] = read(number)
        return self._kept[kind, number]

    def _reading(self, number: int) -> AbstractContextManager[None]:
        return _library(f"{self.path}, page {number}")


@contextmanager
def _library(what: str) -> Iterator[None]:
    """Whatever PyMuPDF raises over a broken PDF becomes a PageError. Nothing but calls of the library may stand inside."""
    pymupdf = _pymupdf()
    errors = (pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError, LookupError, TypeError, AttributeError, AssertionError)
    try:
        yield
    except errors as error:
        raise PageError(f"{what} cannot be read ({_short(error)}); open and save the PDF again in a viewer") from None


@functools.cache
def _pymupdf() -> Any:
    """PyMuPDF, imported on first use, with its warnings on broken PDFs kept off the terminal."""
    with _absent(*_UNUSED):
        import pymupdf

    pymupdf.TOOLS.unset_quad_corrections(True)  # heights as the fonts state them: rebuilding them can crash on odd fonts
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    return pymupdf


@contextmanager
def _absent(*names: str) -> Iterator[None]:
    """Make the import of some modules fail, unless they are loaded already."""
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's own mark for a module that must not be imported
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def _check_file(path: Path) -> None:
    if not path.exists():
        raise SourceError(f"{path}: no such file")
    if path.is_dir():
        raise SourceError(f"{path}: is a folder; give the PDF itself")
    if not os.access(path, os.R_OK):
        raise SourceError(f"{path}: cannot be read; check its permissions")
    with path.open("rb") as file:
        head = file.read(1024)
    if not head:
        raise SourceError(f"{path}: the file is empty")
    if b"%PDF-" not in head:
        raise SourceError(f"{path}: not a PDF (it does not start with %PDF-)")


def _short(error: Exception) -> str:
    """The library's own reason on one line."""
    return " ".join(str(error).split())[:120] or type(error).__name__


def _label(page: Any) -> str:
    """The printed page number. PyMuPDF takes the "P" of "/Type/PageLabel" for a prefix when a PDF states that type."""
    return str(page.get_label()).removeprefix("ageLabel")


def _turned(box: Any, matrix: Any) -> Box:
    """A box in displayed coordinates. Plain arithmetic: this runs for every word and span of a book."""
    if matrix.a == matrix.d == 1.0 and matrix.b == matrix.c == matrix.e == matrix.f == 0.0:
        return box[0], box[1], box[2], box[3]
    return _corners(box, _turner(matrix))


def _turner(matrix: Any) -> Any:
    """A function that turns a point of the unrotated page into displayed coordinates."""
    a, b, c, d, e, f = matrix

    def turn(point: Any) -> Point:
        x, y = point
        return a * x + c * y + e, b * x + d * y + f

    return turn


def _line(line: dict[str, Any], block: int, matrix: Any) -> Line:
    turn = _turner(matrix)
    spans = tuple(
        TextSpan(
            text=span["text"],
            font=span["font"],
            size=span["size"],
            bold=bool(span["flags"] & _FLAG_BOLD),
            italic=bool(span["flags"] & _FLAG_ITALIC),
            mono=bool(span["flags"] & _FLAG_MONO),
            superscript=bool(span["flags"] & _FLAG_SUPERSCRIPT),
            color=span["color"],
            box=_turned(span["bbox"], matrix),
            origin=turn(span["origin"]),
        )
        for span in line["spans"]
    )
    dx, dy = line["dir"]
    direction = (matrix.a * dx + matrix.c * dy, matrix.b * dx + matrix.d * dy)
    return Line(spans, _turned(line["bbox"], matrix), direction, block)


def _drawing(path: dict[str, Any], turn: Any) -> Drawing:
    items = tuple(_item(item, turn) for item in path["items"])
    dashes = path.get("dashes") or "[] 0"
    return Drawing(
        items=items,
        box=_corners(path["rect"], turn),
        stroke=path.get("color") if "s" in path["type"] else None,
        fill=path.get("fill") if "f" in path["type"] else None,
        width=path.get("width") or 0.0,
        dashed=not dashes.startswith("[]"),
        closed=bool(path.get("closePath")),
    )


def _item(item: tuple[Any, ...], turn: Any) -> tuple[Any, ...]:
    kind = item[0]
    if kind == "re":
        return kind, _corners(item[1], turn)
    if kind == "qu":
        return kind, *(turn(point) for point in item[1])
    return kind, *(turn(point) for point in item[1:])


def _corners(box: Any, turn: Any) -> Box:
    (ax, ay), (bx, by) = turn(box[:2]), turn(box[2:4])
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
