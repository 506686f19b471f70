"""A pasted text against a book: passages are looked for by sentence, and the check of worded answers says the rest."""

from indexing.errors import UsageError
from tutor.answer import Answer
from tutor.citations import Citations
from tutor.drafting import answer_sentences, checked_sentences
from tutor.tutor import Tutor

MAX_TEXT = 20_000  # characters; about four pages
_PASSAGES = 5  # looked at for each sentence


def check_against_book(tutor: Tutor, text: str) -> Answer:
    """The text's sentences, each cited or marked, as an answer. UsageError where there is no sentence, or far too much text."""
    if len(text) > MAX_TEXT:
        raise UsageError(f"the text is {len(text):,} characters long; the limit is {MAX_TEXT:,}: check it in parts")
    plain = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
    citations = Citations()
    sentences = []
    for sentence in answer_sentences(plain):
        passages = tutor.retriever.search(sentence, _PASSAGES).passages
        sentences.extend(checked_sentences(sentence, passages, tutor.checker, citations))
    if not sentences:
        raise UsageError("there is no sentence to check; paste some text")
    return Answer(question="", book=tutor.book.name, answer=plain, sentences=sentences, citations=citations.all())
