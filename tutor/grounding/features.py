"""What speaks for and against a source supporting a sentence, as numbers.

First the part of the source that comes nearest to the sentence is found (one to three neighbouring sentences). Then: how much
of the sentence is there in words and in meaning, also of its weakest part; how much of it in the same words and order; and what
differs: numbers, names, negations, quantifiers, opposites, the order of what is common, words put in the place of others.
Leaves where words are found, and what is said of what, to `alignment.py`, and judging to `forest.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from indexing.embedding import Matrix, unit
from tutor.grounding.alignment import ALIGNMENT, alignment
from tutor.grounding.lexicon import NEGATIONS, QUANTIFIERS
from tutor.grounding.pronouns import NO_WORDS, stands_for_another
from tutor.grounding.reading import Reading
from tutor.grounding.words import Word, are_opposites

_LONGEST_WINDOW = 3  # sentences
_EXTRA_SENTENCE = 0.05  # what another sentence must add to be taken into the window
_COPY = 0.7  # share of a sentence's words, in order, from which it counts as a copy with changes
_ANOTHER_SUBJECT = 2  # changes that a copy about something else counts as
_QUOTE = 3  # words that make a quotation
_PART = 4  # content words that make a part
_OPENING = 3  # content words of a sentence that name what it is about
_WEAKEST = 3  # words that come off worst, looked at by themselves

FEATURES = (
    "length", "covered", "covered_near", "cosine", "cosine_source", "late", "late_weakest", "late_missing", "late_all",
    "pairs", "triples", "fours", "common", "common_content", "disorder", "numbers", "ordinals", "names", "negations",
    "negation_odd", "opposites", "quantifiers_new", "quantifiers_lost", "quantifiers_changed", "replaced", "replaced_unlike",
    "inserted", "inversions", "missing", "repetition", "subject", "late_part", "covered_part", "longest_run",
    "conflict", *ALIGNMENT, "verbatim",
)  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """A sentence against a source: the features by name, and the source's sentences that were nearest."""

    features: dict[str, float]
    nearest: list[int]

    @property
    def vector(self) -> Matrix:
        return np.array([self.features[name] for name in FEATURES], dtype=np.float32)


def compare(statement: Reading, source: Reading, antecedent: frozenset[str] = NO_WORDS) -> Comparison:
    """Compare one sentence with one source. `antecedent` is what a pronoun at its opening stands for (stems)."""
    content = [i for i, word in enumerate(statement.words) if word.is_content] or list(range(len(statement.words)))
    if not content or not source.words:
        return Comparison(dict.fromkeys(FEATURES, 0.0), [])
    window, covered_near, cosine = _window(statement, source, content)
    first, last = source.sentences[window[0]][0], source.sentences[window[-1]][1]
    near = source.words[first:last]
    similarity = statement.vectors @ source.vectors.T
    best = similarity.max(axis=1)
    missing = [i for i in content if statement.stems[i] not in source.stem_set]
    features = {
        "length": float(np.log1p(len(statement.words))),
        "covered": 1 - len(missing) / len(content),
        "covered_near": covered_near,
        "cosine": cosine,
        "cosine_source": float(statement.vector @ source.vector),
        "late": float(best[content].mean()),
        "late_weakest": float(np.sort(best[content])[:_WEAKEST].mean()),
        "late_missing": float(best[missing].mean()) if missing else 1.0,
        "late_all": float(best.mean()),
        "missing": float(len(missing)),
        "repetition": 1 - len({statement.stems[i] for i in content}) / len(content),
        "late_part": _weakest_part(best[content]),
        "covered_part": _weakest_part(np.array([statement.stems[i] in source.stem_set for i in content], dtype=np.float32)),
        "subject": _subject(statement, source, content),
        **_same_words(statement, source, near, content),
        **_small_words(statement.words, near, source.words),
        **_replacements(statement, near, similarity[:, first:last]),
        **alignment(statement, source, window, content, similarity),
        "verbatim": float(_is_verbatim(statement, source)),
    }
    features["conflict"] = _conflict(features)
    if features["common"] >= _COPY and stands_for_another(statement, antecedent, source, window):
        features["conflict"] += _ANOTHER_SUBJECT
    return Comparison(features, window)


