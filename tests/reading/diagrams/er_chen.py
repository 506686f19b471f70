"""Random ER diagrams in Chen's notation, laid out without overlaps and painted in a style, with what they say."""

import math
import random
from typing import Any

from er_brush import Box, Brush, Point, Style, border_point, text_width

from indexing.records import Attribute, Diagram, End, Entity, Relationship

_ENTITIES = [
    "EMPLOYEE",
    "DEPARTMENT",
    "PROJECT",
    "Student",
    "Course",
    "Invoice",
    "LINE_ITEM",
    "Supplier",
    "Part",
    "WAREHOUSE",
    "Author",
    "Book",
]
_ATTRIBUTES = [
    "Ssn",
    "Name",
    "Salary",
    "Birth_date",
    "Address",
    "Phone",
    "Number",
    "Location",
    "Title",
    "Hours",
    "Price",
    "Quantity",
    "Start_date",
    "Grade",
    "Email",
    "Colour",
    "Weight",
    "City",
    "Street",
    "Zip",
    "Country",
    "Age",
    "Status",
    "Sex",
    "Credits",
    "Budget",
    "Room",
    "Isbn",
    "Year",
    "Edition",
    "Capacity",
    "Level",
    "Rank",
    "Code",
]
_RELATIONSHIPS = ["WORKS_ON", "MANAGES", "has", "supplies", "belongs_to", "CONTROLS", "writes", "stores", "teaches", "orders"]
_ROLES = ["leader", "member", "old", "new"]


class NoRoomError(Exception):
    """The random layout found no place; try another seed."""


