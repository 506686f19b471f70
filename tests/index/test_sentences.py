"""Sentences as ranges of their text, by an NLTK that is loaded alone and is left to others as it was."""

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.sentences import sentence_ranges, split_sentences

TEXT = "A key, e.g. Ssn, is minimal. See Fig. 3 and p. 7. It is Dr. Smith's.\n  - one\n  - two. Three"


def test_abbreviations_of_textbooks_end_no_sentence() -> None:
    assert split_sentences(TEXT) == [
        *("A key, e.g. Ssn, is minimal.", "See Fig. 3 and p. 7.", "It is Dr. Smith's."),
        *("  - one", "  - two.", "Three"),
    ]


@given(st.text("aB. \n", max_size=60))
@settings(deadline=None)
def test_only_white_space_is_left_out(text: str) -> None:
    ranges = sentence_ranges(text)
    assert "".join("".join(text[start:end].split()) for start, end in ranges) == "".join(text.split())
    assert [position for pair in ranges for position in pair] == sorted(position for pair in ranges for position in pair)


def test_nltk_brings_nothing_else_and_is_whole_for_others() -> None:
    code = """
import sys
from indexing.sentences import split_sentences
first = split_sentences("One. Two.")
brought = sorted({name.split(".")[0] for name in sys.modules} & {"nltk", "scipy", "sklearn", "pandas"})
import nltk
from indexing.sentences import _load_punkt
_load_punkt.cache_clear()
print(first, brought, nltk.FreqDist("a").most_common(1), split_sentences("One. Two."), sys.modules["nltk"] is nltk)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['One.', 'Two.'] [] [('a', 1)] ['One.', 'Two.'] True\n"
