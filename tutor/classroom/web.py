"""The server's plain pages: sign-in, sign-up, joining, health. Nothing in them is loaded from elsewhere.

`web_app(room)` is the application; `tutor.ui.server` adds the Gradio pages and puts the wall before all.
"""

import html
import re
from pathlib import Path
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from indexing.errors import LimitError, TutorError, UsageError
from tutor.classroom.accounts import Person, SignInError
from tutor.classroom.room import Room
from tutor.classroom.wall import session_cookie, token_of

Field = Annotated[str, Form(max_length=300)]
_TYPED = re.compile(r"[\w.@+-]{1,60}")
_STYLE = (Path(__file__).parent / "plain.css").read_text(encoding="utf-8")


def web_app(room: Room) -> FastAPI:
    """The application without the Gradio pages and without the wall."""
    app = FastAPI(title="Textbook tutor", docs_url=None, redoc_url=None, openapi_url=None)
    _add_health(app, room)
    if room.door == "local":
        _add_sign_in(app, room)
    if room.door != "open":
        _add_joining(app, room)

    @app.exception_handler(TutorError)
    async def failed(_: Request, error: TutorError) -> Response:
        return Response(str(error), status_code=404 if isinstance(error, UsageError) else 500, media_type="text/plain")

    return app


def person_in(request: Request) -> Person:
    """Whom the wall let in."""
    person: Person | None = getattr(request.state, "person", None)
    if person is None:
        raise UsageError("nobody is signed in")
    return person


def book_missing() -> UsageError:
    """The same for a book that is not there and one that is another course's."""
    return UsageError("no such book, or it is not your course's")


def _add_health(app: FastAPI, room: Room) -> None:
    @app.get("/health")
    def health() -> JSONResponse:
        """For a monitor: 200 while the database answers and there is a book."""
        try:
            with room.database.read() as session:
                session.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return JSONResponse({"status": "database unreachable"}, status_code=503)
        books = len(room.shelf.names())
        return JSONResponse({"status": "ok" if books else "no book", "books": books}, status_code=200 if books else 503)


def _add_sign_in(app: FastAPI, room: Room) -> None:
    @app.get("/sign-in")
    def sign_in_page() -> HTMLResponse:
        return _sign_in_page()

    @app.post("/sign-in")
    async def sign_in(request: Request, name: Field, password: Field) -> Response:
        try:
            token = await run_sync(room.accounts.sign_in, name, password, _address(request))
        except SignInError as error:
            return _sign_in_page(str(error), 401, name)
        except LimitError as error:
            return _sign_in_page(str(error), 429, name)
        return _with_session(request, room, token)

    @app.get("/sign-up")
    def sign_up_page() -> HTMLResponse:
        return _sign_up_page()

    @app.post("/sign-up")
    async def sign_up(request: Request, name: Field, password: Field, code: Field) -> Response:
        try:
            token = await run_sync(_signed_up, room, name, password, code, _address(request))
        except LimitError as error:
            return _sign_up_page(str(error), 429, name, code)
        except UsageError as error:
            return _sign_up_page(str(error), 400, name, code)
        return _with_session(request, room, token)

    @app.get("/sign-out")
    @app.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):  # a link on a page that is not ours
            return RedirectResponse(f"{request.scope.get('root_path', '')}/", status_code=303)
        token = token_of({"cookie": request.headers.get("cookie", "")})
        if token:
            await run_sync(room.accounts.end_session, token)
        response = RedirectResponse(f"{request.scope.get('root_path', '')}/sign-in", status_code=303)
        response.headers["set-cookie"] = session_cookie("", request.scope, https=room.settings.https).decode()
        return response


def _signed_up(room: Room, name: str, password: str, code: str, address: str) -> str:
    """A new student of the course with this code: only who knows a code gets an account. Wrong codes are counted."""
    room.accounts.check_failures(f"code:{address}")
    course = room.courses.with_code(code)
    if course is None:
        room.accounts.count_failure(f"code:{address}")
        raise UsageError("no course has this code; ask your instructor for it")
    person = room.accounts.create(name, password)
    room.courses.add(person, course, "student")
    return room.accounts.start_session(person.id)


def _add_joining(app: FastAPI, room: Room) -> None:
    @app.get("/join")
    def join_page() -> HTMLResponse:
        return _join_page()

    @app.post("/join")
    async def join(request: Request, code: Field) -> Response:
        person = person_in(request)
        try:
            await run_sync(room.accounts.check_failures, f"code:{person.id}")
            course = await run_sync(room.courses.join, person, code)
        except LimitError as error:
            return _join_page(str(error), 429)
        except UsageError as error:
            await run_sync(room.accounts.count_failure, f"code:{person.id}")
            return _join_page(str(error), 400)
        return RedirectResponse(f"{request.scope.get('root_path', '')}/?course={course.id}", status_code=303)


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _with_session(request: Request, room: Room, token: str) -> Response:
    response = RedirectResponse(f"{request.scope.get('root_path', '')}/", status_code=303)
    response.headers["set-cookie"] = session_cookie(token, request.scope, https=room.settings.https).decode()
    return response


def _kept(text: str) -> str:
    """What was typed, to be shown in its field again; nothing that a name or a code never has."""
    return f'value="{html.escape(text)}" ' if _TYPED.fullmatch(text) else ""


def _sign_in_page(error: str = "", status: int = 200, name: str = "") -> HTMLResponse:
    return _page(
        "Sign in", error,
        '<form method="post" action="sign-in"><label for="name">Name</label>'
        f'<input id="name" name="name" {_kept(name)}autocomplete="username" required>'
        '<label for="password">Password</label><input id="password" name="password" type="password" '
        'autocomplete="current-password" required><button>Sign in</button></form>'
        '<p>New here? <a href="sign-up">Join with your course’s code</a></p>', status,
    )  # fmt: skip


def _sign_up_page(error: str = "", status: int = 200, name: str = "", code: str = "") -> HTMLResponse:
    return _page(
        "Join your course", error,
        '<form method="post" action="sign-up"><label for="code">Course code</label>'
        f'<input id="code" name="code" {_kept(code)}required><label for="name">Name</label>'
        f'<input id="name" name="name" {_kept(name)}autocomplete="username" required>'
        '<label for="password">Password</label><input id="password" name="password" type="password" minlength="10" '
        'autocomplete="new-password" required>'
        "<small>10 characters or more. Your instructor sees a pseudonym, not your name.</small>"
        '<button>Join</button></form><p><a href="sign-in">I have an account</a></p>', status,
    )  # fmt: skip


def _join_page(error: str = "", status: int = 200) -> HTMLResponse:
    return _page(
        "Join a course", error,
        '<form method="post" action="join"><label for="code">Course code</label><input id="code" name="code" required>'
        '<button>Join</button></form><p><a href="./">Back</a></p>', status,
    )  # fmt: skip


def plain_page(title: str, body: str) -> HTMLResponse:
    """A page of ours without any script; `body` is HTML that is ours."""
    return _page(title, "", body, 200)


def _page(title: str, error: str, body: str, status: int) -> HTMLResponse:
    told = f'<p class="error" role="alert">{html.escape(error[:1].upper() + error[1:])}</p>' if error else ""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} · Textbook tutor</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>{told}{body}</main></body></html>",
        status_code=status,
    )
