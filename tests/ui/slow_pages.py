"""`app.py` with slow events, for tests of what comes late: SLOW_EVENTS="graded=2,following=1", seconds by handler's name."""

import os
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from tutor.ui import told as events

SLOW = {name: float(seconds) for name, seconds in (item.split("=") for item in os.environ["SLOW_EVENTS"].split(","))}
_told = events.told


def slowly(handler: Callable[..., Any]) -> Callable[..., Any]:
    """As `told`; the answers of a handler that is named in SLOW_EVENTS come so many seconds late."""
    made = _told(handler)
    seconds = SLOW.get(handler.__name__)
    if seconds is None:
        return made

    @wraps(made)
    def late(*args: Any, **kwargs: Any) -> Any:
        result = made(*args, **kwargs)
        time.sleep(seconds)
        return result

    return late


events.told = slowly  # before the pages are imported, which take it by name

if __name__ == "__main__":
    from app import app

    app()
