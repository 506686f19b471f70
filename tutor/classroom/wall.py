"""The wall before every page: who is asking, what may be asked for at all, and headers that keep browsers from other hosts.

Pure ASGI, so that streams pass through. Leaves the sign-in pages to `web.py`.
"""

import hmac
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from anyio.to_thread import run_sync

from indexing.errors import TutorError
from tutor.classroom.accounts import Person
from tutor.classroom.room import Room

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "tutor_session"
_FREE = re.compile(r"/(?:sign-in|sign-up|health|favicon\.ico|robots\.txt)")
_FILES = re.compile(r"(?:/desk)?/(?:assets|static|svelte|_app)/[\w./@+-]+|(?:/desk)?(?:/gradio_api)?/theme\.css")
_UNUSED = re.compile(
    r"(?:/desk)?(?:/gradio_api)?/(?:proxy=|openapi\.json|monitoring|runs|run-history|deep_link|vibe|undo-vibe|process_recording|"
    r"custom_component|component_server|stream/|call/|run/|api/|info|dev/|mcp|token|file/|docs|redoc).*"
)
_FILE = re.compile(r"(?:/gradio_api)?/file=.*")
_UPLOAD = re.compile(r"/desk/gradio_api/upload/?")
_ANY_UPLOAD = re.compile(r".*/upload(?:_progress)?/?")
_STREAM = re.compile(r"(?:/desk)?/gradio_api/queue/data/?")
_EVENT = re.compile(r"(?:/desk)?/gradio_api/(?:queue/join|cancel|reset)/?")
_HEARTBEAT = re.compile(r"(?:/desk)?/gradio_api/heartbeat/([^/]+)/?")
_BODY = 1_000_000  # bytes of a request that uploads nothing
_MEGABYTE = 1_000_000
_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        b"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
        b"base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
)


class TooLargeError(Exception):
    """A request's body went over its limit; turned into status 413 here."""


