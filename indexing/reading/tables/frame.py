"""Tables set sideways: a page whose text runs up or down is looked at as if it were turned upright.

Everything is turned before detection and the found tables are turned back. Leaves pages that the PDF itself rotates to pdf.py,
which gives them upright.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexing.reading.found import FoundTable
from indexing.reading.pdf import Box, Line, Point, Word
from indexing.reading.tables.rulings import Ruling, Rulings

MOST_UPRIGHT = 0.3  # the part of a sideways page's letters that may run from left to right: running headers, a page number


@dataclass(frozen=True, slots=True)
class Frame:
    """How to look at a page: `turns` is 0 (as it is), 1 (text runs down), -1 (text runs up) or 2 (text stands on its head)."""

    turns: int
    width: float
    height: float

    def box(self, box: Box) -> Box:
        """A box of the page, as seen in this frame."""
        x0, y0, x1, y1 = box
        if self.turns == 1:
            return y0, self.width - x1, y1, self.width - x0
        if self.turns == -1:
            return self.height - y1, x0, self.height - y0, x1
        if self.turns == 2:
            return self.width - x1, self.height - y1, self.width - x0, self.height - y0
        return box

    def back(self, box: Box) -> Box:
        """A box seen in this frame, on the page."""
        x0, y0, x1, y1 = box
        if self.turns == 1:
            return self.width - y1, x0, self.width - y0, x1
        if self.turns == -1:
            return y0, self.height - x1, y1, self.height - x0
        return self.box(box)  # half a turn is its own way back

    def words(self, words: Sequence[Word]) -> list[Word]:
        """Words in this frame."""
        return [replace(word, box=self.box(word.box)) for word in words] if self.turns else list(words)

    def lines(self, lines: Sequence[Line]) -> list[Line]:
        """Lines in this frame, with their spans."""
        if not self.turns:
            return list(lines)
        return [
            replace(
                line,
                box=self.box(line.box),
                direction=self._direction(line.direction),
                spans=tuple(replace(span, box=self.box(span.box)) for span in line.spans),
            )
            for line in lines
        ]

    def rulings(self, rulings: Rulings) -> Rulings:
        """Rulings in this frame: horizontal ones stand, and the other way round."""
        if not self.turns:
            return rulings
        lying = [self.box((rule.low, rule.at, rule.high, rule.at)) for rule in rulings.horizontal]
        standing = [self.box((rule.at, rule.low, rule.at, rule.high)) for rule in rulings.vertical]
        if self.turns != 2:
            lying, standing = standing, lying
        across = [Ruling(box[1], box[0], box[2]) for box in lying]
        down = [Ruling(box[0], box[1], box[3]) for box in standing]
        fills = [(self.box(box), colour) for box, colour in rulings.fills]
        return Rulings(sorted(across, key=lambda r: r.at), sorted(down, key=lambda r: r.at), fills)

    def table(self, table: FoundTable) -> FoundTable:
        """A table found in this frame, on the page."""
        if not self.turns:
            return table
        return replace(table, box=self.back(table.box), row_boxes=[self.back(box) for box in table.row_boxes])

    def _direction(self, direction: Point) -> Point:
        x, y = direction
        return (-x, -y) if self.turns == 2 else (y * self.turns, -x * self.turns)


def frame_of(lines: Sequence[Line], width: float, height: float) -> Frame:
    """The frame in which most of a page's letters are upright."""
    letters: Counter[int] = Counter()
    for line in lines:
        across, down = line.direction
        turns = (0 if across > 0 else 2) if abs(across) >= abs(down) else (1 if down > 0 else -1)
        letters[turns] += sum(len(span.text) for span in line.spans)
    total = sum(letters.values())
    for turns in (1, -1, 2):
        if letters[turns] > (1 - MOST_UPRIGHT) * total:
            return Frame(turns, width, height)
    return Frame(0, width, height)
