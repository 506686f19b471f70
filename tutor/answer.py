"""The answer as the program's other parts and other programs see it: the JSON object of `python -m tutor.query --json`."""

from typing import Any

from indexing.records import Located, Model

REFUSAL = "The book does not answer this."


class Sentence(Model):
    """One sentence of an answer. `citations` are numbers into the answer's list; `score` is its support in 0..1."""

    text: str
    citations: list[int] = []
    supported: bool = True
    score: float = 1.0


class Citation(Located):
    """A passage that sentences of the answer rest on. `quote` is what they rest on, `spans` where that stands on the page."""

    n: int
    book: str
    quote: str
    chunk_id: str
    type: str = "text"
    caption: str = ""


class PassageSummary(Located):
    """A retrieved chunk, with the score that ranked it."""

    book: str
    chunk_id: str
    type: str = "text"
    text: str
    score: float


class Timings(Model):
    """Milliseconds spent."""

    load_ms: float = 0.0
    retrieve_ms: float = 0.0
    generate_ms: float = 0.0


class Partial(Model):
    """What is known of an answer that is being written: its text so far, and the question as it was understood."""

    text: str = ""
    rewritten: str | None = None


class Turn(Model):
    """One question of a conversation and what was answered."""

    question: str
    answer: str


class Answer(Model):
    """Everything about one answer.

    `answer` is its text without citation marks. `confidence` (0..1) says how likely the book answers the question at all,
    refused or not. `reason` says why it was refused, or why it ends early; `nearest` are the headings that a refusal names.
    `computed` is the computation that gave the answer, `rewritten` the question as it was understood in a conversation.
    `quoted` is the book's own answer, offered beside a model's answer that is mostly unsupported.
    """

    question: str
    book: str
    answer: str
    refused: bool = False
    reason: str | None = None
    confidence: float = 0.0
    engine: str = "quote"
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    passages: list[PassageSummary] = []
    nearest: list[str] = []
    computed: dict[str, Any] | None = None
    rewritten: str | None = None
    quoted: list[Sentence] | None = None
    timings: Timings = Timings()


Event = Partial | Answer
"""What a stream yields: partial answers, each with all the text so far, and at last the answer."""
