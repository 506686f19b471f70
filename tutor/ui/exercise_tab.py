"""The tab with generated exercises: keys, normal forms, schedules, queries; graded exactly, the first wrong step named."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from indexing.records import DiagramRecord, Record
from tutor.classroom.accounts import Person
from tutor.classroom.room import Room
from tutor.computing.exercises import KINDS, Exercise, make_exercise
from tutor.computing.grading import MAX_ANSWER, Grade, grade
from tutor.computing.tables import book_tables
from tutor.ui.choices import Choice
from tutor.ui.render import escaped, step_html
from tutor.ui.scripts import EMPTY_TWO
from tutor.ui.told import forgotten, person_of, told

_NAMES = {
    "closure": "Attribute closure",
    "keys": "Candidate keys",
    "normal-form": "Normal form",
    "cover": "Minimal cover",
    "bcnf": "BCNF decomposition",
    "synthesis": "3NF synthesis",
    "lossless": "Lossless join",
    "preservation": "Dependency preservation",
    "serializability": "Serializability",
    "sql": "SQL",
    "algebra": "Relational algebra",
    "er-mapping": "ER mapping",
}
_SEEDS = 1_000_000


@dataclass(frozen=True)
class ExerciseTab:
    """The parts that a change of course empties."""

    work: Any
    question: Any
    given: Any
    result: Any
    form: Any

    @property
    def outputs(self) -> list[Any]:
        """Never the answer's text: that is emptied in the browser, at once, lest what is typed meanwhile be lost."""
        return [self.work, self.question, self.result, self.form]


def build_exercise_tab(room: Room, course: Any) -> ExerciseTab:
    """Lay the tab out and wire it."""
    work = gr.State({})
    with gr.Column(min_width=320):
        with gr.Row(equal_height=False, elem_id="choice"):
            kind = gr.Dropdown(
                [(_NAMES.get(name, name), name) for name in KINDS],
                value=KINDS[0],
                label="Kind",
                elem_id="kind",
                filterable=False,
            )
            fresh = gr.Button("New exercise", elem_id="new-exercise", min_width=120)
        question = gr.HTML("", elem_id="generated")
        with gr.Column(visible=False, min_width=320) as form:
            given = gr.Textbox(label="Your answer", lines=3, max_lines=12, elem_id="solution", max_length=MAX_ANSWER)
            with gr.Row():
                check = gr.Button("Check my answer", variant="primary", elem_id="check-exercise", min_width=120)
                show = gr.Button("Show the solution", elem_id="show-solution", min_width=120)
            result = gr.HTML("", elem_id="exercise-result")
    tab = ExerciseTab(work, question, given, result, form)

    def make(name: str, number: int, request: gr.Request) -> tuple[Any, ...]:
        exercise = _make(room, person_of(room, request), number, name, random.randrange(_SEEDS))  # noqa: S311 - an exercise
        return exercise.model_dump(mode="json"), exercise_html(exercise), "", gr.update(visible=True)

    def turn_to(name: str | None, number: int, request: gr.Request) -> tuple[Any, ...]:
        return (gr.skip(),) * len(tab.outputs) if name is None else make(name, number, request)

    def judge(known: Mapping[str, Any], answer: str) -> str:
        return grade_html(grade(_known(known), answer))

    def reveal(known: Mapping[str, Any]) -> str:
        return solution_html(_known(known))

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    fresh.click(None, None, [given, result], js=EMPTY_TWO, api_visibility="private")
    fresh.click(told(make), [kind, course], tab.outputs, trigger_mode="always_last", **quiet)
    choice = Choice(kind)
    choice.empties([given, result])
    choice.told(told(turn_to), [kind, course], tab.outputs, trigger_mode="always_last", **quiet)
    check.click(told(judge), [work, given], result, **quiet)
    show.click(told(reveal), work, result, **quiet)
    return tab


def _known(work: Mapping[str, Any]) -> Exercise:
    """The exercise that a page shows."""
    if not work:
        raise forgotten()
    return Exercise.model_validate(work)


def _make(room: Room, person: Person, number: int, kind: str, seed: int) -> Exercise:
    if kind not in ("sql", "algebra", "er-mapping"):
        return make_exercise(kind, seed)
    records: list[Record] = list(room.shelf.tutor(room.courses.of(person, number).book).records)
    diagrams = [record.diagram for record in records if isinstance(record, DiagramRecord) and record.diagram is not None]
    return make_exercise(kind, seed, book_tables(records), diagrams)


def exercise_html(exercise: Exercise) -> str:
    """What is asked, and how to write the answer."""
    return (
        f'<div class="panel"><h2 class="small">{escaped(exercise.question)}</h2>'
        f'<p class="note">Write it like this: {escaped(exercise.write)}</p></div>'
    )


def grade_html(result: Grade) -> str:
    """Right, or the first step that is wrong."""
    verdict = "Right" if result.correct else "Not right yet"
    step = f"<p>First wrong step: <strong>{escaped(result.first_wrong_step)}</strong></p>" if result.first_wrong_step else ""
    explained = "" if result.correct else f"<p>{escaped(result.explanation)}</p>"
    return (
        f'<div class="panel" role="status"><p class="verdict {"right" if result.correct else "partly"}">{verdict}</p>'
        f"{step}{explained}</div>"
    )


def solution_html(exercise: Exercise) -> str:
    """The solution with its derivation."""
    steps = "".join(step_html(step.rule, step.text) for step in exercise.steps)
    return f'<div class="panel computed"><h3>Solution</h3><p>{escaped(exercise.solution)}</p><ol>{steps}</ol></div>'


def fresh_exercises() -> tuple[Any, ...]:
    """The tab's outputs, empty."""
    return {}, '<p class="hint">Choose a kind and take an exercise.</p>', "", gr.update(visible=False)