def connecting(rng: random.Random, pairs: list[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """Some of the pairs at random, enough to connect all of 0 … count - 1."""
    chosen = rng.sample(pairs, rng.randint(count - 1, len(pairs)))
    reached = {0}
    for _ in range(count):
        reached |= {k for pair in chosen if reached & set(pair) for k in pair}
    if len(reached) < count:
        raise NoRoomError
    return chosen


class Layout:
    """Boxes and lines taken so far, on a page."""

    def __init__(self, size: tuple[float, float]) -> None:
        self.size = size
        self.boxes: list[Box] = []
        self.lines: list[tuple[Point, Point]] = []

    def free(self, box: Box, margin: float) -> bool:
        grown = (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)
        on_page = grown[0] > 20 and grown[1] > 20 and grown[2] < self.size[0] - 20 and grown[3] < self.size[1] - 20
        return (
            on_page
            and not any(_meet(grown, other) for other in self.boxes)
            and not any(_crosses(line, grown) for line in self.lines)
        )

    def clear(self, a: Point, b: Point, but: list[Box]) -> bool:
        """Whether a line from a to b meets no box but some, and no other line."""
        mine = (a, b)
        return not any(_crosses(mine, _grown(box, 3)) for box in self.boxes if box not in but) and not any(
            _cross(mine, line) for line in self.lines
        )


def _grown(box: Box, by: float) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _crosses(line: tuple[Point, Point], box: Box) -> bool:
    (ax, ay), (bx, by) = line
    return any(
        box[0] < ax + (bx - ax) * t < box[2] and box[1] < ay + (by - ay) * t < box[3] for t in (i / 40 for i in range(41))
    )


def _cross(one: tuple[Point, Point], two: tuple[Point, Point]) -> bool:
    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    (a, b), (c, d) = one, two
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _middle(box: Box) -> Point:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


class ChenPicture:
    """One random diagram: `diagram` is what it says, `paint` draws it."""

    def __init__(
        self, rng: random.Random, style: Style, size: tuple[float, float] = (740.0, 520.0), labels: str = "letters"
    ) -> None:
        self.rng, self.style, self.layout = rng, style, Layout(size)
        self.kinds: list[str] = []
        self.boxes: list[Box] = []
        self.names: list[str] = []
        self.flags: list[dict[str, Any]] = []
        self.lines: list[tuple[int, int, dict[str, Any]]] = []
        self.texts: list[tuple[str, Point]] = []
        self.labels = labels
        self._attributes = rng.sample(_ATTRIBUTES, len(_ATTRIBUTES))
        self.diagram = self._build()

    def _add(self, kind: str, name: str, middle: Point, **flags: Any) -> int:
        box = self._box(kind, name, middle)
        if not self.layout.free(box, 4):
            raise NoRoomError
        self.layout.boxes.append(box)
        self.kinds.append(kind)
        self.boxes.append(box)
        self.names.append(name)
        self.flags.append(flags)
        return len(self.boxes) - 1

    def _box(self, kind: str, name: str, middle: Point) -> Box:
        size = self.style.size
        wide = max(text_width(line, self.style.font, size) for line in name.split("\n"))
        high = (name.count("\n") + 1) * 1.15 * size
        factor = {"rectangle": (1.0, 1.0), "oval": (1.25, 1.35), "diamond": (1.7, 2.3)}[kind]
        w, h = wide * factor[0] + 2 * size + 8, high * factor[1] + 1.2 * size + 4
        return middle[0] - w / 2, middle[1] - h / 2, middle[0] + w / 2, middle[1] + h / 2

    def _line(self, a: int, b: int, **flags: Any) -> None:
        p, q = _middle(self.boxes[a]), _middle(self.boxes[b])
        p, q = border_point(self.kinds[a], self.boxes[a], q), border_point(self.kinds[b], self.boxes[b], p)
        if not self.layout.clear(p, q, [self.boxes[a], self.boxes[b]]) or math.dist(p, q) < 12:
            raise NoRoomError
        self.layout.lines.append((p, q))
        self.lines.append((a, b, flags))

    def _build(self) -> Diagram:
        rng, (wide, high) = self.rng, self.layout.size
        columns, rows = rng.choice([(2, 1), (3, 1), (2, 2), (3, 2), (2, 2)])
        names = rng.sample(_ENTITIES, columns * rows)
        entities = [Entity(name=name, weak=rng.random() < 0.2) for name in names]
        cells = [(c, r) for r in range(rows) for c in range(columns)]
        places = {}
        for i, (c, r) in enumerate(cells):
            x = wide * (c + 0.5) / columns + rng.uniform(-15, 15)
            y = high * (r + 0.5) / rows + rng.uniform(-15, 15)
            places[c, r] = self._add("rectangle", names[i], (x, y), double=entities[i].weak)
        relationships, diamonds = self._relationships(places, entities)
        attributes = []
        for i, entity in enumerate(entities):
            attributes += self._hang(i, entity.name, rng.randint(0, 4), rng.random() < 0.4, entity.weak)
        for relationship, diamond in zip(relationships, diamonds, strict=True):
            if rng.random() < 0.3:
                hung = self._hang(diamond, "", 1, False, False, plain=True)
                relationship.attributes.extend(a.name for a in hung)
        notation = "min-max" if self.labels == "pairs" else "chen"
        return Diagram(notation=notation, entities=entities, attributes=attributes, relationships=relationships)

    def _relationships(
        self, places: dict[tuple[int, int], int], entities: list[Entity]
    ) -> tuple[list[Relationship], list[int]]:
        rng = self.rng
        pairs = [(a, b) for a in places for b in places if a < b and abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1]
        names = rng.sample(_RELATIONSHIPS, len(_RELATIONSHIPS))
        found, diamonds = [], []
        double = rng.random() < 0.6
        for i, j in connecting(rng, [(places[a], places[b]) for a, b in pairs], len(places)):
            p, q = _middle(self.boxes[i]), _middle(self.boxes[j])
            identifying = entities[i].weak or entities[j].weak
            diamond = self._add("diamond", names.pop(), ((p[0] + q[0]) / 2, (p[1] + q[1]) / 2), double=identifying)
            ends = []
            for k in (i, j):
                total = double and rng.random() < 0.5
                self._line(k, diamond, double=total)
                ends.append(self._end(k, diamond, entities[k].name, total))
            found.append(Relationship(name=self.names[diamond], identifying=identifying, ends=ends))
            diamonds.append(diamond)
        shown = any(end.total for r in found for end in r.ends) or self.labels == "letters"
        if not shown:
            found = [r.model_copy(update={"ends": [e.model_copy(update={"total": None}) for e in r.ends]}) for r in found]
        return found, diamonds

    def _end(self, entity: int, diamond: int, name: str, total: bool) -> End:
        """The labels of an end: a cardinality near the entity, now and then a role nearer to the diamond."""
        rng = self.rng
        count = {
            "letters": rng.choice(["1", "N", "M"]),
            "pairs": rng.choice(["(0,1)", "(1,1)", "(0,N)", "(1,n)", "(2,*)"]),
            "none": None,
        }
        text = count[self.labels]
        p = border_point("rectangle", self.boxes[entity], _middle(self.boxes[diamond]))
        q = border_point("diamond", self.boxes[diamond], _middle(self.boxes[entity]))
        long = math.dist(p, q)
        role = rng.choice(_ROLES) if rng.random() < 0.25 and long > 75 else None
        self.label_line(text, p, q, min(0.35, 14 / long + 0.06))
        self.label_line(role, p, q, 0.66)
        shown = None
        if text:
            shown = text.strip("()").replace(",", "..").upper().replace("*", "N")
        return End(entity=name, cardinality=shown, total=total, role=role)

    def label_line(self, text: str | None, p: Point, q: Point, t: float) -> None:
        """Place a label beside the line p–q at t of its length."""
        if text is None:
            return
        size = self.style.size
        dx, dy = (q[0] - p[0]) / math.dist(p, q), (q[1] - p[1]) / math.dist(p, q)
        side = self.rng.choice([-1, 1])
        aside = abs(dy) * text_width(text, self.style.font, size) / 2 + abs(dx) * size * 0.6 + 2.5
        if self.style.connector == "curve":
            aside += 0.02 * math.dist(p, q)
        middle = (p[0] + dx * math.dist(p, q) * t - side * dy * aside, p[1] + dy * math.dist(p, q) * t + side * dx * aside)
        half = text_width(text, self.style.font, size) / 2
        box = (middle[0] - half, middle[1] - size * 0.55, middle[0] + half, middle[1] + size * 0.55)
        if any(_meet(box, other) for other in self.layout.boxes):
            raise NoRoomError
        self.layout.boxes.append(box)
        self.texts.append((text, middle))

    def _hang(self, owner: int, name: str, count: int, composite: bool, weak: bool, plain: bool = False) -> list[Attribute]:
        """Ovals round a shape, at most one of them composite."""
        rng, result = self.rng, []
        for k in range(count):
            flags = {} if plain else self._flags(k, weak)
            title = self._attributes.pop()
            oval = self._place("oval", self._shown(title), owner, flags)
            attribute = Attribute(owner=name, name=title, **flags)
            result.append(attribute)
            if composite and k == 1:
                for _ in range(rng.randint(2, 3)):
                    part = self._attributes.pop()
                    self._place("oval", part, oval, {})
                    result.append(Attribute(owner=name, name=part, parent=title))
        return result

    def _shown(self, title: str) -> str:
        """A name as it is printed: now and then on two lines."""
        return title.replace("_", "_\n") if "_" in title and self.rng.random() < 0.3 else title

    def _flags(self, k: int, weak: bool) -> dict[str, bool]:
        if k == 0:
            return {"partial_key": True} if weak else {"key": True}
        return self.rng.choice([{}, {}, {"multivalued": True}, {"derived": True}])

    def _place(self, kind: str, name: str, owner: int, flags: dict[str, bool]) -> int:
        """Put a shape near its owner, where there is room for it and for its line."""
        middle = _middle(self.boxes[owner])
        for _ in range(400):
            angle, reach = self.rng.uniform(0, 2 * math.pi), self.rng.uniform(45, 130)
            spot = (middle[0] + 1.3 * reach * math.cos(angle), middle[1] + reach * math.sin(angle))
            if not self.layout.free(self._box(kind, name, spot), 6):
                continue
            p = border_point(self.kinds[owner], self.boxes[owner], spot)
            q = border_point(kind, self._box(kind, name, spot), middle)
            if math.dist(p, q) < 12 or not self.layout.clear(p, q, [self.boxes[owner]]):
                continue
            here = self._add(
                kind,
                name,
                spot,
                double=flags.get("multivalued", False),
                dashed=flags.get("derived", False),
                underline="solid" if flags.get("key") else "dashed" if flags.get("partial_key") else None,
            )
            self._line(here, owner)
            return here
        raise NoRoomError

    def paint(self, page: Any) -> None:
        brush = Brush(page, self.style)
        if self.style.frame:
            xs = [v for box in self.boxes for v in (box[0], box[2])]
            ys = [v for box in self.boxes for v in (box[1], box[3])]
            brush.closed(
                [
                    (min(xs) - 9, min(ys) - 9),
                    (max(xs) + 9, min(ys) - 9),
                    (max(xs) + 9, max(ys) + 9),
                    (min(xs) - 9, max(ys) + 9),
                ],
                False,
                False,
                None,
            )
        if self.style.under:
            self._paint_lines(brush)
            self._paint_shapes(brush)
        else:
            self._paint_shapes(brush)
            self._paint_lines(brush)
        for text, middle in self.texts:
            brush.text(text, middle)

    def _paint_shapes(self, brush: Brush) -> None:
        for kind, box, name, flags in zip(self.kinds, self.boxes, self.names, self.flags, strict=True):
            brush.shape(kind, box, double=flags.get("double", False), dashed=flags.get("dashed", False))
            brush.text(name, _middle(box), underline=flags.get("underline"))

    def _paint_lines(self, brush: Brush) -> None:
        for a, b, flags in self.lines:
            p, q = _middle(self.boxes[a]), _middle(self.boxes[b])
            if not self.style.under:
                p, q = border_point(self.kinds[a], self.boxes[a], q), border_point(self.kinds[b], self.boxes[b], p)
                long = math.dist(p, q)
                s = min(self.style.short, 0.15 * long) / long
                p, q = (
                    (p[0] + (q[0] - p[0]) * s, p[1] + (q[1] - p[1]) * s),
                    (q[0] - (q[0] - p[0]) * s, q[1] - (q[1] - p[1]) * s),
                )
            brush.connect([p, q], double=flags.get("double", False))


def chen_picture(seed: int, style: Style | None = None, labels: str | None = None) -> ChenPicture:
    """The random picture of a seed: the first that fits on the page."""
    from er_brush import random_style

    rng = random.Random(seed)
    chosen = style or random_style(rng)
    kind = labels or rng.choice(["letters", "letters", "pairs", "none"])
    for _ in range(300):
        try:
            return ChenPicture(rng, chosen, labels=kind)
        except (NoRoomError, IndexError):
            continue
    raise NoRoomError(f"seed {seed}")
