"""Tables whose columns stand no further apart than words do, as web pages print them: flush entries below a bold header.

What tells them is that in each line below a bold one a word begins at the same places, to half a point: in running text that
does not happen. Leaves columns that white parts to unruled.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from indexing.reading.tables.columns import WORD_SPACE, PrintedLine, River, segments, word_height
from indexing.reading.tables.geometry import is_number
from indexing.reading.tables.half_ruled import Region
from indexing.reading.tables.header_lines import are_values, is_bold
from indexing.reading.tables.placing import SAME_START
from indexing.reading.tables.rows import bottom, top
from indexing.reading.tables.runs import is_other_size
from indexing.reading.tables.style import Style

LEAST_SIGNS = 3  # lines times columns that begin at one place: fewer are chance
CLOSE = 0.8  # heights of a word: more white between two lines parts a table from the text below it


def tight_regions(lines: Sequence[PrintedLine], style: Style) -> list[Region]:
    """The bold lines with the lines flush below them, where some columns are only a word space apart."""
    regions: list[Region] = []
    for number, header in enumerate(lines):
        if len(header) > 1 and is_bold(header, style) and not are_values(header):
            region = _region(header, _lines_below(header, lines[number + 1 :], style))
            regions += [region] if region is not None else []
    return regions


def _lines_below(header: PrintedLine, lines: Sequence[PrintedLine], style: Style) -> list[PrintedLine]:
    """The lines that follow a bold one closely and are not bold, or bold rows of numbers."""
    body: list[PrintedLine] = []
    height = word_height([header])
    for line in lines:
        above = body[-1] if body else header
        is_title = is_bold(line, style) and not are_values(line)
        if is_title or top(line) - bottom(above) > CLOSE * height or is_other_size(line, above):
            break
        body.append(line)
    return body


def _region(header: PrintedLine, body: Sequence[PrintedLine]) -> Region | None:
    """The table that a header and all lines below it make; None where they are none, or white tells its columns."""
    starts = _shared_starts(header, body)
    if len(body) < 2 or len(body) * len(starts) < LEAST_SIGNS:
        return None
    lines = [header, *body]
    rivers = [_river(start, lines) for start in starts]
    least = WORD_SPACE * word_height(lines)
    if all(river.width > least for river in rivers) or any(_has_other_white(line, starts, least) for line in lines):
        return None
    edges = [top(header) - 1, (bottom(header) + top(body[0])) / 2, bottom(body[-1]) + 1]
    return Region([[header], list(body)], edges, rivers, [], has_rule=False)


def _shared_starts(header: PrintedLine, body: Sequence[PrintedLine]) -> list[float]:
    """Where, besides at its left end, each line of a body begins a word below white of the header.

    None unless all lines begin at one place. Of two such places without a word of the header between them only one begins a
    column; none count where it can't be told which.
    """
    if not body or max(line[0].box[0] for line in body) - min(line[0].box[0] for line in body) > SAME_START:
        return []
    shared = [
        word.box[0]
        for word in body[0][1:]
        if all(any(abs(other.box[0] - word.box[0]) < SAME_START for other in line) for line in body)
        and not any(other.box[0] < word.box[0] - SAME_START and other.box[2] > word.box[0] for other in header)
    ]
    begins = [word.box[0] + SAME_START for word in header]
    starts: list[float] = []  # those with a word of the header on their right, before the next
    for at in reversed(shared):
        if any(at <= begin and (not starts or begin < starts[0]) for begin in begins):
            starts.insert(0, at)
    others: list[float] = []  # those with one on their left, after the one before
    for at in shared:
        if any(begin < at and (not others or others[-1] <= begin) for begin in begins):
            others.append(at)
    return starts if starts == others else []


def _has_other_white(line: PrintedLine, starts: Sequence[float], least: float) -> bool:
    """Whether wide white parts words of a line elsewhere than before a column: there are columns of numbers flush at right."""
    return any(
        word.box[0] - before.box[2] > least and not any(before.box[0] < at <= word.box[0] + SAME_START for at in starts)
        for before, word in pairwise(line)
    )


def _river(start: float, lines: Sequence[PrintedLine]) -> River:
    """The white before a place at which words begin."""
    low = max(word.box[2] for line in lines for word in line if word.box[0] < start - SAME_START)
    return River(min(low, start), start, start=start)


def without_heading(region: Region, style: Style) -> Region:
    """A region without a bold line below its last row that is no row: words no further apart than in text, no number."""
    lines = list(region.bands[-1])
    height = word_height(region.lines)
    while (
        len(lines) > 2
        and is_bold(lines[-1], style)
        and not is_bold(lines[-2], style)
        and len(segments(lines[-1], height)) == 1
        and not any(is_number(word.text) for word in lines[-1])
    ):
        lines.pop()
    if len(lines) == len(region.bands[-1]):
        return region
    return replace(region, bands=[*region.bands[:-1], lines], edges=[*region.edges[:-1], bottom(lines[-1]) + 1])