def _is_verbatim(statement: Reading, source: Reading) -> bool:
    """Whether some sentence of the source is the statement word for word, or begins so; not asked of a word or two."""
    length = len(statement.words)
    if length < _QUOTE or not any(word.is_content for word in statement.words):
        return False
    return any(source.stems[start : start + length] == statement.stems for start, _ in source.sentences)


def _conflict(features: Mapping[str, float]) -> float:
    """How many things a sentence changes that else copies its source; in free words, differences mean little."""
    if features["common"] < _COPY or features["verbatim"]:
        return 0.0
    changes = ("negation_odd", "numbers", "ordinals", "opposites", "quantifiers_changed")
    return sum(features[name] > 0 for name in changes) + float(features["disorder"] > 0 and features["inversions"] > 0)


def _weakest_part(values: Matrix) -> float:
    """The lowest mean over a few neighbouring content words: where a sentence leaves its source."""
    if len(values) <= _PART:
        return float(values.mean())
    return float(np.convolve(values, np.full(_PART, 1 / _PART), "valid").min())


def _subject(statement: Reading, source: Reading, content: Sequence[int]) -> float:
    """Whether some sentence of the source starts with what the statement starts with (1), has it later (0.5), or not (0)."""
    stem = statement.stems[content[0]]
    openings: set[str] = set()
    for start, end in source.sentences:
        openings.update([word.stem for word in source.words[start:end] if word.is_content][:_OPENING])
    return 1.0 if stem in openings else 0.5 if stem in source.stem_set else 0.0


def _window(statement: Reading, source: Reading, content: Sequence[int]) -> tuple[list[int], float, float]:
    """The neighbouring sentences nearest to the statement, the share of its content words in them, and the cosine to them."""
    wanted = [statement.stems[i] for i in content]
    best: tuple[float, list[int], float, float] = (-np.inf, [0], 0.0, 0.0)
    in_order = [common_length(statement.stems, source.stems[start:end]) for start, end in source.sentences]
    for size in range(1, min(_LONGEST_WINDOW, len(source.sentences)) + 1):
        for start in range(len(source.sentences) - size + 1):
            window = list(range(start, start + size))
            stems = set(source.stems[source.sentences[start][0] : source.sentences[window[-1]][1]])
            covered = sum(stem in stems for stem in wanted) / len(wanted)
            cosine = float(statement.vector @ unit(source.sentence_vectors[window].mean(axis=0)))
            same = max(in_order[start : start + size]) / len(statement.words)
            score = covered + cosine + same - _EXTRA_SENTENCE * (size - 1)
            best = max(best, (score, window, covered, cosine), key=lambda item: item[0])
    return best[1], best[2], best[3]


def _same_words(statement: Reading, source: Reading, near: Sequence[Word], content: Sequence[int]) -> dict[str, float]:
    """How much of the statement stands in the source in the same words and in the same order."""
    found: dict[str, float] = {}
    for name, size in (("pairs", 2), ("triples", 3), ("fours", 4)):
        runs = _runs(statement.stems, size)
        known = set(_runs(source.stems, size))
        found[name] = sum(run in known for run in runs) / len(runs) if runs else 0.0
    stems = [word.stem for word in near]
    content_stems = [statement.stems[i] for i in content]
    near_content = [word.stem for word in near if word.is_content]
    in_order = common_length(content_stems, near_content) / len(content_stems)
    known_near = set(near_content)
    matcher = SequenceMatcher(None, statement.stems, source.stems, autojunk=False)
    longest = matcher.find_longest_match().size
    found["longest_run"] = longest / len(statement.stems)
    found["common"] = common_length(statement.stems, stems) / len(statement.stems)
    found["common_content"] = in_order
    found["disorder"] = sum(stem in known_near for stem in content_stems) / len(content_stems) - in_order
    found["inversions"] = _inversions(content_stems, near_content)
    return found


def _runs(stems: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(stems[i : i + size]) for i in range(len(stems) - size + 1)]


