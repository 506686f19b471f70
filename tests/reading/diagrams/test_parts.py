"""The steps by themselves: shapes from contours, phrases from words, cardinalities from labels and marks."""

import math

import pytest
from er_brush import outline
from hypothesis import given
from hypothesis import strategies as st

from indexing.reading.diagrams.endmarks import Mark, cardinality_of_marks
from indexing.reading.diagrams.geometry import box_of, inside, length_of, polygon_area, resampled
from indexing.reading.diagrams.paths import middle_line, paths_of
from indexing.reading.diagrams.phrases import Phrase, cardinality_of, name_of
from indexing.reading.diagrams.shapes import kind_of
from indexing.reading.pdf import Drawing

sizes = st.floats(12, 300)


@given(st.sampled_from(["rectangle", "diamond", "oval"]), sizes, sizes, st.floats(-500, 500), st.floats(-500, 500))
def test_kinds_of_contours_at_every_size(kind: str, wide: float, high: float, x: float, y: float) -> None:
    contour = tuple(outline(kind, (x, y, x + wide, y + high)))
    assert kind_of(contour, box_of(contour)) == kind


@pytest.mark.parametrize(("corners", "kind"), [(3, "triangle"), (5, "other"), (6, "other"), (16, "oval")])
def test_kinds_of_regular_polygons(corners: int, kind: str) -> None:
    contour = tuple(
        (40 * math.sin(2 * math.pi * i / corners), -40 * math.cos(2 * math.pi * i / corners)) for i in range(corners)
    )
    assert kind_of(contour, box_of(contour)) == kind


def test_a_slanted_box_is_no_rectangle() -> None:
    contour = ((20.0, 0.0), (100.0, 0.0), (80.0, 40.0), (0.0, 40.0))
    assert kind_of(contour, box_of(contour)) == "other"


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=2, max_size=8), st.integers(2, 50))
def test_resampling_keeps_count_and_ends(points: list[tuple[float, float]], count: int) -> None:
    steps = resampled(points, count)
    assert len(steps) == count
    assert steps[0] == pytest.approx(points[0])
    if length_of(points) > 0:
        assert steps[-1] == pytest.approx(points[-1], abs=1e-6)


@given(sizes, sizes)
def test_area_and_inside_of_a_rectangle(wide: float, high: float) -> None:
    contour = outline("rectangle", (0, 0, wide, high))
    assert polygon_area(contour) == pytest.approx(wide * high)
    assert inside((wide / 2, high / 2), contour)
    assert not inside((wide + 1, high / 2), contour)


def test_the_middle_of_a_thin_band() -> None:
    assert middle_line(((0.0, 0.0), (100.0, 0.0), (100.0, 2.0), (0.0, 2.0)), 2.2) == ((0.0, 1.0), (100.0, 1.0))
    assert middle_line(((0.0, 0.0), (100.0, 0.0), (100.0, 20.0), (0.0, 20.0)), 2.2) is None


@pytest.mark.parametrize(
    ("text", "cardinality"),
    [
        ("1", "1"), ("N", "N"), ("n", "N"), ("M", "M"), ("m", "M"), ("*", "N"), ("many", "N"), ("One", "1"),
        ("(0,N)", "0..N"), ("(1, 1)", "1..1"), ("[1,n]", "1..N"), ("(0,*)", "0..N"), ("0..*", "0..N"), ("1..5", "1..5"),
        ("(4,40)", "4..40"),
        ("12", None), ("1:N", None), ("NAME", None), ("(a,b)", None), ("", None), ("0..", None), ("since 1", None),
    ],
)  # fmt: skip
def test_cardinality_labels(text: str, cardinality: str | None) -> None:
    assert cardinality_of(text) == cardinality


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["Street", "Address"], "Street Address"),
        (["Start_", "date"], "Start_date"),
        (["Start", "_date"], "Start_date"),
        (["Depart-", "ment"], "Department"),
        (["Student-", "ID"], "Student-ID"),
        (["Name"], "Name"),
    ],
)
def test_names_over_several_lines(lines: list[str], name: str) -> None:
    phrases = [Phrase(line, (0.0, 10.0 * i, 40.0, 10.0 * i + 9)) for i, line in enumerate(lines)]
    assert name_of(phrases[::-1]) == name


@pytest.mark.parametrize(
    ("kinds", "cardinality"),
    [
        (["foot", "circle"], "0..N"), (["foot", "bar"], "1..N"), (["bar", "bar"], "1..1"), (["bar", "circle"], "0..1"),
        (["foot"], "N"), (["bar"], "1"), ([], None), (["circle"], None), (["arrow"], None), (["circle", "bar"], None),
        (["bar", "bar", "bar"], None),
    ],
)  # fmt: skip
def test_cardinality_of_marks(kinds: list[str], cardinality: str | None) -> None:
    assert cardinality_of_marks([Mark(kind, i * 5.0) for i, kind in enumerate(kinds)]) == cardinality  # type: ignore[arg-type]


def _stroke(width: float, colour: tuple[float, float, float]) -> Drawing:
    return Drawing((("l", (0.0, 0.0), (90.0, 0.0)),), (0.0, 0.0, 90.0, 0.0), colour, None, width, False, False)


def test_a_white_core_makes_a_line_double_and_white_lines_are_nothing() -> None:
    dark, core = _stroke(4.0, (0.0, 0.0, 0.0)), _stroke(2.0, (1.0, 1.0, 1.0))
    assert [path.double for path in paths_of([dark, core])] == [True]
    assert [path.double for path in paths_of([dark])] == [False]
    assert paths_of([core]) == []
