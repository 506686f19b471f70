"""The web server: plain pages, the Gradio pages, the wall before them; and how it starts and stops.

A stop (Ctrl-C, SIGTERM) takes no new connection, lets questions that are being answered end, and then closes.
"""

import asyncio
import logging
import os
import threading
import time
import webbrowser
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from sqlalchemy.exc import SQLAlchemyError

from tutor.classroom.downloads import add_desk_downloads, add_downloads
from tutor.classroom.room import Room
from tutor.classroom.wall import Wall
from tutor.classroom.web import web_app
from tutor.ui.scripts import HEAD

# Before gradio is imported: it would otherwise look up its maker's hosts.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

_LOG = logging.getLogger("tutor.classroom")
_GRACE_S = 15  # seconds that answers may take after a stop


def build_server(room: Room) -> FastAPI:
    """The whole application."""
    from tutor.ui.desk import build_desk
    from tutor.ui.student import build_student_page

    app = web_app(room)
    add_downloads(app, room)
    if room.door != "open":
        add_desk_downloads(app, room)
        _mount(app, build_desk(room), "/desk", room)
    _mount(app, build_student_page(room), "/", room)
    app.add_middleware(Wall, room=room)
    return app


def _mount(app: FastAPI, page: Any, path: str, room: Room) -> None:
    import gradio as gr

    page.state_session_capacity = room.settings.pages
    page.queue(max_size=room.settings.waiting, default_concurrency_limit=8)
    gr.mount_gradio_app(
        app, page, path, auth_dependency=_person_number, footer_links=[],
        run_history=False, show_error=False, max_file_size=f"{room.settings.upload_mb}mb", ssr_mode=False, pwa=False,
        enable_monitoring=False, mcp_server=False, css_paths=Path(__file__).parent / "style.css", head=HEAD,
        theme=_theme(),
    )  # fmt: skip


def _theme() -> Any:
    """Gradio's default in teal, with local fonts, and darker where its own colours are too pale to read (WCAG AA)."""
    import gradio as gr

    theme = gr.themes.Default(
        primary_hue="teal", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"], spacing_size="sm"
    )
    return theme.set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_cancel_background_fill="#a40e26",
        button_cancel_background_fill_hover="#860b1f",
        button_cancel_background_fill_dark="#a40e26",
        button_cancel_text_color="white",
        body_text_color_subdued="#52605f",
        body_text_color_subdued_dark="#a9bdbb",
        block_label_text_color="#374543",
        block_title_text_color="#374543",
        input_placeholder_color="#5f6d6c",
        input_placeholder_color_dark="#a9bdbb",
    )


def _person_number(request: Request) -> str | None:
    person = getattr(request.state, "person", None)
    return str(person.id) if person else None


class _Server(uvicorn.Server):
    """Waits at a stop until no question is being answered; browsers' idle streams, which never end, do not keep it."""

    def __init__(self, config: uvicorn.Config, room: Room) -> None:
        super().__init__(config)
        self._room = room

    async def shutdown(self, sockets: Any = None) -> None:
        deadline = time.monotonic() + _GRACE_S
        for server in self.servers:
            server.close()
        while self._room.asking.busy and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.3)  # the last answer's way to its browser
        self.force_exit = True
        await super().shutdown(sockets)


def run_server(app: FastAPI, room: Room, host: str, port: int, *, root_path: str = "", open_browser: bool = False) -> None:
    """Run until it is stopped; questions that are being answered then may end."""
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=_GRACE_S, server_header=False,
        root_path=root_path, proxy_headers=room.door != "open", forwarded_allow_ips="127.0.0.1",
    )  # fmt: skip
    stopping = threading.Event()
    if room.door != "open":
        threading.Thread(target=_purge_daily, args=(room, stopping), name="purge", daemon=True).start()
    if open_browser:
        threading.Timer(1.5, webbrowser.open, (f"http://{host}:{port}/",)).start()
    try:
        _Server(config, room).run()
    finally:
        stopping.set()
        room.uploads.stop()
        room.database.close()


def _purge_daily(room: Room, stopping: threading.Event) -> None:
    """Delete what is past its retention time, now and every hour, as a server may be restarted every night."""
    while True:
        try:
            gone = room.privacy.purge()
        except SQLAlchemyError as error:
            _LOG.error("purge failed", extra={"fields": {"error": type(error).__name__}})
        else:
            if gone:
                _LOG.info("purged", extra={"fields": {"rows": gone}})
        if stopping.wait(3600):
            return
