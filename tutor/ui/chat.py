"""The chat's layout and wiring: ask on the left, sources and the marked page on the right."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from indexing.errors import TutorError
from indexing.library import find_book
from tutor.answer import Answer
from tutor.ui.pages import page_count, page_picture
from tutor.ui.render import EMPTY_SOURCES, answer_markdown, page_html, plain, sources_html
from tutor.ui.shelf import Shelf

History = list[dict[str, Any]]
View = dict[str, Any]
"""What the right side shows: {"answer": the answer's JSON, "n": the chosen source, "page": the page shown}."""

HEADER = (
    "<h1>Textbook tutor</h1><p>Answers in your book's own words, with the page to check them on. "
    "What the book does not say, the tutor does not say.</p>"
)

CLICK_SOURCE = """
element.addEventListener('click', (event) => {
  const card = event.target.closest('[data-n]');
  if (card) trigger('click', {n: Number(card.dataset.n)});
});
"""


def build_chat(shelf: Shelf, book: str) -> Any:
    """The whole page, a `gradio.Blocks`. `book` is chosen at the start."""
    with gr.Blocks(title="Textbook tutor", fill_height=True, analytics_enabled=False) as page:
        view = gr.State({})
        gr.HTML(HEADER, elem_id="header")
        with gr.Row(equal_height=False, elem_id="columns"):
            with gr.Column(scale=5, min_width=320):
                books = gr.Dropdown(
                    [(shelf.title(name), name) for name in shelf.names()],
                    value=book,
                    label="Book",
                    elem_id="book",
                    filterable=False,
                )
                chat = gr.Chatbot(
                    elem_id="chat", label="Conversation", height="62vh", latex_delimiters=[], buttons=["copy", "copy_all"],
                    placeholder="Ask about the book. Every answer cites it.", feedback_options=None, layout="bubble",
                )  # fmt: skip
                with gr.Row(equal_height=True):
                    question = gr.Textbox(
                        placeholder="Your question", show_label=False, scale=8, autofocus=True, elem_id="question", max_lines=4,
                        label="Your question",
                    )  # fmt: skip
                    send = gr.Button("Ask", variant="primary", scale=1, min_width=90)
                    stop = gr.Button("Stop", variant="stop", scale=1, min_width=90, visible=False)
                examples = gr.Dataset(
                    components=[gr.Textbox(visible=False)], samples=[[q] for q in shelf.examples(book)],
                    label="Questions from the book", elem_id="examples",
                )  # fmt: skip
            with gr.Column(scale=4, min_width=320):
                sources = gr.HTML(EMPTY_SOURCES, elem_id="sources", js_on_load=CLICK_SOURCE)
                with gr.Row(visible=False) as turning:
                    previous = gr.Button("‹ Previous page", size="sm")
                    following = gr.Button("Next page ›", size="sm")
                sheet = gr.HTML("", elem_id="page")
        _wire(shelf, books, chat, question, send, stop, examples, view, sources, turning, previous, following, sheet)
    return page


def _wire(
    shelf: Shelf, books: Any, chat: Any, question: Any, send: Any, stop: Any, examples: Any, view: Any, sources: Any,
    turning: Any, previous: Any, following: Any, sheet: Any,
) -> None:  # fmt: skip
    def asking(text: str, name: str, history: History) -> Iterator[tuple[Any, ...]]:
        yield from _ask(shelf, text, name, history)

    def show(shown: View, event: gr.EventData) -> tuple[Any, ...]:
        return _show_source(shelf, shown, int(event.n))

    def turn(shown: View, step: int) -> tuple[Any, ...]:
        return _turn(shelf, shown, step)

    right = [view, sources, turning, sheet]
    asked = [chat, question, *right, send, stop]
    events = [
        trigger(asking, [question, books, chat], asked, show_progress="hidden", api_visibility="private")
        for trigger in (question.submit, send.click)
    ]
    events.append(
        examples.click(lambda sample: sample[0], examples, question, api_visibility="private").then(
            asking, [question, books, chat], asked, show_progress="hidden", api_visibility="private"
        )
    )
    buttons = lambda: (gr.update(visible=True), gr.update(visible=False))  # noqa: E731 - two words beside their use
    stop.click(buttons, None, [send, stop], cancels=events, api_visibility="private")
    sources.click(show, view, right, show_progress="hidden", api_visibility="private")
    previous.click(lambda shown: turn(shown, -1), view, right, show_progress="hidden", api_visibility="private")
    following.click(lambda shown: turn(shown, 1), view, right, show_progress="hidden", api_visibility="private")
    books.change(
        lambda name: ([], gr.update(samples=[[example] for example in shelf.examples(name)]), *_cleared({})),
        books,
        [chat, examples, *right],
        api_visibility="private",
    )


def _ask(shelf: Shelf, text: str, name: str, history: History) -> Iterator[tuple[Any, ...]]:
    """Answer sentence by sentence; then the sources, and the first one's page."""
    idle = (gr.update(visible=True), gr.update(visible=False))
    busy = (gr.update(visible=False), gr.update(visible=True))
    if not text.strip():
        yield (history, "", *_nothing(), *idle)
        return
    history = [*history, {"role": "user", "content": plain(text)}, {"role": "assistant", "content": "…"}]
    yield (history, "", *_nothing(), *busy)
    try:
        answer = shelf.tutor(name).ask(text)
    except TutorError as error:
        history[-1]["content"] = f"⚠ {plain(str(error))}"
        yield (history, "", *_nothing(), *idle)
        return
    for shown in range(1, len(answer.sentences)):
        history[-1]["content"] = answer_markdown(answer, answer.sentences[:shown])
        yield (history, "", *_nothing(), *busy)
    history[-1]["content"] = answer_markdown(answer)
    shown_view = {"answer": answer.model_dump(mode="json")}
    right = _show_source(shelf, shown_view, answer.citations[0].n) if answer.citations else _cleared(shown_view)
    yield (history, "", *right, *idle)


def _nothing() -> tuple[Any, ...]:
    return gr.skip(), gr.skip(), gr.skip(), gr.skip()


def _cleared(view: View) -> tuple[Any, ...]:
    return view, EMPTY_SOURCES, gr.update(visible=False), ""


def _show_source(shelf: Shelf, view: View, number: int) -> tuple[Any, ...]:
    """The right side with source `number` chosen: (view, cards, page buttons, page)."""
    answer = Answer.model_validate(view["answer"])
    citation = next((item for item in answer.citations if item.n == number), None)
    if citation is None or not citation.pages:
        return {**view, "n": number}, sources_html(answer.citations, number), gr.update(visible=False), ""
    return _page(shelf, {**view, "n": number, "page": citation.pages[0]}, answer)


def _turn(shelf: Shelf, view: View, step: int) -> tuple[Any, ...]:
    """The page before or after the one that is shown."""
    answer = Answer.model_validate(view["answer"])
    return _page(shelf, {**view, "page": view["page"] + step}, answer)


def _page(shelf: Shelf, view: View, answer: Answer) -> tuple[Any, ...]:
    cards = sources_html(answer.citations, view["n"])
    citation = next(item for item in answer.citations if item.n == view["n"])
    pdf = find_book(citation.book, shelf.home).pdf_path
    if pdf is None:
        return view, cards, gr.update(visible=False), ""
    view = {**view, "page": min(max(view["page"], 1), page_count(pdf))}
    picture, size = page_picture(pdf, view["page"])
    labels = dict(zip(citation.pages, citation.page_labels, strict=False))
    shown = page_html(picture, size, view["page"], citation.spans, labels.get(view["page"], ""))
    return view, cards, gr.update(visible=True), shown
