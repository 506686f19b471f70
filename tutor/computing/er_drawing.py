"""An ER diagram as SVG in Chen's shapes, laid out anew.

Entity types stand in a left and a right column with their attributes outside them, relationship types in the middle with
theirs under them. So connecting lines run only through the two gaps, where nothing else stands.
"""

from dataclasses import dataclass

from indexing.records import Attribute, Diagram, End, Relationship
from tutor.computing import svg
from tutor.computing.er_diagrams import whole_attributes

_ROW = 32.0
_OVAL = 26.0
_GAP = 130.0


@dataclass
class _Place:
    """Where an entity type stands: the centre of its rectangle, and its width."""

    x: float
    y: float
    width: float
    left: bool


def er_diagram(diagram: Diagram) -> str:
    """The drawing of a diagram."""
    sides = _sides(diagram)
    inner = {left: _column_width([n for n, side in sides.items() if side == left]) for left in (True, False)}
    outer = {left: _attribute_width(diagram, [n for n, side in sides.items() if side == left]) for left in (True, False)}
    middle_width = max([_diamond_width(r) for r in diagram.relationships], default=60.0)
    left_x = 16 + outer[True] + inner[True] / 2
    middle_x = left_x + inner[True] / 2 + _GAP + middle_width / 2
    right_x = middle_x + middle_width / 2 + _GAP + inner[False] / 2
    parts: list[str] = []
    places, height = _place_entities(diagram, sides, {True: left_x, False: right_x}, parts)
    height = max(height, _relationships(diagram, places, middle_x, height, parts))
    names = ", ".join(entity.name for entity in diagram.entities) or "nothing"
    return svg.document(right_x + inner[False] / 2 + outer[False] + 16, height + 16, f"ER diagram of {names}", parts)


def _sides(diagram: Diagram) -> dict[str, bool]:
    """For each entity type whether it stands left: partners of a relationship type on different sides where that can be."""
    sides: dict[str, bool] = {}
    for entity in diagram.entities:
        if entity.name in sides:
            continue
        sides[entity.name] = sum(sides.values()) * 2 <= len(sides)
        waiting = [entity.name]
        for name in waiting:
            for relationship in diagram.relationships:
                partners = [end.entity for end in relationship.ends]
                for partner in partners if name in partners else ():
                    if partner not in sides and any(e.name == partner for e in diagram.entities):
                        sides[partner] = not sides[name]
                        waiting.append(partner)
    return sides


def _column_width(names: list[str]) -> float:
    return max([svg.text_width(name) + 30 for name in names], default=0.0)


def _children(diagram: Diagram, attribute: Attribute) -> list[Attribute]:
    return [
        a for a in diagram.attributes if a.owner == attribute.owner and a.parent == attribute.name and a.name != attribute.name
    ]


def _oval_width(name: str) -> float:
    return svg.text_width(name) + 26


def _attribute_width(diagram: Diagram, owners: list[str]) -> float:
    """Room for the attributes beside some entity types: one column for each level of composition."""

    def extent(attribute: Attribute) -> float:
        below = max([extent(child) for child in _children(diagram, attribute)], default=0.0)
        return _oval_width(attribute.name) + 24 + below

    return max([extent(a) for owner in owners for a in whole_attributes(diagram, owner)], default=0.0)


def _rows(diagram: Diagram, attribute: Attribute) -> int:
    return max(1, sum(_rows(diagram, child) for child in _children(diagram, attribute)))


def _place_entities(
    diagram: Diagram, sides: dict[str, bool], columns: dict[bool, float], parts: list[str]
) -> tuple[dict[str, _Place], float]:
    """Draw entity types and their attributes; returns the places and how far down they reach."""
    places: dict[str, _Place] = {}
    reached = {True: 16.0, False: 16.0}
    for entity in diagram.entities:
        left = sides[entity.name]
        attributes = whole_attributes(diagram, entity.name)
        rows = sum(_rows(diagram, attribute) for attribute in attributes)
        block = max(rows * _ROW, 60.0)
        place = _Place(columns[left], reached[left] + block / 2, svg.text_width(entity.name) + 30, left)
        places[entity.name] = place
        y = reached[left] + (block - rows * _ROW) / 2
        edge = place.x + (-1 if left else 1) * place.width / 2
        for attribute in attributes:
            y = _draw_attribute(diagram, attribute, (edge, place.y), y, left, parts)
        x, top = place.x - place.width / 2, place.y - 18
        parts.append(svg.rectangle(x, top, place.width, 36) + svg.text(place.x, place.y, entity.name, bold=True))
        if entity.weak:
            parts.append(svg.rectangle(x + 4, top + 4, place.width - 8, 28))
        reached[left] += block + 26
    return places, max(reached.values())


