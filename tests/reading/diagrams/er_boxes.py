"""Random ER diagrams of boxes with attribute lines, connected with crow's-foot marks or (min,max) labels."""

import math
import random
from dataclasses import dataclass
from typing import Any

from er_brush import Box, Brush, Point, Style, random_style, text_width
from er_chen import Layout, NoRoomError, connecting

from indexing.records import Attribute, Diagram, End, Entity, Relationship

_NAMES = [
    "Room",
    "Building",
    "Module",
    "School",
    "Course_Type",
    "Teacher",
    "Pupil",
    "Ticket",
    "Order",
    "Item",
    "Vendor",
    "Region",
]
_ROWS = [
    "name",
    "number",
    "capacity",
    "street",
    "credits",
    "hours",
    "weeks",
    "price",
    "size",
    "since",
    "colour",
    "grade",
    "floor",
    "phone",
    "email",
]
_VERBS = ["is in", "has", "can use", "requires", "owns", "sold by", "belongs to", "contains"]
_TYPES = ["INT", "VARCHAR(20)", "DATE", "DECIMAL(8,2)", "integer", "text"]
_MARKS = {"0..N": "co", "1..N": "cb", "1..1": "bb", "0..1": "bo", "N": "c", "1": "b"}  # from the box outwards


@dataclass
class BoxStyle:
    """How boxes and marks are drawn."""

    head: str = "line"  # line, tiles, rows
    keys: str = "underline"  # underline, PK, none
    types: str = "none"  # none, after, colon
    foot: str = "lines"  # lines, vee (two toes as one path), through (line goes on to the box), triangle
    circle: str = "curves"  # curves, polygon
    into: float = 0.0  # how far the toes reach into the box
    route: str = "straight"  # straight, elbow
    labels: str = "marks"  # marks, pairs


def random_box_style(rng: random.Random) -> BoxStyle:
    return BoxStyle(
        head=rng.choice(["line", "tiles", "rows"]),
        keys=rng.choice(["underline", "PK", "none"]),
        types=rng.choice(["none", "none", "after", "colon"]),
        foot=rng.choice(["lines", "vee", "through", "triangle"]),
        circle=rng.choice(["curves", "polygon"]),
        into=rng.choice([0.0, 0.0, 1.5]),
        route=rng.choice(["straight", "elbow"]),
        labels=rng.choice(["marks", "marks", "marks", "pairs"]),
    )


