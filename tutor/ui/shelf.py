"""The books that the chat can ask, each opened when first asked and kept until it is rebuilt."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from indexing.embedding import load_embedder
from indexing.library import book_names, find_book
from tutor.tutor import Tutor


@dataclass
class Shelf:
    """Opens tutors on the books of one library."""

    home: Path
    cache: Path
    _tutors: dict[str, Tutor] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def names(self) -> list[str]:
        return book_names(self.home)

    def tutor(self, name: str) -> Tutor:
        """The tutor on a book; opened anew after a rebuild, which shows as another resolved folder."""
        with self._lock:
            book = find_book(name, self.home)
            known = self._tutors.get(name)
            if known is None or known.book.path != book.path:
                made_by = book.manifest.embedder
                known = Tutor.open(book, load_embedder(made_by.name if made_by else "minilm", self.cache))
                self._tutors[name] = known
            return known

    def title(self, name: str) -> str:
        return find_book(name, self.home).manifest.title or name

    def examples(self, name: str, count: int = 4) -> list[str]:
        """Short questions of the book itself, spread over its chapters, to begin with."""
        texts = (_without_number(question.question) for question in find_book(name, self.home).questions())
        fitting = [text for text in texts if 20 <= len(text) <= 90 and text.endswith("?")]
        step = max(len(fitting) // count, 1)
        return fitting[::step][:count]


def _without_number(question: str) -> str:
    """ "1.9 - What is …?" as a student would ask it."""
    return re.sub(r"^\s*(?:[A-Za-z]?\d+(?:\.\d+)*[.):]?)\s*(?:[-–—]\s*)?(?=\S)", "", question, count=1)
