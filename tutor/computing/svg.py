"""Pieces of SVG drawings: self-contained strings, lines and text in the reader's own text colour, every text escaped.

Nothing is fetched, no script, no style sheet, no identifiers: a drawing can stand in a page any number of times, light
or dark.
"""

from collections.abc import Sequence
from html import escape
from math import hypot

Point = tuple[float, float]
FONT_SIZE = 13
# A sans-serif letter is about this wide at FONT_SIZE; boxes are made a little wider than their text.
_LETTER = 7.4


def text_width(text: str) -> float:
    """About how wide a text is, in user units."""
    return len(text) * _LETTER


def document(width: float, height: float, label: str, parts: Sequence[str]) -> str:
    """A whole drawing. `label` is what a screen reader says."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" '
        f'role="img" aria-label="{escape(label)}" fill="none" stroke="currentColor" stroke-width="1.3" '
        f'font-family="sans-serif" font-size="{FONT_SIZE}" style="max-width:100%;height:auto">{"".join(parts)}</svg>'
    )


def text(x: float, y: float, content: str, *, underline: str = "", bold: bool = False, small: bool = False) -> str:
    """Text centred on a point. `underline` is "solid" or "dashed"."""
    style = {"solid": "text-decoration:underline", "dashed": "text-decoration:underline dashed"}.get(underline, "")
    extra = f' style="{style}"' if style else ""
    extra += ' font-weight="bold"' if bold else ""
    extra += f' font-size="{FONT_SIZE - 2}"' if small else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" dominant-baseline="central" '
        f'fill="currentColor" stroke="none"{extra}>{escape(content)}</text>'
    )


def line(start: Point, end: Point, width: float = 1.3) -> str:
    """A straight line."""
    return f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" stroke-width="{width}"/>'


def double_line(start: Point, end: Point) -> str:
    """Two parallel lines: total participation."""
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    dx, dy = -(end[1] - start[1]) / length * 2, (end[0] - start[0]) / length * 2
    return line((start[0] + dx, start[1] + dy), (end[0] + dx, end[1] + dy)) + line(
        (start[0] - dx, start[1] - dy), (end[0] - dx, end[1] - dy)
    )


def rectangle(x: float, y: float, width: float, height: float) -> str:
    """A rectangle by its top left corner."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def oval(x: float, y: float, width: float, height: float, dashed: bool = False) -> str:
    """An oval by its centre."""
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    return f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{width / 2:.1f}" ry="{height / 2:.1f}"{dash}/>'


def diamond(x: float, y: float, width: float, height: float) -> str:
    """A diamond by its centre."""
    points = [(x - width / 2, y), (x, y - height / 2), (x + width / 2, y), (x, y + height / 2)]
    return f'<polygon points="{_points(points)}"/>'


def arrow_head(tip: Point, direction: Point, size: float = 8) -> str:
    """A filled arrow head at `tip` that points along `direction`."""
    length = hypot(*direction) or 1.0
    ux, uy = direction[0] / length, direction[1] / length
    base = (tip[0] - ux * size, tip[1] - uy * size)
    points = [
        tip,
        (base[0] - uy * size * 0.45, base[1] + ux * size * 0.45),
        (base[0] + uy * size * 0.45, base[1] - ux * size * 0.45),
    ]
    return f'<polygon points="{_points(points)}" fill="currentColor" stroke="none"/>'


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
