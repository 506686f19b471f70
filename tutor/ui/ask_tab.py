"""The tab where students ask: the conversation on the left, the sources and the marked page on the right."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from indexing.errors import TutorError, UsageError
from tutor.answer import Answer, Partial
from tutor.classroom.asking import Ask, Done, Started
from tutor.classroom.conversations import Exchange
from tutor.classroom.room import Room
from tutor.ui.choices import Choice
from tutor.ui.conversation import OPENING, Live, conversation_html
from tutor.ui.render import EMPTY_SOURCES
from tutor.ui.scripts import CARDS, TALK
from tutor.ui.sheet import Sheet, build_sheet
from tutor.ui.talks import Talk, empty_talk, export_link, first_source, latest_exchanges, opened_talk, shown_source
from tutor.ui.told import forgotten, person_of, told
from tutor.ui.turns import Turn, Turns

_BREATH_S = 0.1
"""Seconds between two states of a growing answer: a page that gets them faster than it draws them goes on after a stop."""
_NOTHING = (gr.skip(),) * 9
"""What changes nothing: the talk, the conversation, its export, the question's box, the place in the queue, the right side."""


@dataclass(frozen=True)
class AskTab:
    """The parts of the tab that others fill: a change of course empties it."""

    talk: Any
    conversation: Any
    question: Any
    engine: Any
    sources: Any
    export: Any
    earlier: Any
    stop: Any
    sheet: Sheet
    turns: Turns

    @property
    def outputs(self) -> list[Any]:
        shown = [self.talk, self.conversation, self.question, self.engine, self.earlier, self.export]
        return [*shown, self.sources, *self.sheet.outputs]


def build_ask_tab(room: Room, course: Any) -> AskTab:
    """Lay the tab out and wire it. `course` is the component that holds the chosen course's number.

    The question's box opens with the course: what is sent before it is known would be lost without a word. The style
    sheet shows Stop in the place of Ask while the conversation has an answer that is being written.
    """
    talk = gr.State({})
    with gr.Row(equal_height=False, elem_classes="columns"):
        with gr.Column(scale=5, min_width=320):
            conversation = gr.HTML(OPENING, elem_id="chat", js_on_load=TALK)
            waiting = gr.HTML("", elem_id="waiting", visible=True)
            with gr.Row(equal_height=True, elem_id="asking"):
                question = gr.Textbox(
                    placeholder="Your question", show_label=False, label="Your question", scale=8, interactive=False,
                    elem_id="question", max_lines=4, max_length=2_000,
                )  # fmt: skip
                send = gr.Button("Ask", variant="primary", scale=1, min_width=90, elem_id="send")
                stop = gr.Button("Stop", variant="stop", scale=1, min_width=90, elem_id="stop")
            with gr.Row(equal_height=True, elem_id="tools"):
                engine = gr.Dropdown(
                    [("", "")],
                    value="",
                    label="Worded by",
                    visible=False,
                    filterable=False,
                    elem_id="engine",
                    container=False,
                    min_width=240,
                )
                fresh = gr.Button("New conversation", size="sm", elem_id="fresh", min_width=120)
                earlier = gr.Dropdown(
                    [], label="Earlier conversations", visible=False, filterable=False, elem_id="earlier", container=False,
                    min_width=200,
                )  # fmt: skip
                export = gr.HTML("", elem_id="export")
        with gr.Column(scale=4, min_width=320):
            sources = gr.HTML(EMPTY_SOURCES, elem_id="sources", js_on_load=CARDS)
            sheet = build_sheet(room, "ask")
    tab = AskTab(talk, conversation, question, engine, sources, export, earlier, stop, sheet, Turns())
    _wire(room, tab, course, waiting, (send, fresh))
    return tab


