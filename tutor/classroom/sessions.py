"""Whose browser session is whose: a page's event stream is named by a random word, and only its owner may listen to it."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from indexing.errors import UsageError

_KEPT = 50_000  # sessions; the oldest are forgotten, which only ends their protection after days


@dataclass
class Sessions:
    """Remembers the person who used a session first, which the page does as soon as it is opened."""

    _owners: OrderedDict[str, int] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def claim(self, session: str, person_id: int) -> None:
        """Use a session. UsageError where it is somebody else's."""
        with self._lock:
            owner = self._owners.setdefault(session, person_id)
            if len(self._owners) > _KEPT:
                self._owners.popitem(last=False)
        if owner != person_id:
            raise UsageError("this page belongs to somebody else; reload it")

    def may_use(self, session: str, person_id: int) -> bool:
        """Whether a session is this person's, or nobody's yet."""
        return self._owners.get(session, person_id) == person_id
