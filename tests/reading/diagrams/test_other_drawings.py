"""Drawings that are no ER diagrams stay figures, tables and decoration are no drawings, and crowds of paths end fast."""

import random
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from er_facts import found_on
from other_drawings import KINDS, paint_other


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_other_drawings_are_figures_without_a_diagram(kind: str, seed: int, tmp_path: Path) -> None:
    found = found_on(tmp_path, lambda page: paint_other(kind, seed, page))
    assert [(d.diagram, d.doubts) for d in found] == [(None, ())]


def _ruled_table(page: Any, filled: bool = False) -> None:
    for row in range(6):
        for column in range(4):
            box = pymupdf.Rect(80 + 100 * column, 100 + 20 * row, 180 + 100 * column, 120 + 20 * row)
            page.draw_rect(box, fill=(0.9, 0.9, 0.6) if filled and row == 0 else None)
            page.insert_text((box.x0 + 4, box.y1 - 6), f"cell {row}.{column}", fontsize=8)


def _lined_table(page: Any) -> None:
    for row in range(7):
        page.draw_line((80, 100 + 20 * row), (480, 100 + 20 * row))
    for column in range(5):
        page.draw_line((80 + 100 * column, 100), (80 + 100 * column, 220))


def _open_table(page: Any) -> None:
    for y in (100, 120, 220):
        page.draw_line((80, y), (480, y))
    for row in range(6):
        page.insert_text((84, 114 + 20 * row), "left                 middle               right", fontsize=8)


def _underlined_prose(page: Any) -> None:
    for i in range(30):
        page.insert_text(
            (60, 80 + 14 * i), "Some prose with a link in it, as books have on every other page they print.", fontsize=9
        )
        page.draw_line((60, 82 + 14 * i), (120, 82 + 14 * i))


def _listing(page: Any) -> None:
    page.draw_rect(pymupdf.Rect(60, 80, 500, 240), fill=(0.95, 0.95, 0.95), radius=0.05)
    for i in range(10):
        page.insert_text((70, 100 + 13 * i), "SELECT name FROM employee WHERE salary > 50000;", fontsize=8, fontname="cour")


def _dotted_rules(page: Any) -> None:
    shape = page.new_shape()
    for row in range(12):
        for x in range(80, 480, 2):
            shape.draw_rect(pymupdf.Rect(x, 100 + 20 * row, x + 1, 101 + 20 * row))
    for column in range(5):
        for y in range(100, 320, 2):
            shape.draw_rect(pymupdf.Rect(80 + 100 * column, y, 81 + 100 * column, y + 1))
    shape.finish(fill=(0, 0, 0), color=None)
    shape.commit()


@pytest.mark.parametrize(
    "paint",
    [
        _ruled_table,
        lambda page: _ruled_table(page, True),
        _lined_table,
        _open_table,
        _underlined_prose,
        _listing,
        _dotted_rules,
        lambda page: page.insert_text((60, 80), "Nothing drawn here."),
        lambda page: page.draw_rect(page.rect, fill=(1, 1, 0.9)),
    ],
)
def test_tables_and_decoration_are_no_drawings(paint: Any, tmp_path: Path) -> None:
    assert found_on(tmp_path, paint) == []


def _crowd(page: Any, count: int, size: float) -> None:
    rng = random.Random(1)
    shape = page.new_shape()
    for _ in range(count):
        x, y = rng.uniform(50, 540), rng.uniform(50, 780)
        shape.draw_line((x, y), (x + rng.uniform(-size, size), y + rng.uniform(-size, size)))
        shape.finish(width=0.3)
    shape.commit()


@pytest.mark.parametrize("size", [2.0, 80.0])
def test_ten_thousand_paths_stay_a_figure_with_a_doubt(size: float, tmp_path: Path) -> None:
    found = found_on(tmp_path, lambda page: _crowd(page, 10_000, size))
    assert len(found) == 1
    assert found[0].diagram is None
    assert len(found[0].doubts) == 1
    assert "is more than is read (2500); it stays a figure" in found[0].doubts[0]


def _timeline(page: Any) -> None:
    for i in range(4):
        page.draw_line((100 + 40 * i, 120 + 20 * i), (260 + 40 * i, 120 + 20 * i))
        page.draw_line((100 + 40 * i, 117 + 20 * i), (100 + 40 * i, 123 + 20 * i))
    for x in (220, 330):
        page.draw_line((x, 100), (x, 200))


@pytest.mark.parametrize(("caption", "count"), [("Figure 3.1: Four transactions.", 1), ("", 0)])
def test_level_and_upright_lines_are_a_figure_where_the_caption_says_so(caption: str, count: int, tmp_path: Path) -> None:
    def paint(page: Any) -> None:
        _timeline(page)
        page.insert_text((120, 220), caption, fontsize=9)

    assert len(found_on(tmp_path, paint)) == count


def test_an_open_table_with_a_figures_caption_is_no_drawing(tmp_path: Path) -> None:
    def paint(page: Any) -> None:
        _open_table(page)
        page.insert_text((120, 236), "Figure 3.1: A table.", fontsize=9)

    assert found_on(tmp_path, paint) == []
