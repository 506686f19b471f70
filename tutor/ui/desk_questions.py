"""The desk's tab on what students ask and where practice goes wrong: plots, tables, CSV."""

from collections.abc import Mapping, Sequence
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
_NOTES = {
    "sections": "The section that the answer rests on; for an unanswered question the nearest one.",
    "days": "Days in UTC.",
    "unanswered": "The book has no answer, or something went wrong. Give your own in the tab Answers.",
    "down-voted": "What students found wrong, and why. Look at the answer, and give a better one, in the tab Answers.",
    "practice": "Mean score of the answers: 1 has all of the reference, 0 nothing.",
}
_PLOTS = ("sections", "days", "practice")
_TABLES = ("unanswered", "down-voted", "practice")
_BARS = 15  # in one plot
_ROWS = 50  # in one table
_BEGIN = (
    '<p class="hint">Nobody has asked or practised yet. Give your students this server’s address and the join code (tab '
    "Course); what they ask, what the book does not answer and where practice goes wrong then shows here, without names.</p>"
)


@dataclass(frozen=True)
class QuestionsTab:
    """The parts that a change of course fills."""

    begin: Any
    plots: list[Any]
    tables: list[Any]

    @property
    def outputs(self) -> list[Any]:
        return [self.begin, *self.plots, *self.tables]


def build_questions_tab() -> QuestionsTab:
    """Lay the tab out."""
    begin = gr.HTML("", elem_id="begin")
    plots = []
    with gr.Row(equal_height=False, elem_classes="columns"):
        for name in _PLOTS:
            with gr.Column(min_width=300):
                plots.append(gr.HTML("", elem_id=f"plot-{name}"))
    tables = [gr.HTML("", elem_id=f"table-{name}") for name in _TABLES]
    return QuestionsTab(begin, plots, tables)


def fresh_questions(room: Room, person: Person, number: int | None) -> tuple[Any, ...]:
    """The tab's outputs for a course."""
    if number is None:
        return _BEGIN, *("" for _ in (*_PLOTS, *_TABLES))
    reports = {name: room.analytics.report(person, number, name) for name in REPORTS}
    links = {name: f'<a class="link" href="course/{number}/{name}.csv" download>CSV</a>' for name in REPORTS}
    sections = [(str(row[0]), float(row[1])) for row in reports["sections"].rows]
    days = last_days({str(row[0]): float(row[1]) for row in reports["days"].rows})
    practice = [(str(row[1]), float(row[3])) for row in reports["practice"].rows]
    return (
        "" if sections or practice else _BEGIN,
        bars_html("sections", sections, links["sections"]),
        bars_html("days", days, links["days"]),
        bars_html("practice", practice, links["practice"], most=1.0),
        *(table_html(name, reports[name], links[name]) for name in _TABLES),
    )


def last_days(counts: Mapping[str, float]) -> list[tuple[str, float]]:
    """The last days up to the latest with questions, those without any as well. `counts` go by date, as YYYY-MM-DD."""
    if not counts:
        return []
    latest, first = date.fromisoformat(max(counts)), date.fromisoformat(min(counts))
    length = min((latest - first).days + 1, _BARS)
    days = [(latest - timedelta(days=back)).isoformat() for back in reversed(range(length))]
    return [(day, counts.get(day, 0.0)) for day in days]


def bars_html(name: str, values: list[tuple[str, float]], link: str, most: float = 0.0) -> str:
    """A report as horizontal bars with names and numbers; `most` is the longest bar's value, else the greatest there is."""
    if not values:
        return f'<figure class="bars"><figcaption>{_TITLES[name]}</figcaption><p class="hint">Nothing yet.</p></figure>'
    longest = most or max(value for _, value in values[:_BARS]) or 1.0
    rows = "".join(
        f'<tr><th scope="row">{escaped(label)}</th><td>{_bar(value / longest)}</td><td>{value:g}</td></tr>'
        for label, value in values[:_BARS]
    )
    below = _below(name, values, _BARS, link)
    return f'<figure class="bars"><figcaption>{_TITLES[name]}</figcaption><table>{rows}</table>{below}</figure>'


def _bar(share: float) -> str:
    return f'<span class="bar" style="width:{100 * share:.1f}%"></span>' if share else ""


def table_html(name: str, report: Report, link: str) -> str:
    """A report as a table; nothing where it has no rows."""
    if not report.rows:
        return ""
    head = "".join(f'<th scope="col">{escaped(column[:1].upper() + column[1:])}</th>' for column in report.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escaped(str(cell))}</td>" for cell in row) + "</tr>" for row in report.rows[:_ROWS])
    table = f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<h2 class="small">{_TITLES[name]}</h2>{table}{_below(name, report.rows, _ROWS, link)}'


def _below(name: str, values: Sequence[object], shown: int, link: str) -> str:
    """What a plot or table shows, how much of it, and where all of it is."""
    more = f" … and {len(values) - shown} more in the file:" if len(values) > shown else ""
    return f'<p class="note">{_NOTES[name]}{more} {link}</p>'
