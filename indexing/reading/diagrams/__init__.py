"""Vector drawings on a page, ER diagrams among them as data and as sentences."""

from indexing.reading.diagrams.find import find_drawings
from indexing.reading.diagrams.sentences import sentences

__all__ = ["find_drawings", "sentences"]
