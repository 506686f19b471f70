"""The chat in a browser: `python app.py` opens it at a local address. Layout and wiring are in `tutor/ui/`.

python app.py                                             the open chat on this computer
python app.py account NAME --role admin                   a department's server: first the people …
python app.py course "Databases" --book sample --instructor NAME
python app.py serve                                       … then the server, with sign-in, courses and roles
"""

import os
import sys
from typing import Annotated, Literal

import typer

from indexing.console import guarded, out
from indexing.errors import UsageError
from indexing.library import default_book, find_book
from indexing.settings import settings

# Before gradio is imported: it would otherwise look up its maker's hosts.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
# Before numpy and FAISS are: many students at once keep the cores busy; threads that wait by spinning cost half of a question.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

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
    from tutor.ui.server import build_server, run_server

    chosen = settings()
    first = default_book(chosen.home, book or chosen.book)
    out.print(f"Opening [bold]{first.name}[/] …")
    room = Room.open("open", classroom_settings(), chosen.model_copy(update={"book": first.name}))
    room.shelf.tutor(first.name)
    out.print(f"The chat is at http://{host}:{port} (Ctrl-C ends it)")
    run_server(build_server(room), room, host, port, open_browser=open_browser)


def serve(
    host: Host = "127.0.0.1",
    port: Port = 7860,
    root_path: Annotated[str, typer.Option(help="Prefix under which a reverse proxy shows the server, such as /tutor")] = "",
) -> None:
    """Run a department's server: sign-in, courses, practice, and a desk for instructors.

    Example: python app.py serve --port 7860
    """
    from tutor.classroom.logs import log_as_json
    from tutor.classroom.room import Room
    from tutor.classroom.settings import classroom_settings
    from tutor.ui.server import build_server, run_server

    chosen = classroom_settings()
    if chosen.sign_in == "proxy" and not chosen.proxy_secret.get_secret_value():
        raise UsageError("TUTOR_PROXY_SECRET is not set; without it anybody could name themselves in the proxy's header")
    log_as_json()
    room = Room.open(chosen.sign_in, chosen, settings())
    room.uploads.recover()
    for name in room.courses.books_in_use():
        room.shelf.tutor(name)
    out.print(f"The server is at http://{host}:{port}{root_path} (Ctrl-C or SIGTERM ends it)")
    run_server(build_server(room), room, host, port, root_path=root_path)


def account(
    name: Annotated[str, typer.Argument(help="Name to sign in with")],
    role: Annotated[Literal["student", "instructor", "admin"], typer.Option(help="An admin makes courses")] = "student",
    new_password: Annotated[bool, typer.Option("--new-password", help="Give an account that exists another password")] = False,
) -> None:
    """Make an account, or give one a new password; the password is asked for, or read from a pipe.

    Example: python app.py account ada --role instructor
    """
    from tutor.classroom.room import Room
    from tutor.classroom.settings import classroom_settings

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    room = Room.open("local", classroom_settings(), settings())
    if new_password:
        room.accounts.set_password(name, password)
        out.print(f"[bold]{name}[/] has a new password; all their sessions have ended")
    else:
        person = room.accounts.create(name, password, role)
        out.print(f"made the {role}'s account [bold]{person.name}[/]")


def course(
    title: Annotated[str, typer.Argument(help="Title that students see")],
    book: Annotated[str, typer.Option(help="Book of the library that it reads")] = "",
    instructor: Annotated[str, typer.Option(help="Name of the person who leads it")] = "",
) -> None:
    """Make a course and print its join code.

    Example: python app.py course "Databases, winter term" --book sample --instructor ada
    """
    from tutor.classroom.room import Room
    from tutor.classroom.settings import classroom_settings

    chosen = settings()
    found = find_book(book, chosen.home) if book else default_book(chosen.home, chosen.book)
    room = Room.open("local", classroom_settings(), chosen)
    leader = room.accounts.named(instructor) if instructor else None
    made = room.courses.create(title, found.name, leader)
    out.print(f"course {made.id}: [bold]{made.title}[/] on {made.book}; join code [bold]{made.join_code}[/]")


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.callback(invoke_without_command=True)(guarded(chat))
for command in (serve, account, course):
    app.command()(guarded(command))

if __name__ == "__main__":
    app()
