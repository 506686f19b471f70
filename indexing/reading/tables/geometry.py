"""Small geometry shared by the table detectors: positions in clusters, words in printed lines, lines joined to text.

Everything is in points of the displayed page; a word is a `Word` of pdf.py. Leaves rulings and cells to the other files.
"""

import re
from collections.abc import Iterable, Sequence

from indexing.reading.pdf import Box, Word

_BROKEN = re.compile(r"[^\W\d_]{2,}[-\u00ad\u2010]$")  # letters and a hyphen at a line's end: a word goes on in the next line

CAPTION = re.compile(
    r"\s*(Table|Tab\.|TABLE|Tableau|Tabelle|Tabla|Tabela|Tabella|Tabell|Tabel|Taulukko|Listing of table)\s*[\dA-Z]", re.UNICODE
)
NUMBER = re.compile(r"^[(\[<>~±+\-–−$€£¥]*\d([\d.,'’\u00a0\u2009\u202f %/:–\-]*[\d%])?[)\]*%†‡a-z]{0,3}$")
_BLANK = re.compile(r"^[-–—.:…*/]*$|^(n\.?/?a\.?|nil|none|null)$", re.IGNORECASE)


def clusters(values: Iterable[float], tolerance: float) -> list[float]:
    """The means of groups of numbers whose neighbours are at most `tolerance` apart, ascending."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= tolerance:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def nearest(values: Sequence[float], value: float) -> int:
    """The index of the number closest to `value`."""
    return min(range(len(values)), key=lambda index: abs(values[index] - value))


def overlap(a0: float, a1: float, b0: float, b1: float) -> float:
    """Length that two intervals share; negative: the distance between them."""
    return min(a1, b1) - max(a0, b0)


def centre(box: Box) -> tuple[float, float]:
    """The middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def inside(box: Box, outer: Box, slack: float = 0.0) -> bool:
    """Whether a box's centre lies in another box, `slack` points generous."""
    x, y = centre(box)
    return outer[0] - slack <= x <= outer[2] + slack and outer[1] - slack <= y <= outer[3] + slack


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest box around at least one box."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def printed_lines(words: Iterable[Word]) -> list[list[Word]]:
    """Words in lines from top to bottom, each line from left to right.

    A word belongs to a line that it shares more than half of the lower one's height with: raised and lowered digits stay in
    their line.
    """
    lines: list[list[Word]] = []
    spans: list[tuple[float, float]] = []
    for word in sorted(words, key=_down_and_across):
        _, top, _, bottom = word.box
        height = bottom - top
        for index in range(len(lines) - 1, max(-1, len(lines) - 4), -1):
            y0, y1 = spans[index]
            lower = height if height < y1 - y0 else y1 - y0
            if (y1 if y1 < bottom else bottom) - (y0 if y0 > top else top) > 0.5 * lower:  # plain arithmetic: the hottest loop
                lines[index].append(word)
                if height > y1 - y0:
                    spans[index] = (top, bottom)
                break
        else:
            lines.append([word])
            spans.append((top, bottom))
    order = sorted(range(len(lines)), key=lambda index: sum(spans[index]))
    return [sorted(lines[index], key=_left) for index in order]


def _down_and_across(word: Word) -> tuple[float, float]:
    return word.box[1] + word.box[3], word.box[0]


def _left(word: Word) -> float:
    return word.box[0]


def line_text(line: Sequence[Word]) -> str:
    """A printed line's words; words that touch (a lowered digit, a change of font) are not torn apart."""
    parts: list[str] = []
    for index, word in enumerate(line):
        if index and word.box[0] - line[index - 1].box[2] > 0.08 * (word.box[3] - word.box[1]):
            parts.append(" ")
        parts.append(word.text)
    return "".join(parts)


def joined(lines: Iterable[str]) -> str:
    """Lines of one cell as one text: a space between lines, and a word broken by a hyphen made whole."""
    text = ""
    for line in lines:
        is_broken = _BROKEN.search(text) is not None and line[:1].islower()
        text = text[:-1] + line if is_broken else f"{text} {line}"
    return text.strip()


def _stands(word: Word) -> bool:
    width, height = word.box[2] - word.box[0], word.box[3] - word.box[1]
    return len(word.text) > 2 and height > 1.3 * width


def text_of(words: Iterable[Word]) -> str:
    """The text of a cell's words. Words that are higher than wide are read upwards, as in a narrow column's header."""
    words = list(words)
    if words and all(_stands(word) for word in words):
        words = [Word(word.text, (-word.box[3], word.box[0], -word.box[1], word.box[2])) for word in words]
    return joined(line_text(line) for line in printed_lines(words))


def is_number(text: str) -> bool:
    """A number with its signs, or what stands for a missing one."""
    return bool(NUMBER.match(text)) or bool(_BLANK.match(text))
