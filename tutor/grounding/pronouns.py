"""What a pronoun at the opening of a sentence stands for, there and in the source that the sentence copies.

A model that copies "It should be rare." behind another subject than the book's says something else in the book's own words.
"""

from collections.abc import Sequence

from tutor.grounding.reading import Reading
from tutor.grounding.words import Word

NO_WORDS: frozenset[str] = frozenset()
_PRONOUNS = frozenset({"it", "they", "this", "these"})
_VERBS = frozenset(
    {"is", "are", "was", "were", "has", "have", "can", "may", "must", "will", "should", "means", "refers", "does"}
)
_FUNCTION = frozenset({"a", "an", "the", "of", "to", "in", "on", "for", "and", "or", "this", "that", "these", "such"})
_LONGEST = 8  # words before the verb; longer openings are no plain subject
_BEFORE = 2  # sentences of the source in which its pronoun's meaning is looked for


def antecedents(sentences: Sequence[Reading]) -> list[frozenset[str]]:
    """For each sentence of a text that opens with a pronoun, the words (stems) of the subject that it takes up; else none."""
    found = []
    subject = NO_WORDS
    for sentence in sentences:
        takes_up = bool(sentence.words) and sentence.words[0].lower in _PRONOUNS
        found.append(subject if takes_up else NO_WORDS)
        if not takes_up:
            subject = _subject(sentence.words)
    return found


def _subject(words: Sequence[Word]) -> frozenset[str]:
    """What stands before the first verb of a plain kind, without articles and the like; none where no such verb comes soon."""
    verb = next((place for place, word in enumerate(words[: _LONGEST + 1]) if word.lower in _VERBS), 0)
    return frozenset(word.stem for word in words[:verb] if word.lower not in _FUNCTION)


def stands_for_another(statement: Reading, antecedent: frozenset[str], source: Reading, window: Sequence[int]) -> bool:
    """Whether the source's own sentence opens with the same pronoun, and it lacks words of the antecedent there and before.

    False where it cannot be told: no antecedent, or no sentence of the source before that pronoun.
    """
    if not antecedent:
        return False
    for index in window:
        start, end = source.sentences[index]
        if index > 0 and end > start and source.words[start].lower == statement.words[0].lower:
            first = source.sentences[max(index - _BEFORE, 0)][0]
            return not antecedent <= set(source.stems[first:end])
    return False
