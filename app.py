"""The chat in a browser: `python app.py` opens it at a local address. Layout and wiring are in `tutor/ui/`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from indexing.console import guarded, out
from indexing.library import default_book
from indexing.settings import settings

# Before gradio is imported: it would otherwise look up its maker's hosts.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")


def main(
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for the whole network")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at")] = 7860,
    book: Annotated[str, typer.Option(help="Book that is chosen at the start")] = "",
    open_browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser")] = False,
) -> None:
    """Open the chat on the books of the library.

    Example: python app.py --port 8080 --book sample
    """
    import gradio as gr

    from tutor.ui.chat import build_chat
    from tutor.ui.shelf import Shelf

    chosen = settings()
    first = default_book(chosen.home, book or chosen.book)
    shelf = Shelf(chosen.home, chosen.cache)
    out.print(f"Opening [bold]{first.name}[/] …")
    shelf.tutor(first.name)
    page = build_chat(shelf, first.name)
    page.queue(max_size=64, default_concurrency_limit=8)
    out.print(f"The chat is at http://{host}:{port} (Ctrl-C ends it)")
    page.launch(
        server_name=host,
        server_port=port,
        inbrowser=open_browser,
        quiet=True,
        share=False,
        footer_links=[],
        enable_monitoring=False,
        max_file_size="100mb",
        ssr_mode=False,
        theme=gr.themes.Default(primary_hue="teal", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        css_paths=Path(__file__).parent / "tutor" / "ui" / "style.css",
    )


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(guarded(main))

if __name__ == "__main__":
    app()
