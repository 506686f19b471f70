"""Draw a graph: trees, precedence graphs, state diagrams, layered architectures.

Nodes are a "box", "oval", "circle", or "none" (text alone), as wide as their label needs unless the node gives
"size": [width, height]; edges are straight, with an arrowhead unless "arrow" is false. Two edges between the same
two nodes run side by side, an edge from a node to itself is a loop above it.
"""

from __future__ import annotations

from typing import Any

from .canvas import LINE_HEIGHT, SMALL_SIZE, STROKE, Canvas
from .geometry import Point, Shape, along


def labels(drawing: dict[str, Any]) -> list[str]:
    """Every text that the drawing prints."""
    return [node["label"] for node in drawing["nodes"]] + [edge.get("label") or "" for edge in drawing["edges"]]


def draw(canvas: Canvas, drawing: dict[str, Any]) -> None:
    """Draw nodes and edges; KeyError names a node that an edge asks for and that is not there."""
    shapes = {node["id"]: _shape(canvas, node) for node in drawing["nodes"]}
    pairs = {(edge["from"], edge["to"]) for edge in drawing["edges"]}
    for node in drawing["nodes"]:
        shape = shapes[node["id"]]
        if node.get("shape", "box") != "none":
            canvas.outline(shape)
        canvas.label(node["label"], (shape.x, shape.y))
    for edge in drawing["edges"]:
        if edge["from"] == edge["to"]:
            _loop(canvas, edge, shapes[edge["from"]])
        else:
            twin = (edge["to"], edge["from"]) in pairs
            _edge(canvas, edge, shapes[edge["from"]], shapes[edge["to"]], 6.0 if twin else 0.0)


def _shape(canvas: Canvas, node: dict[str, Any]) -> Shape:
    form = node.get("shape", "box")
    width = canvas.measure(node["label"])
    height = LINE_HEIGHT * (node["label"].count("\n") + 1)
    if form == "circle":
        width = height = max(24.0, (width**2 + height**2) ** 0.5 + 4)
    elif form == "oval":
        width, height = width * 1.2 + 16, height * 1.2 + 9
    else:
        width, height = width + (14 if form == "box" else 4), height + (10 if form == "box" else 2)
    if "size" in node:
        width, height = (float(side) for side in node["size"])
    x, y = node["at"]
    return Shape("oval" if form in ("circle", "oval") else "box", x, y, width, height)


def _edge(canvas: Canvas, edge: dict[str, Any], source: Shape, target: Shape, aside: float) -> None:
    one, two = (source.x, source.y), (target.x, target.y)
    inner_one, inner_two = along(one, two, 0, aside), along(two, one, 0, -aside)
    start, end = source.leave(inner_two, inner_one), target.leave(inner_one, inner_two)
    canvas.line(start, end)
    if edge.get("arrow", True):
        _head(canvas, end, start)
    if edge.get("label"):
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        canvas.label(edge["label"], along(middle, end, 0, 8 if aside else 0), SMALL_SIZE, "italic", white=True)


def _loop(canvas: Canvas, edge: dict[str, Any], shape: Shape) -> None:
    left, right, top = shape.x - 8, shape.x + 8, shape.top - 14
    start, end = shape.leave((left, top), (left, shape.y)), shape.leave((right, top), (right, shape.y))
    for one, two in ((start, (left, top)), ((left, top), (right, top)), ((right, top), end)):
        canvas.line(one, two, STROKE)
    _head(canvas, end, (right, top))
    if edge.get("label"):
        canvas.label(edge["label"], (shape.x, top - 6), SMALL_SIZE, "italic")


def _head(canvas: Canvas, tip: Point, origin: Point) -> None:
    canvas.polygon([tip, along(tip, origin, 6, 2.2), along(tip, origin, 6, -2.2)], fill="black")
