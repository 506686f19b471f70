"""Replies that were generated already, in a file: a comparison that was interrupted goes on, and the base answers only once.

A reply is kept by the hash of the model's fingerprint, the adapter's where it was on, the prompt and the longest length.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tutor.prompt import Message

_AT_ONCE = 16  # replies between two writes

Generate = Callable[[Sequence[Sequence[Message]]], list[str]]


@dataclass
class Replies:
    """Replies by key. `path` None: kept in memory alone."""

    path: Path | None = None
    known: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> "Replies":
        """The replies of a file, if it is there; a last line that was cut short is left out."""
        known: dict[str, str] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    item = json.loads(line)
                except json.JSONDecodeError:
                    continue
                known[item["key"]] = item["reply"]
        return cls(path, known)

    def get(
        self, identity: str, chats: Sequence[Sequence[Message]], generate: Generate, report: Callable[[int], None]
    ) -> list[str]:
        """The reply to each chat; those that are not known are generated, shortest prompts first, and kept."""
        keys = [_key(identity, chat) for chat in chats]
        missing = [number for number, key in enumerate(keys) if key not in self.known]
        missing.sort(key=lambda number: sum(len(message.content) for message in chats[number]))
        report(len(chats) - len(missing))
        for at in range(0, len(missing), _AT_ONCE):
            numbers = missing[at : at + _AT_ONCE]
            for number, reply in zip(numbers, generate([chats[number] for number in numbers]), strict=True):
                self._keep(keys[number], reply)
            report(len(chats) - len(missing) + at + len(numbers))
        return [self.known[key] for key in keys]

    def _keep(self, key: str, reply: str) -> None:
        self.known[key] = reply
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "reply": reply}, ensure_ascii=False) + "\n")


def _key(identity: str, chat: Sequence[Message]) -> str:
    content = json.dumps([identity, [[message.role, message.content] for message in chat]])
    return hashlib.sha256(content.encode()).hexdigest()
