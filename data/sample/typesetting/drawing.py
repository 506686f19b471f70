"""From a drawing's JSON to Typst code, whatever its kind; also its description in words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import typst

from . import chen, crowsfoot, graph
from .canvas import LABEL_SIZE, Canvas
from .marks import literal, pt


class DrawingError(Exception):
    """A drawing's JSON cannot be drawn; the message names the drawing and what is wrong."""


def label_lines(drawings: Iterable[dict[str, Any]]) -> set[str]:
    """Every line of text that the drawings print."""
    lines: set[str] = set()
    for drawing in drawings:
        if drawing["kind"] == "graph":
            found = graph.labels(drawing)
        elif drawing["notation"] == "crows-foot":
            found = crowsfoot.labels(drawing["diagram"])
        else:
            found = chen.labels(drawing["diagram"])
        lines.update(line for label in found for line in label.split("\n"))
    return lines


def measure_widths(lines: Iterable[str], font: str) -> dict[str, float]:
    """The printed width in points of each line at LABEL_SIZE, asked from Typst itself."""
    ordered = sorted(set(lines))
    if not ordered:
        return {}
    entries = ", ".join(literal(line) for line in ordered)
    source = (
        f"#set text(font: {literal(font)}, size: {pt(LABEL_SIZE)}, ligatures: false, hyphenate: false)\n"
        f"#context [#metadata(({entries},).map(line => measure(line).width.pt())) <widths>]\n"
    )
    found = typst.query(source.encode(), "<widths>", field="value", one=True, ignore_system_fonts=True)
    return dict(zip(ordered, json.loads(found), strict=True))


def typeset(name: str, drawing: dict[str, Any], widths: dict[str, float]) -> str:
    """The drawing as a Typst box; DrawingError if a name in it is not placed or a line is impossible."""
    try:
        return _drawn(name, drawing, widths).code()
    except ValueError as error:
        raise DrawingError(f"{name}: {error}") from None


def height(name: str, drawing: dict[str, Any], widths: dict[str, float]) -> float:
    """The height of the drawing in points."""
    return _drawn(name, drawing, widths).extent()[3]


def _drawn(name: str, drawing: dict[str, Any], widths: dict[str, float]) -> Canvas:
    canvas = Canvas(widths)
    try:
        if drawing["kind"] == "graph":
            graph.draw(canvas, drawing)
        elif drawing["notation"] == "crows-foot":
            crowsfoot.draw(canvas, drawing["diagram"], drawing["layout"])
        else:
            chen.draw(canvas, drawing["diagram"], drawing["layout"])
    except KeyError as error:
        raise DrawingError(f"{name}: {error.args[0]!r} is missing or not placed") from None
    except ValueError as error:
        raise DrawingError(f"{name}: {error}") from None
    return canvas


def describe(drawing: dict[str, Any]) -> str:
    """One line for readers who cannot see the drawing."""
    if drawing["kind"] == "graph":
        return "Drawing with " + ", ".join(node["label"].replace("\n", " ") for node in drawing["nodes"])
    diagram = drawing["diagram"]
    entities = ", ".join(entity["name"] for entity in diagram["entities"])
    relationships = ", ".join(relationship["name"] for relationship in diagram["relationships"])
    described = f"Entity-relationship diagram with entity types {entities}"
    return f"{described} and relationship types {relationships}" if relationships else described