def _draw_attribute(
    diagram: Diagram, attribute: Attribute, anchor: svg.Point, top: float, left: bool, parts: list[str]
) -> float:
    """Draw an attribute and its components outward from `anchor`; returns the next free y."""
    rows = _rows(diagram, attribute)
    direction = -1 if left else 1
    width = _oval_width(attribute.name)
    x, y = anchor[0] + direction * (24 + width / 2), top + rows * _ROW / 2
    parts.append(svg.line(anchor, (x - direction * width / 2, y)))
    parts.append(_oval(attribute, x, y, width))
    for child in _children(diagram, attribute):
        top = _draw_attribute(diagram, child, (x + direction * width / 2, y), top, left, parts)
    return max(top, y + rows * _ROW / 2)


def _oval(attribute: Attribute, x: float, y: float, width: float) -> str:
    underline = "solid" if attribute.key else "dashed" if attribute.partial_key else ""
    shape = svg.oval(x, y, width, _OVAL, attribute.derived) + svg.text(x, y, attribute.name, underline=underline)
    return shape + (svg.oval(x, y, width - 7, _OVAL - 7) if attribute.multivalued else "")


def _diamond_width(relationship: Relationship) -> float:
    return max(
        svg.text_width(relationship.name or "") * 1.5 + 40, *[_oval_width(name) for name in relationship.attributes], 60.0
    )


def _relationships(diagram: Diagram, places: dict[str, _Place], x: float, height: float, parts: list[str]) -> float:
    """Draw relationship types in the middle, in the order of their entity types; returns how far down they reach."""

    def middle(relationship: Relationship) -> float:
        heights = [places[end.entity].y for end in relationship.ends if end.entity in places]
        return sum(heights) / len(heights) if heights else 0.0

    blocks = [(r, 70.0 + len(r.attributes) * _ROW) for r in sorted(diagram.relationships, key=middle)]
    spare = max(height - sum(block for _, block in blocks), 0.0) / (len(blocks) + 1)
    y = 16.0
    for relationship, block in blocks:
        y += spare
        centre = y + 28
        _draw_relationship(relationship, places, (x, centre), parts)
        y += block
    return y


def _draw_relationship(relationship: Relationship, places: dict[str, _Place], centre: svg.Point, parts: list[str]) -> None:
    x, y = centre
    width = svg.text_width(relationship.name or "") * 1.5 + 40
    seen: dict[str, int] = {}
    for end in relationship.ends:
        if end.entity in places:
            number = seen[end.entity] = seen.get(end.entity, -1) + 1
            parts.append(_connection(end, places[end.entity], (x, y), width, number))
    parts.append(svg.diamond(x, y, width, 48) + svg.text(x, y, relationship.name or ""))
    if relationship.identifying:
        parts.append(svg.diamond(x, y, width - 14, 38))
    for index, name in enumerate(relationship.attributes):
        oval_y = y + 24 + 22 + index * _ROW
        above = y + 24 if index == 0 else oval_y - _ROW + _OVAL / 2
        parts.append(svg.line((x, above), (x, oval_y - _OVAL / 2)))
        parts.append(svg.oval(x, oval_y, _oval_width(name), _OVAL) + svg.text(x, oval_y, name))


def _connection(end: End, place: _Place, centre: svg.Point, width: float, number: int) -> str:
    """The line from an entity type to a diamond with its cardinality and role. A second line to the same one is moved
    down.
    """
    direction = 1 if place.left else -1
    start = (place.x + direction * place.width / 2, place.y + number * 14 - (7 if number else 0))
    finish = (centre[0] - direction * width / 2, centre[1]) if number == 0 else (centre[0], centre[1] + 24)
    drawn = svg.double_line(start, finish) if end.total else svg.line(start, finish)
    if end.cardinality:
        # beside the diamond: many lines may meet at the entity type
        at = (start[0] + (finish[0] - start[0]) * 0.74, start[1] + (finish[1] - start[1]) * 0.74 + (12 if number else -10))
        drawn += svg.text(at[0], at[1], end.cardinality)
    if end.role:
        at = (start[0] + (finish[0] - start[0]) * 0.4, start[1] + (finish[1] - start[1]) * 0.4 + (12 if number else -10))
        drawn += svg.text(at[0], at[1], end.role, small=True)
    return drawn
