"""The desk's tab for answers: endorse or amend one, take it back, get all as a regression file."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from indexing.errors import UsageError
from tutor.answer import Answer
from tutor.classroom.accounts import Person
from tutor.classroom.room import Room
from tutor.tutor import check_question
from tutor.ui.render import answer_html, escaped, sources_html
from tutor.ui.told import person_of, told

_HOW = (
    '<p class="note">Choose a question that went wrong, or write one; see what the tutor answers; correct it, and endorse it. '
    "Students who ask that, or nearly that, then see your answer first, marked as their instructor’s, and the book’s below. "
    "All of them together are a file with which <code>python -m tutor.evaluate</code> checks the tutor after a change.</p>"
)


@dataclass(frozen=True)
class AnswersTab:
    """The parts that a change of course fills."""

    asked: Any
    draft: Any
    shown: Any
    endorsed: Any
    listing: Any

    @property
    def outputs(self) -> list[Any]:
        return [self.asked, self.draft, self.shown, self.endorsed, self.listing]


def build_answers_tab(room: Room, course: Any) -> AnswersTab:
    """Lay the tab out and wire it."""
    with gr.Row(equal_height=False, elem_classes="columns"):
        with gr.Column(scale=5, min_width=320):
            gr.HTML(_HOW)
            asked = gr.Dropdown(
                [],
                label="Question (unanswered and down-voted ones are offered; or write one)",
                allow_custom_value=True,
                elem_id="endorse-question",
            )
            look = gr.Button("What does the tutor answer?", elem_id="endorse-look")
            shown = gr.HTML("", elem_id="endorse-shown")
            draft = gr.Textbox(label="Answer to endorse, as it is or amended", lines=6, max_lines=20, elem_id="endorse-draft")
            endorse = gr.Button("Endorse this answer", variant="primary", elem_id="endorse")
        with gr.Column(scale=4, min_width=320):
            listing = gr.HTML("", elem_id="endorsed-list")
            endorsed = gr.Dropdown([], label="Endorsed answer to take back", elem_id="endorsed", filterable=False)
            withdraw = gr.Button("Take it back", elem_id="withdraw")
    tab = AnswersTab(asked, draft, shown, endorsed, listing)

    def ask(question: str | None, number: int, request: gr.Request) -> tuple[Any, ...]:
        answer = _answer(room, person_of(room, request), number, question or "")
        sources = sources_html(answer.citations) if answer.citations else ""
        return answer_html(answer, 0) + sources, "" if answer.refused else answer.answer

    def keep(question: str | None, text: str, number: int, request: gr.Request) -> tuple[Any, ...]:
        person = person_of(room, request)
        source = _answer(room, person, number, question or "")
        embedder = room.shelf.embedder(room.shelf.book(source.book))
        room.endorsements.endorse(person, number, question or "", text, embedder, None if source.refused else source)
        return _listed(room, person, number)

    def take_back(which: int | None, number: int, request: gr.Request) -> tuple[Any, ...]:
        person = person_of(room, request)
        if which is None:
            raise UsageError("choose an endorsed answer first")
        room.endorsements.withdraw(person, number, which)
        return _listed(room, person, number)

    quiet: dict[str, Any] = {"show_progress": "minimal", "api_visibility": "private"}
    look.click(told(ask), [asked, course], [shown, draft], show_progress_on=shown, **quiet)
    endorse.click(told(keep), [asked, draft, course], [endorsed, listing], show_progress_on=listing, **quiet)
    withdraw.click(told(take_back), [endorsed, course], [endorsed, listing], show_progress_on=listing, **quiet)
    return tab


def _answer(room: Room, person: Person, number: int, question: str) -> Answer:
    """What the tutor says by itself, in quote mode; nothing is stored."""
    course = room.courses.led(person, number)
    return room.shelf.tutor(course.book).ask(check_question(question))


def _listed(room: Room, person: Person, number: int) -> tuple[Any, ...]:
    endorsed = room.endorsements.all(person, number)
    panels = "".join(
        f'<div class="panel"><h3>{escaped(item.question)}</h3><p>{escaped(item.answer)}</p>'
        f'<p class="note">{item.created}</p></div>'
        for item in endorsed
    )
    link = f'<p><a class="link" href="course/{number}/regression.jsonl" download>All as test cases (JSONL)</a></p>'
    html = f"<h2 class='small'>Endorsed answers</h2>{link if endorsed else '<p class=hint>None yet.</p>'}{panels}"
    return gr.update(choices=[(item.question, item.id) for item in endorsed], value=None), html


def fresh_answers(room: Room, person: Person, number: int | None) -> tuple[Any, ...]:
    """The tab's outputs for a course: questions that went wrong are offered first."""
    if number is None:
        return gr.update(choices=[]), "", "", gr.update(choices=[]), ""
    rows = [
        *room.analytics.report(person, number, "down-voted").rows,
        *room.analytics.report(person, number, "unanswered").rows,
    ]
    questions = list(dict.fromkeys(str(row[1]) for row in rows))
    return gr.update(choices=questions, value=None), "", "", *_listed(room, person, number)
