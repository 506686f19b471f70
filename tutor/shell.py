"""An answer on a terminal: readable, coloured, with its sources by heading and page."""

from collections.abc import Iterator

from rich.live import Live
from rich.markup import escape
from rich.text import Text

from indexing.console import out
from tutor.answer import Answer, Citation, Event, PassageSummary, Sentence


def show_answer(answer: Answer, *, with_passages: bool = False) -> None:
    """Print an answer, its sources, and on request what was retrieved."""
    if answer.refused:
        out.print(f"[yellow]{escape(answer.answer)}[/]")
    else:
        out.print(_marked(answer.sentences))
    if answer.rewritten:
        out.print(f"[dim]understood as: {escape(answer.rewritten)}[/]")
    if answer.reason and not answer.refused:
        out.print(f"[yellow]{escape(answer.reason)}[/]")
    if answer.quoted:
        out.print("\n[bold]Most of this is not in the book. The book itself says:[/]")
        out.print(_marked(answer.quoted))
    if answer.computed:
        out.print("\n[bold]Step by step[/]")
        for number, step in enumerate(answer.computed["steps"], 1):
            out.print(f"[cyan]{number}.[/] {escape(step['text'])} [dim]({escape(step['rule'])})[/]")
    if answer.citations:
        out.print("\n[bold]Sources[/]")
    for citation in answer.citations:
        out.print(f"[cyan]\\[{citation.n}][/] {_place(citation)}")
        if citation.caption:
            out.print(f"    [dim]{escape(citation.caption)}[/]")
    out.print(f"\n[dim]{escape(_foot(answer))}[/]")
    if with_passages:
        _show_passages(answer.passages)


def show_checked(answer: Answer) -> None:
    """Print a checked text, a sentence a line, and where its sentences stand in the book."""
    for sentence in answer.sentences:
        out.print(_marked([sentence]))
    if answer.citations:
        out.print("\n[bold]Sources[/]")
    for citation in answer.citations:
        out.print(f"[cyan]\\[{citation.n}][/] {_place(citation)}")
    supported = sum(sentence.supported for sentence in answer.sentences)
    out.print(f"\n[dim]{escape(answer.book)} · {supported} of {len(answer.sentences)} sentences supported[/]")
    if supported:
        out.print("[dim]Compare with the sources: an error in words of one's own is often not seen.[/]")


def show_live(events: Iterator[Event]) -> Answer:
    """Show an answer's words while they come, then take them away: the checked answer is printed in their place."""
    with Live(console=out, transient=True, refresh_per_second=12, vertical_overflow="visible") as live:
        for event in events:
            if isinstance(event, Answer):
                return event
            live.update(Text(event.text or "…", style="dim"))
    raise AssertionError("a stream ends with its answer")


def _marked(sentences: list[Sentence]) -> Text:
    """The sentences with their citation numbers; what nothing supports carries a visible mark."""
    text = Text()
    for sentence in sentences:
        text.append(sentence.text if sentence.supported else f"{sentence.text} [not in the book]",
                    style="" if sentence.supported else "yellow")  # fmt: skip
        text.append("".join(f" [{number}]" for number in sentence.citations), style="cyan")
        text.append("\n" if "\n" in sentence.text else " ")
    text.rstrip()
    return text


def _place(item: Citation | PassageSummary) -> str:
    path = " › ".join(item.heading_path) or item.heading or "(no heading)"
    pages = ", ".join(page_name(page, label) for page, label in zip(item.pages, _labels(item), strict=True))
    where = f" [dim]· p. {escape(pages)}[/]" if pages else ""
    return escape(path) + where


def _labels(item: Citation | PassageSummary) -> list[str]:
    return item.page_labels if len(item.page_labels) == len(item.pages) else [""] * len(item.pages)


def page_name(page: int, label: str) -> str:
    """The printed page number, with the position in the PDF where that differs."""
    return str(page) if label in ("", str(page)) else f"{label} (PDF {page})"


def _foot(answer: Answer) -> str:
    spent = answer.timings.retrieve_ms + answer.timings.generate_ms
    return f"{answer.book} · {answer.engine} · confidence {answer.confidence:.2f} · {spent:.0f} ms"


def _show_passages(passages: list[PassageSummary]) -> None:
    out.print("\n[bold]Retrieved[/]")
    for passage in passages:
        out.print(f"[magenta]{passage.score:6.2f}[/] {_place(passage)}")
        out.print(f"       {passage.text}", markup=False, style="dim")
