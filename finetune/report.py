"""The comparison as a page: Markdown for a repository, HTML for a browser, a plot, and JSON for programs.

Says of each difference whether it is within noise, and shows the report's tables 1 and 2, side by side, for any prompts.
"""

import html
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from finetune.comparing import CELLS, METRICS, Comparison

_DIFFERENCES = (
    ("adapter with retrieval", "base with retrieval"),
    ("adapter", "base"),
    ("base with retrieval", "base"),
    ("adapter with retrieval", "adapter"),
)
_PLOTTED = ("token F1", "supported", "wrongly refused", "rightly refused")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;"
    "width:100%;margin:1rem 0}td,th{border:1px solid #bbb;padding:.4rem .6rem;text-align:left;vertical-align:top}"
    "th{background:#f2f2f2}img{max-width:100%}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}"
    "th{background:#222}}"
)
Table = list[list[str]]


def write_report(comparison: Comparison, about: dict[str, Any], shown: int, folder: Path) -> None:
    """Write comparison.json, comparison.png, report.md and report.html. The first `shown` questions stand side by side."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "comparison.json").write_text(
        json.dumps(as_json(comparison, about), indent=1, ensure_ascii=False), encoding="utf-8"
    )
    draw(comparison, folder / "comparison.png")
    parts = sections(comparison, about, shown)
    (folder / "report.md").write_text(_markdown(parts), encoding="utf-8")
    (folder / "report.html").write_text(_html(parts), encoding="utf-8")


def as_json(comparison: Comparison, about: dict[str, Any]) -> dict[str, Any]:
    """Everything, for programs: values with intervals, differences, every reply."""
    cells = list(comparison.replies)
    return {
        **about,
        "values": {cell: {metric: asdict(comparison.value(cell, metric)) for metric in METRICS} for cell in cells},
        "differences": [
            {"of": one, "over": other, "metric": metric, **asdict(gain), "noise": gain.noise}
            for one, other in _compared(cells)
            for metric in METRICS
            for gain in [comparison.gain(one, other, metric)]
        ],
        "seconds": comparison.seconds,
        "replies": [
            {
                "question": asked.question,
                "reference": asked.reference,
                "out_of_book": asked.out_of_book,
                **{cell: asdict(comparison.replies[cell][number]) for cell in cells},
            }
            for number, asked in enumerate(comparison.asked)
        ],
    }


def sections(comparison: Comparison, about: dict[str, Any], shown: int) -> list[tuple[str, str, Table]]:
    """The page's parts: heading, a sentence or two, table."""
    cells = list(comparison.replies)
    inside = sum(bool(asked.reference) for asked in comparison.asked)
    outside = sum(asked.out_of_book for asked in comparison.asked)
    values = [["", *cells]] + [[metric, *(str(comparison.value(cell, metric)) for cell in cells)] for metric in METRICS]
    gains = [["difference", "metric", "by how much", "verdict"]] + [
        [f"{one} − {other}", metric, str(gain), "within noise" if gain.noise else ("higher" if gain.value > 0 else "lower")]
        for one, other in _compared(cells)
        for metric in METRICS
        for gain in [comparison.gain(one, other, metric)]
    ]
    beside = [["prompt", *cells]] + [
        [asked.question, *(comparison.replies[cell][number].text for cell in cells)]
        for number, asked in enumerate(comparison.asked[:shown])
    ]
    facts = [["what", "which"], *([key, str(value)] for key, value in about.items())]
    meaning = [["metric", "what it is"], *([name, text] for name, text in METRICS.items())]
    return [
        ("Comparison", f"{inside} held-out questions of the book, {outside} that it does not answer. In brackets: 95 % "
         "intervals, by bootstrap over questions.", values),
        ("Differences", "Paired by question. “Within noise”: the 95 % interval holds zero.", gains),
        ("Side by side", "The report's own prompt first; what each wrote, unchanged.", beside),
        ("What was compared", "", facts),
        ("Metrics", "The check of a sentence is the tutor's own, local one, not a person's judgement.", meaning),
    ]  # fmt: skip


def _compared(cells: Sequence[str]) -> list[tuple[str, str]]:
    return [(one, other) for one, other in _DIFFERENCES if one in cells and other in cells]


def draw(comparison: Comparison, path: Path) -> None:
    """Bars with intervals: one group for each plotted metric, one bar for each cell."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    cells = [cell for cell in CELLS if cell in comparison.replies]
    width = 0.8 / len(cells)
    for number, cell in enumerate(cells):
        values = [comparison.value(cell, metric) for metric in _PLOTTED]
        places = [group + (number - (len(cells) - 1) / 2) * width for group in range(len(_PLOTTED))]
        errors = [[item.value - item.low for item in values], [item.high - item.value for item in values]]
        axes.bar(places, [item.value for item in values], width, yerr=errors, capsize=3, label=cell)
    axes.set(xticks=range(len(_PLOTTED)), xticklabels=_PLOTTED, ylim=(0, 1.05))
    axes.grid(axis="y", alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=120)


def _markdown(parts: Sequence[tuple[str, str, Table]]) -> str:
    lines: list[str] = []
    for number, (heading, text, table) in enumerate(parts):
        lines += [f"{'#' if number == 0 else '##'} {heading}", "", *([text, ""] if text else [])]
        if number == 0:
            lines += ["![comparison](comparison.png)", ""]
        rows = [" | ".join(_cell(cell) for cell in row) for row in table]
        lines += [f"| {rows[0]} |", "|" + "---|" * len(table[0]), *(f"| {row} |" for row in rows[1:]), ""]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Text that keeps to its cell: a model's words may hold anything."""
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|").replace("`", "\\`")


def _html(parts: Sequence[tuple[str, str, Table]]) -> str:
    body: list[str] = []
    for number, (heading, text, table) in enumerate(parts):
        level = 1 if number == 0 else 2
        body.append(f"<h{level}>{html.escape(heading)}</h{level}><p>{html.escape(text)}</p>")
        if number == 0:
            body.append('<img src="comparison.png" alt="The values below as bars with intervals">')
        head = "".join(f"<th>{html.escape(cell)}</th>" for cell in table[0])
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in table[1:])
        body.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Comparison</title><style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )
