"""Practice shows the page on which the answer stands, also where its passage begins on the page before."""

from indexing.chunks import Chunk
from tutor.retrieval import Passage
from tutor.ui.practice_tab import _form, best_page

TEXT = "Attributes are of several kinds. A derived attribute is worked out from others."
SPANS = [(9, 10.0, 700.0, 200.0, 712.0), (10, 10.0, 20.0, 200.0, 32.0)]


def passage(scores: tuple[float, ...], offsets: list[int]) -> Passage:
    chunk = Chunk(
        id="c", type="text", heading="Kinds", heading_path=["Kinds"], text=TEXT, caption="", spans=SPANS, offsets=offsets,
        sentences=[(0, 32), (33, len(TEXT))], record=0, tokens={},
    )  # fmt: skip
    return Passage(chunk, 0, "b", 1.0, {}, scores)


def test_the_page_of_the_best_sentence() -> None:
    assert best_page(passage((0.9, 0.2), [0, 33])) == 9
    assert best_page(passage((0.2, 0.9), [0, 33])) == 10


def test_the_first_page_where_lines_are_not_known_or_nothing_was_scored() -> None:
    assert best_page(passage((0.2, 0.9), [])) == 9
    assert best_page(passage((), [0, 33])) == 9


def test_what_the_server_sends_never_holds_the_answers_text() -> None:
    """It may come when the student types already."""
    assert all("value" not in _form(there)[0] for there in (True, False))
