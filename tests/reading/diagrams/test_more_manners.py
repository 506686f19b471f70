"""Manners that random diagrams don't have: Barker's marks, bold lines, squared paper, lines in many short pieces."""

import math
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from er_brush import Style
from er_facts import found_on
from other_drawings import Sheet

from indexing.reading.diagrams import sentences
from indexing.reading.found import FoundDrawing


def look(paint: Callable[[Sheet], Any], folder: Path) -> FoundDrawing:
    (drawing,) = found_on(folder, lambda page: paint(Sheet(page, random.Random(1), Style())))
    return drawing


def told(drawing: FoundDrawing) -> tuple[list[str], list[str]]:
    assert drawing.diagram is not None
    return sentences(drawing.diagram), list(drawing.doubts)


def _pair(s: Sheet, name: str = "HAS", arms: tuple[float, float] = (0.8, 0.8)) -> None:
    s.put("a", "rectangle", "ALPHA", 100, 200)
    s.put("b", "rectangle", "BETA", 400, 200)
    s.put("r", "diamond", name, 250, 200, 90, 44)
    for (x0, x1), width in zip(((140, 205), (295, 360)), arms, strict=True):
        s.brush.stroke([(x0, 200), (x1, 200)], width=width)


def test_barkers_boxes_have_no_line_below_their_name(tmp_path: Path) -> None:
    def paint(s: Sheet) -> None:
        for x, lines in ((60, ["EMPLOYEE", "# badge number", "* name", "o title"]), (330, ["DEPARTMENT", "# code", "* name"])):
            s.brush.shape("rectangle", (x, 100, x + 110, 100 + 13 * len(lines) + 6))
            for i, line in enumerate(lines):
                s.page.insert_text((x + 8, 112 + 13 * i), line, fontsize=8)
        s.brush.stroke([(170, 130), (330, 130)])
        for y in (124, 136):
            s.brush.stroke([(170, y), (182, 130)])
        s.brush.text("works in", (250, 124))

    assert told(look(paint, tmp_path)) == (
        [
            "EMPLOYEE has key attribute badge number, and attributes name and title.",
            "DEPARTMENT has key attribute code, and attribute name.",
            "works in relates EMPLOYEE (N) to DEPARTMENT.",
        ],
        ["the line between EMPLOYEE and DEPARTMENT: the mark at an end could not be read"],
    )


@pytest.mark.parametrize(
    ("arms", "end"),
    [((0.7, 2.2), "BETA (1, total)"), ((0.7, 0.7), "BETA (1)"), ((2.2, 2.2), "BETA (1)")],
    ids=str,
)
def test_a_bold_line_among_thin_ones_shows_total_participation(arms: tuple[float, float], end: str, tmp_path: Path) -> None:
    def paint(s: Sheet) -> None:
        _pair(s, arms=arms)
        s.brush.text("N", (155, 192))
        s.brush.text("1", (345, 192))

    assert told(look(paint, tmp_path))[0][-1].endswith(f"to {end}.")


@pytest.mark.parametrize(("text", "y"), [("1:N", 172), ("owner of", 163)])
def test_a_label_that_no_line_takes_is_a_doubt(text: str, y: float, tmp_path: Path) -> None:
    def paint(s: Sheet) -> None:
        _pair(s)
        s.brush.text("1", (155, 192))
        s.brush.text(text, (230, y))

    assert told(look(paint, tmp_path))[1] == [f'the label "{text}" is not read']


@pytest.mark.parametrize("name", ["JOIN", "Merge", "AND"])
def test_a_tree_of_operations_is_a_figure(name: str, tmp_path: Path) -> None:
    assert look(lambda s: _pair(s, name), tmp_path).diagram is None


def _in_pieces(s: Sheet, a: tuple[float, float], b: tuple[float, float], count: int = 9) -> None:
    steps = [(a[0] + (b[0] - a[0]) * i / count, a[1] + (b[1] - a[1]) * i / count) for i in range(count + 1)]
    for p, q in pairwise(steps):
        s.brush.stroke([p, q])


def test_everything_in_short_pieces(tmp_path: Path) -> None:
    def ring(s: Sheet, points: list[tuple[float, float]], text: str, count: int = 9) -> None:
        for p, q in pairwise([*points, points[0]]):
            _in_pieces(s, p, q, count)
        xs, ys = zip(*points, strict=True)
        s.brush.text(text, ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2))

    def paint(s: Sheet) -> None:
        ring(s, [(60, 185), (140, 185), (140, 215), (60, 215)], "PILOT")
        ring(s, [(360, 185), (440, 185), (440, 215), (360, 215)], "PLANE")
        ring(s, [(205, 200), (250, 178), (295, 200), (250, 222)], "FLIES")
        angles = [2 * math.pi * i / 36 for i in range(36)]
        ring(s, [(100 + 27 * math.cos(angle), 140 + 11 * math.sin(angle)) for angle in angles], "licence", 1)
        for a, b in (((140, 200), (205, 200)), ((295, 200), (360, 200)), ((100, 151), (100, 185))):
            _in_pieces(s, a, b)

    assert told(look(paint, tmp_path)) == (
        ["PILOT has attribute licence.", "PLANE is an entity.", "FLIES relates PILOT to PLANE."],
        [],
    )


def test_squared_paper_is_no_part_of_the_drawing(tmp_path: Path) -> None:
    def paint(s: Sheet) -> None:
        for x in range(40, 501, 10):
            s.brush.stroke([(x, 100), (x, 300)], width=0.2)
        for y in range(100, 301, 10):
            s.brush.stroke([(40, y), (500, y)], width=0.2)
        _pair(s)

    assert told(look(paint, tmp_path)) == (["ALPHA is an entity.", "BETA is an entity.", "HAS relates ALPHA to BETA."], [])


def test_a_name_that_ends_in_an_everyday_word_keeps_it(tmp_path: Path) -> None:
    def paint(s: Sheet) -> None:
        for x, name, rows in ((60, "ORDER", ["id", "order date"]), (330, "CUSTOMER", ["id int", "name varchar"])):
            s.brush.shape("rectangle", (x, 100, x + 110, 150))
            s.brush.stroke([(x, 115), (x + 110, 115)])
            s.brush.text(name, (x + 55, 107))
            for i, row in enumerate(rows):
                s.page.insert_text((x + 8, 127 + 14 * i), row, fontsize=8)
        s.brush.stroke([(170, 130), (330, 130)])
        for text, x in (("0..*", 187), ("1..1", 312)):
            s.brush.text(text, (x, 122))

    assert told(look(paint, tmp_path))[0][:2] == [
        "ORDER has attributes id and order date.",
        "CUSTOMER has attributes id and name.",
    ]


def test_boxes_painted_in_strips_of_shades(tmp_path: Path) -> None:
    def paint(s: Sheet) -> None:
        for x in (100, 400):
            for k in range(17):
                strip = (x - 40, 183 + 2 * k, x + 40, 185 + 2 * k)
                s.page.draw_rect(strip, color=None, fill=(1 - 0.02 * k, 1 - 0.02 * k, 1))
        _pair(s)

    assert told(look(paint, tmp_path)) == (["ALPHA is an entity.", "BETA is an entity.", "HAS relates ALPHA to BETA."], [])
