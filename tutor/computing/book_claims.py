"""What a book says itself about a relation's normal form, to hold a computed one against.

"EMP_DEPT is in 2NF but not in 3NF." A computation that contradicts the book rests on dependencies that were missed or
misread.
"""

import re
from collections.abc import Sequence

from indexing.records import Record
from tutor.computing.book_text import Section, sections
from tutor.computing.normal_forms import FORMS, Form, NormalForm
from tutor.computing.notation import resolve
from tutor.computing.prose import UNSURE
from tutor.computing.schemas import Names
from tutor.computing.tokens import ARROW, MULTI_ARROW, tokenize

_FORM = re.compile(
    r"\b(?P<not>not\s+(?:yet\s+)?)?(?:already\s+)?in\s+(?:the\s+)?(?P<form>[1-4]\s?NF|BCNF|(?:first|second|third|fourth)\s+normal\s+form"
    r"|Boyce\s?[-–—]\s?Codd\s+normal\s+form)",
    re.IGNORECASE,
)
_NAMES: dict[str, Form] = {"first": "1NF", "second": "2NF", "third": "3NF", "fourth": "4NF", "boyce": "BCNF"}


def contradicts(name: str, records: Sequence[Record], computed: NormalForm, fourth: bool) -> bool:
    """Whether the book calls the relation to be in a form that was computed otherwise. 4NF counts only where it was
    computed.
    """
    for section in sections(records, name):
        for form, positive in _claims(section, name):
            if (form != "4NF" or fourth) and computed.satisfies(form) != positive:
                return True
    return False


def _claims(section: Section, name: str) -> list[tuple[Form, bool]]:
    """(form, whether the relation is in it) for each plain statement "NAME is in …"."""
    pattern = re.compile(
        rf"(?<![\w,] )(?<!\w){re.escape(name)}(?!\w)(?:\s*\([^()]*\))?(?:\s+(?:relation|table))?\s+is\s+(?P<rest>[^.;:]*)"
    )
    found = []
    for _, sentence in section.sentences:
        match = pattern.search(sentence)
        if (
            match is None
            or UNSURE.search(sentence[: match.start()])
            or re.search(r"\b(?:if|when|would)\b", sentence, re.IGNORECASE)
        ):
            continue
        for form in _FORM.finditer(match["rest"]):
            word = form["form"].split()[0].casefold()
            normal = next((f for key, f in _NAMES.items() if word.startswith(key)), None)
            found.append((normal or _short(form["form"]), not form["not"]))
    return found


def _short(text: str) -> Form:
    plain = text.upper().replace(" ", "")
    return next(form for form in FORMS if form == plain)


def speaks_of_dependencies(name: str, records: Sequence[Record], attributes: Names) -> bool:
    """Whether the book writes an arrow between attributes of the relation where it speaks of it, declared or not."""
    arrow = re.compile(rf"{MULTI_ARROW}|{ARROW}")
    for section in sections(records, name):
        if not arrow.search(section.text):
            continue
        tokens = tokenize(section.text, attributes)
        for index, token in enumerate(tokens[1:-1], 1):
            if token.kind in ("arrow", "multi"):
                sides = (tokens[index - 1], tokens[index + 1])
                if all(side.names and all(resolve(n, attributes) for n in side.names) for side in sides):
                    return True
    return False
