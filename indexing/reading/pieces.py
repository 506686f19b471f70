"""The spans of a row as pieces of one style, in clean text: ligatures, odd blanks, missing spaces, weights by name."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexing.reading.pdf import TextSpan

_PRESENTATION_FORMS = re.compile("[\ufb00-\ufb4f\ufb50-\ufdff\ufe70-\ufefc]+")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t]")
_UNPRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b\u2060\ufeff]|\u00ad(?!\\s*$)")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of one style inside a row. `x0` and `x1` are its ends in points."""

    text: str
    font: str
    size: float
    bold: bool
    italic: bool
    mono: bool
    superscript: bool
    x0: float
    x1: float


def pieces_of(spans: Sequence[TextSpan]) -> tuple[Piece, ...]:
    """Spans of one style joined; a gap without a space gets one (in a fixed pitch as many as fit)."""
    pieces: list[Piece] = []
    run: list[str] = []  # the texts of the spans that make the next piece
    first = last = None
    for span in spans:
        text = clean(span.text)
        if not text:
            continue
        if last is not None:
            text = _gap(last, run[-1], span, text) + text
        if first is not None and last is not None and text.strip() and not _same_style(first, span):
            pieces.append(_piece(run, first, last.box[2]))
            run, first = [], None
        first = first or span
        run.append(text)
        last = span
    if first is not None and last is not None:
        pieces.append(_piece(run, first, last.box[2]))
    return tuple(pieces)


def _gap(last: TextSpan, before: str, span: TextSpan, text: str) -> str:
    """The spaces that white between two spans stands for."""
    gap = span.box[0] - last.box[2]
    if gap <= 0.2 * span.size or before.endswith(" ") or text.startswith(" "):
        return ""
    return " " * (max(1, round(gap / (0.6 * span.size))) if is_mono(span.font) and is_mono(last.font) else 1)


def _piece(run: Sequence[str], span: TextSpan, x1: float) -> Piece:
    """A piece in the style of its first span."""
    text, mono = "".join(run), span.mono or is_mono(span.font)
    return Piece(text, span.font, span.size, is_bold(span), span.italic, mono, span.superscript, span.box[0], x1)


def _same_style(a: TextSpan, b: TextSpan) -> bool:
    return a.font == b.font and abs(a.size - b.size) < 0.1 and a.superscript == b.superscript


def mostly(pieces: Iterable[Piece], style: str) -> bool:
    """Whether nine tenths of the letters have the style."""
    total = having = 0
    for piece in pieces:
        letters = len(piece.text.strip())
        total += letters
        having += letters * bool(getattr(piece, style))
    return having * 10 >= total * 9


def is_bold(span: TextSpan) -> bool:
    """The font's flag, or a weight in its name (many producers set only the one or the other)."""
    return span.bold or _is_bold_name(span.font)


@functools.cache
def _is_bold_name(font: str) -> bool:
    return bool(re.search(r"bold|heavy|black|demi|CMBX|CMB10|-bd|medi(um)?\b", font, re.I))


@functools.cache
def is_mono(font: str) -> bool:
    """Whether a font's name says fixed pitch; the flag is missing in many embedded fonts."""
    return bool(
        re.search(r"mono|courier|consol|typewriter|CMTT|CMSLTT|menlo|inconsolata|fixed|(?<![a-z])tt(?![a-z])", font, re.I)
    )


def clean(text: str) -> str:
    """Ligatures and other presentation forms as letters, every blank a space, unprinted characters gone, accents composed.

    A soft hyphen is kept at the end only, where it says that the word goes on in the next row.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _PRESENTATION_FORMS.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    return unicodedata.normalize("NFC", _UNPRINTED.sub("", _SPACES.sub(" ", text)))


def written(piece: Piece) -> str:
    """A piece's text with raised digits as such: "10²" is not "102"."""
    return piece.text.translate(_SUPERSCRIPTS) if piece.superscript and piece.text.strip().isdigit() else piece.text
