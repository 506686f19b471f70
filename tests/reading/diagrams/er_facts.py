"""Drawings as PDFs on disk, what is found in them, and diagrams as sets of facts that don't depend on any order."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf

from indexing.reading.diagrams import find_drawings
from indexing.reading.found import FoundDrawing
from indexing.reading.pdf import Pdf
from indexing.records import Diagram


def found_on(folder: Path, paint: Callable[[Any], Any], size: tuple[float, float] = (595.0, 842.0)) -> list[FoundDrawing]:
    """What is found on a page that `paint` draws."""
    document = pymupdf.open()
    paint(document.new_page(width=size[0], height=size[1]))
    path = folder / "page.pdf"
    document.save(path)
    document.close()
    with Pdf.open(path) as pdf:
        return find_drawings(pdf, pdf.page(1))


def facts(diagram: Diagram) -> Counter[object]:
    """The notation, and each entity, attribute and relationship whole; names without case, spaces and line breaks."""

    def plain(name: str | None) -> str | None:
        return name and "".join(name.split()).casefold()

    counted: Counter[object] = Counter()
    for entity in diagram.entities:
        counted["entity", plain(entity.name), entity.weak] += 1
    for a in diagram.attributes:
        flags = a.key, a.partial_key, a.multivalued, a.derived
        counted["attribute", plain(a.owner), plain(a.name), plain(a.parent), flags] += 1
    for r in diagram.relationships:
        ends = sorted((plain(e.entity), str(e.cardinality), str(e.total), str(plain(e.role))) for e in r.ends)
        counted["relationship", plain(r.name), r.identifying, tuple(sorted(r.attributes)), tuple(ends)] += 1
    return counted
