"""What the tab for asking shows of a conversation: the latest one, an earlier one, or none yet; its sources and their page."""

from typing import Any

import gradio as gr

from tutor.answer import Answer
from tutor.classroom.accounts import Person
from tutor.classroom.conversations import Exchange
from tutor.classroom.room import Room
from tutor.ui.conversation import NO_COURSE, SHOWN, conversation_html
from tutor.ui.render import EMPTY_SOURCES, engine_name, shortened, sources_html
from tutor.ui.sheet import citation_view, nothing_shown, shown

Talk = dict[str, Any]
"""What a page of the tab is in: {"conversation": its number}, {} before the first question; all else is in the store."""
_NO_EARLIER = 0  # in the list of earlier conversations, its own heading
_TITLE = 60  # characters of a conversation's first question in the list


def latest_talk(room: Room, person: Person, course_id: int | None) -> tuple[Any, ...]:
    """The tab's outputs with somebody's latest conversation in a course: what a page shows when it is opened."""
    number = room.conversations.latest(person, course_id) if course_id is not None else None
    if number is None or course_id is None:
        return empty_talk(room, person, course_id)
    return opened_talk(room, person, course_id, number)


def opened_talk(room: Room, person: Person, course_id: int, number: int) -> tuple[Any, ...]:
    """The tab's outputs with a conversation of one's own, its last answer's sources beside it."""
    exchanges = latest_exchanges(room, person, number)
    controls = _controls(room, person, course_id, number)
    talk: Talk = {"conversation": number}
    return talk, conversation_html(exchanges), *controls, export_link(number), *first_source(room, exchanges[-1])


def latest_exchanges(room: Room, person: Person, number: int) -> list[Exchange]:
    """What a page shows of a conversation, and one more, which tells that there were others before."""
    return room.conversations.exchanges(person, number, SHOWN + 1)


def empty_talk(room: Room, person: Person, course_id: int | None) -> tuple[Any, ...]:
    """The tab's outputs with no question yet."""
    hidden = gr.update(visible=False)
    if course_id is None:
        nothing = (gr.update(interactive=False), hidden, hidden)
        return {}, NO_COURSE, *nothing, "", EMPTY_SOURCES, *nothing_shown()
    book = room.courses.of(person, course_id).book
    welcome = conversation_html([], examples=room.shelf.examples(book), title=room.shelf.title(book))
    return {}, welcome, *_controls(room, person, course_id, _NO_EARLIER), "", EMPTY_SOURCES, *nothing_shown()


def _controls(room: Room, person: Person, course_id: int, number: int) -> tuple[Any, ...]:
    """The question's box, the engines, and the earlier conversations."""
    course = room.courses.of(person, course_id)
    engines = room.shelf.engines()
    if course.engine not in engines:
        engines.insert(0, course.engine)
    chosen = room.shelf.settings.engine if room.door == "open" else course.engine
    engine = gr.update(choices=[(engine_name(name), name) for name in engines], value=chosen, visible=len(engines) > 1)
    begun = room.conversations.mine(person, course_id)
    titles = [(f"{shortened(item.question, _TITLE)} · {item.started.date().isoformat()}", item.id) for item in begun]
    known = [number for _, number in titles]
    earlier = gr.update(
        choices=[("Earlier conversations", _NO_EARLIER), *titles], value=number if number in known else _NO_EARLIER,
        visible=len(titles) > (number in known),
    )  # fmt: skip
    return gr.update(interactive=True), engine, earlier


def first_source(room: Room, exchange: Exchange) -> tuple[Any, ...]:
    """An answer's sources with the first one chosen, and its page; empty where it has none."""
    answer = exchange.answer
    if answer is None or not answer.citations:
        return EMPTY_SOURCES, *nothing_shown()
    return shown_source(room, answer, answer.citations[0].n, exchange.id)


def shown_source(room: Room, answer: Answer, number: int, message: int) -> tuple[Any, ...]:
    """The cards with source `number` chosen, and its page."""
    cards = sources_html(answer.citations, number, message)
    citation = next((item for item in answer.citations if item.n == number), None)
    if citation is None or not citation.pages:
        return cards, *nothing_shown()
    return cards, *shown(room, citation_view(citation))


def export_link(conversation: int) -> str:
    """A link to the conversation as a Markdown file."""
    return f'<a class="link" href="conversation/{conversation}.md" download>Export as Markdown</a>'
