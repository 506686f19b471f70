"""The book's own typography: what its running text looks like, against which everything else stands out."""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexing.reading.layout import Row

Face = tuple[float, str, bool, bool]
_NUMBER = re.compile(r"\s*(?:\w+ )?(?:\d{1,3}|[A-Z])(?:\.\d{1,3})*[.:)]?\s*")


@dataclass(frozen=True, slots=True)
class BookStyle:
    """Body text: its size in points, its commonest font, the usual distance between its baselines, and the words it uses."""

    size: float
    font: str
    leading: float
    bold: bool
    mono: bool
    words: Counter[str]

    def is_larger(self, row: Row) -> bool:
        return face(row)[0] > 1.06 * self.size

    def is_smaller(self, row: Row) -> bool:
        return row.size < 0.94 * self.size


def face(row: Row) -> Face:
    """What tells one kind of heading from another: size, family, weight and slope.

    They are its printed number's where it has one in a face of its own (titles may be names in fixed pitch), otherwise size and
    family of most of its letters, weight and slope of the first.
    """
    lead = row.pieces[0]
    if len(row.pieces) > 1 and _NUMBER.fullmatch(lead.text):
        return round(lead.size * 2) / 2, family(lead.font), lead.bold, lead.italic
    first = next((piece for piece in row.pieces if any(ch.isalpha() for ch in piece.text)), lead)
    return round(row.size * 2) / 2, family(row.font), first.bold, first.italic


def family(font: str) -> str:
    """A font's family: "ABC+TimesNewRomanPS-BoldMT" and "TimesNewRomanPSMT" are one, as are TeX's "CMR10" and "CMBX12"."""
    name = re.split("[-,]", font.split("+")[-1])[0]
    if re.match(r"(?:CM|SF|EC|LM)[A-Z]+\d+$", name):
        return name[:2]
    return re.sub(r"(?:bold|italic|oblique|regular|medium|roman|PS|MT|\d)+$", "", name, flags=re.I) or name


def measure(pages: Iterable[Sequence[Row]]) -> BookStyle:
    """The style of the letters that are the most; fixed pitch counts only where there is nothing else."""
    sizes: defaultdict[float, float] = defaultdict(float)
    fonts: defaultdict[tuple[float, str], float] = defaultdict(float)
    bolds: defaultdict[bool, float] = defaultdict(float)
    monos: defaultdict[bool, int] = defaultdict(int)
    words: Counter[str] = Counter()
    pages = list(pages)
    for rows in pages:
        for row in rows:
            weight = len(row.text) if not row.mono else len(row.text) / 10
            sizes[round(row.size * 2) / 2] += weight
            fonts[round(row.size * 2) / 2, row.font] += weight
            bolds[row.bold] += weight
            monos[row.mono] += len(row.text)
            words.update(_words(row.text))
    size = max(sizes, key=lambda size: sizes[size]) if sizes else 10.0
    font = max((key for key in fonts if key[0] == size), key=lambda key: fonts[key], default=(size, ""))[1]
    return BookStyle(size, font, _leading(pages, size), bolds[True] > bolds[False], monos[True] > 2 * monos[False], words)


def _words(text: str) -> list[str]:
    """Words in small letters, hyphens inside kept; a row's last word is left out where a hyphen cuts it."""
    parts = text.casefold().split()
    if parts and parts[-1].endswith(("-", "\u2010", "\u00ad")):
        parts.pop()
    return [part.strip(".,;:!?()[]{}\"'“”‘’") for part in parts]


def _leading(pages: Sequence[Sequence[Row]], size: float) -> float:
    steps = [
        round(below.baseline - row.baseline, 1)
        for rows in pages
        for row, below in itertools.pairwise(rows)
        if abs(row.size - size) < 0.6 and abs(below.size - size) < 0.6 and 0 < below.baseline - row.baseline < 2.5 * size
    ]
    counts = Counter(steps)
    often = [step for step, count in counts.items() if count * 5 >= max(counts.values())]
    return min(often) if often else 1.2 * size
