"""The books that can be asked, each opened when first asked and kept until it is rebuilt, and the models that word answers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock

from indexing.embedding import Embedder, load_embedder
from indexing.errors import BookError
from indexing.library import Book, book_names, find_book
from indexing.records import Question
from indexing.settings import Settings
from tutor.engines.base import Engine
from tutor.engines.load import QUOTE, TUNED, is_tuned_there, load_engine
from tutor.grounding.entailment import Entailment, load_entailment
from tutor.models import PACKAGED, is_there
from tutor.rerank import load_reranker
from tutor.retrieval import Reranker
from tutor.tutor import Tutor

_NUMBER = re.compile(r"^\s*(?:[A-Za-z]?\d+(?:\.\d+)*[.):]?)\s*(?:[-–—]\s*)?(?=\S)")


@dataclass
class Shelf:
    """Opens tutors on the books of one library, and engines; each once."""

    settings: Settings
    _tutors: dict[str, Tutor] = field(default_factory=dict)
    _engines: dict[tuple[str, str | None], Engine] = field(default_factory=dict)
    _questions: dict[Path, list[Question]] = field(default_factory=dict)
    _labels: dict[Path, dict[int, str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _engine_lock: Lock = field(default_factory=Lock)

    def names(self) -> list[str]:
        return book_names(self.settings.home)

    def book(self, name: str) -> Book:
        """The version in use. BookError where there is none."""
        return find_book(name, self.settings.home)

    def tutor(self, name: str) -> Tutor:
        """The tutor on a book; opened anew after a rebuild, which shows as another resolved folder."""
        book = self.book(name)
        with self._lock:
            known = self._tutors.get(name)
            if known is None or known.book.path != book.path:
                known = Tutor.open(book, self.embedder(book), self._reranker, self._entailment)
                self._tutors[name] = known
            return known

    @cached_property
    def _reranker(self) -> Reranker | None:
        return load_reranker(self.settings)

    @cached_property
    def _entailment(self) -> Entailment | None:
        return load_entailment(self.settings)

    def embedder(self, book: Book) -> Embedder:
        """The embedder that made a book's vectors; loaded once in a process."""
        made_by = book.manifest.embedder
        return load_embedder(made_by.name if made_by else self.settings.embedder, self.settings.cache)

    def title(self, name: str) -> str:
        """A book's title. Its name where it cannot be opened: the others still can, and whoever chooses it is told why."""
        try:
            return self.book(name).manifest.title or name
        except BookError:
            return name

    def questions(self, name: str) -> list[Question]:
        """The book's review questions."""
        book = self.book(name)
        with self._lock:
            if book.path not in self._questions:
                self._questions = {path: items for path, items in self._questions.items() if path.parent != book.path.parent}
                self._questions[book.path] = book.questions()
            return self._questions[book.path]

    def page_labels(self, name: str) -> dict[int, str]:
        """The printed numbers of the pages that have text, by position in the PDF; empty where they are not known."""
        tutor = self.tutor(name)
        path = tutor.book.path
        if path not in self._labels:
            found = {
                page: label for record in tutor.records for page, label in zip(record.pages, record.page_labels, strict=False)
            }
            self._labels = {other: kept for other, kept in self._labels.items() if other.parent != path.parent} | {path: found}
        return self._labels[path]

    def examples(self, name: str, count: int = 4) -> list[str]:
        """Questions to begin with, spread over the book: its own short ones, answered ones before others, else on headings."""
        questions = self.questions(name)
        answered = _fitting(item.question for item in questions if item.answer is not None)
        others = _fitting(item.question for item in questions if item.answer is None)
        fitting = answered if len(answered) >= count else answered + others
        if len(fitting) < count:
            titles = [without_number(entry.title) for entry in self.book(name).outline() if entry.level > 1]
            fitting += [f"What does the book say about “{title}”?" for title in titles if len(title) <= 60]
        step = max(len(fitting) // count, 1)
        return fitting[::step][:count]

    def engines(self) -> list[str]:
        """Engines that are really there: quote mode, models that were got, a server that was set, the chosen one."""
        found = [QUOTE, *(name for name in PACKAGED if is_there(name, self.settings.models))]
        if is_tuned_there(self.settings):
            found.append(TUNED)
        if self.settings.server_url:
            found.append("server")
        return list(dict.fromkeys([*found, self.settings.engine]))

    def engine(self, name: str, adapter: str | None = None) -> Engine | None:
        """An engine, loaded once; None in quote mode. ModelError where it cannot be had, UsageError for an adapter too many."""
        if name == QUOTE and adapter is None:
            return None
        key = (name, adapter)
        with self._engine_lock:
            if key not in self._engines:
                engine = load_engine(name, self.settings, Path(adapter) if adapter else None).engine
                if engine is None:
                    return None
                self._engines[key] = engine
            return self._engines[key]


def without_number(question: str) -> str:
    """ "1.9 - What is …?" as a student would ask it."""
    return _NUMBER.sub("", question, count=1)


def _fitting(questions: Iterable[str]) -> list[str]:
    """Questions that fit on a button."""
    return [text for text in map(without_number, questions) if 20 <= len(text) <= 90 and text.endswith("?")]
