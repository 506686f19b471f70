"""An engine that says what it is told to, for tests and for trying the chat without a model."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from indexing.errors import LimitError
from tutor.engines.base import Generation
from tutor.prompt import Message


@dataclass
class FakeEngine:
    """Replies by `reply(messages)`, word by word, `delay_s` apart; keeps what it was asked in `asked`."""

    reply: Callable[[Sequence[Message]], str]
    name: str = "fake"
    context_tokens: int = 4096
    delay_s: float = 0.0
    asked: list[list[Message]] = field(default_factory=list)

    def count(self, text: str) -> int:
        return len(text.split())

    def stream(self, messages: Sequence[Message], generation: Generation) -> Iterator[str]:
        self.asked.append(list(messages))
        deadline = time.monotonic() + generation.time_limit_s
        for number, word in enumerate(self.reply(messages).split(" ")):
            if generation.stop.is_set():
                return
            if time.monotonic() > deadline:
                raise LimitError(f"the time limit of {generation.time_limit_s:g} s was reached")
            if self.delay_s:
                time.sleep(self.delay_s)
            yield word if number == 0 else f" {word}"
