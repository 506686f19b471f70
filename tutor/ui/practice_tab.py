"""The tab where students practise: a question, hints by stages, their own answer, graded feedback, the page to read."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from indexing.chunks import located
from tutor.classroom.accounts import Person
from tutor.classroom.room import Room
from tutor.practice import MAX_ANSWER, STAGES
from tutor.retrieval import Passage
from tutor.ui.choices import Choice
from tutor.ui.practice_html import grade_html, hints_html, question_html
from tutor.ui.scripts import EMPTY_THREE
from tutor.ui.sheet import Sheet, build_sheet, nothing_shown, shown
from tutor.ui.told import forgotten, person_of, told
from tutor.ui.turns import Places

Work = dict[str, Any]
"""The question at hand: {"key", "skipped": [keys of the questions that were left without an answer]}."""
Taken = dict[str, Any]
"""What was done with a question: {"key", "hints": [texts], "graded"}.

A state of its own: a hint that is still on its way when the next question comes must not bring the old question back.
"""


@dataclass(frozen=True)
class PracticeTab:
    """The parts of the tab."""

    chapter: Any
    work: Any
    taken: Any
    question: Any
    given: Any
    hints: Any
    result: Any
    buttons: Any
    sheet: Sheet
    places: Places

    @property
    def outputs(self) -> list[Any]:
        """The chapter first: a step to the next question fills all but it.

        Never the answer's text: that is emptied in the browser, at once, lest what is typed meanwhile be lost.
        """
        parts = (self.chapter, self.work, self.taken, self.question, self.given, self.hints, self.result, self.buttons)
        return [*parts, *self.sheet.outputs]


def build_practice_tab(room: Room, course: Any) -> PracticeTab:
    """Lay the tab out and wire it."""
    work, taken = gr.State({}), gr.State({})
    with gr.Row(equal_height=False, elem_classes="columns"):
        with gr.Column(scale=5, min_width=320):
            chapter = gr.Dropdown([("All chapters", "")], value="", label="Chapter", elem_id="chapter", filterable=False)
            question = gr.HTML("", elem_id="exercise")
            given = gr.Textbox(
                label="Your answer, in your own words",
                lines=5,
                max_lines=12,
                elem_id="given",
                max_length=MAX_ANSWER,
                visible=False,
            )
            with gr.Row(visible=False) as buttons:
                grade = gr.Button("Check my answer", variant="primary", elem_id="grade", min_width=120)
                hint = gr.Button("Hint", elem_id="hint", min_width=80)
                onward = gr.Button("Next question", elem_id="onward", min_width=110)
            result = gr.HTML("", elem_id="result")
            hints = gr.HTML("", elem_id="hints")
        with gr.Column(scale=4, min_width=320):
            sheet = build_sheet(room, "practice")
    tab = PracticeTab(chapter, work, taken, question, given, hints, result, buttons, sheet, Places())
    _wire(room, tab, course, (grade, hint, onward))
    return tab


def _wire(room: Room, tab: PracticeTab, course: Any, buttons: tuple[Any, Any, Any]) -> None:
    grade, hint, onward = buttons

    def graded(now: Work, taken: Taken, text: str, number: int, request: gr.Request) -> tuple[Any, ...]:
        return _unless_left(tab.places, request, now, _grade(room, person_of(room, request), number, (now, taken), text))

    def hinted(now: Work, taken: Taken, number: int, request: gr.Request) -> tuple[Any, ...]:
        return _unless_left(tab.places, request, now, _hint(room, person_of(room, request), number, now, taken))

    def following(now: Work, taken: Taken, wanted: str, number: int, request: gr.Request) -> tuple[Any, ...]:
        tab.places.go(str(request.session_hash), "")
        values = _next(room, person_of(room, request), number, wanted, (now, taken))
        tab.places.go(str(request.session_hash), values[0].get("key", ""))
        return values

    def turning_to(wanted: str | None, now: Work, taken: Taken, number: int, request: gr.Request) -> tuple[Any, ...]:
        return (gr.skip(),) * len(onto) if wanted is None else following(now, taken, wanted, number, request)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    boxes, onto = [tab.given, tab.hints, tab.result], tab.outputs[1:]
    onward.click(None, None, boxes, js=EMPTY_THREE, api_visibility="private")
    onward.click(told(following), [tab.work, tab.taken, tab.chapter, course], onto, trigger_mode="always_last", **quiet)
    choice = Choice(tab.chapter)
    choice.empties(boxes)
    choice.told(told(turning_to), [tab.chapter, tab.work, tab.taken, course], onto, trigger_mode="always_last", **quiet)
    hint.click(told(hinted), [tab.work, tab.taken, course], [tab.taken, tab.hints, *tab.sheet.outputs], **quiet)
    grade.click(told(graded), [tab.work, tab.taken, tab.given, course], [tab.taken, tab.result, *tab.sheet.outputs], **quiet)


def _unless_left(places: Places, request: gr.Request, now: Work, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """What came of a question, unless the page has gone on to another one meanwhile."""
    there = places.is_at(str(request.session_hash), now["key"])
    return values if there else (gr.skip(),) * len(values)


def _next(room: Room, person: Person, number: int, chapter: str, at: tuple[Work, Taken]) -> tuple[Any, ...]:
    now, taken = at
    last = now.get("key", "")
    skipped = [*now.get("skipped", []), *([last] if last and not _done(now, taken)["graded"] else [])]
    exercise, standing = room.tutoring.next(person, number, chapter, last, skipped)
    work: Work = {"key": exercise.key, "skipped": [] if exercise.key in skipped else skipped} if exercise else {}
    shown_question = question_html(exercise, standing, chapter)
    hint = "The first hint shows here the page to read; so does the check of your answer, with the passage marked."
    return work, {}, shown_question, *_form(exercise is not None), *nothing_shown(hint if exercise else "")


def _form(there: bool) -> tuple[Any, ...]:
    """The answer's box; no hints and no result yet; the buttons. Hidden where there is nothing to answer."""
    return gr.update(visible=there), "", "", gr.update(visible=there)


