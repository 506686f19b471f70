"""Between Gradio's events and the room: who is asking, and errors of ours as a message on the page instead of a traceback."""

import html
import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import gradio as gr

from indexing.errors import TutorError, UsageError
from tutor.classroom.accounts import Person
from tutor.classroom.room import Room


def person_of(room: Room, request: gr.Request) -> Person:
    """The person whom the wall let in with this request."""
    name = request.username
    if not name:
        raise UsageError("nobody is signed in; reload the page")
    person = room.accounts.person(int(name))
    if request.session_hash:
        room.sessions.claim(request.session_hash, person.id)
    return person


def forgotten() -> UsageError:
    """What to raise where a page asks for what only its session knew.

    Gradio keeps a page's state in memory: a restart of the server ends it, and so do very many newer pages.
    """
    return UsageError("the server no longer knows this page, since it was open for long or the server was restarted; reload it")


def told(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Show an error of ours as a short message on the page. Generators stay generators, as Gradio looks for them."""
    if inspect.isgeneratorfunction(handler):

        @wraps(handler)
        def stream(*args: Any, **kwargs: Any) -> Iterator[Any]:
            try:
                yield from handler(*args, **kwargs)
            except TutorError as error:
                raise _shown(error) from error

        return stream

    @wraps(handler)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return handler(*args, **kwargs)
        except TutorError as error:
            raise _shown(error) from error

    return run


def _shown(error: TutorError) -> gr.Error:
    return gr.Error(html.escape(str(error)), duration=8, print_exception=False)
