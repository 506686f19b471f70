"""Runs: neighbouring printed lines between whose segments the same white runs down.

Leaves what a run is to its callers: a table, text set in columns, or chance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from indexing.reading.pdf import Word
from indexing.reading.tables.columns import COLUMN_GAP, PrintedLine, extent, segments, word_height
from indexing.reading.tables.geometry import CAPTION, line_text
from indexing.reading.tables.rows import bottom, top

MOST_WHITE = 1.6  # heights of a word: more white between two lines ends a run
OTHER_SIZE = 1.4  # times: lines that much larger or smaller than the one above begin something else
MOST_SINGLE = 10  # lines of one segment in a row that a wrapped cell may have

Gap = tuple[float, float]
_ENDLESS = float("inf")


@dataclass(slots=True)
class Run:
    """Lines and the white that all of them share; `height` is that of a word."""

    height: float
    lines: list[PrintedLine] = field(default_factory=list)
    white: list[Gap] = field(default_factory=lambda: [(-_ENDLESS, _ENDLESS)])
    singles: int = 0

    def take(self, line: PrintedLine) -> bool:
        """Add a line if it leaves some white with text on both sides; say whether it was added."""
        groups = segments(line, self.height)
        if (
            has_leader(line)
            or CAPTION.match(line_text(line))
            or (self.lines and is_other_size(line, self.lines[-1]))
            or (len(groups) == 1 and (not self.lines or self.singles >= MOST_SINGLE))
        ):
            return False
        shared = _shared(self.white, _gaps(groups), self.height)
        if not has_inner(shared):
            return False
        self.lines.append(line)
        self.white = shared
        self.singles = self.singles + 1 if len(groups) == 1 else 0
        return True


def is_other_size(a: PrintedLine, b: PrintedLine) -> bool:
    """Whether a line is set much larger or smaller than another: a heading, or a note."""
    ratio = word_height([a]) / word_height([b])
    return not 1 / OTHER_SIZE < ratio < OTHER_SIZE


def runs(lines: Iterable[PrintedLine], height: float) -> list[list[PrintedLine]]:
    """The runs of at least two lines, from top to bottom."""
    found: list[list[PrintedLine]] = []
    run = Run(height)
    for line in lines:
        if run.lines and (_is_far(run.lines[-1], line, height) or not run.take(line)):
            found.append(trimmed(run.lines, height))
            run = Run(height)
        if not run.lines:
            run.take(line)
    found.append(trimmed(run.lines, height))
    return [run for run in found if len(run) > 1]


def carried_on(known: Sequence[PrintedLine], following: Iterable[PrintedLine], height: float) -> list[PrintedLine]:
    """Of the lines that follow (in either direction), those that carry on a run, until one does not."""
    run = Run(height)
    for line in known:
        run.take(line)
    if not run.lines or not known:
        return []
    run.singles = 0
    count = len(run.lines)
    last = known[-1]
    for line in following:
        if _is_far(last, line, height) or not run.take(line):
            break
        last = line
    return trimmed(run.lines[count:], height)


def _is_far(a: PrintedLine, b: PrintedLine, height: float) -> bool:
    return max(top(b) - bottom(a), top(a) - bottom(b)) > MOST_WHITE * height


def trimmed(run: list[PrintedLine], height: float) -> list[PrintedLine]:
    """A run without the lines of one segment at its end: they are text beside it."""
    last = len(run)
    while last and len(segments(run[last - 1], height)) == 1:
        last -= 1
    return run[:last]


def has_leader(line: PrintedLine) -> bool:
    """Whether dots lead the eye across the line, as in contents pages."""
    return (
        any(word.text.count(".") > 3 or word.text.count("…") > 1 for word in line) or sum(word.text == "." for word in line) > 2
    )


def common_white(lines: Iterable[PrintedLine], height: float, known: Sequence[Gap] | None = None) -> list[Gap]:
    """The white that all lines of several segments share; with `known` white, what all lines leave of that."""
    white: list[Gap] = [(-_ENDLESS, _ENDLESS)] if known is None else list(known)
    for line in lines:
        groups = segments(line, height)
        if len(groups) > 1 or known is not None:
            white = _shared(white, _gaps(groups), height)
    return white


def _gaps(groups: Sequence[Sequence[Word]]) -> list[Gap]:
    """The white of a line, outer white included."""
    edges = [-_ENDLESS, *(edge for group in groups for edge in extent(group)), _ENDLESS]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _shared(a: Sequence[Gap], b: Sequence[Gap], height: float) -> list[Gap]:
    least = 0.5 * COLUMN_GAP * height
    both = [(max(x[0], y[0]), min(x[1], y[1])) for x in a for y in b]
    return [gap for gap in both if gap[1] - gap[0] >= least]


def has_inner(white: Sequence[Gap]) -> bool:
    """Whether some white has text on both sides."""
    return any(gap[0] != -_ENDLESS and gap[1] != _ENDLESS for gap in white)