class BoxesPicture:
    """One random diagram of boxes: `diagram` is what it says, `paint` draws it."""

    def __init__(self, rng: random.Random, style: Style, manner: BoxStyle, size: tuple[float, float] = (740.0, 520.0)) -> None:
        self.rng, self.style, self.manner, self.layout = rng, style, manner, Layout(size)
        self.boxes: list[Box] = []
        self.rows: list[list[tuple[str, str, bool]]] = []  # name, type, key
        self.routes: list[tuple[list[Point], str | None, str | None, bool]] = []
        self.texts: list[tuple[str, Point]] = []
        self.diagram = self._build()

    def _build(self) -> Diagram:
        rng, (wide, high) = self.rng, self.layout.size
        columns, rows = rng.choice([(2, 1), (3, 1), (2, 2), (3, 2)])
        names = rng.sample(_NAMES, columns * rows)
        attributes: list[Attribute] = []
        for i, name in enumerate(names):
            lines = []
            for k, row in enumerate(rng.sample(_ROWS, rng.randint(1, 5))):
                key = k == 0 and self.manner.keys != "none"
                lines.append((row, rng.choice(_TYPES), key))
                attributes.append(Attribute(owner=name, name=row, key=key))
            self.rows.append(lines)
            x = wide * (i % columns + 0.5) / columns + rng.uniform(-12, 12)
            y = high * (i // columns + 0.5) / rows + rng.uniform(-12, 12)
            self.boxes.append(self._box(name, lines, (x, y)))
        self.layout.boxes += self.boxes
        relationships = self._relationships(names, columns)
        notation = "min-max" if self.manner.labels == "pairs" else "crows-foot"
        return Diagram(
            notation=notation, entities=[Entity(name=n) for n in names], attributes=attributes, relationships=relationships
        )

    def _shown(self, row: tuple[str, str, bool]) -> str:
        name, kind, key = row
        text = {"none": name, "after": f"{name} {kind}", "colon": f"{name}: {kind}"}[self.manner.types]
        return f"PK {text}" if key and self.manner.keys == "PK" else text

    def _box(self, name: str, lines: list[tuple[str, str, bool]], middle: Point) -> Box:
        size, font = self.style.size, self.style.font
        wide = max([text_width(name, font, size)] + [text_width(self._shown(line), font, size) for line in lines]) + 2 * size
        high = (len(lines) + 1) * 1.5 * size + 4
        high = max(high, 40)
        return middle[0] - wide / 2, middle[1] - high / 2, middle[0] + wide / 2, middle[1] + high / 2

    def _relationships(self, names: list[str], columns: int) -> list[Relationship]:
        rng = self.rng
        pairs = [
            (i, j)
            for i in range(len(names))
            for j in range(i + 1, len(names))
            if (j == i + 1 and i // columns == j // columns) or j == i + columns
        ]
        found = []
        verbs = rng.sample(_VERBS, len(_VERBS))
        for i, j in connecting(rng, pairs, len(names)):
            beside = j == i + 1
            a, b = self.boxes[i], self.boxes[j]
            points = self._route(a, b, beside)
            choices = list(_MARKS) if self.manner.labels == "marks" else ["0..N", "1..N", "1..1", "0..1"]
            counts = [rng.choice(choices), rng.choice(choices)]
            verb = verbs.pop() if rng.random() < 0.8 else None
            self.routes.append((points, counts[0], counts[1], rng.random() < 0.3))
            if self.manner.labels == "pairs":
                self._pair(counts[0], points[0], points[1])
                self._pair(counts[1], points[-1], points[-2])
            if verb:
                self._label(verb, points)
            found.append(
                Relationship(name=verb, ends=[End(entity=names[k], cardinality=c) for k, c in zip((i, j), counts, strict=True)])
            )
        return found

    def _route(self, a: Box, b: Box, beside: bool) -> list[Point]:
        rng = self.rng
        if beside:
            low, high = max(a[1], b[1]), min(a[3], b[3])
            if high - low < 24:
                raise NoRoomError
            p, q = (a[2], rng.uniform(low + 11, high - 11)), (b[0], rng.uniform(low + 11, high - 11))
        else:
            low, high = max(a[0], b[0]), min(a[2], b[2])
            if high - low < 24:
                raise NoRoomError
            p, q = (rng.uniform(low + 11, high - 11), a[3]), (rng.uniform(low + 11, high - 11), b[1])
        jog = abs(p[1] - q[1]) if beside else abs(p[0] - q[0])
        if math.dist(p, q) < 65 or (self.manner.route == "elbow" and jog < 10):
            raise NoRoomError
        if self.manner.route == "straight":
            return [p, (q[0], p[1])] if beside else [p, (p[0], q[1])]
        x, y = (p[0] + q[0]) / 2, (p[1] + q[1]) / 2
        return [p, (x, p[1]), (x, q[1]), q] if beside else [p, (p[0], y), (q[0], y), q]

    def _pair(self, count: str, at: Point, ahead: Point) -> None:
        text = f"({count.replace('..', ',')})"
        long = math.dist(at, ahead)
        dx, dy = (ahead[0] - at[0]) / long, (ahead[1] - at[1]) / long
        half = text_width(text, self.style.font, self.style.size) / 2
        if long < 2 * half + 8 or abs(dy) * long < abs(dy) * 2.5 * self.style.size:
            raise NoRoomError
        x = at[0] + dx * (half + 4) + abs(dy) * (half + 3)
        y = at[1] + dy * (self.style.size * 0.7 + 4) - abs(dx) * (self.style.size * 0.6 + 3)
        self.texts.append((text, (x, y)))

    def _label(self, verb: str, points: list[Point]) -> None:
        p, q = (points[0], points[1]) if len(points) == 2 else (points[1], points[2])
        if len(points) == 4 and math.dist(p, q) < 20:
            p, q = points[0], points[3]
        half = text_width(verb, self.style.font, self.style.size) / 2
        x, y = (p[0] + q[0]) / 2, (p[1] + q[1]) / 2
        if abs(p[0] - q[0]) < abs(p[1] - q[1]):
            x += half + 3
        else:
            if abs(points[0][0] - points[-1][0]) < 2 * half + (60 if self.manner.labels == "pairs" else 0):
                raise NoRoomError
            y -= self.style.size * 0.6 + 3 + abs(p[1] - q[1]) / 2
        self.texts.append((verb, (x, y)))

    def paint(self, page: Any) -> None:
        brush = Brush(page, self.style)
        for entity, box, rows in zip(self.diagram.entities, self.boxes, self.rows, strict=True):
            self._paint_box(brush, entity.name, box, rows)
        for points, first, second, dashed in self.routes:
            self._paint_route(brush, points, first, second, dashed)
        for text, middle in self.texts:
            brush.text(text, middle)

    def _paint_box(self, brush: Brush, name: str, box: Box, rows: list[tuple[str, str, bool]]) -> None:
        size = self.style.size
        x0, y0, x1, y1 = box
        head = y0 + 1.5 * size + 2
        if self.manner.head == "tiles":
            brush.shape("rectangle", (x0, y0, x1, head))
            brush.shape("rectangle", (x0, head, x1, y1))
        else:
            brush.shape("rectangle", box)
            brush.stroke([(x0, head), (x1, head)])
        brush.text(name, ((x0 + x1) / 2, (y0 + head) / 2))
        for k, row in enumerate(rows):
            y = head + (k + 0.5) * 1.5 * size + 1
            text = self._shown(row)
            wide = text_width(text, self.style.font, size)
            brush.text(text, (x0 + size / 2 + wide / 2, y))
            if row[2] and self.manner.keys == "underline":
                brush.underline((x0 + size / 2, y + 0.55 * size), text_width(row[0], self.style.font, size), False)
            if self.manner.head == "rows" and k:
                brush.stroke([(x0, y - 0.75 * size), (x1, y - 0.75 * size)])

    def _paint_route(self, brush: Brush, points: list[Point], first: str | None, second: str | None, dashed: bool) -> None:
        if self.manner.labels == "pairs":
            brush.connect(points, dashed=dashed)
            return
        line = list(points)
        for count, at, ahead in ((first, 0, 1), (second, -1, -2)):
            dx, dy = points[ahead][0] - points[at][0], points[ahead][1] - points[at][1]
            long = math.hypot(dx, dy) or 1.0
            line[at] = self._paint_marks(brush, str(count), points[at], (dx / long, dy / long))
        brush.connect(line, dashed=dashed)

    def _paint_marks(self, brush: Brush, count: str, at: Point, out: Point) -> Point:
        """Draw an end's marks; gives the point where the line itself ends."""

        def spot(t: float, s: float) -> Point:
            return at[0] + t * out[0] - s * out[1], at[1] + t * out[1] + s * out[0]

        depth, end = 4.0, 0.0
        for mark in _MARKS[count]:
            if mark == "c":
                self._foot(brush, spot)
                depth, end = 12.0, (0.0 if self.manner.foot == "through" else 9.0)
            elif mark == "b":
                brush.stroke([spot(depth, -5), spot(depth, 5)])
                depth += 5
            else:
                self._circle(brush, spot(depth + 1, 0))
                if end or self.style.fill != "none":
                    end = max(end, 0.0)
                depth += 7
        return spot(end, 0)

    def _foot(self, brush: Brush, spot: Any) -> None:
        toes = [spot(-self.manner.into, s) for s in (-5.5, 5.5)]
        apex = spot(9, 0)
        if self.manner.foot == "vee":
            brush.stroke([toes[0], apex, toes[1]])
            brush.stroke([apex, spot(0, 0)])
        elif self.manner.foot == "triangle":
            brush.fill_only([toes[0], apex, toes[1]], self.style.colour)
        else:
            for toe in toes:
                brush.stroke([toe, apex])
            if self.manner.foot == "lines":
                brush.stroke([apex, spot(0, 0)])

    def _circle(self, brush: Brush, middle: Point) -> None:
        box = (middle[0] - 3, middle[1] - 3, middle[0] + 3, middle[1] + 3)
        kept = self.style.oval, self.style.double
        self.style.oval = "bezier4" if self.manner.circle == "curves" else "polygon"
        brush.shape("oval", box)
        self.style.oval, self.style.double = kept


def boxes_picture(seed: int, style: Style | None = None, manner: BoxStyle | None = None) -> BoxesPicture:
    """The random picture of a seed: the first that fits on the page."""
    rng = random.Random(seed)
    chosen = style or random_style(rng)
    chosen.short = 0.0
    chosen.connector = "straight"
    chosen.shadow = False
    way = manner or random_box_style(rng)
    for _ in range(300):
        try:
            return BoxesPicture(rng, chosen, way)
        except (NoRoomError, ValueError):
            continue
    raise NoRoomError(f"seed {seed}")
