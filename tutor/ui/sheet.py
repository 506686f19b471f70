"""The page of a book with marks on it, and the buttons that turn it: one part, used by every tab that shows pages."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tutor.answer import Citation
from tutor.classroom.pages import page_count, page_size
from tutor.classroom.room import Room
from tutor.ui.render import page_address, page_html
from tutor.ui.scripts import SHEET
from tutor.ui.told import forgotten, told

View = dict[str, Any]
"""What a sheet shows: {"book", "page", "spans"}; empty for nothing."""


@dataclass(frozen=True)
class Sheet:
    """The parts of a sheet on the page; `outputs` are what `shown` fills."""

    view: Any
    turning: Any
    picture: Any

    @property
    def outputs(self) -> list[Any]:
        return [self.view, self.turning, self.picture]


def build_sheet(room: Room, ident: str) -> Sheet:
    """Lay a sheet out where the caller is, and wire its buttons."""
    view = gr.State({})
    with gr.Row(visible=False, elem_classes="turning") as turning:
        previous = gr.Button("‹ Previous page", size="sm", elem_id=f"{ident}-previous", min_width=80)
        following = gr.Button("Next page ›", size="sm", elem_id=f"{ident}-next", min_width=80)
    picture = gr.HTML("", elem_id=f"{ident}-page", js_on_load=SHEET)
    sheet = Sheet(view, turning, picture)

    def turn_back(now: View) -> tuple[Any, ...]:
        return _turned(room, now, -1)

    def turn_on(now: View) -> tuple[Any, ...]:
        return _turned(room, now, 1)

    for button, turn in ((previous, turn_back), (following, turn_on)):
        button.click(told(turn), view, sheet.outputs, show_progress="hidden", api_visibility="private")
    return sheet


def _turned(room: Room, now: View, pages: int) -> tuple[Any, ...]:
    if not now:
        raise forgotten()
    return shown(room, {**now, "page": now["page"] + pages})


def shown(room: Room, view: View) -> tuple[Any, ...]:
    """Values for a sheet's outputs. The page stays within the book; a book without a PDF shows nothing."""
    book = room.shelf.book(view["book"])
    count = page_count(book)
    if count == 0:
        return view, gr.update(visible=False), ""
    page = min(max(int(view["page"]), 1), count)
    view = {**view, "page": page}
    address = page_address(book.name, book.path.name, page)
    label = room.shelf.page_labels(book.name).get(page, "")
    return view, gr.update(visible=True), page_html(address, page_size(book, page), page, view.get("spans", []), label)


def nothing_shown(hint: str = "") -> tuple[Any, ...]:
    """Values that empty a sheet; in its place a hint, what it will show."""
    return {}, gr.update(visible=False), f'<p class="hint">{hint}</p>' if hint else ""


def citation_view(citation: Citation) -> View:
    """The first page of a citation, its passage marked."""
    return {"book": citation.book, "page": citation.pages[0], "spans": citation.spans}
