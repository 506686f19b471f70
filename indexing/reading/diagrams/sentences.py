"""An ER diagram in plain sentences: one per entity and one per relationship. What the drawing doesn't show isn't mentioned."""

from collections.abc import Sequence

from indexing.records import Attribute, Diagram, End, Entity, Relationship


def sentences(diagram: Diagram) -> list[str]:
    """The sentences, entities first, in the diagram's own order.

    "EMPLOYEE has key attribute Ssn, and composite attribute Name (Fname, Minit, Lname)."
    "WORKS_FOR relates EMPLOYEE (N, total) to DEPARTMENT (1, total)."
    """
    return [_entity(entity, diagram.attributes) for entity in diagram.entities] + [
        _relationship(relationship) for relationship in diagram.relationships
    ]


def _listed(items: Sequence[str]) -> str:
    """Items with commas, and "and" before the last."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + (", and " if len(items) > 2 else " and ") + items[-1]


def _entity(entity: Entity, attributes: Sequence[Attribute]) -> str:
    own = [a for a in attributes if a.owner == entity.name]
    top = [a for a in own if a.parent is None]
    groups: dict[str, list[str]] = {}
    for attribute in sorted(top, key=_rank):
        groups.setdefault(_kind(attribute, own), []).append(_named(attribute, own))
    phrases = [f"{_noun(kind, len(names))} {_joined(names)}" for kind, names in groups.items()]
    if not phrases:
        return f"{entity.name} is a weak entity." if entity.weak else f"{entity.name} is an entity."
    what = _clauses(phrases)
    return f"{entity.name} is a weak entity with {what}." if entity.weak else f"{entity.name} has {what}."


def _noun(kind: str, count: int) -> str:
    """ "key attribute", "composite attributes"; "partial key" is a noun of its own."""
    noun = kind if kind == "partial key" else f"{kind} attribute".strip()
    return noun + ("s" if count > 1 else "")


def _joined(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _clauses(phrases: Sequence[str]) -> str:
    """Clauses with commas; "and" has a comma before it, since clauses list names themselves."""
    return phrases[0] if len(phrases) == 1 else ", ".join(phrases[:-1]) + ", and " + phrases[-1]


def _rank(attribute: Attribute) -> int:
    """Keys are told first."""
    return 0 if attribute.key else 1 if attribute.partial_key else 2


def _kind(attribute: Attribute, own: Sequence[Attribute]) -> str:
    words = [
        word
        for word, holds in (
            ("key", attribute.key),
            ("partial key", attribute.partial_key),
            ("derived", attribute.derived),
            ("multivalued", attribute.multivalued),
            ("composite", any(a.parent == attribute.name for a in own)),
        )
        if holds
    ]
    return " ".join(words)


def _named(attribute: Attribute, own: Sequence[Attribute], above: tuple[str, ...] = ()) -> str:
    """An attribute's name, with its components in parentheses."""
    if attribute.name in above:
        return attribute.name
    parts = [_named(a, own, (*above, attribute.name)) for a in own if a.parent == attribute.name and a is not attribute]
    return f"{attribute.name} ({', '.join(parts)})" if parts else attribute.name


def _relationship(relationship: Relationship) -> str:
    ends = [_end(end) for end in relationship.ends]
    name = relationship.name or "An unnamed relationship"
    if relationship.identifying:
        name += " is an identifying relationship that"
    verb = "relates"
    if len(relationship.ends) == 2 and relationship.ends[0].entity == relationship.ends[1].entity:
        what = f"{relationship.ends[0].entity}{_shown(relationship.ends[0])} to itself{_shown(relationship.ends[1])}"
    elif len(ends) == 2:
        what = f"{ends[0]} to {ends[1]}"
    else:
        what = _listed(ends)
    text = f"{name} {verb} {what}"
    if relationship.attributes:
        plural = "s" if len(relationship.attributes) > 1 else ""
        text += f", with attribute{plural} {_joined(relationship.attributes)}"
    return text + "."


def _end(end: End) -> str:
    return end.entity + _shown(end)


def _shown(end: End) -> str:
    """What is shown beside an entity, in parentheses; nothing where nothing is shown."""
    facts = [end.cardinality, "total" if end.total else None, f"as {end.role}" if end.role else None]
    shown = [fact for fact in facts if fact]
    return f" ({', '.join(shown)})" if shown else ""
