"""The students' page: course, colours, and the tabs."""

from typing import Any

import gradio as gr

from tutor.classroom.accounts import Person
from tutor.classroom.room import Room
from tutor.ui.ask_tab import build_ask_tab, fresh_tab
from tutor.ui.check_tab import build_check_tab, fresh_check
from tutor.ui.exercise_tab import build_exercise_tab, fresh_exercises
from tutor.ui.practice_tab import build_practice_tab, fresh_practice
from tutor.ui.read_tab import build_read_tab, fresh_read
from tutor.ui.render import escaped
from tutor.ui.scripts import FOCUS_QUESTION, KEPT_COLOURS, SWITCH_COLOURS
from tutor.ui.told import person_of, told

HEADER = "<h1>Textbook tutor</h1><p>Answers from your course’s book, with the page to check them on.</p>"


def build_student_page(room: Room) -> Any:
    """The whole page, a `gradio.Blocks`."""
    with gr.Blocks(title="Textbook tutor", analytics_enabled=False, fill_width=True) as page:
        with gr.Row(elem_id="top", equal_height=True):
            gr.HTML(HEADER, elem_id="header", scale=8)
            account = gr.HTML("", elem_id="account")
            label = "Book" if room.door == "open" else "Course"
            course = gr.Dropdown([], label=label, elem_id="course", filterable=False, container=False, scale=2, min_width=200)
            colours = gr.Button("Light / dark", size="sm", elem_id="colours", scale=0, min_width=100)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", id="ask"):
                ask = build_ask_tab(room, course)
            with gr.Tab("Practice", id="practice"):
                practice = build_practice_tab(room, course)
            with gr.Tab("Exercises", id="exercises"):
                exercises = build_exercise_tab(room, course)
            with gr.Tab("Read", id="read"):
                read = build_read_tab(room, course)
            with gr.Tab("Check a text", id="check"):
                check = build_check_tab(room, course)
        colours.click(None, js=SWITCH_COLOURS, api_visibility="private")
        page.load(None, js=KEPT_COLOURS, api_visibility="private")
        _fill(
            room, page, (course, account), [*ask.outputs, *practice.outputs, *exercises.outputs, *read.outputs, *check.outputs]
        )
    return page


def _fill(room: Room, page: Any, top: tuple[Any, Any], tabs: list[Any]) -> None:
    """Fill the tabs when the page is opened, and when another course is chosen."""

    def fill(person: Person, number: int | None) -> tuple[Any, ...]:
        ask, practice = fresh_tab(room, person, number), fresh_practice(room, person, number)
        return *ask, *practice, *fresh_exercises(), *fresh_read(room, person, number), *fresh_check()

    def change(number: int | None, request: gr.Request) -> tuple[Any, ...]:
        return fill(person_of(room, request), number)

    def load(request: gr.Request) -> tuple[Any, ...]:
        person = person_of(room, request)
        courses = room.courses_of(person)
        wanted = request.query_params.get("course") or room.shelf.settings.book
        fitting = [item.id for item in courses if wanted in (str(item.id), item.book)] or [item.id for item in courses]
        first = fitting[0] if fitting else None
        choice = gr.update(choices=[(item.title, item.id) for item in courses], value=first, visible=len(courses) > 1)
        leads = any(item.role == "instructor" for item in courses)
        return choice, _account(room, person, leads), *fill(person, first)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    course, account = top
    course.input(told(change), course, tabs, **quiet)
    page.load(told(load), None, [course, account, *tabs], **quiet).then(None, js=FOCUS_QUESTION, api_visibility="private")


def _account(room: Room, person: Person, leads: bool) -> str:
    """Who is signed in, and the pages that are not tabs."""
    links = {"my-data": "My data"}
    if room.door != "open":
        links = {"join": "Join a course", **links}
    if leads:
        links = {"desk/": "Desk", **links}
    if room.door == "local":
        links["sign-out"] = "Sign out"
    name = "" if room.door == "open" else f"<span>{escaped(person.name)}</span> "
    return name + " ".join(f'<a class="link" href="{there}">{text}</a>' for there, text in links.items())
