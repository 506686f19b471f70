"""The chat in a browser: `python app.py` opens it at a local address. Layout and wiring are in `tutor/ui/`.

`python app.py serve` is a department's server, with sign-in, courses and roles; `python app.py account` and `course` set it up.
"""

import os
from typing import Annotated

import typer

from indexing.console import guarded, out
from indexing.library import default_book
from indexing.settings import settings

# Before gradio is imported: it would otherwise look up its maker's hosts.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

Host = Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for the whole network")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at")]


def chat(
    context: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = 7860,
    book: Annotated[str, typer.Option(help="Book that is chosen at the start")] = "",
    open_browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser")] = False,
) -> None:
    """Open the chat on the books of the library.

    Example: python app.py --port 8080 --book sample
    """
    if context.invoked_subcommand is not None:
        return
    from tutor.classroom.room import Room
    from tutor.classroom.settings import classroom_settings
    from tutor.ui.server import build_server, serve

    chosen = settings()
    first = default_book(chosen.home, book or chosen.book)
    out.print(f"Opening [bold]{first.name}[/] …")
    room = Room.open("open", classroom_settings(), chosen.model_copy(update={"book": first.name}))
    room.shelf.tutor(first.name)
    out.print(f"The chat is at http://{host}:{port} (Ctrl-C ends it)")
    serve(build_server(room), host, port, open_browser=open_browser)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.callback(invoke_without_command=True)(guarded(chat))

if __name__ == "__main__":
    app()
