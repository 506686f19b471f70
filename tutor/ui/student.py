"""The students' page: course, colours, and the tabs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from tutor.classroom.accounts import Person
from tutor.classroom.courses import CourseView
from tutor.classroom.room import Room
from tutor.ui.ask_tab import AskTab, build_ask_tab
from tutor.ui.check_tab import CheckTab, build_check_tab, fresh_check
from tutor.ui.exercise_tab import ExerciseTab, build_exercise_tab, fresh_exercises
from tutor.ui.practice_tab import PracticeTab, build_practice_tab, fresh_practice
from tutor.ui.read_tab import ReadTab, build_read_tab, fresh_read
from tutor.ui.render import escaped
from tutor.ui.scripts import FOCUS_QUESTION, KEPT_COLOURS, LEAVE, NOT_OPENED, ONCE, OPENED, SWITCH_COLOURS
from tutor.ui.talks import latest_talk
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
        _fill(room, page, Page(course, account, ask, practice, exercises, read, check))
    return page


@dataclass(frozen=True)
class Page:
    """The head of the page, and its tabs."""

    course: Any
    account: Any
    ask: AskTab
    practice: PracticeTab
    exercises: ExerciseTab
    read: ReadTab
    check: CheckTab

    @property
    def outputs(self) -> list[Any]:
        tabs = (self.ask, self.practice, self.exercises, self.read, self.check)
        return [part for tab in tabs for part in tab.outputs]


def _fill(room: Room, page: Any, parts: Page) -> None:
    """Fill the tabs when the page is opened, and when another course is chosen."""

    def fill(person: Person, number: int | None, request: gr.Request) -> tuple[Any, ...]:
        session = str(request.session_hash)
        parts.ask.turns.leave(session)
        parts.practice.places.go(session, "")
        ask, practice = latest_talk(room, person, number), fresh_practice(room, person, number)
        parts.practice.places.go(session, practice[1].get("key", ""))
        return *ask, *practice, *fresh_exercises(), *fresh_read(room, person, number), *fresh_check()

    def change(number: int | None, request: gr.Request) -> tuple[Any, ...]:
        """Nothing where the page shows that course already, for which the browser sends none."""
        return (gr.skip(),) * len(parts.outputs) if number is None else fill(person_of(room, request), number, request)

    def load(request: gr.Request) -> tuple[Any, ...]:
        person = person_of(room, request)
        courses = room.courses_of(person)
        first = _first_course(room, person, courses, request.query_params.get("course"))
        choice = gr.update(choices=[(item.title, item.id) for item in courses], value=first, visible=len(courses) > 1)
        leads = any(item.role == "instructor" for item in courses)
        return choice, _account(room, person, leads), *fill(person, first, request)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    leaving = [parts.practice.given, parts.exercises.given, parts.ask.conversation, parts.ask.question]
    parts.course.input(None, parts.course, leaving, js=LEAVE, api_visibility="private")
    late = [parts.read.finding, parts.check.checking]
    changed = parts.course.input(
        told(change), parts.course, parts.outputs, js=ONCE, cancels=late, trigger_mode="always_last", **quiet
    )
    changed.failure(None, None, parts.ask.conversation, js=NOT_OPENED, api_visibility="private")
    opened = page.load(told(load), None, [parts.course, parts.account, *parts.outputs], **quiet)
    opened.then(None, parts.course, None, js=OPENED, api_visibility="private")
    opened.then(None, js=FOCUS_QUESTION, api_visibility="private")


def _first_course(room: Room, person: Person, courses: Sequence[CourseView], wanted: str | None) -> int | None:
    """The course that the page's address names, else that of the latest question, else the first; of the open chat its book."""
    last = room.conversations.last_course(person) if room.door != "open" else None
    for name in (wanted, str(last), room.shelf.settings.book):
        for course in courses:
            if name in (str(course.id), course.book):
                return course.id
    return courses[0].id if courses else None


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
