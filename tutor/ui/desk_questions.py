"""The desk's tab on what students ask and where practice goes wrong: plots, tables, CSV."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import gradio as gr

from tutor.classroom.accounts import Person
from tutor.classroom.analytics import REPORTS, Report
from tutor.classroom.room import Room
from tutor.ui.render import escaped

_TITLES = {
    "sections": "Questions by section",
    "days": "Questions by day",
    "unanswered": "Not answered",
    "down-voted": "Voted down",
    "practice": "Practice, hardest first",
}
_TABLES = ("unanswered", "down-voted", "practice")
_BARS = 15  # in one plot


@dataclass(frozen=True)
class QuestionsTab:
    """The parts that a change of course fills."""

    links: Any
    plots: list[Any]
    tables: list[Any]

    @property
    def outputs(self) -> list[Any]:
        return [self.links, *self.plots, *self.tables]


def build_questions_tab() -> QuestionsTab:
    """Lay the tab out."""
    links = gr.HTML("", elem_id="csv")
    plots = []
    with gr.Row(equal_height=False, elem_classes="columns"):
        for name in ("sections", "days", "practice"):
            with gr.Column(min_width=300):
                plots.append(gr.HTML("", elem_id=f"plot-{name}"))
    tables = [
        gr.Dataframe(label=_TITLES[name], interactive=False, wrap=True, elem_id=f"table-{name}", max_height=320)
        for name in _TABLES
    ]
    return QuestionsTab(links, plots, tables)


def fresh_questions(room: Room, person: Person, number: int | None) -> tuple[Any, ...]:
    """The tab's outputs for a course."""
    if number is None:
        return "", "", "", "", *(None for _ in _TABLES)
    reports = {name: room.analytics.report(person, number, name) for name in REPORTS}
    links = " ".join(
        f'<a class="link" href="course/{number}/{name}.csv" download>{title} (CSV)</a>' for name, title in _TITLES.items()
    )
    practice = [(str(row[1]), float(row[3])) for row in reports["practice"].rows]
    return (
        f"<p>{links}</p>",
        bars_html(_TITLES["sections"], [(str(row[0]), float(row[1])) for row in reports["sections"].rows]),
        bars_html(_TITLES["days"], last_days({str(row[0]): float(row[1]) for row in reports["days"].rows})),
        bars_html("Practice: mean score, lowest first", practice, most=1.0),
        *(_table(reports[name]) for name in _TABLES),
    )


def last_days(counts: Mapping[str, float]) -> list[tuple[str, float]]:
    """The last days up to the latest with questions, those without any as well. `counts` go by date, as YYYY-MM-DD."""
    if not counts:
        return []
    latest, first = date.fromisoformat(max(counts)), date.fromisoformat(min(counts))
    length = min((latest - first).days + 1, _BARS)
    days = [(latest - timedelta(days=back)).isoformat() for back in reversed(range(length))]
    return [(day, counts.get(day, 0.0)) for day in days]


def bars_html(title: str, values: list[tuple[str, float]], most: float = 0.0) -> str:
    """Horizontal bars with their names and numbers; `most` is the longest bar's value, else the greatest there is."""
    if not values:
        return f'<figure class="bars"><figcaption>{title}</figcaption><p class="hint">Nothing yet.</p></figure>'
    shown = values[:_BARS]
    longest = most or max(value for _, value in shown) or 1.0
    rows = "".join(
        f'<tr><th scope="row">{escaped(name)}</th><td>{_bar(value / longest)}</td><td>{value:g}</td></tr>'
        for name, value in shown
    )
    more = f'<p class="note">… and {len(values) - _BARS} more in the CSV file</p>' if len(values) > _BARS else ""
    return f'<figure class="bars"><figcaption>{title}</figcaption><table>{rows}</table>{more}</figure>'


def _bar(share: float) -> str:
    return f'<span class="bar" style="width:{100 * share:.1f}%"></span>' if share else ""


def _table(report: Report) -> dict[str, Any]:
    return {"headers": list(report.columns), "data": [list(row) for row in report.rows]}
