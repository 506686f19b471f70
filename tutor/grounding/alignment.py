"""Where the words of a sentence are found in its source: together or scattered, and with the subject that they are said of.

Words are aligned by their vectors in context (late interaction). A sentence that a source supports finds its words close to one
another there; an invention in the book's words finds each of them, but here and there. Leaves small words to `features.py`.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from indexing.embedding import Matrix
from tutor.grounding.lexicon import FILLER, OPENING_PRONOUNS, PREDICATE_VERBS
from tutor.grounding.reading import Reading

ALIGNMENT = (
    "late_near", "late_near_weakest", "late_single", "late_back", "late_back_near", "scatter", "in_window", "adjacent_same",
    "close_pairs", "ordered_pairs", "pairs_apart", "pairs_turned", "predicate_late", "predicate_misplaced",
    "predicate_covered", "predicate_words_misplaced", "subject_again", "pronoun", "filler",
)  # fmt: skip
_WEAKEST = 3  # words that come off worst, looked at by themselves
_CLOSE, _FAR, _TURNED = 5, 8, 6  # words between two that belong together, that do not, and that may have changed places
_SUBJECT = 6  # content words before the verb, at most
_SHORT_SUBJECT = 2  # content words taken for the subject where there is no such verb


def alignment(
    statement: Reading, source: Reading, window: Sequence[int], content: Sequence[int], similarity: Matrix
) -> dict[str, float]:
    """The measures of ALIGNMENT. `similarity` (words, source's words) is of vectors; `content` are the words with a meaning."""
    first, last = source.sentences[window[0]][0], source.sentences[window[-1]][1]
    rows = similarity[content]
    near = rows[:, first:last].max(axis=1) if last > first else np.zeros(len(content))
    found = rows.argmax(axis=1)
    sentence_of = np.zeros(len(source.words), dtype=int)
    for number, (start, end) in enumerate(source.sentences):
        sentence_of[start:end] = number
    places = sentence_of[found]
    forth, back = _best_sentence(source, rows)
    return {
        "late_near": float(near.mean()),
        "late_near_weakest": float(np.sort(near)[:_WEAKEST].mean()),
        "late_single": forth,
        "late_back": back,
        "late_back_near": _back(source, rows, first, last),
        "scatter": len(set(places.tolist())) / len(content),
        "in_window": float(((found >= first) & (found < last)).mean()),
        "adjacent_same": float((places[1:] == places[:-1]).mean()) if len(places) > 1 else 1.0,
        **_pairs([statement.stems[i] for i in content], source),
        **_predicate(statement, source, content, similarity),
        "pronoun": float(statement.words[0].lower in OPENING_PRONOUNS),
        "filler": float(sum(word.lower in FILLER and word.stem not in source.stem_set for word in statement.words)),
    }


def _back(source: Reading, rows: Matrix, start: int, end: int) -> float:
    """How well the content words of a stretch of the source are found in the statement, on average."""
    there = [place for place in range(start, end) if source.words[place].is_content]
    return float(rows[:, there].max(axis=0).mean()) if there else 0.0


def _best_sentence(source: Reading, rows: Matrix) -> tuple[float, float]:
    """How well the statement is found in one sentence, and that sentence in the statement, where both are best together."""
    best = (0.0, 0.0)
    for start, end in source.sentences:
        if end > start:
            pair = (float(rows[:, start:end].max(axis=1).mean()), _back(source, rows, start, end))
            best = max(best, pair, key=sum)
    return best


def _pairs(stems: Sequence[str], source: Reading) -> dict[str, float]:
    """Neighbouring content words: whether the source has them close together, in their order, far apart, or turned round."""
    where: dict[str, list[int]] = {}
    for place, stem in enumerate(source.stems):
        where.setdefault(stem, []).append(place)

    def steps(one: str, other: str) -> list[int]:
        return [b - a for a in where.get(one, ()) for b in where.get(other, ())]

    pairs = [(one, other) for one, other in pairwise(stems) if one != other]
    known = [steps(one, other) for one, other in pairs if one in where and other in where]
    missing = len(pairs) - len(known)
    return {
        "close_pairs": _share((_within(step, _CLOSE) for step in known), missing, 1.0),
        "ordered_pairs": _share((_in_order(step, _CLOSE) for step in known), missing, 1.0),
        "pairs_apart": _share((not _within(step, _FAR) for step in known), 0, 0.0),
        "pairs_turned": _share((_within(step, _TURNED) and not _in_order(step, _TURNED) for step in known), 0, 0.0),
    }


def _within(steps: Iterable[int], most: int) -> bool:
    return any(abs(step) <= most for step in steps)


def _in_order(steps: Iterable[int], most: int) -> bool:
    return any(0 < step <= most for step in steps)


def _share(hits: Iterable[bool], missing: int, without: float) -> float:
    """The share of hits among them and `missing` more; `without` where there is nothing at all."""
    values = list(hits)
    return sum(values) / (len(values) + missing) if values or missing else without


def _predicate(statement: Reading, source: Reading, content: Sequence[int], similarity: Matrix) -> dict[str, float]:
    """Whether what is said of the subject stands in a sentence of the source that has a word of the subject."""
    verb = next((i for i, word in enumerate(statement.words) if i > 0 and word.lower in PREDICATE_VERBS), 0)
    subject = [i for i in content if i < verb][:_SUBJECT] or list(content[:_SHORT_SUBJECT])
    predicate = [i for i in content if i not in subject] or list(content)
    names = {statement.stems[i] for i in subject}
    everywhere = [sentence for sentence in source.sentences if sentence[1] > sentence[0]]
    about = [(start, end) for start, end in everywhere if not names.isdisjoint(source.stems[start:end])]

    def alike(sentences: Sequence[tuple[int, int]]) -> float:
        return max((float(similarity[predicate, start:end].max(axis=1).mean()) for start, end in sentences), default=0.0)

    def covered(sentences: Sequence[tuple[int, int]]) -> float:
        known = (set(source.stems[start:end]) for start, end in sentences)
        return max((sum(statement.stems[i] in stems for i in predicate) / len(predicate) for stems in known), default=0.0)

    return {
        "predicate_late": alike(about),
        "predicate_misplaced": alike(everywhere) - alike(about) if about else 0.0,
        "predicate_covered": covered(about),
        "predicate_words_misplaced": covered(everywhere) - covered(about) if about else 0.0,
        "subject_again": sum(statement.stems[i] in names for i in predicate) / len(predicate),
    }
