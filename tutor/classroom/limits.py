"""Limits on asking: so many questions a minute and a day for one student. What may wait in all is the queue's to say."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from indexing.errors import LimitError
from tutor.classroom.accounts import Person
from tutor.classroom.conversations import Conversations
from tutor.classroom.database import utc_now

_MINUTE = 60.0
_FORGET_ABOVE = 10_000  # people remembered; those without a question in the last minute are forgotten then


@dataclass
class Limits:
    """Counts the questions of the last minute in memory, those of the last day in the database."""

    conversations: Conversations
    per_minute: int
    per_day: int
    clock: Callable[[], float] = time.monotonic
    _recent: defaultdict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, person: Person) -> None:
        """Count a question of this person. LimitError where it is one too many."""
        now = self.clock()
        with self._lock:
            if len(self._recent) > _FORGET_ABOVE:
                for known in [key for key, times in self._recent.items() if not times or times[-1] < now - _MINUTE]:
                    del self._recent[known]
            times = self._recent[person.id]
            while times and times[0] <= now - _MINUTE:
                times.popleft()
            if len(times) >= self.per_minute:
                wait = int(times[0] + _MINUTE - now) + 1
                raise LimitError(f"you have asked {self.per_minute} questions within a minute; ask again in {wait} s")
            times.append(now)
        if self.conversations.asked_since(person, utc_now() - timedelta(days=1)) >= self.per_day:
            raise LimitError(f"you have asked {self.per_day} questions today; ask again tomorrow")