def _wire(room: Room, tab: AskTab, course: Any, waiting: Any, buttons: tuple[Any, Any]) -> None:
    question, turns = tab.question, tab.turns
    send, fresh = buttons

    def asking(text: str, number: int, engine: str, talk: Talk, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from _ask(room, turns, Asked(text, number, engine, talk), request)

    def again(number: int, engine: str, talk: Talk, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from _ask(room, turns, Asked(_last_question(room, talk, request), number, engine, talk), request)

    def suggested(number: int, engine: str, talk: Talk, request: gr.Request, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from _ask(room, turns, Asked(str(event.text), number, engine, talk), request)

    def show(talk: Talk, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        exchanges = latest_exchanges(room, person_of(room, request), _number(talk))
        return shown_source(room, _answer_of(exchanges, int(event.message)), int(event.n), int(event.message))

    def vote(talk: Talk, request: gr.Request, event: gr.EventData) -> str:
        person = person_of(room, request)
        room.conversations.vote(person, int(event.message), int(event.vote), str(event.reason))
        return conversation_html(latest_exchanges(room, person, _number(talk)))

    def recover(talk: Talk, request: gr.Request) -> Any:
        number = talk.get("conversation")
        return conversation_html(latest_exchanges(room, person_of(room, request), number)) if number else gr.skip()

    def halt(request: gr.Request) -> None:
        turns.stop(str(request.session_hash))

    right = [tab.sources, *tab.sheet.outputs]
    outputs = [tab.talk, tab.conversation, tab.export, question, waiting, *right]
    options = {
        "show_progress": "minimal", "show_progress_on": waiting, "api_visibility": "private", "concurrency_id": "answers",
        "concurrency_limit": room.settings.answering,
    }  # fmt: skip
    rest = [course, tab.engine, tab.talk]
    events = (
        gr.on([question.submit, send.click], told(asking), [question, *rest], outputs, api_name="ask", **options),
        tab.conversation.retry(told(again), rest, outputs, **options),
        tab.conversation.example_select(told(suggested), rest, outputs, **options),
    )
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    for event in events:  # whatever went wrong, the page can be used again
        event.failure(told(recover), tab.talk, tab.conversation, **quiet)
    for part in (tab.conversation, tab.sources):
        part.click(told(show), tab.talk, right, **quiet)
    tab.conversation.like(told(vote), tab.talk, tab.conversation, **quiet)
    tab.stop.click(halt, None, None, concurrency_limit=None, **quiet)
    _wire_conversations(room, tab, course, fresh)


def _wire_conversations(room: Room, tab: AskTab, course: Any, fresh: Any) -> None:
    """A new conversation, and going back to an earlier one."""

    def start(number: int, request: gr.Request) -> tuple[Any, ...]:
        tab.turns.leave(str(request.session_hash))
        return empty_talk(room, person_of(room, request), number)

    def go_back(conversation: int | None, number: int, request: gr.Request) -> tuple[Any, ...]:
        if conversation is None:
            return (gr.skip(),) * len(tab.outputs)
        tab.turns.leave(str(request.session_hash))
        person = person_of(room, request)
        return opened_talk(room, person, number, conversation) if conversation else empty_talk(room, person, number)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    fresh.click(told(start), course, tab.outputs, **quiet)
    Choice(tab.earlier).told(told(go_back), [tab.earlier, course], tab.outputs, **quiet)


@dataclass(frozen=True)
class Asked:
    """What a browser sent."""

    text: str
    course_id: int
    engine: str
    talk: Talk


def _ask(room: Room, turns: Turns, asked: Asked, request: gr.Request) -> Iterator[tuple[Any, ...]]:
    """The conversation as it grows; then the sources, and the first one's page. Nothing once the page has left the turn."""
    session = str(request.session_hash)
    turn = turns.begin(session) if asked.text.strip() and asked.course_id is not None else None
    if turn is None:
        yield _NOTHING
        return
    try:
        for values in _answered(room, turn, asked, request):
            if not turn.left:
                yield values
    finally:
        turns.end(session, turn)
    yield _NOTHING  # Gradio sends a generator's last values once more when it ends


def _answered(room: Room, turn: Turn, asked: Asked, request: gr.Request) -> Iterator[tuple[Any, ...]]:
    person = person_of(room, request)
    number = asked.talk.get("conversation")
    before = latest_exchanges(room, person, number) if number else []
    due = 0.0
    try:
        for event in room.asking.ask(person, Ask(asked.course_id, asked.text, number, asked.engine, turn.stop)):
            if isinstance(event, Started):
                asked.talk["conversation"] = event.conversation_id
                yield _taken(asked.talk, conversation_html(before, Live(asked.text)))
            elif isinstance(event, Partial) and (event.text or event.rewritten) and time.monotonic() >= due:
                due = time.monotonic() + _BREATH_S
                yield _talking(conversation_html(before, Live(asked.text, event.text, event.rewritten)))
            elif isinstance(event, Done):
                yield _finished(room, asked.talk, [*before, event.exchange])
    except TutorError as error:
        yield _rejected(asked, conversation_html(before, warning=str(error)))


def _taken(talk: Talk, html: str) -> tuple[Any, ...]:
    """The question is on the disk now: only then does it leave its box."""
    return talk, html, gr.skip(), "", "", *_NOTHING[5:]


def _talking(html: str) -> tuple[Any, ...]:
    return gr.skip(), html, *_NOTHING[2:]


def _finished(room: Room, talk: Talk, exchanges: list[Exchange]) -> tuple[Any, ...]:
    html, export = conversation_html(exchanges), export_link(talk["conversation"])
    return talk, html, export, gr.skip(), "", *first_source(room, exchanges[-1])


def _rejected(asked: Asked, html: str) -> tuple[Any, ...]:
    """The question goes back into its box, so that nothing typed is lost."""
    return asked.talk, html, gr.skip(), asked.text, "", *_NOTHING[5:]


def _answer_of(exchanges: list[Exchange], message: int) -> Answer:
    found = next((item.answer for item in exchanges if item.id == message), None)
    if found is None:
        raise UsageError("this answer is not in your conversation")
    return found


def _last_question(room: Room, talk: Talk, request: gr.Request) -> str:
    exchanges = latest_exchanges(room, person_of(room, request), _number(talk))
    return exchanges[-1].question


def _number(talk: Talk) -> int:
    """The conversation that a page shows."""
    if "conversation" not in talk:
        raise forgotten()
    return int(talk["conversation"])
