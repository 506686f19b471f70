"""The desk's tab for books: upload, watch the build, look at the reading report, switch the course over, and back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from indexing.errors import UsageError
from tutor.classroom.accounts import Person
from tutor.classroom.room import Room
from tutor.classroom.uploads import BuildView
from tutor.ui.render import escaped
from tutor.ui.sheet import Sheet, build_sheet, nothing_shown, shown
from tutor.ui.told import person_of, told

_SHOWN = 40  # lines of a reading report on the page
_HOW = (
    '<p class="note">To give the course another book: choose its PDF and, if there is one, a PDF of review questions with '
    "answers, and build it. Students keep the present book during those minutes. Then read what could not be read, look at the "
    "pages on the right, and use the book in the course. You can go back to the one before at any time.</p>"
)
_STATES = {
    "waiting": "Waits to be built, one upload after the other",
    "running": "Being built",
    "done": "Built: look at it, then use it in the course",
    "failed": "Not built",
}
_COUNTED = {
    "text": ("text", "texts"), "table": ("table", "tables"), "ER_desc": ("ER diagram", "ER diagrams"),
    "figure": ("other figure", "other figures"), "questions": ("review question", "review questions"),
    "answered questions": ("of them with an answer",) * 2, "chunks": ("passage to search", "passages to search"),
}  # fmt: skip


@dataclass(frozen=True)
class BookTab:
    """The parts that a change of course fills."""

    now: Any
    builds: Any
    books: Any
    sheet: Sheet

    @property
    def outputs(self) -> list[Any]:
        return [self.now, self.builds, self.books, *self.sheet.outputs]


def build_book_tab(room: Room, course: Any) -> BookTab:
    """Lay the tab out and wire it."""
    with gr.Row(equal_height=False, elem_classes="columns"):
        with gr.Column(scale=5, min_width=320):
            now = gr.HTML("", elem_id="book-now")
            gr.HTML(_HOW)
            pdf = gr.File(label="The book, a PDF", file_types=[".pdf"], elem_id="upload-book", height=120)
            review = gr.File(
                label="Review questions with answers, a PDF (optional)",
                file_types=[".pdf"],
                elem_id="upload-review",
                height=120,
            )
            build = gr.Button("Build the book", variant="primary", elem_id="build")
            builds = gr.HTML("", elem_id="builds")
        with gr.Column(scale=4, min_width=320):
            books = gr.Dropdown([], label="Books that this course can use", elem_id="books", filterable=False)
            with gr.Row(equal_height=True):
                look = gr.Button("Look at its pages", elem_id="look", min_width=90)
                switch = gr.Button("Use it in the course", variant="primary", elem_id="switch", min_width=150)
                back = gr.Button("Back to the one before", elem_id="switch-back", min_width=100)
            sheet = build_sheet(room, "desk")
    tab = BookTab(now, builds, books, sheet)
    _wire(room, tab, course, (pdf, review, build), (look, switch, back))
    return tab


def _wire(room: Room, tab: BookTab, course: Any, upload: tuple[Any, ...], buttons: tuple[Any, ...]) -> None:
    pdf, review, build = upload
    look, switch, back = buttons

    def start(book: str | None, questions: str | None, number: int, request: gr.Request) -> tuple[Any, ...]:
        if not book:
            raise UsageError("choose the book's PDF first")
        person = person_of(room, request)
        room.uploads.accept(person, number, Path(book), Path(book).name, Path(questions) if questions else None)
        return None, None, *_state(room, person, number)

    def watch(number: int | None, request: gr.Request) -> tuple[Any, ...]:
        return _state(room, person_of(room, request), number) if number else (gr.skip(),) * 3

    def show(name: str | None, number: int, request: gr.Request) -> tuple[Any, ...]:
        return shown(room, {"book": _chosen(room, person_of(room, request), number, name), "page": 1})

    def go(name: str | None, number: int, request: gr.Request) -> tuple[Any, ...]:
        person = person_of(room, request)
        room.courses.switch_book(person, number, _chosen(room, person, number, name))
        return _state(room, person, number)

    def go_back(number: int, request: gr.Request) -> tuple[Any, ...]:
        person = person_of(room, request)
        room.courses.switch_back(person, number)
        return _state(room, person, number)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    state = [tab.now, tab.builds, tab.books]
    build.click(told(start), [pdf, review, course], [pdf, review, *state], **quiet)
    look.click(told(show), [tab.books, course], tab.sheet.outputs, **quiet)
    switch.click(told(go), [tab.books, course], state, **quiet)
    back.click(told(go_back), course, state, **quiet)
    gr.Timer(2.0).tick(told(watch), course, state, **quiet)


def _chosen(room: Room, person: Person, number: int, name: str | None) -> str:
    if not name or name not in room.uploads.books(person, number):
        raise UsageError("choose one of the course's books")
    return name


def _state(room: Room, person: Person, number: int) -> tuple[Any, ...]:
    """What the course reads, its builds, and the books that it could read."""
    course = room.courses.led(person, number)
    names = room.uploads.books(person, number)
    title, name = escaped(room.shelf.title(course.book)), escaped(course.book)
    now = (
        f'<p>The course reads <strong>{title}</strong> <span class="note">({name})</span>. Students join it with the code '
        f"<strong>{escaped(course.join_code or '')}</strong>.</p>"
    )
    choices = [(f"{room.shelf.title(name)} ({name})" + (" – in use" if name == course.book else ""), name) for name in names]
    return now, builds_html(room.uploads.builds(person, number)), gr.update(choices=choices)


def builds_html(builds: list[BuildView]) -> str:
    """The builds with their progress, and what could not be read."""
    return f'<div aria-live="polite">{"".join(_build(build) for build in builds[:8])}</div>'


def _build(build: BuildView) -> str:
    state, words = escaped(build.state), _STATES.get(build.state, build.state)
    told = f"{words}: {build.progress}" if build.state in ("running", "failed") else words
    head = f'<h3>{escaped(build.file_name)} → {escaped(build.book)}</h3><p class="note">{escaped(told)}</p>'
    if not build.report:
        return f'<div class="panel build {state}">{head}</div>'
    counts = build.report.get("counts")
    found = counts.items() if isinstance(counts, dict) else ()
    numbers = ", ".join(_counted(str(kind), value) for kind, value in found if value)
    lists = "".join(
        _lines(title, build.report.get(key))
        for key, title in (("unread", "Could not be read"), ("doubts", "Read, but look whether it is right"))
    )
    return f'<div class="panel build {state}">{head}<p>{numbers}</p>{lists}</div>'


def _counted(kind: str, number: int) -> str:
    one, many = _COUNTED.get(kind, (kind, kind))
    return f"{number:,} {escaped(one if number == 1 else many)}"


def _lines(title: str, lines: object) -> str:
    if not isinstance(lines, list) or not lines:
        return ""
    items = "".join(f"<li>{escaped(str(line))}</li>" for line in lines[:_SHOWN])
    more = f"<li>… and {len(lines) - _SHOWN} more</li>" if len(lines) > _SHOWN else ""
    return f"<details><summary>{title}: {len(lines)}</summary><ul>{items}{more}</ul></details>"


def fresh_book(room: Room, person: Person, number: int | None) -> tuple[Any, ...]:
    """The tab's outputs for a course."""
    if number is None:
        return "", "", gr.update(choices=[], value=None), *nothing_shown()
    now, builds, books = _state(room, person, number)
    return now, builds, {**books, "value": room.courses.led(person, number).book}, *nothing_shown()
