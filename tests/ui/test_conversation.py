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


def test_a_reason_that_was_given_is_shown_as_text() -> None:
    answer = Answer(question="Q", book="b", answer="A")
    chosen, own = (
        Exchange(1, "Q?", datetime(2026, 1, 1, tzinfo=UTC), answer, vote=-1, reason=reason) for reason in ("wrong", '"><b>')
    )
    assert conversation_html([chosen]).count('aria-pressed="true"') == 2  # the thumb, and the reason
    html = conversation_html([own])
    assert 'value="&quot;&gt;&lt;b&gt;"' in html
    assert html.count("Noted") == 1
    assert "<b>" not in html
