"""Whatever is drawn on a page, finding its drawings ends without an error, and noise is no ER diagram."""

import random
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from er_facts import found_on

_TEXTS = ["Name", "A", "1", "N", "(0,N)", "Works for", "EMPLOYEE", "yes", "σ", "…"]


def _scribble(page: Any, rng: random.Random) -> None:
    def spot() -> tuple[float, float]:
        return rng.choice([rng.uniform(-50, 650), float(rng.randint(0, 60) * 10)]), rng.uniform(-50, 900)

    for _ in range(rng.randint(1, 70)):
        x, y = spot()
        shape = page.new_shape()
        kind = rng.choice(["line", "box", "oval", "curve", "polygon", "point", "text"])
        if kind == "text":
            page.insert_text((x, y), rng.choice(_TEXTS), fontsize=rng.uniform(3, 14), rotate=rng.choice([0, 0, 90]))
            continue
        box = pymupdf.Rect(x, y, x + rng.uniform(0.1, 120), y + rng.uniform(0.1, 60))
        if kind == "box":
            shape.draw_rect(box)
        elif kind == "oval":
            shape.draw_oval(box)
        elif kind == "curve":
            shape.draw_bezier((x, y), spot(), spot(), spot())
        else:
            shape.draw_polyline([(x, y)] * 2 if kind == "point" else [spot() for _ in range(rng.randint(2, 9))])
        shape.finish(
            color=rng.choice([None, (0, 0, 0), (1, 1, 1)]),
            fill=rng.choice([None, (1, 1, 1), (0.8, 0.8, 0.9)]),
            width=rng.choice([0, 0.5, 3]),
            dashes=rng.choice([None, "[3 2] 0"]),
            closePath=rng.random() < 0.5,
        )
        shape.commit()


@pytest.mark.parametrize("seed", range(40))
def test_scribble(seed: int, tmp_path: Path) -> None:
    found = found_on(tmp_path, lambda page: _scribble(page, random.Random(seed)))
    assert all(drawing.diagram is None for drawing in found)


def test_endless_coordinates(tmp_path: Path) -> None:
    def paint(page: Any) -> None:
        for far in (1e6, 1e9, -1e9):
            page.draw_line((100, 100), (far, far))
            page.draw_oval(pymupdf.Rect(0, 0, abs(far), abs(far)))

    assert found_on(tmp_path, paint) == []
