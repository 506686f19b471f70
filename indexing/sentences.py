"""Sentences by NLTK's Punkt, as character ranges of the text they stand in, so that nothing of the text is lost or changed.

The English Punkt model comes inside llama-index's package, so no download is needed. Used by chunking, and by grounding to
split what a model wrote.
"""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from indexing.errors import ModelError

# Punkt's English model splits after these; textbooks are full of them.
_ABBREVIATIONS = {
    *("e.g", "i.e", "cf", "viz", "etc", "vs", "resp", "approx", "al", "ca", "incl", "esp"),
    *("fig", "figs", "sec", "sect", "ch", "chap", "eq", "eqs", "ex", "tab", "no", "nos", "p", "pp", "vol", "ed", "eds"),
    *("dr", "prof", "mr", "mrs", "ms", "st", "dept", "inc", "ltd", "co", "u.s", "a.k.a", "def", "thm"),
}

Range = tuple[int, int]


@cache
def _punkt() -> Any:
    """The tokenizer: NLTK's own folders first, then the copy inside llama-index (found without importing llama-index)."""
    import nltk
    from nltk.tokenize.punkt import PunktTokenizer

    package = importlib.util.find_spec("llama_index")
    for place in package.submodule_search_locations or [] if package else []:
        nltk.data.path.append(str(Path(place) / "core" / "_static" / "nltk_cache"))
    try:
        tokenizer = PunktTokenizer("english")
    except LookupError:
        raise ModelError("NLTK's sentence model punkt_tab is missing; reinstall llama-index-core, which carries it") from None
    tokenizer._params.abbrev_types.update(_ABBREVIATIONS)
    return tokenizer


def sentence_ranges(text: str) -> list[Range]:
    """(start, end) of each sentence of `text`, in order, without the white space between them.

    A line break counts as the end of a sentence only at a blank line or where lines are meant (list items, listings): text
    that comes from records has no other line breaks.
    """
    ranges: list[Range] = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            ranges.extend((start + a, start + b) for a, b in _punkt().span_tokenize(line))
        start += len(line) + 1
    return ranges


def split_sentences(text: str) -> list[str]:
    """The sentences themselves."""
    return [text[start:end] for start, end in sentence_ranges(text)]
