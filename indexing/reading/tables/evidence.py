"""Whether aligned lines are a table: what speaks for it, and what else is set in columns.

Contents pages, lists and bibliographies, indexes, listings, running text in columns, formulas and captions of figures are not
tables. Without rulings a table needs a caption, a header that stands out, or columns of numbers. Leaves finding the
lines to the detectors.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from indexing.reading.pdf import Box, Line
from indexing.reading.tables.cells import Draft, grid_of
from indexing.reading.tables.geometry import CAPTION, NUMBER, is_number, overlap
from indexing.reading.tables.style import Style

_LEADER = re.compile(r"(\.\s?){4,}|…{2,}|_{4,}")
_ENUMERATOR = re.compile(
    r"^([•◦▪●■□➢✓*–—·\-‣∙]|\(?([0-9]{1,3}|[a-zA-Z]|[ivxIVX]{1,5}|[A-Za-z]{1,9}\.? ?[0-9]{1,3})[.):]"
    r"|\[\S{1,8}\]|[0-9]+(\.[0-9]+)*\.?)$"
)
_INDEX_ENTRY = re.compile(r"\D{3,},\s*\d+([-–,\s]+\d+)*$")
LONGEST_HEADER = 14  # words; a longer first cell is running text
MOST_MONO = 0.7  # of the words of a table that nothing else speaks for are in a typewriter face
FEW_ROWS = 4  # running text leaves white below white in so many lines by chance
DIRECTLY = 14.0  # points: the caption of a table that has nothing else to be known by stands right beside it


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page says around a candidate: its lines, and how many rules the candidate itself has."""

    style: Style
    rules: int
    has_header: bool  # its first rows stand out by type, colour or a rule below them


def is_table(draft: Draft, around: Surroundings) -> bool:
    """Whether a draft from aligned lines is a table."""
    grid = [row for row in grid_of(draft) if any(row)]
    columns = sum(any(column) for column in zip(*grid, strict=True))
    if len(grid) < 2 or columns < 1:
        return False
    if columns == 1:
        return is_single_column(grid) and around.rules > 2 and has_caption(draft.box, around.style.lines, DIRECTLY)
    words = [word for cell in draft.cells for word in cell.words]
    mono = sum(map(around.style.is_mono, words)) > MOST_MONO * len(words)
    captioned = has_caption(draft.box, around.style.lines)
    if _has_leaders(grid) or _is_formulas(grid) or _is_code(grid) or _has_paragraph(draft, 20):
        return False
    if mono and not (captioned and around.rules > 1):
        return False
    strong = captioned or around.rules > 2
    if not strong and not around.has_header and _has_page_numbers(grid):
        return False
    if not strong and (
        _has_paragraph(draft, 8)
        or any(len(cell.split()) > LONGEST_HEADER for cell in grid[0])
        or _is_list(grid)
        or _is_index(grid)
        or _is_text(grid)
    ):
        return False
    if strong:
        return not _is_list(grid) or around.has_header
    return _speaks_for_itself(draft, grid, around)


def _speaks_for_itself(draft: Draft, grid: Sequence[Sequence[str]], around: Surroundings) -> bool:
    """Whether a table without caption and rules has a header, numbers in columns, or many short flush entries."""
    rows, columns = len(grid), len(grid[0])
    if sum(sum(bool(cell) for cell in column) >= 0.4 * rows for column in zip(*grid, strict=True)) < 2:
        return False  # one column, and something beside a few of its lines
    if (rows <= FEW_ROWS and _is_spaced_as_text(draft)) or _are_addresses(grid):
        return False
    numbers = _number_columns(grid)
    flush = _flush_share(draft)
    filled = sum(bool(cell) for row in grid for cell in row) / (rows * columns)
    if around.has_header and rows > 2 and flush > 0.7 and filled > 0.5:
        return True
    if rows < 3:
        return False
    if columns > 2 and numbers >= 2 and flush > 0.7:
        return True
    if columns == 2:
        return numbers == 2 and rows > 3 and flush > 0.85
    short = sum(len(cell.split()) <= 4 for row in grid for cell in row) / (rows * columns)
    return rows > 3 and flush > 0.85 and filled > 0.75 and short > 0.85


def has_caption(box: Box, lines: Sequence[Line], reach: float = 45.0) -> bool:
    """Whether a line that begins like a table's caption stands within `reach` points above or below a box."""
    for line in lines:
        near = -reach <= box[1] - line.box[3] <= reach or -6 <= line.box[1] - box[3] <= reach
        beside = overlap(line.box[0], line.box[2], box[0], box[2]) > -20
        outside = line.box[1] < box[1] + 12 or line.box[1] > box[3] - 6
        if near and beside and outside and CAPTION.match(line.text):
            return True
    return False


def is_single_column(grid: Sequence[Sequence[str]]) -> bool:
    """Whether what has one column may be a table: three rows or more of a few words each."""
    return len(grid) > 2 and all(len(cell.split()) < 5 for row in grid for cell in row)


def _has_leaders(grid: Sequence[Sequence[str]]) -> bool:
    """Dots that lead to page numbers."""
    return sum(any(_LEADER.search(cell) for cell in row) for row in grid) > 0.2 * len(grid)


