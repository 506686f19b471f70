"""Sentences by NLTK's Punkt, as character ranges of the text they stand in, so that nothing of the text is lost or changed.

The English Punkt model comes inside llama-index's package, so no download is needed. Used by chunking, and by grounding to
split what a model wrote.
"""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

from indexing.errors import ModelError

# Punkt's English model splits after these; textbooks are full of them.
_ABBREVIATIONS = {
    *("e.g", "i.e", "cf", "viz", "etc", "vs", "resp", "approx", "al", "ca", "incl", "esp"),
    *("fig", "figs", "sec", "sect", "ch", "chap", "eq", "eqs", "ex", "tab", "no", "nos", "p", "pp", "vol", "ed", "eds"),
    *("dr", "prof", "mr", "mrs", "ms", "st", "dept", "inc", "ltd", "co", "u.s", "a.k.a", "def", "thm"),
}

Range = tuple[int, int]

_loading = Lock()


def _punkt() -> Any:
    """The tokenizer, loaded by the first that needs it."""
    with _loading:
        return _load_punkt()


@cache
def _load_punkt() -> Any:
    """From NLTK's own folders, else from the copy inside llama-index (found without importing llama-index)."""
    with _package_alone("nltk"):
        from nltk import data
        from nltk.tokenize.punkt import PunktTokenizer

        package = importlib.util.find_spec("llama_index")
        for place in package.submodule_search_locations or [] if package else []:
            data.path.append(str(Path(place) / "core" / "_static" / "nltk_cache"))
        try:
            tokenizer = PunktTokenizer("english")
        except LookupError:
            raise ModelError(
                "NLTK's sentence model punkt_tab is missing; reinstall llama-index-core, which carries it"
            ) from None
    tokenizer._params.abbrev_types.update(_ABBREVIATIONS)
    return tokenizer


@contextmanager
def _package_alone(name: str) -> Iterator[None]:
    """Inside, modules of a package are imported without what the package itself imports at its start.

    NLTK's start brings its classifiers, and with them scipy.stats and scikit-learn: 1.6 s for one module that needs none of
    them. At the end the package counts as not imported, so that whoever imports it later (not meanwhile, in another thread)
    gets it whole. One that is imported already is used as it is.
    """
    spec = importlib.util.find_spec(name) if name not in sys.modules else None
    if spec is None or not spec.submodule_search_locations:
        yield
        return
    sys.modules[name] = alone = ModuleType(name)
    alone.__path__ = list(spec.submodule_search_locations)
    try:
        yield
    finally:
        for module in [module for module in sys.modules if module == name or module.startswith(f"{name}.")]:
            del sys.modules[module]


def sentence_ranges(text: str) -> list[Range]:
    """(start, end) of each sentence of `text`, in order, without the white space between them.

    A line break counts as the end of a sentence only at a blank line or where lines are meant (list items, listings): text
    that comes from records has no other line breaks.
    """
    ranges: list[Range] = []
    start = 0
    tokenizer = _punkt()
    for line in text.split("\n"):
        if line.strip():
            ranges.extend((start + a, start + b) for a, b in tokenizer.span_tokenize(line))
        start += len(line) + 1
    return ranges


def split_sentences(text: str) -> list[str]:
    """The sentences themselves."""
    return [text[start:end] for start, end in sentence_ranges(text)]
