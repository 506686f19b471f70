"""A conversation as HTML: a long one shows its end."""

from datetime import UTC, datetime

from tutor.answer import Answer
from tutor.classroom.conversations import Exchange
from tutor.ui.conversation import SHOWN, Live, conversation_html


def exchanges(count: int) -> list[Exchange]:
    answer = Answer(question="Q", book="b", answer="A")
    return [Exchange(number, f"Question {number}?", datetime(2026, 1, 1, tzinfo=UTC), answer) for number in range(count)]


def test_a_long_conversation_shows_its_end_and_says_where_the_rest_is() -> None:
    html = conversation_html(exchanges(SHOWN + 1), Live("And now?"))
    assert html.count('class="exchange"') == SHOWN
    assert "Question 0?" not in html
    assert "Question 1?" in html
    assert html.count("is in the export") == 1
    assert html.count("data-retry") == 1  # of the last one alone


def test_a_short_one_is_shown_whole() -> None:
    html = conversation_html(exchanges(SHOWN))
    assert html.count('class="exchange"') == SHOWN
    assert "is in the export" not in html
