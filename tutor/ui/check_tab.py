"""The tab that checks a text against the book: each sentence with its citation, or its mark."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tutor.answer import Answer, Citation
from tutor.check import MAX_TEXT, check_against_book
from tutor.classroom.accounts import Person
from tutor.classroom.room import Room
from tutor.ui.render import sentences_html, sources_html
from tutor.ui.scripts import CARDS, TALK
from tutor.ui.sheet import Sheet, build_sheet, citation_view, nothing_shown, shown
from tutor.ui.told import forgotten, person_of, told


@dataclass(frozen=True)
class CheckTab:
    """The parts that a change of course empties."""

    checked: Any
    citations: Any
    sources: Any
    sheet: Sheet
    checking: Any
    """The event of a check, which a change of course cancels."""

    @property
    def outputs(self) -> list[Any]:
        return [self.checked, self.citations, self.sources, *self.sheet.outputs]


def build_check_tab(room: Room, course: Any) -> CheckTab:
    """Lay the tab out and wire it."""
    citations = gr.State([])
    with gr.Row(equal_height=False, elem_classes="columns"):
        with gr.Column(scale=5, min_width=320):
            text = gr.Textbox(
                label="Text to check: an essay, notes, another program’s answer", lines=8, max_lines=20, elem_id="essay",
                max_length=MAX_TEXT,
            )  # fmt: skip
            check = gr.Button("Check against the book", variant="primary", elem_id="check")
            checked = gr.HTML("", elem_id="checked", js_on_load=TALK)
        with gr.Column(scale=4, min_width=320):
            sources = gr.HTML("", elem_id="check-sources", js_on_load=CARDS)
            sheet = build_sheet(room, "check")

    def run(essay: str, number: int, request: gr.Request) -> tuple[Any, ...]:
        return _check(room, person_of(room, request), essay, number)

    def show(known: list[Citation], event: gr.EventData) -> tuple[Any, ...]:
        if not known:
            raise forgotten()
        return _shown(room, known, int(event.n))

    checking = check.click(
        told(run), [text, course], [checked, citations, sources, *sheet.outputs],
        show_progress="minimal", show_progress_on=checked, api_visibility="private",
        concurrency_id="answers", concurrency_limit=room.settings.answering,
    )  # fmt: skip
    for part in (checked, sources):
        part.click(
            told(show), citations, [sources, *sheet.outputs], show_progress="hidden", api_visibility="private"
        )  # fmt: skip
    return CheckTab(checked, citations, sources, sheet, checking)


def _check(room: Room, person: Person, text: str, number: int) -> tuple[Any, ...]:
    course = room.courses.of(person, number)
    result = check_against_book(room.shelf.tutor(course.book), text)
    right = _shown(room, result.citations, result.citations[0].n) if result.citations else ("", *nothing_shown())
    return _report(result), result.citations, *right


def _report(result: Answer) -> str:
    supported = sum(sentence.supported for sentence in result.sentences)
    total = len(result.sentences)
    told_so = "Every sentence is" if supported == total else f"{supported} of {total} sentences are"
    return (
        f'<div class="checked" role="status"><p class="note">{told_so} supported by the book.</p>'
        f"<p>{sentences_html(result.sentences, 0)}</p></div>"
    )


def _shown(room: Room, citations: list[Citation], number: int) -> tuple[Any, ...]:
    cards = sources_html(citations, number)
    citation = next((item for item in citations if item.n == number), None)
    if citation is None or not citation.pages:
        return cards, *nothing_shown()
    return cards, *shown(room, citation_view(citation))


def fresh_check() -> tuple[Any, ...]:
    """The tab's outputs, empty."""
    hint = "Each sentence gets the passage that supports it, or a mark; the passage’s page shows here."
    return "", [], "", *nothing_shown(hint)
