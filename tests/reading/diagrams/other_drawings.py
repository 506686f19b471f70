"""Drawings that are no ER diagrams, at random, of the kinds that a database book has."""

import math
import random
from collections.abc import Callable
from typing import Any

from er_brush import Box, Brush, Point, Style, border_point, random_style

_WORDS = [
    "read",
    "sort",
    "scan",
    "merge",
    "lock",
    "write",
    "commit",
    "buffer",
    "parser",
    "cache",
    "client",
    "server",
    "planner",
    "storage",
    "index",
    "log",
]


class Sheet:
    """A page with a brush, boxes by name, and arrows between them."""

    def __init__(self, page: Any, rng: random.Random, style: Style) -> None:
        self.page, self.rng, self.style = page, rng, style
        self.brush = Brush(page, style)
        self.placed: dict[str, tuple[str, Box]] = {}
        self.tip = rng.choice(["filled", "vee", "curved"])

    def put(self, key: str, kind: str, text: str, x: float, y: float, w: float = 80, h: float = 34) -> None:
        box = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        self.placed[key] = (kind, box)
        self.brush.shape(kind, box)
        if text:
            self.brush.text(text, (x, y))

    def tie(self, a: str, b: str, arrow: bool = True, label: str | None = None, bend: bool = False) -> None:
        (ka, ba), (kb, bb) = self.placed[a], self.placed[b]
        ma, mb = _middle(ba), _middle(bb)
        p, q = border_point(ka, ba, mb), border_point(kb, bb, ma)
        if bend:
            dx, dy = q[0] - p[0], q[1] - p[1]
            points = [
                (p[0] + dx * t - dy * 0.15 * math.sin(math.pi * t), p[1] + dy * t + dx * 0.15 * math.sin(math.pi * t))
                for t in (i / 12 for i in range(13))
            ]
        else:
            points = [p, q]
        self.line(points, arrow)
        if label:
            middle = points[len(points) // 2] if bend else ((p[0] + q[0]) / 2, (p[1] + q[1]) / 2)
            self.brush.text(label, (middle[0] + 8, middle[1] - 7))

    def line(self, points: list[Point], arrow: bool) -> None:
        self.brush.stroke(points)
        if not arrow:
            return
        (ax, ay), (bx, by) = points[-2], points[-1]
        long = math.hypot(bx - ax, by - ay) or 1.0
        dx, dy = (bx - ax) / long, (by - ay) / long
        left = (bx - 7 * dx - 3 * dy, by - 7 * dy + 3 * dx)
        right = (bx - 7 * dx + 3 * dy, by - 7 * dy - 3 * dx)
        if self.tip == "filled":
            self.brush.fill_only([left, (bx, by), right], self.style.colour)
        elif self.tip == "vee":
            self.brush.stroke([left, (bx, by), right])
        else:
            mid = (bx - 3 * dx, by - 3 * dy)
            self.brush.stroke([left, (mid[0] - dy, mid[1] + dx), (bx, by), (mid[0] + dy, mid[1] - dx), right])


def _middle(box: Box) -> Point:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def flow_chart(s: Sheet) -> None:
    words = s.rng.sample(_WORDS, 4)
    s.put("a", "oval", s.rng.choice(["Start", "Begin", "Request", words[3]]), 300, 60)
    s.put("b", "rectangle", f"{words[0]} input", 300, 130)
    s.put("c", "diamond", s.rng.choice(["found", "n > 0", "empty?", "last one"]), 300, 220, 100, 60)
    s.put("d", "rectangle", f"{words[1]} rows", 150, 300)
    s.put("e", "rectangle", f"{words[2]} rows", 450, 300)
    s.put("f", "oval", s.rng.choice(["Stop", "End", "Done"]), 300, 380)
    yes = s.rng.choice([("yes", "no"), ("Y", "N"), ("true", "false"), (None, None)])
    (
        s.tie("a", "b"),
        s.tie("b", "c"),
        s.tie("c", "d", label=yes[0]),
        s.tie("c", "e", label=yes[1]),
        s.tie("d", "f"),
        s.tie("e", "f"),
    )


def tree(s: Sheet) -> None:
    """A B+-tree: rows of cells with numbers, arrows to the children."""
    numbers = sorted(s.rng.sample(range(5, 99), 9))
    for key, x, y, cells in (
        ("r", 300, 80, numbers[3:5]),
        ("a", 150, 200, numbers[:3]),
        ("b", 300, 200, numbers[3:6]),
        ("c", 450, 200, numbers[6:]),
    ):
        for i, number in enumerate(cells):
            s.put(f"{key}{i}", "rectangle", str(number), x + 26 * (i - len(cells) / 2 + 0.5), y, 26, 20)
    s.tie("r0", "a1", arrow=s.rng.random() < 0.7), s.tie("r0", "b1"), s.tie("r1", "c1")
    if s.rng.random() < 0.5:
        s.tie("a2", "b0"), s.tie("b2", "c0")


def precedence(s: Sheet) -> None:
    for i in range(4):
        s.put(f"{i}", "oval", f"T{i + 1}", 300 + 110 * math.cos(i * 1.57), 200 + 90 * math.sin(i * 1.57), 34, 34)
    s.tie("0", "1", label="X"), s.tie("1", "2", label="Y"), s.tie("2", "3"), s.tie("0", "2"), s.tie("3", "0", bend=True)


def bars(s: Sheet) -> None:
    s.brush.stroke([(150, 80), (150, 300)])
    s.brush.stroke([(150, 300), (450, 300)])
    for i in range(5):
        high = s.rng.uniform(30, 200)
        s.brush.fill_only(
            [(170 + 50 * i, 300 - high), (200 + 50 * i, 300 - high), (200 + 50 * i, 300), (170 + 50 * i, 300)], (0.3, 0.5, 0.8)
        )
        s.brush.text(str(2015 + i), (185 + 50 * i, 308))


def states(s: Sheet) -> None:
    names = ["active", "partially\ncommitted", "committed", "failed", "aborted"]
    places = [(120, 200), (260, 130), (420, 130), (260, 280), (420, 280)]
    kind = s.rng.choice(["oval", "rectangle"])
    for name, (x, y) in zip(names, places, strict=True):
        s.put(name, kind, name, x, y, 86, 40)
    for a, b, label in ((0, 1, "end"), (1, 2, "commit"), (0, 3, "abort"), (1, 3, "abort"), (3, 4, None)):
        s.tie(names[a], names[b], label=label, bend=s.rng.random() < 0.3)


def query_tree(s: Sheet) -> None:
    kind = s.rng.choice(["oval", "rectangle"])
    s.put("p", kind, "project Name", 300, 60, 96, 30)
    s.put("s", kind, "select Dno = 5", 300, 130, 106, 30)
    s.put("j", kind, "join Dno = Dnumber", 300, 200, 126, 30)
    s.put("e", "rectangle", "EMPLOYEE", 210, 280, 80, 26)
    s.put("d", "rectangle", "DEPARTMENT", 390, 280, 90, 26)
    arrow = s.rng.random() < 0.3
    for a, b in (("p", "s"), ("s", "j"), ("j", "e"), ("j", "d")):
        s.tie(a, b, arrow=arrow)


def layers(s: Sheet) -> None:
    """Architecture: boxes in levels, users above, lines between."""
    words = s.rng.sample(_WORDS, 5)
    arrow = s.rng.random() < 0.5
    for i in range(3):
        s.put(f"v{i}", "rectangle", f"External view {i + 1}", 150 + 150 * i, 80, 110, 36)
    s.put("c", "rectangle", "Conceptual schema", 300, 180, 130, 36)
    s.put("i", "rectangle", f"Internal {words[0]}", 300, 270, 130, 36)
    s.put("d", s.rng.choice(["oval", "rectangle"]), "stored data", 300, 360, 100, 40)
    for i in range(3):
        s.tie(f"v{i}", "c", arrow)
    s.tie("c", "i", arrow), s.tie("i", "d", arrow)


def plot(s: Sheet) -> None:
    s.brush.stroke([(150, 80), (150, 300), (450, 300)])
    for k in range(2):
        s.brush.stroke([(150 + 10 * i, 290 - (k + 1) * 3 * i + 12 * math.sin(i / 3 + k)) for i in range(30)])
    for i in range(6):
        s.brush.text(str(i * 20), (150 + 50 * i, 310))


def venn(s: Sheet) -> None:
    s.brush.shape("oval", (150, 100, 330, 240))
    s.brush.shape("oval", (260, 100, 440, 240))
    s.brush.text("superkeys", (200, 170)), s.brush.text("candidate keys", (370, 170))


def use_cases(s: Sheet) -> None:
    """A system's border round ovals, lines to named actors."""
    s.brush.stroke([(200, 60), (420, 60), (420, 330), (200, 330), (200, 60)])
    for i, name in enumerate(["borrow book", "return book", "pay fine"]):
        s.put(name, "oval", name, 310, 110 + 80 * i, 120, 40)
    s.put("m", "rectangle", "Member", 110, 190, 70, 30)
    s.put("l", "rectangle", "Librarian", 510, 190, 70, 30)
    for name in ("borrow book", "return book", "pay fine"):
        s.tie("m", name, arrow=False)
        s.tie("l", name, arrow=False)


KINDS: dict[str, Callable[[Sheet], Any]] = {
    f.__name__: f for f in (flow_chart, tree, precedence, bars, states, query_tree, layers, plot, venn, use_cases)
}


def paint_other(kind: str, seed: int, page: Any) -> None:
    """Draw a drawing of one kind in a random style."""
    rng = random.Random(seed)
    style = random_style(rng)
    style.under = style.shadow = False
    KINDS[kind](Sheet(page, rng, style))