def _done(now: Work, taken: Taken) -> Taken:
    """What was done with the question at hand."""
    return taken if taken and taken["key"] == now["key"] else {"key": now["key"], "hints": [], "graded": False}


def _hint(room: Room, person: Person, number: int, now: Work, taken: Taken) -> tuple[Any, ...]:
    """One hint more; the first shows the page, too."""
    if not now:
        raise forgotten()
    done = _done(now, taken)
    if len(done["hints"]) >= STAGES:
        return done, gr.skip(), *(gr.skip(),) * 3
    stage = len(done["hints"]) + 1
    texts = [*done["hints"], room.tutoring.hint(person, number, now["key"], stage)]
    page: tuple[Any, ...] = (gr.skip(),) * 3
    if stage == 1:
        exercise = room.tutoring.exercise(person, number, now["key"])
        page = _page(room, room.tutoring.reading(person, number, exercise), marked=False)
    return {**done, "hints": texts}, hints_html(texts), *page


def _grade(room: Room, person: Person, number: int, at: tuple[Work, Taken], text: str) -> tuple[Any, ...]:
    now, taken = at
    if not now:
        raise forgotten()
    done = _done(now, taken)
    exercise = room.tutoring.exercise(person, number, now["key"])
    graded = room.tutoring.grade(person, number, now["key"], text, len(done["hints"]))
    heading = " › ".join(graded.passage.chunk.heading_path) if graded.passage else ""
    closed = graded.closed_until.date().isoformat() if graded.closed_until else ""
    result = grade_html(graded.grade, exercise, heading, graded.review, closed)
    return {**done, "graded": True}, result, *_page(room, graded.passage, marked=not closed)


def _page(room: Room, passage: Passage | None, *, marked: bool) -> tuple[Any, ...]:
    if passage is None or not passage.chunk.pages:
        return nothing_shown()
    chunk = passage.chunk
    spans = list(chunk.spans) if marked else []
    return shown(room, {"book": passage.book, "page": best_page(passage), "spans": spans})


def best_page(passage: Passage) -> int:
    """The page on which the passage's best sentence starts; the passage itself may begin on the page before."""
    chunk = passage.chunk
    scores = passage.sentence_scores or (0.0,)
    start, end = chunk.sentences[scores.index(max(scores))]
    found, _ = located(chunk.spans, chunk.offsets, start, end)
    return found[0][0] if found else chunk.pages[0]


def fresh_practice(room: Room, person: Person, number: int | None) -> tuple[Any, ...]:
    """The tab's outputs for a course: its chapters, and the first question."""
    if number is None:
        hint = '<p class="hint">Join a course to practise with its book.</p>'
        return gr.update(visible=False), {}, {}, hint, *_form(there=False), *nothing_shown()
    titles = room.tutoring.chapters(person, number)
    choices = [("All chapters", ""), *((title, chapter) for chapter, title in titles.items() if chapter)]
    chapter = gr.update(choices=choices, value="", visible=len(choices) > 1)
    return chapter, *_next(room, person, number, "", ({}, {}))
