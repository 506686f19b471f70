"""The tab where students ask: the conversation on the left, the sources and the marked page on the right."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from indexing.errors import TutorError, UsageError
from tutor.answer import Answer, Partial
from tutor.classroom.accounts import Person
from tutor.classroom.asking import Ask, Done, Started
from tutor.classroom.conversations import Exchange
from tutor.classroom.room import Room
from tutor.ui.conversation import NO_COURSE, OPENING, Live, conversation_html
from tutor.ui.render import EMPTY_SOURCES, engine_name, sources_html
from tutor.ui.scripts import CARDS, TALK
from tutor.ui.sheet import Sheet, build_sheet, citation_view, nothing_shown, shown
from tutor.ui.told import forgotten, person_of, told

Talk = dict[str, Any]
"""What a browser's tab is in: {"conversation": number or None, "warning"}; everything else is in the store."""


@dataclass
class Stops:
    """The stop signals of questions that are being answered, by browser session."""

    _events: dict[str, threading.Event] = field(default_factory=dict)

    def begin(self, session: str) -> threading.Event:
        event = threading.Event()
        self._events[session] = event
        return event

    def end(self, session: str) -> None:
        self._events.pop(session, None)

    def stop(self, session: str) -> None:
        if session in self._events:
            self._events[session].set()


@dataclass(frozen=True)
class AskTab:
    """The parts of the tab that others fill: a change of course empties it."""

    talk: Any
    conversation: Any
    question: Any
    engine: Any
    sources: Any
    export: Any
    sheet: Sheet

    @property
    def outputs(self) -> list[Any]:
        return [self.talk, self.conversation, self.question, self.engine, self.sources, self.export, *self.sheet.outputs]


def build_ask_tab(room: Room, course: Any) -> AskTab:
    """Lay the tab out and wire it. `course` is the component that holds the chosen course's number.

    The question's box opens with the course: what is sent before it is known would be lost without a word.
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
                stop = gr.Button("Stop", variant="stop", scale=1, min_width=90, visible=False, elem_id="stop")
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
                export = gr.HTML("", elem_id="export")
        with gr.Column(scale=4, min_width=320):
            sources = gr.HTML(EMPTY_SOURCES, elem_id="sources", js_on_load=CARDS)
            sheet = build_sheet(room, "ask")
    tab = AskTab(talk, conversation, question, engine, sources, export, sheet)
    _wire(room, tab, course, (send, stop), waiting, fresh)
    return tab


def _wire(room: Room, tab: AskTab, course: Any, buttons: tuple[Any, Any], waiting: Any, fresh: Any) -> None:
    question, (send, stop) = tab.question, buttons
    stops = Stops()

    def asking(text: str, number: int, engine: str, talk: Talk, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from _ask(room, stops, Asked(text, number, engine, talk), request)

    def again(number: int, engine: str, talk: Talk, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from _ask(room, stops, Asked(_last_question(room, talk, request), number, engine, talk), request)

    def suggested(number: int, engine: str, talk: Talk, request: gr.Request, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from _ask(room, stops, Asked(str(event.text), number, engine, talk), request)

    def show(talk: Talk, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        exchanges = room.conversations.exchanges(person_of(room, request), _number(talk))
        return _shown_source(room, _answer_of(exchanges, int(event.message)), int(event.n), int(event.message))

    def vote(talk: Talk, request: gr.Request, event: gr.EventData) -> str:
        person = person_of(room, request)
        room.conversations.vote(person, int(event.message), int(event.vote), str(event.reason))
        return conversation_html(room.conversations.exchanges(person, _number(talk)))

    def recover(talk: Talk, request: gr.Request) -> tuple[Any, ...]:
        number = talk.get("conversation")
        exchanges = room.conversations.exchanges(person_of(room, request), number) if number else []
        return conversation_html(exchanges), gr.update(visible=True), gr.update(visible=False)

    def halt(request: gr.Request) -> None:
        stops.stop(str(request.session_hash))

    right = [tab.sources, *tab.sheet.outputs]
    outputs = [tab.talk, tab.conversation, tab.export, question, send, stop, waiting, *right]
    options = {
        "show_progress": "minimal", "show_progress_on": waiting, "api_visibility": "private", "concurrency_id": "answers",
        "concurrency_limit": room.settings.answering,
    }  # fmt: skip
    rest = [course, tab.engine, tab.talk]
    events = (
        question.submit(told(asking), [question, *rest], outputs, api_name="ask", **options),
        send.click(told(asking), [question, *rest], outputs, **options),
        tab.conversation.retry(told(again), rest, outputs, **options),
        tab.conversation.example_select(told(suggested), rest, outputs, **options),
    )
    for event in events:  # whatever went wrong, the page can be used again
        event.failure(told(recover), tab.talk, [tab.conversation, send, stop], show_progress="hidden", api_visibility="private")
    for part in (tab.conversation, tab.sources):
        part.click(told(show), tab.talk, right, show_progress="hidden", api_visibility="private")
    tab.conversation.like(told(vote), tab.talk, tab.conversation, show_progress="hidden", api_visibility="private")
    stop.click(halt, None, None, concurrency_limit=None, show_progress="hidden", api_visibility="private")

    def start(number: int, request: gr.Request) -> tuple[Any, ...]:
        return fresh_tab(room, person_of(room, request), number)

    fresh.click(told(start), course, tab.outputs, show_progress="hidden", api_visibility="private")


@dataclass(frozen=True)
class Asked:
    """What a browser sent."""

    text: str
    course_id: int
    engine: str
    talk: Talk


def _ask(room: Room, stops: Stops, asked: Asked, request: gr.Request) -> Iterator[tuple[Any, ...]]:
    """The conversation as it grows; then the sources, and the first one's page."""
    if not asked.text.strip() or asked.course_id is None:
        yield (gr.skip(),) * 11
        return
    person, session = person_of(room, request), str(request.session_hash)
    number = asked.talk.get("conversation")
    before = room.conversations.exchanges(person, number) if number else []
    stop = stops.begin(session)
    try:
        for event in room.asking.ask(person, Ask(asked.course_id, asked.text, number, asked.engine, stop)):
            if isinstance(event, Started):
                asked.talk["conversation"] = event.conversation_id
                # the question is on the disk now: only then does it leave its box
                yield _talking(asked.talk, conversation_html(before, Live(asked.text)), text="")
            elif isinstance(event, Partial) and (event.text or event.rewritten):
                live = Live(asked.text, event.text, event.rewritten)
                yield _talking(asked.talk, conversation_html(before, live))
            elif isinstance(event, Done):
                yield _finished(room, asked.talk, [*before, event.exchange])
    except TutorError as error:
        yield _rejected(asked, conversation_html(before, warning=str(error)))
    finally:
        stops.end(session)


