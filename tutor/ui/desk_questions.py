"""The desk's tab on what students ask and where practice goes wrong: plots, tables, CSV."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tutor.classroom.accounts import Person
from tutor.classroom.analytics import REPORTS, Report
from tutor.classroom.room import Room

_TITLES = {
    "sections": "By section",
    "days": "By day",
    "unanswered": "Not answered",
    "down-voted": "Voted down",
    "practice": "Practice, hardest first",
}
_BARS = 15  # sections in the plot


@dataclass(frozen=True)
class QuestionsTab:
    """The parts that a change of course fills."""

    links: Any
    sections: Any
    days: Any
    tables: dict[str, Any]

    @property
    def outputs(self) -> list[Any]:
        return [self.links, self.sections, self.days, *self.tables.values()]


def build_questions_tab() -> QuestionsTab:
    """Lay the tab out."""
    links = gr.HTML("", elem_id="csv")
    with gr.Row(equal_height=False):
        sections = gr.BarPlot(
            x="section",
            y="questions",
            title="Questions by section",
            height=300,
            sort="-y",
            x_label_angle=-35,
            elem_id="plot-sections",
        )
        days = gr.BarPlot(x="day", y="questions", title="Questions by day", height=300, x_label_angle=-35, elem_id="plot-days")
    tables = {}
    for name, title in _TITLES.items():
        if name not in ("sections", "days"):
            tables[name] = gr.Dataframe(label=title, interactive=False, wrap=True, elem_id=f"table-{name}", max_height=320)
    return QuestionsTab(links, sections, days, tables)


def fresh_questions(room: Room, person: Person, number: int | None) -> tuple[Any, ...]:
    """The tab's outputs for a course."""
    if number is None:
        return "", None, None, *(None for _ in range(len(_TITLES) - 2))
    reports = {name: room.analytics.report(person, number, name) for name in REPORTS}
    links = " ".join(
        f'<a class="link" href="course/{number}/{name}.csv" download>{title} (CSV)</a>' for name, title in _TITLES.items()
    )
    return (
        f"<p>{links}</p>",
        _frame(reports["sections"], _BARS),
        _frame(reports["days"]),
        *(_frame(reports[name]) for name in _TITLES if name not in ("sections", "days")),
    )


def _frame(report: Report, limit: int | None = None) -> Any:
    import pandas as pd

    return pd.DataFrame([list(row) for row in report.rows[:limit]], columns=list(report.columns))
