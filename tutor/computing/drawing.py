"""The drawing that belongs to a computed answer, as SVG: precedence graph, dependency diagram or ER diagram."""

from collections.abc import Sequence

from indexing.records import DiagramRecord, Record
from tutor.computing.answers import Computed
from tutor.computing.er_drawing import er_diagram
from tutor.computing.graph_drawing import dependency_diagram, precedence_graph
from tutor.computing.notation import parse_schema
from tutor.computing.serializability import conflict_serializability, parse_schedule

_ON_DEPENDENCIES = {
    "normal_form",
    "keys",
    "superkey",
    "closure",
    "implication",
    "minimal_cover",
    "bcnf_decomposition",
    "synthesis",
}


def draw(computed: Computed, records: Sequence[Record] = ()) -> str | None:
    """The drawing, or None where a picture says nothing (queries, a relation without dependencies)."""
    if computed.kind == "serializability":
        return precedence_graph(conflict_serializability(parse_schedule(str(computed.result.value["schedule"]))))
    if computed.kind == "er_mapping":
        drawn = [records[found.record] for found in computed.found if found.record is not None and found.record < len(records)]
        diagram = next((record.diagram for record in drawn if isinstance(record, DiagramRecord)), None)
        return er_diagram(diagram) if diagram is not None else None
    relation = computed.relation
    if computed.kind in _ON_DEPENDENCIES and relation is not None and relation.dependencies:
        schema = parse_schema("; ".join([f"{relation.name}({', '.join(relation.attributes)})", *relation.dependencies]))
        return dependency_diagram(schema, frozenset(relation.keys[0]) if relation.keys else frozenset())
    return None
