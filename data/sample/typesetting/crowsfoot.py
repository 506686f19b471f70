"""Draw an ER diagram in crow's-foot notation.

An entity type is a box with its name in a title bar and one line for each attribute (key underlined, with PK
before it); a relationship is a line whose ends carry two marks: next to the box the maximum (bar: one, crow's
foot: many), behind it the minimum (circle: zero, bar: one).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from .canvas import SMALL_SIZE, Canvas
from .geometry import Point, Shape, along

_ROW = 13.0
_TITLE = 17.0
_MARKS = {
    "0..1": ("circle", "bar"),
    "1..1": ("bar", "bar"),
    "0..N": ("circle", "foot"),
    "1..N": ("bar", "foot"),
}


def labels(diagram: dict[str, Any]) -> list[str]:
    """Every text that the drawing prints."""
    found = [entity["name"] for entity in diagram["entities"]]
    found += [attribute["name"] for attribute in diagram["attributes"]]
    found += [relationship["name"] for relationship in diagram["relationships"]]
    found += [end["role"] or "" for rel in diagram["relationships"] for end in rel["ends"]]
    return found


def draw(canvas: Canvas, diagram: dict[str, Any], layout: dict[str, Point]) -> None:
    """Draw the whole diagram; ValueError for what crow's-foot drawings cannot show."""
    boxes = {}
    for entity in diagram["entities"]:
        owned = [item for item in diagram["attributes"] if item["owner"] == entity["name"]]
        boxes[entity["name"]] = _entity(canvas, entity["name"], owned, layout[entity["name"]])
    for relationship in diagram["relationships"]:
        if relationship["attributes"] or len(relationship["ends"]) != 2:
            raise ValueError(f"{relationship['name']}: a crow's-foot line joins two boxes and has no attributes")
        _relationship(canvas, relationship, boxes, layout)


def _entity(canvas: Canvas, name: str, owned: list[dict[str, Any]], at: Point) -> Shape:
    names = [item["name"] for item in owned]
    width = max(canvas.measure(text) for text in [name, *names]) + 20
    box = Shape("box", *at, max(70.0, width), _TITLE + _ROW * len(owned) + 4)
    canvas.outline(box)
    canvas.line((box.left, box.top + _TITLE), (box.left + box.width, box.top + _TITLE))
    canvas.label(name, (box.x, box.top + _TITLE / 2))
    for index, item in enumerate(owned):
        half = canvas.measure(item["name"]) / 2
        centre = (box.left + 8 + half, box.top + _TITLE + 2 + _ROW * (index + 0.5))
        canvas.label(item["name"], centre)
        if item["key"]:
            canvas.underline(item["name"], centre)
    return box


def _relationship(canvas: Canvas, relationship: dict[str, Any], boxes: dict[str, Shape], layout: dict[str, Point]) -> None:
    ends = relationship["ends"]
    first, second = boxes[ends[0]["entity"]], boxes[ends[1]["entity"]]
    others = [box for box in boxes.values() if box not in (first, second)]
    corners = _route(first, second, others)
    for start, end in pairwise(corners):
        canvas.line(start, end)
    _marks(canvas, ends[0]["cardinality"], corners[0], corners[1])
    _marks(canvas, ends[1]["cardinality"], corners[-1], corners[-2])
    middle = ((corners[0][0] + corners[1][0]) / 2, (corners[0][1] + corners[1][1]) / 2)
    if len(corners) == 2 and corners[0][1] == corners[1][1]:
        middle = (middle[0], middle[1] - 8)
    canvas.label(relationship["name"], layout.get(relationship["name"], middle), SMALL_SIZE, white=True)


def _route(first: Shape, second: Shape, others: list[Shape]) -> list[Point]:
    """A level or upright line where the boxes face each other, a line with corners elsewhere.

    Of the ways around a corner the first is taken that runs through no other box; ValueError if all do.
    """
    top = max(first.top, second.top)
    bottom = min(first.top + first.height, second.top + second.height)
    left = max(first.left, second.left)
    right = min(first.left + first.width, second.left + second.width)
    across, down = 1 if second.x > first.x else -1, 1 if second.y > first.y else -1
    if bottom - top > 8:
        y = (top + bottom) / 2
        return [(first.x + across * first.width / 2, y), (second.x - across * second.width / 2, y)]
    if right - left > 8:
        x = (left + right) / 2
        return [(x, first.y + down * first.height / 2), (x, second.y - down * second.height / 2)]
    level_first = [
        (first.x + across * first.width / 2, first.y),
        (second.x, first.y),
        (second.x, second.y - down * second.height / 2),
    ]
    upright_first = [
        (first.x, first.y + down * first.height / 2),
        (first.x, second.y),
        (second.x - across * second.width / 2, second.y),
    ]
    # a step between the boxes ends off the middle of the second box's side, beside what may end there
    gap = (first.x + across * first.width / 2 + second.x - across * second.width / 2) / 2
    arrival = second.y - down * second.height * 0.3
    step = [
        (first.x + across * first.width / 2, first.y),
        (gap, first.y),
        (gap, arrival),
        (second.x - across * second.width / 2, arrival),
    ]
    for way in (level_first, upright_first, step):
        if not any(_crosses(way, box) for box in others):
            return way
    raise ValueError("a line between two boxes runs through a third one; move one of them")


def _crosses(way: list[Point], box: Shape) -> bool:
    """Whether one of the level and upright pieces of a line touches the box."""
    for start, end in pairwise(way):
        low_x, high_x = sorted((start[0], end[0]))
        low_y, high_y = sorted((start[1], end[1]))
        beside = high_x < box.left or low_x > box.left + box.width
        if not beside and not (high_y < box.top or low_y > box.top + box.height):
            return True
    return False


def _marks(canvas: Canvas, cardinality: str, end: Point, towards: Point) -> None:
    if cardinality not in _MARKS:
        raise ValueError(f"crow's-foot notation has no mark for {cardinality!r}; it has {', '.join(_MARKS)}")
    least, most = _MARKS[cardinality]
    if most == "foot":
        for aside in (-5, 5):
            canvas.line(along(end, towards, 9), along(end, towards, 0, aside))
    else:
        canvas.line(along(end, towards, 5, -4.5), along(end, towards, 5, 4.5))
    if least == "circle":
        canvas.circle(along(end, towards, 12.5), 3)
    else:
        distance = 12 if most == "foot" else 9
        canvas.line(along(end, towards, distance, -4.5), along(end, towards, distance, 4.5))
