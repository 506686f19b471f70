"""The desk's tab for the course itself: join code, model, closed chapters, retention, one student's data."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gradio as gr

from indexing.errors import UsageError
from tutor.classroom.accounts import Person
from tutor.classroom.room import Room
from tutor.ui.render import engine_name, escaped
from tutor.ui.told import person_of, told


@dataclass(frozen=True)
class CourseTab:
    """The parts that a change of course fills."""

    facts: Any
    engine: Any
    adapter: Any
    chapter: Any
    until: Any
    days: Any
    student: Any

    @property
    def outputs(self) -> list[Any]:
        return [self.facts, self.engine, self.adapter, self.chapter, self.until, self.days, self.student]


def build_course_tab(room: Room, course: Any) -> CourseTab:
    """Lay the tab out and wire it."""
    with gr.Row(equal_height=False, elem_classes="columns"):
        with gr.Column(min_width=320):
            facts = gr.HTML("", elem_id="course-facts")
            code = gr.Button("New join code (the old one then opens nothing)", elem_id="new-code")
            engine = gr.Dropdown([], label="Answers are worded by", elem_id="course-engine", filterable=False)
            adapter = gr.Textbox(
                label="Folder of an adapter tuned on the course, on the server (optional)",
                elem_id="course-adapter",
                max_length=500,
            )
            model = gr.Button("Use this model", elem_id="use-model")
        with gr.Column(min_width=320):
            chapter = gr.Dropdown(
                [],
                label="Chapter whose review answers stay closed, for homework say",
                elem_id="closed-chapter",
                filterable=False,
            )
            until = gr.Textbox(label="Closed until (YYYY-MM-DD; empty opens it now)", elem_id="closed-until", max_length=10)
            close = gr.Button("Close or open this chapter", elem_id="set-closed")
            days = gr.Number(
                label="Days after which questions and practice are deleted (empty: as the server is set)",
                precision=0,
                minimum=0,
                elem_id="retention",
            )
            keep = gr.Button("Keep them so long", elem_id="set-retention")
            student = gr.Dropdown(
                [],
                label="One student’s data, by the pseudonym that the student finds under My data",
                elem_id="student",
                filterable=True,
            )
            with gr.Row():
                export = gr.Button("Export this student’s data", elem_id="export-student", min_width=140)
                forget = gr.Button("Delete this student’s data", variant="stop", elem_id="forget-student", min_width=140)
            sure = gr.Checkbox(label="Yes, delete it: it cannot be had back", elem_id="forget-sure")
            link = gr.HTML("", elem_id="student-link")
    tab = CourseTab(facts, engine, adapter, chapter, until, days, student)
    _wire_course(room, tab, course, (code, model, close, keep))
    _wire_student(room, tab, course, (export, forget, sure, link))
    return tab


def _wire_course(room: Room, tab: CourseTab, course: Any, buttons: tuple[Any, ...]) -> None:
    code, model, close, keep = buttons

    def renew(number: int, request: gr.Request) -> str:
        person = person_of(room, request)
        room.courses.new_code(person, number)
        return _facts(room, person, number)

    def use(name: str, folder: str, number: int, request: gr.Request) -> str:
        person = person_of(room, request)
        if name not in room.shelf.engines():
            raise UsageError("choose one of the models that are there")
        adapter = folder.strip() or None
        room.courses.led(person, number)
        room.shelf.engine(name, adapter)  # loads it now, so that what is wrong is said here and not to students
        room.courses.set_model(person, number, name, adapter)
        return _facts(room, person, number)

    def shut(chapter: str | None, until: str, number: int, request: gr.Request) -> str:
        person = person_of(room, request)
        if not chapter:
            raise UsageError("choose a chapter first")
        room.courses.set_reveal(person, number, chapter, _date(until))
        return _facts(room, person, number)

    def retain(days: float | None, number: int, request: gr.Request) -> str:
        person = person_of(room, request)
        room.courses.set_retention(person, number, int(days) if days else None)
        return _facts(room, person, number)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    code.click(told(renew), course, tab.facts, **quiet)
    model.click(told(use), [tab.engine, tab.adapter, course], tab.facts, **quiet)
    close.click(told(shut), [tab.chapter, tab.until, course], tab.facts, **quiet)
    keep.click(told(retain), [tab.days, course], tab.facts, **quiet)


def _wire_student(room: Room, tab: CourseTab, course: Any, parts: tuple[Any, ...]) -> None:
    export, forget, sure, link = parts

    def give(pseudonym: str | None, number: int, request: gr.Request) -> str:
        room.privacy.student(person_of(room, request), number, pseudonym or "")
        name = escaped(pseudonym or "")
        return f'<a class="link" href="course/{number}/student/{name}.json" download>Download the data of {name}</a>'

    def remove(pseudonym: str | None, certain: bool, number: int, request: gr.Request) -> tuple[Any, ...]:
        person = person_of(room, request)
        if not certain:
            raise UsageError("tick the box below the button first; deleted data cannot be had back")
        room.privacy.forget_in_course(person, number, pseudonym or "")
        return gr.update(choices=room.privacy.students(person, number), value=None), False, "Deleted."

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    export.click(told(give), [tab.student, course], link, **quiet)
    forget.click(told(remove), [tab.student, sure, course], [tab.student, sure, link], **quiet)


def _date(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError("write the date as YYYY-MM-DD, such as 2027-01-31") from None


def _facts(room: Room, person: Person, number: int) -> str:
    """What is set for the course."""
    course = room.courses.led(person, number)
    closed = room.courses.closed_chapters(number)
    shut = "; ".join(f"{escaped(name)} until {until.date().isoformat()}" for name, until in closed.items()) or "none"
    days = course.retention_days or room.settings.retention_days
    adapter = f" with the adapter {escaped(course.adapter)}{_comparison(course.adapter)}" if course.adapter else ""
    return (
        f'<div class="panel"><h3>{escaped(course.title)}</h3>'
        f"<p>Join code: <strong id='join-code'>{escaped(course.join_code or '')}</strong>; "
        "students join with it at this server’s address.</p>"
        f"<p>Worded by: {escaped(engine_name(course.engine))}{adapter}</p><p>Closed chapters: {shut}</p>"
        f"<p>Questions and practice are deleted after {days} days. You see pseudonyms, never names.</p></div>"
    )


def _comparison(adapter: str) -> str:
    """The comparison report that lies beside an adapter, as text that folds out."""
    for path in sorted(Path(adapter).glob("*.md")):
        text = path.read_text(encoding="utf-8", errors="replace")[:20_000]
        return f"<details><summary>Its report ({escaped(path.name)})</summary><pre>{escaped(text)}</pre></details>"
    return ""


def fresh_course(room: Room, person: Person, number: int | None) -> tuple[Any, ...]:
    """The tab's outputs for a course."""
    if number is None:
        return "", gr.update(choices=[]), "", gr.update(choices=[]), "", None, gr.update(choices=[])
    course = room.courses.led(person, number)
    chapters = room.tutoring.chapters(person, number)
    return (
        _facts(room, person, number),
        gr.update(choices=[(engine_name(name), name) for name in room.shelf.engines()], value=course.engine),
        course.adapter or "",
        gr.update(choices=[(title, chapter) for chapter, title in chapters.items()], value=None),
        "",
        course.retention_days,
        gr.update(choices=room.privacy.students(person, number), value=None),
    )
