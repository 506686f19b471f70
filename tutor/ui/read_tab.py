"""The tab where students read: the outline as a tree, a search, and the page."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import gradio as gr

from indexing.library import Book
from tutor.answer import PassageSummary
from tutor.citations import summary
from tutor.classroom.accounts import Person
from tutor.classroom.pages import page_count
from tutor.classroom.room import Room
from tutor.tutor import check_question
from tutor.ui.outline import hits_html, outline_html
from tutor.ui.scripts import CARDS
from tutor.ui.sheet import Sheet, View, build_sheet, nothing_shown, shown
from tutor.ui.told import forgotten, person_of, told

_HITS = 10


@dataclass(frozen=True)
class ReadTab:
    """The parts that a change of course fills."""

    contents: Any
    hits: Any
    found: Any
    page: Any
    sheet: Sheet
    finding: Any
    """The event of a search, which a change of course cancels."""

    @property
    def outputs(self) -> list[Any]:
        return [self.contents, self.hits, self.found, self.page, *self.sheet.outputs]


def build_read_tab(room: Room, course: Any) -> ReadTab:
    """Lay the tab out and wire it."""
    hits = gr.State([])
    with gr.Row(equal_height=False, elem_classes="columns"):
        with gr.Column(scale=4, min_width=320):
            search = gr.Textbox(
                label="Search in the book", placeholder="words or a question, then Enter", elem_id="search", max_length=500
            )
            found = gr.HTML("", elem_id="found", js_on_load=CARDS)
            contents = gr.HTML("", elem_id="contents", js_on_load=CARDS)
        with gr.Column(scale=5, min_width=320):
            page = gr.Number(label="Page", precision=0, minimum=1, elem_id="page-number", visible=False)
            sheet = build_sheet(room, "read")

    def find(text: str, number: int, request: gr.Request) -> tuple[Any, ...]:
        return _find(room, person_of(room, request), text, number)

    def open_hit(passages: list[PassageSummary], event: gr.EventData) -> tuple[Any, ...]:
        if int(event.n) > len(passages):
            raise forgotten()
        return shown(room, _hit_view(passages[int(event.n) - 1]))

    def open_heading(number: int, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        return shown(room, {"book": room.courses.of(person_of(room, request), number).book, "page": int(event.page)})

    def open_page(wanted: float | None, number: int, request: gr.Request) -> tuple[Any, ...]:
        return shown(room, {"book": room.courses.of(person_of(room, request), number).book, "page": int(wanted or 1)})

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    finding = search.submit(told(find), [search, course], [hits, found, *sheet.outputs], **quiet)
    found.click(told(open_hit), hits, sheet.outputs, **quiet)
    contents.click(told(open_heading), course, sheet.outputs, **quiet)
    page.submit(told(open_page), [page, course], sheet.outputs, **quiet)
    return ReadTab(contents, hits, found, page, sheet, finding)


def _find(room: Room, person: Person, text: str, number: int) -> tuple[Any, ...]:
    """What a search found, best first, the first one's page shown."""
    if not text.strip():
        return [], "", *nothing_shown()
    book = room.courses.of(person, number).book
    retrieval = room.shelf.tutor(book).retriever.search(check_question(text), _HITS)
    passages = [item for item in map(summary, retrieval.passages) if item.pages]
    if not passages:
        return [], hits_html([]), *nothing_shown()
    return passages, hits_html(passages), *shown(room, _hit_view(passages[0]))


def _hit_view(passage: PassageSummary) -> View:
    """The first page of a passage, marked."""
    return {"book": passage.book, "page": passage.pages[0], "spans": passage.spans}


@lru_cache(maxsize=16)
def _contents(book: Book, labels: tuple[tuple[int, str], ...]) -> str:
    """The outline's HTML: one text for all pages that show it, since Gradio keeps what each opened page was sent."""
    return outline_html(book.outline(), dict(labels))


def fresh_read(room: Room, person: Person, number: int | None) -> tuple[Any, ...]:
    """The tab's outputs for a course: its book's outline, nothing found, no page."""
    if number is None:
        return "", [], "", gr.update(visible=False), *nothing_shown()
    book = room.shelf.book(room.courses.of(person, number).book)
    count = page_count(book)
    wanted = gr.update(
        visible=count > 0, value=None, maximum=max(count, 1), label=f"Go to page of the PDF (1 to {count}), then Enter"
    )
    hint = "Choose a heading, a page, or search: it shows here." if count else "This book was built without a PDF to show."
    return _contents(book, tuple(room.shelf.page_labels(book.name).items())), [], "", wanted, *nothing_shown(hint)
