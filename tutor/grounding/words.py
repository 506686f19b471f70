"""The words of a sentence as the check sees them: stems, numbers, names, and the small words that turn a meaning round.

Leaves the lists to `lexicon.py` and comparing to `features.py`.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from indexing.sentences import Range
from tutor.grounding.lexicon import (
    AMBIGUOUS_CARDINALS,
    CARDINALS,
    NEGATIONS,
    NEGATIVE_PREFIXES,
    OPPOSITES,
    ORDINALS,
    STOP,
)

_WORD = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|[^\W_]+(?:[_'’.\-][^\W_]+)*[#+]?", re.UNICODE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*$")


@dataclass(frozen=True)
class Word:
    """A word of a text: as written, in small letters, its stem, its value where it is a number, and where it stands."""

    text: str
    lower: str
    stem: str
    span: Range
    number: float | None = None
    ordinal: int | None = None
    is_name: bool = False

    @property
    def is_content(self) -> bool:
        """Whether it carries meaning of its own."""
        return self.lower not in STOP and self.lower not in NEGATIONS

    @property
    def is_sure_number(self) -> bool:
        """A number that is not also a pronoun or a turn of speech."""
        return self.number is not None and self.lower not in AMBIGUOUS_CARDINALS


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def words_of(text: str) -> list[Word]:
    """The words of a text, in order; a compound with hyphens counts as one unless its parts are plain words."""
    found: list[Word] = []
    for match in _WORD.finditer(text):
        for start, end in _parts(match.group()):
            found.append(_word(text, (match.start() + start, match.start() + end), not found))
    return found


def _parts(word: str) -> list[Range]:
    """ "data-driven" is two words, "DEPT_LOCATIONS", "3.2" and "isn't" are one."""
    parts, start = [], 0
    for match in re.finditer("-", word):
        parts.append((start, match.start()))
        start = match.end()
    parts.append((start, len(word)))
    return [part for part in parts if part[1] > part[0]]


def _word(text: str, span: Range, is_first: bool) -> Word:
    written = text[slice(*span)]
    lower = written.casefold().replace("’", "'")
    bare = lower.removesuffix("'s")
    number: float | None = None
    if _NUMBER.match(lower):
        number = _value(lower)
    elif bare in CARDINALS:
        number = float(CARDINALS[bare])
    ordinal = ORDINALS.get(lower) or _ordinal_figure(lower)
    after_stop = is_first or bool(re.search(r"[.:?!•\n]\s*$", text[: span[0]]))
    shouted = len(written) > 1 and written.upper() == written and written.lower() != written
    capital = written[:1].isupper() and not after_stop
    inner_capital = written[1:].lower() != written[1:]
    return Word(
        text=written,
        lower=lower,
        stem=_stemmer().stemWord(bare),
        span=span,
        number=number,
        ordinal=ordinal,
        is_name=(shouted or capital or inner_capital or "_" in written) and bare not in STOP and number is None,
    )


def _value(figures: str) -> float | None:
    """The value of figures; "1,000" is a thousand, "3.2.1" a label and no number."""
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", figures)
    try:
        return float(plain.replace(",", "."))
    except ValueError:
        return None


def _ordinal_figure(lower: str) -> int | None:
    match = re.fullmatch(r"(\d+)(?:st|nd|rd|th)", lower)
    return int(match[1]) if match else None


def are_opposites(one: Word, other: Word) -> bool:
    """Whether two words exclude each other by the list of opposites, or by a negative prefix on the same word."""
    if other.lower in OPPOSITES.get(one.lower, frozenset()) or one.lower in OPPOSITES.get(other.lower, frozenset()):
        return True
    return _negates(one, other) or _negates(other, one)


def _negates(longer: Word, shorter: Word) -> bool:
    if len(shorter.lower) < 4:
        return False
    return any(
        longer.lower.startswith(prefix) and _stemmer().stemWord(longer.lower.removeprefix(prefix)) == shorter.stem
        for prefix in NEGATIVE_PREFIXES
    )
