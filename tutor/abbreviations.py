"""Short forms that a book explains: "Boyce-Codd normal form (BCNF)" makes "What is BCNF?" findable by its long form.

Only explanations by initials count, and only the book's own; nothing here knows any abbreviation. A book is searched when a
question has a short form in it, and only once. Leaves ranking to `retrieval.py`.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field

from indexing.library import Book
from tutor.grounding.lexicon import ORDINALS

_SHORT = re.compile(r"\b(?=[A-Z0-9-]*[A-Z])[A-Z0-9][A-Z0-9-]{1,7}\b")
_EXPLAINED = re.compile(r"((?:[^\W_]+[’'\-–— ]+){1,9})\((?:or |the )?([A-Z0-9][A-Z0-9-]{1,7})s?\)")
_JOINING = frozenset({"and", "of", "the", "for", "in", "a", "an", "to"})


@dataclass
class Abbreviations:
    """The short forms that one book explains."""

    book: Book
    _known: dict[str, str] | None = field(default=None)

    def spelled_out(self, question: str) -> str:
        """The question with the long form before each short one that the book explains, the short one in brackets."""
        if not _SHORT.search(question) or "(" in question:
            return question
        if self._known is None:
            lines = self.book.chunks_path.read_text(encoding="utf-8").splitlines()
            self._known = explained("\n".join(f"{item['heading']}\n{item['text']}" for item in map(json.loads, lines)))
        known = self._known

        def replaced(match: re.Match[str]) -> str:
            long = known.get(match.group())
            absent = long is not None and long.casefold() not in question.casefold()
            return f"{long} ({match.group()})" if absent else match.group()

        return _SHORT.sub(replaced, question)


def explained(text: str) -> dict[str, str]:
    """Short forms with the long form that the text most often puts before them."""
    found: dict[str, Counter[str]] = {}
    for match in _EXPLAINED.finditer(text):
        long = long_form(match[1].strip(" -–—"), match[2])
        if long:
            found.setdefault(match[2], Counter())[long.lower() if long.istitle() else long] += 1
    return {short: longs.most_common(1)[0][0] for short, longs in found.items()}


def long_form(before: str, short: str) -> str | None:
    """The end of `before` whose words' initials spell `short` ("third normal form" spells 3NF), or None."""
    words = [(match.group(), match.start()) for match in re.finditer(r"[^\W_]+", before)]
    signs = list(short.replace("-", "").casefold())
    start = None
    for word, position in reversed(words):
        if not signs:
            break
        if _is_initial(signs[-1], word):
            signs.pop()
            start = position
        elif word.lower() not in _JOINING:
            return None
    return before[start:] if start is not None and not signs else None


def _is_initial(sign: str, word: str) -> bool:
    if sign.isdigit():
        return word == sign or ORDINALS.get(word.casefold()) == int(sign)
    return word[0].casefold() == sign
