"""BM25 over the chunks: whole words, their stems, and the parts of compound names, by bm25s.

Stop words are kept: in a question like "what depends on what" they carry the meaning. Leaves fusing to the retriever.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+(?:['’_.-][^\W_]+)*", re.UNICODE)
_PART = re.compile(r"[^\W_]+", re.UNICODE)


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def words(text: str) -> list[str]:
    """Lower-case stems of the words of `text`; a compound ("DEPT_LOCATIONS", "3.2") gives itself and its parts."""
    found: list[str] = []
    for match in _WORD.finditer(text.casefold().replace("’", "'")):
        word = match.group()
        parts = _PART.findall(word)
        found.extend(_stemmer().stemWords(parts if len(parts) == 1 else [word, *parts]))
    return found


def build_bm25(texts: Sequence[str], folder: Path) -> None:
    """Index the texts and save the index; their order is their numbering."""
    import bm25s

    index = bm25s.BM25()
    index.index([words(text) or [""] for text in texts], show_progress=False)
    index.save(str(folder))


class BM25:
    """A saved BM25 index."""

    def __init__(self, folder: Path) -> None:
        import bm25s

        self._index = bm25s.BM25.load(str(folder), load_corpus=False)

    def scores(self, question: str) -> NDArray[np.float32]:
        """The score of every chunk, 0 where no word matches."""
        known = [word for word in words(question) if word in self._index.vocab_dict]
        if not known:
            return np.zeros(self._index.scores["num_docs"], dtype=np.float32)
        return np.asarray(self._index.get_scores(known), dtype=np.float32)
