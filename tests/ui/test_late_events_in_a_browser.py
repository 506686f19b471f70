"""A slow server: what comes late is shown beside nothing that it does not belong to, and wipes nothing that was typed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browser import Watch, opened_chat, server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_500)]

NEXT = "was => document.querySelector('#exercise h2').innerText !== was"


@pytest.fixture(scope="module")
def address(sample_home: Path, session_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    database = tmp_path_factory.mktemp("late") / "chat.sqlite"
    late = {"SLOW_EVENTS": "graded=3,following=2,hinted=3"}
    program = ("-m", "tests.ui.slow_pages")
    with server(home=sample_home, cache=session_root / "cache", database=database, program=program, **late) as url:
        yield url


def practising(browser: Any, address: str, watch: Watch) -> Any:
    page = opened_chat(browser, address, watch)
    page.get_by_role("tab", name="Practice").click()
    page.wait_for_selector("#given textarea")
    return page


def test_a_grade_and_a_hint_that_come_after_the_next_question_are_not_shown_with_it(
    browser: Any, address: str, watch: Watch
) -> None:
    page = practising(browser, address, watch)
    first = page.locator("#exercise h2").inner_text()
    page.fill("#given textarea", "A collection of related data.")
    page.click("#grade")
    page.click("#hint")
    page.click("#onward")
    page.wait_for_function(NEXT, arg=first)
    page.wait_for_timeout(4_000)  # until both would have come
    assert page.locator("#result .verdict, .hinted, #practice-page .page").count() == 0
    second = page.locator("#exercise h2").inner_text()
    page.click("#onward")
    page.click("#hint")  # of the question that is on its way out
    page.wait_for_function(NEXT, arg=second)
    page.wait_for_timeout(4_000)
    assert page.locator(".hinted").count() == 0
    page.click("#hint")
    page.locator(".hinted").wait_for()
    page.context.close()


def test_what_is_typed_while_the_next_question_is_on_its_way_stays(browser: Any, address: str, watch: Watch) -> None:
    page = practising(browser, address, watch)
    first = page.locator("#exercise h2").inner_text()
    page.fill("#given textarea", "An answer to the first question.")
    page.click("#onward")
    page.wait_for_function("document.querySelector('#given textarea').value === ''")
    page.locator("#given textarea").focus()
    page.keyboard.type("Typed at once.")
    page.wait_for_function(NEXT, arg=first)
    page.wait_for_timeout(500)
    assert page.locator("#given textarea").input_value() == "Typed at once."
    page.context.close()
