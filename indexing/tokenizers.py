"""Counting tokens as the embedder and as Llama-2 would, so that neither ever cuts a chunk without a word.

Llama-2's tokenizer is not ours to ship. Where TUTOR_LLAMA_TOKENIZER names it, it counts; otherwise `estimate_llama_tokens`
stands in, which is made to err on the high side, and the manifest says which of the two it was.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from indexing.errors import ModelError

Counter = Callable[[str], int]

LLAMA = "llama-2"
LLAMA_ESTIMATE = "llama-2 (estimate)"

_PIECE = re.compile(r"[A-Za-z]+|\s+[^A-Za-z\s]|\s+|[^\sA-Za-z]")  # a word; a mark or digit with the blanks before it; blanks
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
    pieces = _PIECE.findall(text)
    unspaced_mark = bool(pieces) and len(pieces[0]) == 1 and not _is_word(pieces[0]) and not pieces[0].isspace()
    return 2 + unspaced_mark + sum(map(_cost, pieces))  # Llama-2 puts a blank before the text


@lru_cache(maxsize=1 << 16)
def _cost(piece: str) -> int:
    """What a piece of `_PIECE` costs; a text's pieces are few and come again and again."""
    if _is_word(piece):
        plain = piece[1:].islower() and not _VOWEL.isdisjoint(piece.lower())
        return 1 if piece in _SHORT else max(2, -(-(len(piece) + piece[0].isupper()) // (3 if plain else 2)))
    blanks, mark = (piece[:-1], piece[-1]) if not piece[-1].isspace() else (piece, "")
    white = len(blanks) - 1 if blanks and set(blanks) == {" "} else len(blanks)
    return white + (len(mark.encode()) + bool(blanks) if mark else 0)


def _is_word(piece: str) -> bool:
    return piece.isascii() and piece.isalpha()