class Wall:
    """ASGI middleware. Whoever passes has `scope["state"]["person"]`."""

    def __init__(self, app: App, room: Room) -> None:
        self._app = app
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # no WebSockets here
        answer = _Answer(send)
        try:
            await self._enter(scope, _limited(receive, self._body_limit(scope), answer), answer)
        except TooLargeError:
            if not answer.started:
                await answer.refuse(413, "this is larger than what may be sent here")

    async def _enter(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        path, headers = _path(scope), _headers(scope)
        students_only = not path.startswith("/desk/")
        if _UNUSED.fullmatch(path) or _FILE.fullmatch(path) or (_ANY_UPLOAD.fullmatch(path) and students_only):
            await answer.refuse(404, "there is nothing here")
            return
        if int(headers.get("content-length") or 0) > self._body_limit(scope):
            await answer.refuse(413, "this is larger than what may be sent here")
            return
        if scope["method"] not in ("GET", "HEAD") and not _same_origin(headers):
            await answer.refuse(403, "this was sent from another site")
            return
        if _FILES.fullmatch(path) and ".." not in path:
            await self._app(scope, receive, answer.send)
            return
        try:
            person, cookie = await run_sync(self._person, headers, scope, path)
        except TutorError as error:
            await answer.refuse(403, str(error))
            return
        if person is None and not _FREE.fullmatch(path):
            await answer.to_sign_in(scope, headers)
            return
        if person is not None:
            receive, named = await _sessions_in(scope, path, receive)
            if not all(self._room.sessions.may_use(session, person.id) for session in named):
                await answer.refuse(403, "this page belongs to somebody else")
                return
        at_desk = path == "/desk" or path.startswith("/desk/")
        if at_desk and (person is None or not await run_sync(self._leads, person)):
            await answer.refuse(403, "the desk is for instructors")
            return
        answer.cookie = cookie
        scope.setdefault("state", {})["person"] = person
        await self._app(scope, receive, answer.send)

    def _body_limit(self, scope: Scope) -> int:
        return self._room.settings.upload_mb * _MEGABYTE + _BODY if _UPLOAD.fullmatch(_path(scope)) else _BODY

    def _person(self, headers: dict[str, str], scope: Scope, path: str) -> tuple[Person | None, bytes | None]:
        """Who is asking, and a cookie to set. In the open chat the first page makes a nameless person for the browser."""
        room = self._room
        if room.door == "proxy":
            name = headers.get(room.settings.proxy_header.lower(), "")
            secret = room.settings.proxy_secret.get_secret_value()
            if not name or not hmac.compare_digest(headers.get("x-proxy-secret", "").encode(), secret.encode()):
                return None, None
            return room.accounts.of_proxy(name), None
        token = token_of(headers)
        person = room.accounts.of_token(token) if token else None
        if person is None and room.door == "open" and scope["method"] == "GET" and path == "/":
            person, token = room.accounts.guest()
            return person, session_cookie(token, scope, https=room.settings.https, days=365)
        return person, None

    def _leads(self, person: Person) -> bool:
        return person.role == "admin" or any(course.role == "instructor" for course in self._room.courses.mine(person))


class _Answer:
    """Sends on, with our headers; or refuses in one line."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False
        self.cookie: bytes | None = None
        self.too_large = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            if self.too_large:  # whatever the application made of the body that was cut off
                message["status"] = 413
            ours = [*_HEADERS, *([(b"set-cookie", self.cookie)] if self.cookie else [])]
            names = {name for name, _ in _HEADERS}
            message["headers"] = [*(item for item in message.get("headers", []) if item[0].lower() not in names), *ours]
        await self._send(message)

    async def refuse(self, status: int, line: str, extra: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8"), *extra]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": line.encode()})

    async def to_sign_in(self, scope: Scope, headers: dict[str, str]) -> None:
        """A page goes to the sign-in; anything else is told that nobody is signed in."""
        if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
            there = f"{scope.get('root_path', '')}/sign-in".encode()
            await self.refuse(303, "sign in first", ((b"location", there),))
        else:
            await self.refuse(401, "nobody is signed in")


def _limited(receive: Receive, limit: int, answer: _Answer) -> Receive:
    """Counts what arrives, also where no length was given beforehand."""
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            answer.too_large = True
            raise TooLargeError
        return message

    return counted


def _path(scope: Scope) -> str:
    """The path as the application sees it, doubled slashes made one, without the proxy's prefix."""
    path = str(scope["path"])
    root = str(scope.get("root_path", "")).rstrip("/")
    if root and path.startswith(root + "/"):
        path = path[len(root) :]
    return re.sub(r"/{2,}", "/", path)


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", [])}


async def _sessions_in(scope: Scope, path: str, receive: Receive) -> tuple[Receive, list[str]]:
    """Every session that a request names (a page's event, its event stream, its heartbeat), and what gives its body again."""
    beat = _HEARTBEAT.fullmatch(path)
    if beat is not None:
        return receive, [beat.group(1)]
    if _STREAM.fullmatch(path):
        return receive, parse_qs(bytes(scope.get("query_string", b"")).decode("latin-1")).get("session_hash", [])
    if scope["method"] != "POST" or not _EVENT.fullmatch(path):
        return receive, []
    body = await _whole(receive)
    try:
        sent = json.loads(body)
    except ValueError:
        sent = None  # Gradio refuses it
    named = sent.get("session_hash") if isinstance(sent, dict) else None
    return _again(body, receive), [named] if isinstance(named, str) else []


async def _whole(receive: Receive) -> bytes:
    """A request's body, which `_limited` keeps small."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body that was read already, then whatever comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return messages.pop() if messages else await receive()

    return given


def _same_origin(headers: dict[str, str]) -> bool:
    """Whether a request that changes something comes from our own pages; programs send no origin."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def token_of(headers: dict[str, str]) -> str | None:
    """The session token in the request's cookies.

    Of several with our name the first: browsers send the longest path's first (RFC 6265, 5.4), and another tutor on the same
    host may be at a shorter one.
    """
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value.strip('"') or None
    return None


def session_cookie(token: str, scope: Scope, *, https: bool, days: int = 31) -> bytes:
    """The header's value that keeps a session in the browser, for our pages alone; no script can read it.

    An empty token takes it away. Under a reverse proxy's prefix the cookie goes to that prefix and to nothing beside it.
    """
    path = str(scope.get("root_path", "")).rstrip("/") or "/"
    age = days * 86_400 if token else 0
    secure = "; Secure" if https else ""
    return f"{COOKIE}={token}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={age}{secure}".encode()