def _has_page_numbers(grid: Sequence[Sequence[str]]) -> bool:
    """Numbers that only rise beside titles."""
    pages = [row[-1] for row in grid if row[-1]]
    if len(pages) < 4 or not all(re.fullmatch(r"\d{1,4}|[ivxlc]{1,7}", page) for page in pages[1:]):
        return False
    numbers = [int(page) for page in pages if page.isdigit()]
    titles = [" ".join(row[:-1]) for row in grid]
    wordy = sum(bool(re.search(r"[^\W\d]{3}", title)) for title in titles) > 0.8 * len(titles)
    rises = all(a <= b for a, b in pairwise(numbers)) and len(set(numbers)) > 1
    return wordy and rises and len(grid[0]) < 4 and len(numbers) > 3


def _is_list(grid: Sequence[Sequence[str]]) -> bool:
    """Bullets, numbers or labels in brackets before text, in two columns."""
    marks = [row[0] for row in grid if row[0]]
    if len(grid[0]) > 2 or not marks:
        return False
    if not sum(bool(_ENUMERATOR.match(mark)) for mark in marks) > 0.6 * len(marks):
        return False
    rest = [row[1] for row in grid if len(row) > 1]
    return sum(bool(NUMBER.match(cell)) for cell in rest) < 0.5 * len(rest)


def _is_index(grid: Sequence[Sequence[str]]) -> bool:
    """Terms with page numbers."""
    cells = [cell for row in grid for cell in row if cell]
    return len(grid) > 5 and sum(bool(_INDEX_ENTRY.search(cell)) for cell in cells) > 0.4 * len(cells)


def _is_text(grid: Sequence[Sequence[str]]) -> bool:
    """Long entries in all but one column."""
    lengths = [sum(len(row[column].split()) for row in grid) / len(grid) for column in range(len(grid[0]))]
    return sum(length > 7 for length in lengths) >= max(1, len(lengths) - 1)


def _is_code(grid: Sequence[Sequence[str]]) -> bool:
    """Rows that end as statements of a program do."""
    ends = [next((cell for cell in reversed(row) if cell), "") for row in grid]
    return sum(end[-1:] in (",", ";", "{", "}", "(", "\\") for end in ends) > 0.4 * len(ends)


def _has_paragraph(draft: Draft, most: int) -> bool:
    """Text of more than `most` words that reaches over several columns."""
    return any(cell.last_column > cell.column and len(cell.words) > most for cell in draft.cells)


def _is_formulas(grid: Sequence[Sequence[str]]) -> bool:
    """Entries that begin with, or are, a relation sign, or end in one, in most rows."""
    signs = sum(
        any(re.match(r"^[=≤≥<>≈≡:→⇒⇔]+(\s|$)", cell) for cell in row[1:])
        or any(re.search(r"[\w)\]}|]\s*[=≤≥<>≈≡→⇒⇔]$", cell) for cell in row[:-1])
        for row in grid
    )
    return signs > 0.5 * len(grid)


def _are_addresses(grid: Sequence[Sequence[str]]) -> bool:
    """Whether columns are addresses, as of authors side by side: one row, below others, holds their e-mail addresses."""
    rows = [["@" in cell for cell in row if cell] for row in grid]
    return sum(all(row) for row in rows) == 1 and sum(map(any, rows)) == 1 and not any(rows[0])


def _number_columns(grid: Sequence[Sequence[str]]) -> int:
    """How many columns hold numbers below their first row."""
    count = 0
    for column in range(len(grid[0])):
        cells = [row[column] for row in grid[1:] if row[column]]
        numbers = sum(bool(NUMBER.match(cell)) for cell in cells)
        count += numbers >= 2 and sum(is_number(cell) for cell in cells) > 0.7 * len(cells)
    return count


def _is_spaced_as_text(draft: Draft) -> bool:
    """Whether in most of the rows that have two entries or more these are no further apart than the words within them."""
    spaced = total = 0
    for row in range(draft.rows):
        entries = [sorted(cell.words, key=lambda word: word.box[0]) for cell in draft.cells if cell.row == row and cell.words]
        entries.sort(key=lambda words: words[0].box[0])
        between = [b[0].box[0] - a[-1].box[2] for a, b in pairwise(entries)]
        within = [b.box[0] - a.box[2] for words in entries for a, b in pairwise(words) if b.box[0] > a.box[2]]
        total += bool(between)
        spaced += bool(between and within) and median(between) < 1.4 * median(within)
    return spaced > 0.5 * total


def _flush_share(draft: Draft, within: float = 2.0) -> float:
    """The part of the entries whose left end, right end or middle is their column's usual one, the best of the three."""
    flush = total = 0
    for column in range(draft.columns):
        cells = [cell for cell in draft.cells if cell.column == column == cell.last_column and cell.words]
        if not cells:
            continue
        lefts = [min(word.box[0] for word in cell.words) for cell in cells]
        rights = [max(word.box[2] for word in cell.words) for cell in cells]
        middles = [(left + right) / 2 for left, right in zip(lefts, rights, strict=True)]
        flush += max(_usual(values, within) for values in (lefts, rights, middles))
        total += len(cells)
    return flush / total if total else 0.0


def _usual(values: Sequence[float], within: float) -> int:
    """How many numbers lie closest together."""
    ordered = sorted(values)
    best = first = 0
    for last, value in enumerate(ordered):
        while value - ordered[first] > within:
            first += 1
        best = max(best, last - first + 1)
    return best
