"""The words of a drawing as phrases: runs of words that stand together on one line, with what they could mean as labels."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from indexing.reading.diagrams.geometry import center, holds, meets, union
from indexing.reading.diagrams.regions import is_caption
from indexing.reading.pdf import Box, Page, Point, Word

_LONG = 90.0  # points that a label may reach out of its drawing
_SPACE = 0.55  # of the text height: wider gaps part phrases
_LETTER = re.compile(r"[1NMPKQ*∗∞]|many|one", re.IGNORECASE)
_COUNT = r"(?:\d{1,3}|[nm*∗∞])"
_RANGE = re.compile(
    rf"[(\[<]\s*({_COUNT})\s*[,;.:…-]+\s*({_COUNT})\s*[)\]>]|({_COUNT})\s*(?:\.{{2,}}|…|,)\s*({_COUNT})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words on one line. `box` encloses them; `upright` is False for text that runs up or down the page."""

    text: str
    box: Box
    words: tuple[Word, ...] = ()
    upright: bool = True

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


def phrases_of(words: Sequence[Word], page: Page, area: Box) -> list[Phrase]:
    """The phrases that reach into an area, top to bottom, left to right. Words of a phrase may stand outside."""
    wide = (area[0] - _LONG, area[1], area[2] + _LONG, area[3])
    turned = [line for line in page.lines if abs(line.direction[0]) < 0.9 and holds(area, line.box, 2.0)]
    phrases = [Phrase(_tidy(line.text), line.box, upright=False) for line in turned if _tidy(line.text)]
    level = [
        word
        for word in words
        if meets(wide, word.box) and not any(holds(line.box, word.box, 1.0) for line in turned) and _tidy(word.text)
    ]
    phrases += [phrase for phrase in _runs(level) if meets(area, phrase.box) and not is_caption(phrase.text)]
    return sorted(phrases, key=lambda p: (p.box[1], p.box[0]))


def _tidy(text: str) -> str:
    return " ".join(text.replace("\u00ad", "").split())


def _runs(words: Sequence[Word]) -> list[Phrase]:
    """Words that follow each other on one line at a word space's distance."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: ((w.box[1] + w.box[3]) / 2, w.box[0])):
        middle, height = (word.box[1] + word.box[3]) / 2, word.box[3] - word.box[1]
        for line in reversed(lines[-12:]):
            other = line[-1].box
            same = abs((other[1] + other[3]) / 2 - middle) <= 0.3 * min(height, other[3] - other[1])
            if same:
                line.append(word)
                break
        else:
            lines.append([word])
    phrases: list[Phrase] = []
    for line in lines:
        run: list[Word] = []
        for word in sorted(line, key=lambda w: w.box[0]):
            if run and word.box[0] - run[-1].box[2] > _SPACE * (word.box[3] - word.box[1]):
                phrases.append(phrase_of(run))
                run = []
            run.append(word)
        if run:
            phrases.append(phrase_of(run))
    return phrases


def phrase_of(words: Sequence[Word]) -> Phrase:
    """A phrase of words in order."""
    return Phrase(" ".join(_tidy(word.text) for word in words), union([word.box for word in words]), tuple(words))


def parted(phrase: Phrase, home: Callable[[Point], int | None]) -> list[tuple[Phrase, int | None]]:
    """A phrase with the shape it stands in, split where its words stand in different shapes.

    `home` gives the shape at a point. A phrase as a whole belongs where its middle lies: in a diamond its first and last
    words may reach over the border.
    """
    at = home(center(phrase.box))
    homes = [home(center(word.box)) for word in phrase.words]
    named = {place for place in homes if place is not None}
    if len(named) <= 1 and (at is not None or not named):
        return [(phrase, at)]
    parts: list[tuple[list[Word], int | None]] = []
    for word, place in zip(phrase.words, homes, strict=True):
        if parts and parts[-1][1] == place:
            parts[-1][0].append(word)
        else:
            parts.append(([word], place))
    return [(phrase_of(run), place) for run, place in parts]


def lines_of(phrases: Sequence[Phrase]) -> list[list[Phrase]]:
    """Phrases in lines from top to bottom, each line from left to right."""
    lines: list[list[Phrase]] = []
    for phrase in sorted(phrases, key=lambda p: (p.box[1] + p.box[3]) / 2):
        if lines and abs(_middle(lines[-1][0]) - _middle(phrase)) <= 0.4 * min(phrase.height, lines[-1][0].height):
            lines[-1].append(phrase)
        else:
            lines.append([phrase])
    return [sorted(line, key=lambda p: p.box[0]) for line in lines]


def _middle(phrase: Phrase) -> float:
    return (phrase.box[1] + phrase.box[3]) / 2


def name_of(phrases: Sequence[Phrase]) -> str:
    """The name that some phrases in one shape make: its lines joined, words broken at a line's end put together."""
    name = ""
    for line in lines_of(phrases):
        text = " ".join(phrase.text for phrase in line)
        if name.endswith("_") or text.startswith("_"):
            name += text
        elif name.endswith("-") and text[:1].islower():
            name = name[:-1] + text
        elif name:
            name += ("" if name.endswith("-") else " ") + text
        else:
            name = text
    return name


def cardinality_of(text: str) -> str | None:
    """ "1", "N", "M" for a Chen letter, "0..N" for a (min,max) or min..max label, None for any other text."""
    text = text.strip().strip(":")
    if match := _RANGE.fullmatch(text):
        least, most = [group for group in match.groups() if group is not None]
        return f"{_count(least)}..{_count(most)}"
    if _LETTER.fullmatch(text):
        return {"one": "1", "many": "N"}.get(text.lower(), _count(text))
    return None


def _count(text: str) -> str:
    return "N" if text in "*∗∞" else text.upper()
