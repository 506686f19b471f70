"""Header lines of regions without a rule below the header: bold lines on top, and lines above that belong to them.

Leaves the number of header rows of a finished table to headers.py.
"""

from collections.abc import Sequence
from dataclasses import replace

from indexing.reading.tables.columns import PrintedLine, extent, word_height
from indexing.reading.tables.geometry import CAPTION, is_number, line_text, text_of
from indexing.reading.tables.half_ruled import Region
from indexing.reading.tables.placing import place
from indexing.reading.tables.rows import bottom, top
from indexing.reading.tables.runs import is_other_size
from indexing.reading.tables.style import Style

MOST_LINES = 6
TIGHT = 0.4  # heights of a word: no more white parts the lines of one header


def with_header_lines(region: Region, lines: Sequence[PrintedLine], style: Style, *, open_top: bool) -> Region:
    """The region with its header as a band of its own; `lines` are those of the page, for an `open_top` to grow into."""
    bands, edges = list(region.bands), list(region.edges)
    if open_top:
        above = _lines_above(bands[0], lines, region, style)
        if above:
            bands[0] = above + bands[0]
            edges[0] = top(above[0]) - 1
    if len(bands) == 1 or (not region.has_rule and len(bands[0]) > 1 and not all(is_bold(line, style) for line in bands[0])):
        count = _bold_lines(bands[0], style) or _worded_lines(bands[0], region) or len(bands) > 1
        if count:
            between = (bottom(bands[0][count - 1]) + top(bands[0][count])) / 2
            bands[:1] = [bands[0][:count], bands[0][count:]]
            edges.insert(1, between)
    return replace(region, bands=bands, edges=edges)


def _bold_lines(band: Sequence[PrintedLine], style: Style) -> int:
    """How many lines on top are bold, 0 where none or too many are. Bold lines of numbers below one of words are rows."""
    for count, line in enumerate(band[: MOST_LINES + 1]):
        if not is_bold(line, style) or (count > 0 and are_values(line) and not are_values(band[0])):
            return count
    return 0


def are_values(line: PrintedLine) -> bool:
    """Whether more than a third of a line's words are numbers."""
    return 3 * sum(is_number(word.text) for word in line) > len(line)


def _worded_lines(band: Sequence[PrintedLine], region: Region) -> int:
    """How many lines on top, close together, have words where the columns below hold numbers; 0 where none or all do."""
    height = word_height(band)
    placed = [place(line, region.rivers, height) for line in band]
    numbers: dict[int, list[bool]] = {}
    for entries in placed:
        for first, last, words in entries:
            if first == last:
                numbers.setdefault(first, []).append(is_number(text_of(words)))
    valued = {column for column, are in numbers.items() if column > 0 and sum(are) > max(1, 0.6 * len(are))}
    for count, entries in enumerate(placed[: MOST_LINES + 1]):
        has_number = any(is_number(text_of(words)) for first, _, words in entries if first in valued)
        is_label = len(entries) == 1 and entries[0][0] == 0
        is_apart = count > 0 and top(band[count]) - bottom(band[count - 1]) > TIGHT * height
        if has_number or is_label or is_apart:
            return count if valued and count > 1 else 0
    return 0


def is_bold(line: PrintedLine, style: Style) -> bool:
    """Whether all of a line is bold."""
    return all(map(style.is_bold, line))


def _lines_above(band: Sequence[PrintedLine], lines: Sequence[PrintedLine], region: Region, style: Style) -> list[PrintedLine]:
    """The lines right above a band that are set as it is, each entry in one column: cells of several lines begin there."""
    height = word_height(band)
    low, high = extent([word for line in region.lines for word in line])
    first, bold = band[0], is_bold(band[0], style)
    taken: list[PrintedLine] = []
    for line in sorted(lines, key=bottom, reverse=True):
        white = top(first) - bottom(line)
        if white < -0.3 * height or line[0] is first[0]:
            continue
        if (
            white > TIGHT * height
            or len(taken) == MOST_LINES
            or is_other_size(line, first)
            or is_bold(line, style) != bold
            or CAPTION.match(line_text(line))
        ):
            break
        if line[0].box[0] < low - 1 or line[-1].box[2] > high + 1:
            break
        entries = place(line, region.rivers, height)
        if any(a != b for a, b, _ in entries) or (len(entries) == 1 and entries[0][0] == 0):
            break
        taken.insert(0, line)
        first = line
    return taken
