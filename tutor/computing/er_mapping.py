"""From an ER diagram to relations: the mapping that database textbooks give as seven steps.

Regular entity types, weak entity types, 1:1, 1:N and M:N relationship types, multivalued attributes, n-ary relationship
types. What the drawing does not show is assumed in the way that loses nothing (a relation of its own, a key attribute
added), and said.
"""

from dataclasses import dataclass, field

from indexing.errors import UsageError
from indexing.records import Diagram, Entity, Relationship
from tutor.computing import er_diagrams as er
from tutor.computing.schemas import Names, braces
from tutor.computing.steps import Frozen, Step


class ForeignKey(Frozen):
    """Attributes of a relation that refer to another relation's primary key."""

    attributes: Names
    references: str
    referenced: Names


class MappedRelation(Frozen):
    """A relation of the result. `unique` are further candidate keys."""

    name: str
    attributes: Names
    primary_key: Names
    unique: tuple[Names, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()

    def __str__(self) -> str:
        """`PET(Owner_no, Pet_name, Species), key {Owner_no, Pet_name}, Owner_no → OWNER`."""
        parts = [f"{self.name}({', '.join(self.attributes)})", f"key {braces(self.primary_key)}"]
        parts += [f"also unique {braces(key)}" for key in self.unique]
        parts += [f"{', '.join(key.attributes)} → {key.references}" for key in self.foreign_keys]
        return ", ".join(parts)


class Mapping(Frozen):
    """The relations that a diagram becomes, what had to be assumed, and a step for each construct."""

    relations: tuple[MappedRelation, ...]
    assumptions: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass
class _Draft:
    """A relation while it grows."""

    name: str
    attributes: list[str] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    unique: list[list[str]] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)

    def freeze(self) -> MappedRelation:
        return MappedRelation(
            name=self.name,
            attributes=tuple(self.attributes),
            primary_key=tuple(self.key),
            unique=tuple(tuple(key) for key in self.unique),
            foreign_keys=tuple(self.foreign_keys),
        )


def map_to_relations(diagram: Diagram) -> Mapping:
    """The relational schema of an ER diagram. UsageError when a relationship names an unknown entity type or nothing is
    drawn.
    """
    return _Mapper(diagram).run()


