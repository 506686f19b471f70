"""Precedence graphs and dependency diagrams as SVG."""

from itertools import pairwise
from math import cos, hypot, pi, sin

from tutor.computing import svg
from tutor.computing.schemas import Schema
from tutor.computing.serializability import Edge, Serializability

_NODE = 20.0


def precedence_graph(result: Serializability) -> str:
    """The precedence graph of a schedule: transactions on a circle, the edges of the cycle thick."""
    number = len(result.transactions)
    radius = max(70.0, number * 26.0) if number > 1 else 0.0
    centre = radius + _NODE + 24
    places = {
        transaction: (centre + radius * sin(2 * pi * i / number), centre - radius * cos(2 * pi * i / number))
        for i, transaction in enumerate(result.transactions)
    }
    in_cycle = set(pairwise(result.cycle))
    both_ways = {(edge.before, edge.after) for edge in result.edges}
    parts = [
        _edge(
            places[edge.before],
            places[edge.after],
            edge,
            (edge.before, edge.after) in in_cycle,
            (edge.after, edge.before) in both_ways,
        )
        for edge in result.edges
    ]
    for transaction, (x, y) in places.items():
        parts.append(svg.oval(x, y, 2 * _NODE, 2 * _NODE) + svg.text(x, y, f"T{transaction}"))
    edges = ", ".join(f"T{edge.before} → T{edge.after}" for edge in result.edges) or "none"
    return svg.document(2 * centre, 2 * centre, f"Precedence graph with the edges {edges}", parts)


def _edge(start: svg.Point, end: svg.Point, edge: Edge, thick: bool, curved: bool) -> str:
    """An arrow from node to node; two that run opposite ways are bent apart. Its title names the conflict."""
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    bend = length * 0.18 if curved else 0.0
    middle = ((start[0] + end[0]) / 2 - uy * bend, (start[1] + end[1]) / 2 + ux * bend)
    first = _towards(start, middle, _NODE)
    last = _towards(end, middle, _NODE)
    width = 2.6 if thick else 1.3
    path = (
        f'<path d="M{first[0]:.1f},{first[1]:.1f} Q{middle[0]:.1f},{middle[1]:.1f} {last[0]:.1f},{last[1]:.1f}" '
        f'stroke-width="{width}"><title>{edge.first} before {edge.second}</title></path>'
    )
    return path + svg.arrow_head(last, (last[0] - middle[0], last[1] - middle[1]), 9 if not thick else 12)


def _towards(start: svg.Point, end: svg.Point, distance: float) -> svg.Point:
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    return start[0] + (end[0] - start[0]) / length * distance, start[1] + (end[1] - start[1]) / length * distance


def dependency_diagram(schema: Schema, underlined: frozenset[str] = frozenset()) -> str:
    """The attributes in a row of boxes and under them a bracket for each dependency: lines from its determinant, arrows
    to the rest.

    `underlined` are the attributes of the primary key.
    """
    height, top, gap = 28.0, 34.0, 24.0
    x = 10.0
    centres: dict[str, float] = {}
    parts = [svg.text(10 + svg.text_width(schema.name) / 2, 16, schema.name, bold=True)]
    for name in schema.attributes:
        width = svg.text_width(name) + 18
        underline = "solid" if name in underlined else ""
        parts.append(
            svg.rectangle(x, top, width, height) + svg.text(x + width / 2, top + height / 2, name, underline=underline)
        )
        centres[name] = x + width / 2
        x += width
    bottom = top + height
    for level, dependency in enumerate(schema.dependencies, 1):
        y = bottom + gap * level
        shift = ((level - 1) % 5 - 2) * 3.0  # so that the lines of different dependencies do not lie on each other
        dependents = [n for n in dependency.dependent if n not in dependency.determinant]
        ends = [centres[name] + shift for name in (*dependency.determinant, *dependents)]
        if not ends:
            continue
        parts.append(svg.line((min(ends), y), (max(ends), y)))
        parts += [svg.line((centres[name] + shift, bottom), (centres[name] + shift, y)) for name in dependency.determinant]
        for name in dependents:
            parts.append(svg.line((centres[name] + shift, y), (centres[name] + shift, bottom + 6)))
            parts.append(svg.arrow_head((centres[name] + shift, bottom), (0, -1)))
        label = f"FD{level}" if not dependency.multivalued else f"MVD{level}"
        parts.append(svg.text(max(ends) + 24, y, label, small=True))
    label = f"Dependency diagram of {schema}: {'; '.join(map(str, schema.dependencies)) or 'no dependencies'}"
    return svg.document(x + 50, bottom + gap * (len(schema.dependencies) + 1), label, parts)
