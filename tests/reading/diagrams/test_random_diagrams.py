"""Random diagrams in random manners of drawing: everything that is drawn is read, and nothing else."""

from collections import Counter
from pathlib import Path

import pytest
from er_boxes import BoxesPicture, boxes_picture
from er_chen import ChenPicture, chen_picture
from er_facts import facts, found_on

from indexing.records import Diagram

_PICTURES = {"chen": chen_picture, "boxes": boxes_picture}


def _read(folder: Path, picture: ChenPicture | BoxesPicture) -> Diagram:
    """All ER diagrams found on the picture's page as one: far parts of a random picture may come apart."""
    found = [d.diagram for d in found_on(folder, picture.paint, picture.layout.size) if d.diagram]
    return Diagram(
        notation=found[0].notation if found else "chen",
        entities=[e for d in found for e in d.entities],
        attributes=[a for d in found for a in d.attributes],
        relationships=[r for d in found for r in d.relationships],
    )


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("kind", ["chen", "boxes"])
def test_reads_exactly_what_is_drawn(kind: str, seed: int, tmp_path: Path) -> None:
    picture = _PICTURES[kind](seed)
    diagram = _read(tmp_path, picture)
    assert facts(diagram) == facts(picture.diagram)
    if picture.diagram.relationships:
        assert diagram.notation == picture.diagram.notation


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["chen", "boxes"])
def test_hundreds_of_manners_are_read_with_hardly_a_mistake(kind: str, tmp_path: Path) -> None:
    right = said = true = 0
    for seed in range(1000, 1300):
        picture = _PICTURES[kind](seed)
        gold, read = facts(picture.diagram), facts(_read(tmp_path, picture))
        right += (gold & read).total()
        said += read.total()
        true += gold.total()
    assert right / said >= 0.995
    assert right / true >= 0.985


def test_facts_tell_diagrams_apart() -> None:
    picture = chen_picture(3)
    assert facts(picture.diagram) != Counter()
    assert facts(picture.diagram) != facts(picture.diagram.model_copy(update={"entities": []}))