def common_length(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for item in one:
        previous = 0
        for j, candidate in enumerate(other, 1):
            previous, row[j] = row[j], previous + 1 if item == candidate else max(row[j], row[j - 1])
    return row[-1]


def _inversions(one: Sequence[str], other: Sequence[str]) -> float:
    """The share of pairs of words that stand once in both and in the other order."""
    places = [other.index(stem) for stem in one if one.count(stem) == 1 and other.count(stem) == 1]
    pairs = [(a, b) for i, a in enumerate(places) for b in places[i + 1 :]]
    return sum(a > b for a, b in pairs) / len(pairs) if pairs else 0.0


def _small_words(statement: Sequence[Word], near: Sequence[Word], source: Sequence[Word]) -> dict[str, float]:
    """Numbers, names, negations, quantifiers and opposites that differ. Negations are compared on the common stretch."""
    stretch = _stretch(statement, near)
    known_numbers = {word.number for word in source if word.number is not None}
    known_numbers |= {float(word.ordinal) for word in source if word.ordinal}
    known_ordinals = {word.ordinal for word in source if word.ordinal}
    known = {word.stem for word in source}
    negations = sum(word.lower in NEGATIONS for word in statement) - sum(word.lower in NEGATIONS for word in stretch)
    asked, there = _quantifiers(statement), _quantifiers(stretch)
    near_lower = {word.lower for word in near}
    own_lower = {word.lower for word in statement}
    left_over = [word for word in stretch if word.lower not in own_lower]
    return {
        "numbers": float(sum(word.is_sure_number and word.number not in known_numbers for word in statement)),
        "ordinals": float(sum(bool(word.ordinal) and word.ordinal not in known_ordinals for word in statement)),
        "names": float(sum(word.is_name and word.stem not in known for word in statement)),
        "negations": float(abs(negations)),
        "negation_odd": float(negations % 2),
        "opposites": float(
            sum(word.lower not in near_lower and any(are_opposites(word, other) for other in left_over) for word in statement)
        ),
        "quantifiers_new": float(len(asked - there)),
        "quantifiers_lost": float(len(there - asked)),
        "quantifiers_changed": float(bool(asked - there) and bool(there - asked)),
    }


def _stretch(statement: Sequence[Word], near: Sequence[Word]) -> Sequence[Word]:
    """The shortest stretch of `near` with all the content words that the statement shares, and a word or two around it.

    What a long sentence says besides, as in a clause behind it, is not set against the statement.
    """
    own = {word.stem for word in statement if word.is_content}
    wanted = len(own & {word.stem for word in near})
    if not wanted:
        return near
    last: dict[str, int] = {}  # where each shared word stood last
    best = (0, len(near))
    for place, word in enumerate(near):
        if word.stem in own:
            last[word.stem] = place
            first = min(last.values())
            if len(last) == wanted and place - first < best[1] - best[0]:
                best = (first, place)
    return near[max(best[0] - 2, 0) : best[1] + 2]


def _quantifiers(words: Sequence[Word]) -> set[str]:
    return {QUANTIFIERS[word.lower] for word in words if word.lower in QUANTIFIERS}


def _replacements(statement: Reading, near: Sequence[Word], similarity: Matrix) -> dict[str, float]:
    """Content words in the place of other ones, by aligning the two texts word by word, and how unlike they are."""
    matcher = SequenceMatcher(None, statement.stems, [word.stem for word in near], autojunk=False)
    replaced, unlike, inserted = 0, 0.0, 0
    for kind, a, b, c, d in matcher.get_opcodes():
        own = [i for i in range(a, b) if statement.words[i].is_content]
        other = [j for j in range(c, d) if near[j].is_content]
        if kind == "replace" and own and other:
            replaced += 1
            unlike = max(unlike, 1 - float(similarity[np.ix_(own, other)].max(axis=1).min()))
        elif own and kind in ("insert", "delete", "replace"):
            inserted += len(own)
    return {"replaced": float(replaced), "replaced_unlike": unlike, "inserted": float(inserted)}
