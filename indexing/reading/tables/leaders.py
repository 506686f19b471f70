"""Dots that lead from a row's label to its numbers, as statistics print them: taken away before columns are looked for.

Lines of contents pages, with one number at their end, keep their dots: they are known by them.
"""

from collections.abc import Sequence
from dataclasses import replace

from indexing.reading.pdf import Word
from indexing.reading.tables.geometry import is_number, printed_lines

MOST_DOTS = 4  # dots in a row that do not lead anywhere
_DOTS = ".…·"


def without_leaders(words: Sequence[Word]) -> list[Word]:
    """The words, without leading dots in lines that go on with two numbers or more."""
    if not any(_leads(word) or word.text == "." for word in words):
        return list(words)
    kept: list[Word] = []
    for line in printed_lines(words):
        spaced = sum(word.text == "." for word in line) >= MOST_DOTS
        leading = [_leads(word) or (spaced and word.text == ".") for word in line]
        last = max((number for number, leads in enumerate(leading) if leads), default=-1)
        values = line[last + 1 :]
        if last < 0 or sum(is_number(word.text) for word in values) < 2:
            kept += line
            continue
        for word, leads in zip(line[: last + 1], leading, strict=False):
            text = word.text.rstrip(_DOTS) if leads else word.text
            if text:
                width = (word.box[2] - word.box[0]) * len(text) / len(word.text)
                kept.append(replace(word, text=text, box=(word.box[0], word.box[1], word.box[0] + width, word.box[3])))
        kept += values
    return kept


def _leads(word: Word) -> bool:
    """Whether a word is, or ends in, more dots than stand for a missing value or an omission."""
    return word.text[-1] in _DOTS and len(word.text) - len(word.text.rstrip(_DOTS)) > MOST_DOTS
