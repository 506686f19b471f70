"""Counting tokens as the embedder and as Llama-2 would, so that neither ever cuts a chunk without a word.

Llama-2's tokenizer is not ours to ship. Where TUTOR_LLAMA_TOKENIZER names it, it counts; otherwise `estimate_llama_tokens`
stands in, which is made to err on the high side, and the manifest says which of the two it was.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from indexing.errors import ModelError

Counter = Callable[[str], int]

LLAMA = "llama-2"
LLAMA_ESTIMATE = "llama-2 (estimate)"

_PIECE = re.compile(r"[A-Za-z]+|\d|\s+|[^\sA-Za-z\d]")
_VOWEL = frozenset("aeiouy")
_COMMON = (
    "a i an as at be by do go he if in is it me my no of on or so to up us we all and any are but can did for get had has her "
    "him his how its key let may new not now old one out own per row say see set she the two use was way who why yes yet you"
)
_SHORT = frozenset(_COMMON.split())  # surely one piece; other short words ("qld") may be two


@cache
def load_tokenizer(path: Path) -> Any:
    """A `tokenizers.Tokenizer` from a tokenizer.json, or from the folder that holds one. Truncation and padding are off."""
    from tokenizers import Tokenizer

    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.is_file():
        raise ModelError(f"{file}: no such tokenizer; give a tokenizer.json or the folder that holds one")
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def counter(path: Path) -> Counter:
    """Count tokens, special tokens included, with the tokenizer at `path`."""
    tokenizer = load_tokenizer(path)
    return lambda text: len(tokenizer.encode(text))


def llama_counter(path: Path | None) -> tuple[str, Counter]:
    """(name, counter) of Llama-2's tokenizer at `path`, or of the estimate where there is none.

    The `<s>` that every Llama-2 prompt starts with is counted by both.
    """
    if path is None:
        return LLAMA_ESTIMATE, estimate_llama_tokens
    count = counter(path)
    starts_itself = count("") > 0
    return LLAMA, count if starts_itself else lambda text: count(text) + 1


def estimate_llama_tokens(text: str) -> int:
    """An estimate of Llama-2's token count that errs on the high side, by half and more for English text.

    Llama-2's vocabulary (32,000 pieces, byte fallback) holds most short English words whole, splits numbers into digits, and
    falls back to UTF-8 bytes for characters it lacks. So: a word costs a token for each three letters begun, one with capitals
    inside or without vowels ("CASCADE") one for each two, and none less than two but the commonest; a digit or mark one, and
    one more for the blank before it; any other character as many as its UTF-8 bytes; white space beyond single blanks one a
    character.
    """
    total = 2
    after_blank = True
    for piece in _PIECE.findall(text):
        first = piece[0]
        if first.isspace():
            total += len(piece) - 1 if set(piece) == {" "} else len(piece)
        elif first.isascii() and first.isalpha():
            plain = piece[1:].islower() and not _VOWEL.isdisjoint(piece.lower())
            total += 1 if piece in _SHORT else max(2, -(-(len(piece) + first.isupper()) // (3 if plain else 2)))
        else:
            total += len(first.encode()) + after_blank
        after_blank = first.isspace()
    return total
