"""Draw an ER diagram in Chen's notation, or in the (min,max) variant of it.

Entity types are rectangles, relationship types diamonds, attributes ovals; a weak entity type, an identifying
relationship type, a multivalued attribute and total participation are doubled, a derived attribute is dashed, a
key is underlined, a partial key underlined with dashes. Positions are centres and come from the drawing's layout.
"""

from __future__ import annotations

import math
from typing import Any

from .canvas import DASHED, DOTTED, SMALL_SIZE, STROKE, Canvas
from .geometry import Point, Shape, along

_DOUBLE = 2.6  # points between the two outlines of a doubled shape


def labels(diagram: dict[str, Any]) -> list[str]:
    """Every text that the drawing prints."""
    found = [entity["name"] for entity in diagram["entities"]]
    found += [attribute["name"] for attribute in diagram["attributes"]]
    for relationship in diagram["relationships"]:
        found += [relationship["name"], *relationship["attributes"]]
        for end in relationship["ends"]:
            found += [end_label(end), end["role"] or ""]
    return found


def end_label(end: dict[str, Any]) -> str:
    """What is written beside an end: "N", or "(0,N)" for "0..N", or nothing."""
    cardinality = end["cardinality"] or ""
    return f"({cardinality.replace('..', ',')})" if ".." in cardinality else cardinality


def shapes(canvas: Canvas, diagram: dict[str, Any], layout: dict[str, Point]) -> dict[str, Shape]:
    """The outline of every part by its name in the layout ("EMPLOYEE", "EMPLOYEE.Ssn").

    KeyError names a part that the layout does not place.
    """
    found = {}
    for entity in diagram["entities"]:
        name = entity["name"]
        found[name] = Shape("box", *layout[name], max(56.0, canvas.measure(name) + 16), 24.0)
    for relationship in diagram["relationships"]:
        name = relationship["name"]
        found[name] = Shape("diamond", *layout[name], max(60.0, canvas.measure(name) * 1.3 + 18), 38.0)
    for attribute in _attributes(diagram):
        place = _place_name(attribute)
        # an ellipse holds a text of 0.92 of its width at a third of its height; the rest is air
        found[place] = Shape("oval", *layout[place], canvas.measure(attribute["name"]) * 1.09 + 13, 19.0)
    return found


def draw(canvas: Canvas, diagram: dict[str, Any], layout: dict[str, Point]) -> None:
    """Draw the whole diagram; KeyError names what the layout does not place."""
    placed = shapes(canvas, diagram, layout)
    for relationship in diagram["relationships"]:
        _ends(canvas, relationship, placed)
    for item in _attributes(diagram):
        oval = placed[_place_name(item)]
        holder = placed[f"{item['owner']}.{item['parent']}" if item["parent"] else item["owner"]]
        canvas.line(holder.leave((oval.x, oval.y)), oval.leave((holder.x, holder.y)))
        _attribute(canvas, item, oval)
    for kind, doubled in (("entities", "weak"), ("relationships", "identifying")):
        for part in diagram[kind]:
            shape = placed[part["name"]]
            _doubled(canvas, shape, part[doubled])
            canvas.label(part["name"], _centre(shape))


def _centre(shape: Shape) -> Point:
    return (shape.x, shape.y)


def _place_name(attribute: dict[str, Any]) -> str:
    return f"{attribute['owner']}.{attribute['name']}"


def _attributes(diagram: dict[str, Any]) -> list[dict[str, Any]]:
    """The attributes of entities, and those of relationship types in the same form."""
    unmarked = dict.fromkeys(("key", "partial_key", "multivalued", "derived"), False)
    return list(diagram["attributes"]) + [
        {"owner": relationship["name"], "name": name, "parent": None, **unmarked}
        for relationship in diagram["relationships"]
        for name in relationship["attributes"]
    ]


def _doubled(canvas: Canvas, shape: Shape, doubled: bool) -> None:
    canvas.outline(shape)
    if doubled:
        canvas.outline(shape, inset=_DOUBLE)


def _attribute(canvas: Canvas, attribute: dict[str, Any], oval: Shape) -> None:
    canvas.outline(oval, DASHED if attribute["derived"] else STROKE)
    if attribute["multivalued"]:
        canvas.outline(oval, inset=2.0)
    canvas.label(attribute["name"], _centre(oval))
    if attribute["key"]:
        canvas.underline(attribute["name"], _centre(oval))
    elif attribute["partial_key"]:
        canvas.underline(attribute["name"], _centre(oval), DOTTED)


def _ends(canvas: Canvas, relationship: dict[str, Any], shapes: dict[str, Shape]) -> None:
    """The lines from a diamond to its entities; two lines to one entity run side by side."""
    diamond = shapes[relationship["name"]]
    names = [end["entity"] for end in relationship["ends"]]
    for index, end in enumerate(relationship["ends"]):
        entity = shapes[end["entity"]]
        twins = [i for i, name in enumerate(names) if name == end["entity"]]
        aside = 0.0 if len(twins) == 1 else (-1.0 if index == twins[0] else 1.0)
        start, finish = _line(diamond, entity, aside)
        if end["total"]:
            canvas.double_line(start, finish)
        else:
            canvas.line(start, finish)
        axis = _centre(diamond) if aside else None
        text = end_label(end)
        wide = canvas.measure(text, SMALL_SIZE)
        reach, place = 6.0, finish
        while _touches(place, wide, entity):
            place = _beside(finish, start, reach, wide * 0.3 + 5, axis)
            reach += 1
        canvas.label(text, place, SMALL_SIZE)
        if end["role"]:
            middle = math.dist(start, finish) * 0.6
            canvas.label(end["role"], _beside(finish, start, middle, 8, axis), SMALL_SIZE, "italic")


def _touches(place: Point, wide: float, entity: Shape) -> bool:
    """Whether a label of that width centred there comes nearer than a point to the entity's rectangle."""
    near_x = abs(place[0] - entity.x) < (wide + entity.width) / 2 + 1.5
    return near_x and abs(place[1] - entity.y) < (SMALL_SIZE + entity.height) / 2 + 0.5


def _beside(start: Point, towards: Point, distance: float, aside: float, axis: Point | None) -> Point:
    """A point beside a line: above it (an upright line: to its right), or on the side away from `axis`."""
    sides = [along(start, towards, distance, sign * aside) for sign in (1, -1)]
    if axis is not None:
        return max(sides, key=lambda point: math.dist(point, axis))
    return max(sides, key=lambda point: 0.2 * point[0] - point[1])


def _line(diamond: Shape, entity: Shape, aside: float) -> tuple[Point, Point]:
    """Where a line leaves the diamond and where it meets the entity; `aside` is -1, 0 or 1."""
    if aside == 0:
        return diamond.leave(_centre(entity)), entity.leave(_centre(diamond))
    across = abs(entity.x - diamond.x) >= abs(entity.y - diamond.y)
    if across:  # the entity is to the left or right: leave at the diamond's upper and lower corner
        start = (diamond.x, diamond.y + aside * diamond.height / 2)
        inner = (entity.x, entity.y + aside * entity.height * 0.3)
    else:
        start = (diamond.x + aside * diamond.width / 2, diamond.y)
        inner = (entity.x + aside * entity.width * 0.3, entity.y)
    return start, entity.leave(start, inner)
