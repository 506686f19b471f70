"""What each opened page is at, so that nothing that comes late is shown beside something else.

`Turns`: the question that a page waits for, one at a time, with its stop signal, and whether the page has left it.
`Places`: the practice question that a page shows.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

_LEAVE_S = 15.0  # a stopped answer is checked and stored within a second or two
_KEPT = 10_000  # pages whose place is known; where one was forgotten, whatever comes is shown


@dataclass
class Turn:
    """A question that is being answered for a page."""

    stop: threading.Event = field(default_factory=threading.Event)
    left: bool = False
    """Whether the page goes on to something else; then nothing more of the answer is shown."""
    ended: threading.Event = field(default_factory=threading.Event)


@dataclass
class Turns:
    """The turns of all opened pages, by browser session."""

    _turns: dict[str, Turn] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, session: str) -> Turn | None:
        """A turn for a page; None while its last question is still being answered (Enter and a click on Ask, say)."""
        with self._lock:
            if session in self._turns:
                return None
            turn = self._turns[session] = Turn()
            return turn

    def end(self, session: str, turn: Turn) -> None:
        """The question is answered, or failed."""
        with self._lock:
            if self._turns.get(session) is turn:
                del self._turns[session]
        turn.ended.set()

    def stop(self, session: str) -> None:
        """End the answer early; what there is of it is checked and shown."""
        with self._lock:
            if session in self._turns:
                self._turns[session].stop.set()

    def leave(self, session: str) -> None:
        """The page goes on to another conversation or course: the answer ends early, is stored, and is not shown here.

        Waits for that end: only then is all that was shown of the answer on its way to the browser, before what follows.
        """
        with self._lock:
            turn = self._turns.pop(session, None)
        if turn is not None:
            turn.left = True
            turn.stop.set()
            turn.ended.wait(_LEAVE_S)


@dataclass
class Places:
    """The practice question at which each opened page is, by browser session."""

    _keys: OrderedDict[str, str] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def go(self, session: str, key: str) -> None:
        """The page goes to another question; "" while that is still on its way."""
        with self._lock:
            self._keys[session] = key
            self._keys.move_to_end(session)
            if len(self._keys) > _KEPT:
                self._keys.popitem(last=False)

    def is_at(self, session: str, key: str) -> bool:
        """Whether what belongs to a question may be shown on the page."""
        return self._keys.get(session, key) == key
