"""Geometry, rulings, columns and joining, each by itself."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.reading.found import FoundTable
from indexing.reading.pdf import Drawing, Word
from indexing.reading.tables import goes_on, join_tables
from indexing.reading.tables.columns import find_rivers
from indexing.reading.tables.frame import Frame
from indexing.reading.tables.geometry import clusters, is_number, joined, line_text, printed_lines
from indexing.reading.tables.rulings import Ruling, find_rulings, lattices, share_inked


def word(text, x, y, width=None, height=10.0):
    return Word(text, (x, y, x + (5.0 * len(text) if width is None else width), y + height))


def stroke(*points, width=0.5):
    items = tuple(("l", a, b) for a, b in pairwise(points))
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Drawing(items, (min(xs), min(ys), max(xs), max(ys)), (0.0, 0.0, 0.0), None, width, False, False)


@given(st.lists(st.floats(0, 1000), max_size=30), st.floats(0, 20))
def test_clusters_are_apart(values, tolerance):
    found = clusters(values, tolerance)
    assert found == sorted(found)
    assert len(found) <= len(values)
    assert all(min(abs(value - centre) for centre in found) <= tolerance * len(values) + 1e-9 for value in values)


def test_raised_digits_stay_in_their_line():
    words = [word("CO", 0, 0), Word("2", (10.2, 4.0, 13.0, 11.0)), word("high", 20, 0.2), word("next", 0, 14)]
    assert [line_text(line) for line in printed_lines(words)] == ["CO2 high", "next"]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["one", "two"], "one two"),
        (["attri-", "bute"], "attribute"),
        (["10-", "bit"], "10- bit"),
        (["Vogel-", "Haddad"], "Vogel- Haddad"),
        ([], ""),
    ],
)
def test_joined(lines, text):
    assert joined(lines) == text


@pytest.mark.parametrize("text", ["12", "-3.5", "1 000", "59%", "(78)", "n.a.", "–", "1990-96", "€12", "111.4**"[:5]])
def test_numbers(text):
    assert is_number(text)


@pytest.mark.parametrize("text", ["Spain", "12 men", "A4", "the"])
def test_no_numbers(text):
    assert not is_number(text)


def test_pieces_of_a_ruling_are_one():
    drawings = [stroke((x, 50), (x + 3, 50)) for x in range(10, 100, 4)] + [stroke((10, 60), (14, 60))]
    assert find_rulings(drawings).horizontal == [Ruling(50.0, 10.0, 101.0)]


def test_curves_make_no_rulings():
    box = (0.0, 0.0, 100.0, 50.0)
    items = (("l", (0, 0), (100, 0)), ("c", (100, 0), (105, 0), (105, 5), (105, 10)))
    assert find_rulings([Drawing(items, box, (0.0,), None, 1.0, False, False)]).horizontal == []


def test_white_paint_marks_nothing():
    white = Drawing((("re", (0, 0, 100, 50)),), (0, 0, 100, 50), None, (1.0, 1.0, 1.0), 0.0, False, True)
    grey = Drawing((("re", (0, 0, 100, 50)),), (0, 0, 100, 50), None, (0.8, 0.8, 0.8), 0.0, False, True)
    assert find_rulings([white, grey]).fills == [((0, 0, 100, 50), (0.8, 0.8, 0.8))]


def test_lattices_and_lonely_rulings():
    across = [Ruling(0, 0, 100), Ruling(20, 0, 100), Ruling(50, 0, 100)]
    down = [Ruling(0, 0, 20), Ruling(60, 0, 20), Ruling(100, 0, 20)]
    (lattice,), lonely = lattices(across, down)
    assert (lattice.xs, lattice.ys) == ([0, 60, 100], [0, 20])
    assert lonely == [Ruling(50, 0, 100)]


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(50, 100)), max_size=8))
def test_share_inked_is_a_share(stretches):
    assert 0 <= share_inked(stretches, 20, 80) <= 1


def test_rivers_of_aligned_words():
    lines = [[word("Id", 0, 0), word("Name", 20, 0), word("1996", 90, 0)]] + [
        [word(str(n), 0, 14 * n), word("Long", 20, 14 * n), word("name", 43, 14 * n), word("77", 95, 14 * n)]
        for n in range(1, 5)
    ]
    assert len(find_rivers(lines)) == 2


def test_running_text_has_no_rivers():
    words = ["every", "relation", "of", "the", "example", "is", "small", "enough", "to", "be", "printed"]
    lines = []
    for number in range(8):
        x, line = 0.0, []
        for index in range(9):
            text = words[(number * 3 + index * 5) % len(words)]
            line.append(word(text, x, 14 * number))
            x += 5 * len(text) + 3
        lines.append(line)
    assert find_rivers(lines) == []


@pytest.mark.parametrize("turns", [0, 1, -1, 2])
def test_frames_turn_back(turns):
    frame = Frame(turns, 595, 842)
    box = (10.0, 20.0, 110.0, 50.0)
    assert frame.back(frame.box(box)) == pytest.approx(box)


def piece(page, rows, width=200.0, header_rows=1):
    boxes = [(100.0, 100.0 + 10 * n, 100 + width, 110.0 + 10 * n) for n in range(len(rows))]
    return FoundTable(page, (100, 100, 100 + width, 200), rows, header_rows, boxes)


def test_a_table_goes_on_with_its_header_repeated():
    first = piece(1, [["A", "B"], ["1", "2"]])
    second = piece(2, [["A", "B"], ["3", "4"]], width=150)
    assert goes_on(first, second)
    whole = join_tables([first, second])
    assert whole.grid == [["A", "B"], ["1", "2"], ["3", "4"]]
    assert whole.rows == [(0, 0), (0, 1), (1, 1)]
    assert whole.header_rows == 1


def test_a_table_goes_on_without_a_header():
    first, second = piece(1, [["A", "B"], ["1", "2"]]), piece(2, [["3", "4"], ["5", "6"]], width=204)
    assert goes_on(first, second)
    assert join_tables([first, second]).grid == [["A", "B"], ["1", "2"], ["3", "4"], ["5", "6"]]


@pytest.mark.parametrize(
    "below",
    [
        piece(3, [["A", "B"]]),
        piece(2, [["A", "B", "C"]]),
        piece(2, [["X", "Y"]], width=400),
    ],
    ids=["not the next page", "other columns", "another width"],
)
def test_another_table(below):
    assert not goes_on(piece(1, [["A", "B"], ["1", "2"]]), below)
