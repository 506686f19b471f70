"""How a page's words are set: bold, typewriter, upright. Looked up by place, since words carry no font.

A face is a typewriter's when the PDF says so, or when all its letters are equally wide. Leaves conclusions to the detectors.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from indexing.reading.pdf import Box, Line, TextSpan, Word
from indexing.reading.tables.geometry import centre

_LETTERS = re.compile(r"[^\W\d_]")
_MONO_NAME = re.compile(r"mono|courier|consolas|typewriter|cmtt|menlo|lettergothic", re.IGNORECASE)
_STRIP = 16.0  # points: spans are kept in strips of the page of this height
_EQUAL = 0.03  # the relative difference of letter widths that rounding may cause


class Style:
    """The spans of one page, found by place."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines

    def is_bold(self, word: Word) -> bool:
        """Whether a word is set in bold."""
        span = self._span(word.box)
        return span is not None and span.bold

    def is_mono(self, word: Word) -> bool:
        """Whether a word is set in a typewriter face."""
        span = self._span(word.box)
        return span is not None and self._is_mono(span)

    def in_listing(self, word: Word) -> bool:
        """Whether a word stands in a line that is wholly set in a typewriter face: not a name in running text."""
        x, y = centre(word.box)
        return any(box[0] - 1 <= x <= box[2] + 1 and box[1] <= y <= box[3] for box in self._listing.get(int(y // _STRIP), ()))

    def _is_mono(self, span: TextSpan) -> bool:
        return span.mono or span.font in self._mono_fonts or _MONO_NAME.search(span.font) is not None

    @cached_property
    def _listing(self) -> dict[int, list[Box]]:
        """The lines in a typewriter face, in the strips that they touch."""
        strips: dict[int, list[Box]] = defaultdict(list)
        for line in self.lines:
            spans = [span for span in line.spans if span.text.strip()]
            if spans and all(map(self._is_mono, spans)) and not self._has_text_beside(line):
                for strip in range(int(line.box[1] // _STRIP), int(line.box[3] // _STRIP) + 1):
                    strips[strip].append(line.box)
        return strips

    def _has_text_beside(self, line: Line) -> bool:
        """Whether words of another face stand within a word space of a line: it is part of running text."""
        middle, height = (line.box[1] + line.box[3]) / 2, line.box[3] - line.box[1]
        for span in self._strips.get(int(middle // _STRIP), ()):
            gap = max(span.box[0] - line.box[2], line.box[0] - span.box[2])
            if 0 <= gap < 0.6 * height and span.box[1] < middle < span.box[3] and not self._is_mono(span):
                return True
        return False

    @cached_property
    def sideways(self) -> list[Box]:
        """The boxes of lines that do not run from left to right."""
        return [line.box for line in self.lines if abs(line.direction[0] - 1) > 0.01]

    @cached_property
    def _strips(self) -> dict[int, list[TextSpan]]:
        strips: dict[int, list[TextSpan]] = defaultdict(list)
        for line in self.lines:
            for span in line.spans:
                for strip in range(int(span.box[1] // _STRIP), int(span.box[3] // _STRIP) + 1):
                    strips[strip].append(span)
        return strips

    def _span(self, box: Box) -> TextSpan | None:
        x, y = centre(box)
        for span in self._strips.get(int(y // _STRIP), ()):
            if span.box[0] - 0.5 <= x <= span.box[2] + 0.5 and span.box[1] - 0.5 <= y <= span.box[3] + 0.5:
                return span
        return None

    @cached_property
    def _mono_fonts(self) -> set[str]:
        """Fonts whose spans are as wide as they have letters: five spans or more, of words of different letters."""
        widths: dict[str, list[float]] = defaultdict(list)
        for line in self.lines:
            for span in line.spans:
                text = span.text.strip()
                if len(_LETTERS.findall(text)) > 3 and span.size > 0:
                    widths[span.font].append((span.box[2] - span.box[0]) / len(span.text) / span.size)
        return {font for font, values in widths.items() if len(values) > 4 and max(values) - min(values) < _EQUAL * max(values)}
