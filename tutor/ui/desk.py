"""The instructors' page: books, questions, answers, course. The wall lets only instructors in; every call asks again."""

from typing import Any

import gradio as gr

from tutor.classroom.accounts import Person
from tutor.classroom.room import Room
from tutor.ui.choices import Choice
from tutor.ui.desk_answers import build_answers_tab, fresh_answers
from tutor.ui.desk_book import build_book_tab, fresh_book
from tutor.ui.desk_course import build_course_tab, fresh_course
from tutor.ui.desk_questions import build_questions_tab, fresh_questions
from tutor.ui.scripts import KEPT_COLOURS, SWITCH_COLOURS
from tutor.ui.told import person_of, told

HEADER = "<h1>The desk</h1><p>Your course’s book, what students ask, and the answers you stand for.</p>"


def build_desk(room: Room) -> Any:
    """The whole page, a `gradio.Blocks`."""
    with gr.Blocks(title="Desk · Textbook tutor", analytics_enabled=False, fill_width=True) as page:
        with gr.Row(elem_id="top", equal_height=True):
            gr.HTML(HEADER, elem_id="header", scale=8)
            gr.HTML('<a class="link" href="../">To the students’ page</a>', elem_id="account")
            course = gr.Dropdown(
                [], label="Course", elem_id="course", filterable=False, container=False, scale=2, min_width=200
            )
            colours = gr.Button("Light / dark", size="sm", elem_id="colours", scale=0, min_width=100)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Book", id="book"):
                book = build_book_tab(room, course)
            with gr.Tab("Questions", id="questions"):
                questions = build_questions_tab()
            with gr.Tab("Answers", id="answers"):
                answers = build_answers_tab(room, course)
            with gr.Tab("Course", id="settings"):
                settings = build_course_tab(room, course)
        colours.click(None, js=SWITCH_COLOURS, api_visibility="private")
        page.load(None, js=KEPT_COLOURS, api_visibility="private")
        _fill(room, page, course, [*book.outputs, *questions.outputs, *answers.outputs, *settings.outputs])
    return page


def _fill(room: Room, page: Any, course: Any, tabs: list[Any]) -> None:
    def fill(person: Person, number: int | None) -> tuple[Any, ...]:
        return (
            *fresh_book(room, person, number),
            *fresh_questions(room, person, number),
            *fresh_answers(room, person, number),
            *fresh_course(room, person, number),
        )

    def change(number: int | None, request: gr.Request) -> tuple[Any, ...]:
        return (gr.skip(),) * len(tabs) if number is None else fill(person_of(room, request), number)

    def load(request: gr.Request) -> tuple[Any, ...]:
        person = person_of(room, request)
        led = [item for item in room.courses.mine(person) if item.role == "instructor"]
        first = led[0].id if led else None
        return gr.update(choices=[(item.title, item.id) for item in led], value=first), *fill(person, first)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    Choice(course).told(told(change), [course], tabs, **quiet)
    page.load(told(load), None, [course, *tabs], **quiet)
