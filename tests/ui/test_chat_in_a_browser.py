"""The open chat in a real browser: ask, click, refuse, practise, read, check; keyboard, phone, dark; nothing goes outside."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browser import Watch, opened_chat, serious_faults, server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_500)]

QUESTION = "What is a weak entity type?"


@pytest.fixture(scope="module")
def address(sample_home: Path, session_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    database = tmp_path_factory.mktemp("chat") / "chat.sqlite"
    with server(home=sample_home, cache=session_root / "cache", database=database) as url:
        yield url


def ask(page: Any, question: str) -> None:
    before = page.locator(".exchange .acts").count()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.locator(".exchange .acts").nth(before).wait_for()


def test_ask_click_a_source_and_see_the_mark(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch)
    ask(page, QUESTION)
    assert page.locator(".answer .cite").count() >= 1
    page.wait_for_selector("#ask-page .mark")
    page.locator(".answer .cite").last.click()
    page.wait_for_selector(".source.selected")
    shown = page.locator("#ask-page figcaption").inner_text()
    page.click("#ask-next")
    page.wait_for_function("was => document.querySelector('#ask-page figcaption').innerText !== was", arg=shown)
    page.click("#ask-previous")
    page.wait_for_function("was => document.querySelector('#ask-page figcaption').innerText === was", arg=shown)
    picture = page.locator("#ask-page img")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 400")
    mark, sheet = page.locator("#ask-page .mark").first.bounding_box(), page.locator("#ask-page .sheet").bounding_box()
    assert sheet["x"] <= mark["x"]
    assert mark["x"] + mark["width"] <= sheet["x"] + sheet["width"] + 1
    page.context.close()


def test_a_refusal_names_the_nearest_headings(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch)
    ask(page, "Who won the football world cup in 1974?")
    assert page.locator(".nearest li").count() >= 1
    assert page.locator(".answer .cite").count() == 0
    page.context.close()


def test_votes_retry_copy_and_export(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch, permissions=["clipboard-read", "clipboard-write"])
    page.locator(".example").first.click()
    page.wait_for_selector(".exchange .acts")
    page.click('button[data-vote="-1"]')
    page.click('button[data-reason="wrong"]')
    page.wait_for_selector('button[data-vote="-1"][aria-pressed="true"]')
    page.click("[data-copy]")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[1]" in copied
    page.click("[data-retry]")
    page.locator(".exchange .acts").nth(1).wait_for()
    with page.expect_download() as download:
        page.click("#export a")
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("# Conversation")
    assert "\\[1\\]" in text
    assert text.count("\n## ") == 2
    page.context.close()


def test_keyboard_alone(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch)
    page.locator("#question textarea").focus()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector("#ask-page .mark")
    cards = page.locator(".source").count()
    page.locator("#question textarea").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('source')"):
            break
    assert page.evaluate("document.activeElement.classList.contains('source')")
    if cards > 1:
        page.keyboard.press("Tab")
    chosen = page.evaluate("document.activeElement.dataset.cite")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "n => { const card = document.querySelector('.source.selected'); return card && card.dataset.cite === n; }", arg=chosen
    )
    page.wait_for_function("n => document.activeElement.dataset.cite === n", arg=chosen)
    page.context.close()


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_practise_by_keyboard_alone(browser: Any, address: str, watch: Watch) -> None:
    """On a slow computer, where the page is still being filled when the first words are typed."""
    page = opened_chat(browser, address, watch, slower=6)
    page.locator("#colours").focus()
    tab_to(page, "[role=tab][data-tab-id=practice]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#exercise h2")
    tab_to(page, "#given textarea")
    page.keyboard.type("A collection of related data.")
    assert page.locator("#given textarea").input_value() == "A collection of related data."
    tab_to(page, "#grade")
    page.keyboard.press("Enter")
    page.wait_for_selector("#result .verdict")
    tab_to(page, "#hint")
    page.keyboard.press("Enter")
    page.wait_for_selector(".hinted")
    tab_to(page, "#practice-next")
    page.context.close()


def test_generated_exercises(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch)
    page.get_by_role("tab", name="Exercises").click()
    page.wait_for_selector("#new-exercise")
    assert not page.locator("#solution").is_visible()  # nothing to answer yet
    page.click("#kind input")
    page.locator("[role=option]", has_text="Normal form").click()
    page.wait_for_selector("#generated h2")
    page.fill("#solution textarea", "no normal form at all")
    page.click("#check-exercise")
    page.wait_for_selector("#exercise-result .verdict.partly")
    page.click("#show-solution")
    page.wait_for_selector("#exercise-result .computed li")
    page.fill("#solution textarea", page.locator("#exercise-result .computed p").first.inner_text())
    page.click("#check-exercise")
    page.wait_for_selector("#exercise-result .verdict.right")
    assert serious_faults(page) == []
    page.context.close()


def test_enter_and_a_click_ask_once_and_a_reload_brings_the_conversation_back(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch)
    page.fill("#question textarea", QUESTION)
    page.evaluate(
        "() => { const box = document.querySelector('#question textarea');"
        " box.dispatchEvent(new KeyboardEvent('keypress', {key: 'Enter', bubbles: true}));"
        " document.querySelector('#send').click(); document.querySelector('#send').click(); }"
    )
    page.wait_for_selector("#ask-page .mark")
    page.reload()
    page.wait_for_selector(".exchange .acts")
    page.wait_for_selector("#ask-page .mark")
    assert page.locator(".asked").count() == 1
    page.click("#fresh")
    page.wait_for_selector(".example")
    assert page.locator("#ask-page .mark").count() == 0
    ask(page, "What is BCNF?")
    page.click("#earlier input")
    page.locator("[role=option]", has_text=QUESTION).click()
    page.wait_for_function("asked => document.querySelector('.asked')?.innerText.endsWith(asked)", arg=QUESTION)
    page.locator("#ask-page .mark").first.wait_for()
    page.context.close()


def test_phone_width(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch, viewport={"width": 375, "height": 720}, has_touch=True, is_mobile=True)
    ask(page, QUESTION)
    page.wait_for_selector("#ask-page .mark")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"the page is {wide} px wider than the phone"
    page.locator(".answer .cite").first.tap()
    page.wait_for_function(
        "() => { const box = document.querySelector('#ask-page .page').getBoundingClientRect();"
        " return box.top < window.innerHeight && box.bottom > 0; }"
    )
    page.context.close()


def test_dark_is_kept(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch, color_scheme="light")
    assert not page.evaluate("document.body.classList.contains('dark')")
    page.click("#colours")
    page.wait_for_function("document.body.classList.contains('dark')")
    page.reload()
    page.wait_for_selector(".example")
    page.wait_for_function("document.body.classList.contains('dark')")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in background[4:-1].split(",")[:3]) < 60
    page.context.close()


def test_practise_through_all_hints(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch)
    page.get_by_role("tab", name="Practice").click()
    page.wait_for_selector("#exercise h2")
    for stage in range(1, 5):
        page.click("#hint")
        page.locator(".hinted").nth(stage - 1).wait_for()
    answer = page.locator(".hinted p").nth(3).inner_text()
    page.fill("#given textarea", answer)
    page.click("#grade")
    page.wait_for_selector("#result .verdict.right")
    assert "How sure" in page.locator("#result").inner_text()
    first = page.locator("#exercise h2").inner_text()
    page.click("#onward")
    page.wait_for_function("was => document.querySelector('#exercise h2').innerText !== was", arg=first)
    second = page.locator("#exercise h2").inner_text()
    page.click("#onward")
    page.wait_for_function("was => document.querySelector('#exercise h2').innerText !== was", arg=second)
    assert page.locator("#exercise h2").inner_text() != first  # what was skipped does not come back at once
    page.fill("#given textarea", "I think it has something to do with bananas.")
    page.click("#grade")
    page.wait_for_selector("#result .verdict")
    assert page.locator("#result li").count() >= 1  # the reference is shown
    page.context.close()


def test_a_chapter_is_chosen_once_and_a_list_that_is_only_passed_through_changes_nothing(
    browser: Any, address: str, watch: Watch
) -> None:
    page = opened_chat(browser, address, watch)
    page.get_by_role("tab", name="Practice").click()
    page.wait_for_selector("#given textarea")
    page.click("#chapter input")
    page.locator("[role=option]").nth(2).click()  # after "All chapters" and the first
    page.wait_for_function("document.querySelector('#exercise h2').innerText.startsWith('2.')")
    page.wait_for_timeout(2_000)
    assert page.locator("#exercise h2").inner_text().startswith("2.1 ")
    page.fill("#given textarea", "Half an answer.")
    page.focus("#chapter input")
    page.keyboard.press("Tab")
    page.wait_for_timeout(2_000)
    assert page.locator("#exercise h2").inner_text().startswith("2.1 ")
    assert page.input_value("#given textarea") == "Half an answer."
    page.click("#chapter input")
    page.locator("[role=option]").nth(1).click()
    page.wait_for_function("document.querySelector('#exercise h2').innerText.startsWith('1.')")
    page.wait_for_timeout(2_000)
    assert (
        page.locator("#exercise h2").inner_text().startswith("1.2 ")
    )  # the first was left unanswered, and comes again at the end
    assert page.input_value("#given textarea") == ""
    page.context.close()


def test_read_and_search(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch)
    page.get_by_role("tab", name="Read").click()
    page.locator(".outline > ul > li > details > summary").nth(2).click()
    page.wait_for_selector("#read-page img")
    page.fill("#search textarea, #search input", "lossless join")
    page.keyboard.press("Enter")
    page.wait_for_selector("#found .source")
    page.wait_for_selector("#read-page .mark")
    page.context.close()


def test_check_marks_what_the_book_does_not_say(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch)
    page.get_by_role("tab", name="Check a text").click()
    page.fill(
        "#essay textarea", "A weak entity type is an entity type without a key of its own. The moon is made of green cheese."
    )
    page.click("#check")
    page.wait_for_selector(".checked .unsupported")
    assert "green cheese" in page.locator(".checked .unsupported").inner_text()
    page.context.close()


@pytest.mark.parametrize(
    "text", ['<img src=x onerror="window.hit=1">', "${window.hit=1}", "{{constructor}}", "[x](javascript:alert(1))"]
)
def test_a_question_is_text_and_nothing_else(browser: Any, address: str, watch: Watch, text: str) -> None:
    page = opened_chat(browser, address, watch)
    ask(page, f"What is a key {text}?")
    assert page.locator(".asked").inner_text().endswith(f"What is a key {text}?")
    assert page.evaluate("window.hit") is None
    page.context.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_serious_accessibility_fault(browser: Any, address: str, watch: Watch, colours: str) -> None:
    page = opened_chat(browser, address, watch, color_scheme=colours)
    ask(page, QUESTION)
    page.wait_for_selector("#ask-page .mark")
    page.click('button[data-vote="-1"]')
    page.wait_for_selector(".reasons")
    faults = serious_faults(page)
    for name in ("Practice", "Read", "Check a text"):
        page.get_by_role("tab", name=name).click()
        page.wait_for_timeout(300)
        faults += serious_faults(page)
    assert faults == []
    page.context.close()
