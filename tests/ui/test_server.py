"""How the pages are put on the server, without a browser."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio
import pytest

from tests.classroom.conftest import open_room
from tutor.ui.server import _mount


def test_the_state_of_opened_pages_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradio would keep the state of 10,000 pages, opened or closed: several gigabytes."""
    mounted = []
    monkeypatch.setattr(gradio, "mount_gradio_app", lambda app, page, path, **_: mounted.append((app, page, path)))
    queues: list[dict[str, int]] = []
    page: Any = SimpleNamespace(queue=lambda **options: queues.append(options))
    app: Any = object()
    room = open_room(tmp_path, pages=12, waiting=34)
    _mount(app, page, "/desk", room)
    room.database.close()
    assert mounted == [(app, page, "/desk")]
    assert page.state_session_capacity == 12
    assert queues == [{"max_size": 34, "default_concurrency_limit": 8}]