def _talking(talk: Talk, html: str, text: str | None = None) -> tuple[Any, ...]:
    box = gr.skip() if text is None else text
    return talk, html, gr.skip(), box, gr.update(visible=False), gr.update(visible=True), "", *(gr.skip(),) * 4


def _finished(room: Room, talk: Talk, exchanges: list[Exchange]) -> tuple[Any, ...]:
    latest = exchanges[-1]
    answer = latest.answer
    if answer is not None and answer.citations:
        right = _shown_source(room, answer, answer.citations[0].n, latest.id)
    else:
        right = (EMPTY_SOURCES, *nothing_shown())
    html = conversation_html(exchanges)
    return (
        talk,
        html,
        export_link(talk["conversation"]),
        gr.skip(),
        gr.update(visible=True),
        gr.update(visible=False),
        "",
        *right,
    )


def _rejected(asked: Asked, html: str) -> tuple[Any, ...]:
    """The question goes back into its box, so that nothing typed is lost."""
    idle = (gr.update(visible=True), gr.update(visible=False))
    return asked.talk, html, gr.skip(), asked.text, *idle, "", *(gr.skip(),) * 4


def _shown_source(room: Room, answer: Answer, number: int, message: int) -> tuple[Any, ...]:
    """The cards with source `number` chosen, and its page."""
    cards = sources_html(answer.citations, number, message)
    citation = next((item for item in answer.citations if item.n == number), None)
    if citation is None or not citation.pages:
        return cards, *nothing_shown()
    return cards, *shown(room, citation_view(citation))


def _answer_of(exchanges: list[Exchange], message: int) -> Answer:
    found = next((item.answer for item in exchanges if item.id == message), None)
    if found is None:
        raise UsageError("this answer is not in your conversation")
    return found


def _last_question(room: Room, talk: Talk, request: gr.Request) -> str:
    exchanges = room.conversations.exchanges(person_of(room, request), _number(talk))
    return exchanges[-1].question


def _number(talk: Talk) -> int:
    """The conversation that a page shows."""
    if "conversation" not in talk:
        raise forgotten()
    return int(talk["conversation"])


def export_link(conversation: int | None) -> str:
    """A link to the conversation as a Markdown file."""
    if conversation is None:
        return ""
    return f'<a class="link" href="conversation/{conversation}.md" download>Export as Markdown</a>'


def fresh_tab(room: Room, person: Person, course_id: int | None) -> tuple[Any, ...]:
    """The tab's outputs with an empty conversation in a course."""
    hidden = gr.update(visible=False)
    if course_id is None:
        return {}, NO_COURSE, gr.update(interactive=False), hidden, EMPTY_SOURCES, "", *nothing_shown()
    course = room.courses.of(person, course_id)
    engines = room.shelf.engines()
    if course.engine not in engines:
        engines.insert(0, course.engine)
    choices = [(engine_name(name), name) for name in engines]
    chosen = room.shelf.settings.engine if room.door == "open" else course.engine
    engine = gr.update(choices=choices, value=chosen, visible=len(choices) > 1)
    welcome = conversation_html([], examples=room.shelf.examples(course.book), title=room.shelf.title(course.book))
    return {}, welcome, gr.update(interactive=True), engine, EMPTY_SOURCES, "", *nothing_shown()
