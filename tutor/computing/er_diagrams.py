"""What an ER diagram says, independent of its notation: keys, simple attributes, and how often an entity may take part.

Chen and crow's-foot marks are read across (the mark beside DEPARTMENT tells how many departments an employee has),
(min,max) labels on the same side (the label beside EMPLOYEE tells how many relationship instances an employee takes part
in).
"""

import re

from indexing.records import Attribute, Diagram, Relationship


def identifier(name: str | None) -> str:
    """A name as a relation or attribute may bear it: spaces and other signs become underscores."""
    return re.sub(r"\W+", "_", name or "").strip("_")


def relationship_name(relationship: Relationship) -> str:
    """The relationship type's name, or its entity types' names joined where the drawing names none."""
    return identifier(relationship.name) or "_".join(identifier(end.entity) for end in relationship.ends)


def leaves(diagram: Diagram, attribute: Attribute) -> list[str]:
    """The simple attributes that an attribute consists of: itself, or the components of a composite one."""
    parts = [
        a for a in diagram.attributes if a.owner == attribute.owner and a.parent == attribute.name and a.name != attribute.name
    ]
    if not parts:
        return [identifier(attribute.name)]
    return [name for part in parts if not part.derived and not part.multivalued for name in leaves(diagram, part)]


def whole_attributes(diagram: Diagram, owner: str) -> list[Attribute]:
    """An owner's attributes that are no components of others."""
    names = {attribute.name for attribute in diagram.attributes if attribute.owner == owner}
    return [a for a in diagram.attributes if a.owner == owner and (a.parent is None or a.parent not in names)]


def multivalued_attributes(diagram: Diagram, owner: str) -> list[Attribute]:
    """An owner's multivalued attributes, components of composite ones among them."""
    return [attribute for attribute in diagram.attributes if attribute.owner == owner and attribute.multivalued]


def simple_attributes(diagram: Diagram, owner: str) -> list[str]:
    """An owner's simple, single-valued, stored attributes."""
    whole = [a for a in whole_attributes(diagram, owner) if not a.multivalued and not a.derived]
    return list(dict.fromkeys(name for attribute in whole for name in leaves(diagram, attribute)))


def keys(diagram: Diagram, owner: str) -> list[list[str]]:
    """An entity type's keys, each a list of simple attributes.

    In Chen and (min,max) drawings every underlined attribute is a key of its own; in a crow's-foot box the marked ones
    are one key together.
    """
    marked = [a for a in diagram.attributes if a.owner == owner and a.key and not a.derived]
    found = [leaves(diagram, attribute) for attribute in marked]
    if diagram.notation == "crows-foot" and found:
        return [list(dict.fromkeys(name for key in found for name in key))]
    return found


def partial_key(diagram: Diagram, owner: str) -> list[str]:
    """A weak entity type's partial key; an underlined attribute of it counts too (some drawings have no dashes)."""
    marked = [a for a in diagram.attributes if a.owner == owner and a.partial_key]
    marked = marked or [a for a in diagram.attributes if a.owner == owner and a.key]
    return list(dict.fromkeys(name for attribute in marked for name in leaves(diagram, attribute)))


def _bounds(cardinality: str | None) -> tuple[int | None, bool | None]:
    """(minimum, whether the maximum is one) of a cardinality as drawn; None for what it does not show."""
    if cardinality is None:
        return None, None
    low, dots, high = cardinality.strip("() ").replace(",", "..").partition("..")
    if not dots:
        return None, low.strip() == "1"
    return (int(low) if low.strip().isdigit() else None), high.strip() == "1"


def takes_part_once(diagram: Diagram, relationship: Relationship, index: int) -> bool | None:
    """Whether an entity at end `index` of a binary relationship type takes part in at most one instance; None: not shown."""
    shown = index if diagram.notation == "min-max" else 1 - index
    return _bounds(relationship.ends[shown].cardinality)[1]


def is_total(diagram: Diagram, relationship: Relationship, index: int) -> bool:
    """Whether every entity at end `index` must take part. What is not shown counts as no."""
    end = relationship.ends[index]
    if end.total is not None:
        return end.total
    if diagram.notation == "chen" or len(relationship.ends) != 2:
        return False
    shown = index if diagram.notation == "min-max" else 1 - index
    minimum = _bounds(relationship.ends[shown].cardinality)[0]
    return minimum is not None and minimum >= 1


def determined_ends(diagram: Diagram, relationship: Relationship) -> list[int]:
    """Ends of an n-ary relationship type that the other ends determine (Chen: a 1 beside them)."""
    if diagram.notation == "min-max":
        return []
    return [index for index, end in enumerate(relationship.ends) if _bounds(end.cardinality)[1]]


def single_ends(diagram: Diagram, relationship: Relationship) -> list[int]:
    """Ends of an n-ary relationship type whose entities take part at most once ((min,max): a maximum of 1 beside them)."""
    if diagram.notation != "min-max":
        return []
    return [index for index, end in enumerate(relationship.ends) if _bounds(end.cardinality)[1]]