class _Mapper:
    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.entities = {entity.name: entity for entity in diagram.entities}
        self.drafts: dict[str, _Draft] = {}
        self.relations: list[_Draft] = []
        self.assumptions: list[str] = []
        self.steps: list[Step] = []
        self.open: list[str] = []

    def run(self) -> Mapping:
        if not self.entities:
            raise UsageError("the diagram has no entity types, so there is nothing to map")
        for relationship in self.diagram.relationships:
            for end in relationship.ends:
                if end.entity not in self.entities:
                    raise UsageError(
                        f"{er.relationship_name(relationship)} connects {end.entity}, which the diagram does not draw"
                    )
        for weak in (False, True):
            for entity in self.diagram.entities:
                if entity.weak == weak:
                    self.entity_relation(entity)
        identifying = [r for r in self.diagram.relationships if self.is_identifying(r)]
        others = [r for r in self.diagram.relationships if r not in identifying]
        for relationship in (r for r in others if len(r.ends) == 2):
            self.binary(relationship)
        for entity in self.diagram.entities:
            self.multivalued(entity)
        for relationship in (r for r in others if len(r.ends) != 2):
            self.n_ary(relationship)
        return Mapping(
            relations=tuple(draft.freeze() for draft in self.relations),
            assumptions=tuple(self.assumptions),
            steps=tuple(self.steps),
        )

    def is_identifying(self, relationship: Relationship) -> bool:
        """Drawn as identifying, with a weak entity type at one end at least."""
        return relationship.identifying and any(self.entities[end.entity].weak for end in relationship.ends)

    def new_relation(self, name: str) -> _Draft:
        taken = {draft.name for draft in self.relations}
        unique, number = name, 2
        while unique in taken:
            unique, number = f"{name}_{number}", number + 1
        draft = _Draft(unique)
        self.relations.append(draft)
        return draft

    def step(self, rule: str, draft: _Draft, why: str) -> None:
        self.steps.append(Step(rule=rule, text=f"{why}: {draft.freeze()}."))

    def entity_relation(self, entity: Entity) -> _Draft:
        """Step 1 or 2: the relation of an entity type, made once."""
        if entity.name in self.drafts:
            return self.drafts[entity.name]
        if entity.name in self.open:
            raise UsageError(
                f"{entity.name} is a weak entity type that owns itself; an owner must be a regular entity type in the end"
            )
        self.open.append(entity.name)
        if entity.weak:
            owners = self.owners(entity)
            draft = self.new_relation(er.identifier(entity.name))
            self.fill_weak(entity, draft, owners)
        else:
            draft = self.new_relation(er.identifier(entity.name))
            self.fill_regular(entity, draft)
        self.open.pop()
        self.drafts[entity.name] = draft
        return draft

    def fill_regular(self, entity: Entity, draft: _Draft) -> None:
        draft.attributes = er.simple_attributes(self.diagram, entity.name)
        keys = er.keys(self.diagram, entity.name)
        if keys:
            draft.key, draft.unique = keys[0], keys[1:]
            draft.attributes = list(dict.fromkeys([*draft.key, *draft.attributes]))
        else:
            taken = {name.casefold() for name in draft.attributes}
            added = next(
                n for n in (f"{draft.name}_id", f"{draft.name}_key", f"{draft.name}_surrogate") if n.casefold() not in taken
            )
            draft.key, draft.attributes = [added], [added, *draft.attributes]
            self.assumptions.append(f"The drawing marks no key of {entity.name}; {added} is added as one.")
        self.step("regular entity type", draft, f"{entity.name} becomes a relation with its simple attributes")

    def owners(self, entity: Entity) -> list[tuple[_Draft, str, Relationship]]:
        """The relations of a weak entity type's owners, with the role that the owner plays."""
        found = []
        for relationship in self.diagram.relationships:
            if not self.is_identifying(relationship) or entity.name not in {end.entity for end in relationship.ends}:
                continue
            ends = list(relationship.ends)
            ends.remove(next(end for end in ends if end.entity == entity.name))
            for end in ends:
                owner = self.entities[end.entity]
                # of two weak entity types that an identifying relationship type connects, the one drawn first owns the other
                if owner.weak and self.rank(owner) > self.rank(entity):
                    continue
                found.append((self.entity_relation(owner), end.role or "", relationship))
        return found

    def rank(self, entity: Entity) -> tuple[int, int]:
        """Weak entity types with an owner of their own come before those that only other weak ones can own."""
        regular = any(
            not self.entities[end.entity].weak
            for relationship in self.diagram.relationships
            if self.is_identifying(relationship) and entity.name in {e.entity for e in relationship.ends}
            for end in relationship.ends
        )
        return (0 if regular else 1, self.diagram.entities.index(entity))

    def fill_weak(self, entity: Entity, draft: _Draft, owners: list[tuple[_Draft, str, Relationship]]) -> None:
        draft.attributes = er.simple_attributes(self.diagram, entity.name)
        partial = er.partial_key(self.diagram, entity.name)
        if not owners:
            self.assumptions.append(
                f"No identifying relationship of the weak entity type {entity.name} is drawn; its key may be too small."
            )
        if not partial and not owners:
            draft.attributes.append(f"{draft.name}_id")
            partial = [f"{draft.name}_id"]
        for owner, role, relationship in owners:
            draft.key += self.refer(draft, owner, role, er.relationship_name(relationship), front=True)
        draft.key += partial
        for relationship in {id(r): r for _, _, r in owners}.values():
            self.add_attributes(draft, relationship)
        names = " and ".join(owner.name for owner, _, _ in owners) or "no owner"
        self.step("weak entity type", draft, f"{entity.name} is weak: the key of {names} and the partial key are its key")

    def refer(self, draft: _Draft, target: _Draft, role: str, relationship: str, front: bool = False) -> list[str]:
        """Add the key of `target` to `draft` as a foreign key, under new names where they are taken. Returns the names."""
        names: list[str] = []
        for attribute in target.key:
            options = [] if draft is target or self.is_shared(attribute) else [attribute]
            options += [f"{er.identifier(role)}_{attribute}"] if role else []
            options += [f"{target.name}_{attribute}"] if draft is not target else []
            options.append(f"{relationship}_{attribute}")
            options += [f"{options[-1]}_{number}" for number in range(2, len(draft.attributes) + 3)]
            names.append(next(name for name in options if name not in draft.attributes and name not in names))
        draft.attributes = [*names, *draft.attributes] if front else [*draft.attributes, *names]
        draft.foreign_keys.append(ForeignKey(attributes=tuple(names), references=target.name, referenced=tuple(target.key)))
        return names

    def is_shared(self, attribute: str) -> bool:
        """Whether several entity types have an attribute of this name (Name, Number): a foreign key needs a clearer one."""
        owners = {a.owner for a in self.diagram.attributes if er.identifier(a.name) == attribute and a.owner in self.entities}
        return len(owners) > 1

    def add_attributes(self, draft: _Draft, relationship: Relationship) -> None:
        owned = er.simple_attributes(self.diagram, relationship.name) if relationship.name else []
        for name in dict.fromkeys([*(er.identifier(a) for a in relationship.attributes), *owned]):
            draft.attributes.append(name if name not in draft.attributes else f"{er.relationship_name(relationship)}_{name}")

    def binary(self, relationship: Relationship) -> None:
        """Steps 3 to 5: a foreign key on a side that takes part once, or a relation of its own."""
        once = [er.takes_part_once(self.diagram, relationship, index) for index in (0, 1)]
        name = er.relationship_name(relationship)
        if None in once:
            self.assumptions.append(f"The drawing does not show every cardinality of {name}; what is not shown counts as many.")
        sides = [index for index in (0, 1) if once[index]]
        if not sides:
            self.own_relation(relationship, "M:N relationship type", [0, 1])
            return
        side = next((index for index in sides if er.is_total(self.diagram, relationship, index)), sides[0])
        draft = self.drafts[relationship.ends[side].entity]
        other = relationship.ends[1 - side]
        names = self.refer(draft, self.drafts[other.entity], other.role or "", name)
        self.add_attributes(draft, relationship)
        if len(sides) == 2:
            draft.unique.append(names)
        rule = "1:1 relationship type" if len(sides) == 2 else "1:N relationship type"
        total = ", which takes part totally," if er.is_total(self.diagram, relationship, side) and len(sides) == 2 else ""
        self.step(
            rule, draft, f"{name}: {draft.name}{total} takes the key of {self.drafts[other.entity].name} as a foreign key"
        )

    def own_relation(self, relationship: Relationship, rule: str, in_key: list[int]) -> _Draft:
        """A relation with the keys of all ends as foreign keys; those of the ends `in_key` make up its key."""
        name = er.relationship_name(relationship)
        draft = self.new_relation(name)
        for index, end in enumerate(relationship.ends):
            names = self.refer(
                draft, self.drafts[end.entity], end.role or "", er.identifier(end.role) or er.identifier(end.entity)
            )
            if index in in_key:
                draft.key += names
        self.add_attributes(draft, relationship)
        self.step(rule, draft, f"{name} becomes a relation with the keys of {self.joined(relationship)} as foreign keys")
        return draft

    def joined(self, relationship: Relationship) -> str:
        return " and ".join(dict.fromkeys(self.drafts[end.entity].name for end in relationship.ends))

    def n_ary(self, relationship: Relationship) -> None:
        """Step 7. Its key is all foreign keys, less one end that the others determine; or an end that takes part once."""
        every = list(range(len(relationship.ends)))
        determined, single = er.determined_ends(self.diagram, relationship), er.single_ends(self.diagram, relationship)
        in_key = every
        if single:
            in_key = single[:1]
        elif determined and len(every) > 1:
            in_key = [index for index in every if index != determined[0]]
        self.own_relation(relationship, "n-ary relationship type", in_key)

    def multivalued(self, entity: Entity) -> None:
        """Step 6: a relation for each multivalued attribute, all of it key."""
        owner = self.drafts[entity.name]
        for attribute in er.multivalued_attributes(self.diagram, entity.name):
            if attribute.derived:
                continue
            name = er.identifier(attribute.name)
            draft = self.new_relation(f"{owner.name}_{name.upper() if owner.name.isupper() else name}")
            self.refer(draft, owner, "", owner.name)
            draft.attributes += [name for name in er.leaves(self.diagram, attribute) if name not in draft.attributes]
            draft.key = list(draft.attributes)
            self.step("multivalued attribute", draft, f"{attribute.name} of {entity.name} becomes a relation of its own")
