"""Whether a piece of a model's text says anything that a source could support.

Not so are questions, pieces of one or two words, what was broken off, and talk about the answer itself ("The passage gives …").
The check marks them where a model wrote them, unless the source has them word for word.
"""

import re

from tutor.grounding.reading import plain_sentence

_FEWEST = 3  # words
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_FINISHED = re.compile(r"[.!:;)\]\"”’'`*|]\s*$")
_ABOUT_ITSELF = re.compile(r"(?:the|this) (?:answer|question|passages?)\b", re.IGNORECASE)


def is_claim(text: str) -> bool:
    """Whether a piece is a finished statement about something else than itself."""
    plain = plain_sentence(text)
    return len(_WORD.findall(plain)) >= _FEWEST and bool(_FINISHED.search(plain)) and not _ABOUT_ITSELF.match(plain)
