"""A slow model behind the chat in a real browser: choosing an engine, the stop button, another book, the place in the queue."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from tests.conftest import run_command
from tests.ui.browser import WAIT_MS, Watch, opened_chat, server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_500)]

QUESTION = "What is a weak entity type?"
SENTENCE = "A weak entity type is an entity type without a key of its own."
MORE = "Then number {0} of them follows, which has {0} attributes."


class _SlowModel(BaseHTTPRequestHandler):
    """An OpenAI-compatible server that goes on and on, a word every tenth of a second, and never repeats itself."""

    gone = threading.Event()
    """Set when a reader hung up in the middle of an answer."""

    def do_GET(self) -> None:
        self._head("application/json")
        self.wfile.write(json.dumps({"data": [{"id": "slow", "max_model_len": 4_096}]}).encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._head("text/event-stream")
        try:
            for number in range(1_000):
                for word in (MORE.format(number) if number else SENTENCE).split():
                    piece = {"choices": [{"delta": {"content": word + " "}}]}
                    self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
                    self.wfile.flush()
                    threading.Event().wait(0.1)
        except OSError:
            self.gone.set()

    def _head(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    """The slow model's URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _SlowModel) as slow:
        slow.daemon_threads = True
        threading.Thread(target=slow.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{slow.server_address[1]}/v1"
        slow.shutdown()


@pytest.fixture(scope="module")
def home(sample_home: Path, session_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a second book."""
    folder = tmp_path_factory.mktemp("two")
    copy = folder / "library"
    shutil.copytree(sample_home, copy, symlinks=True)
    with pymupdf.open() as document:
        for number in range(1, 3):
            page = document.new_page()
            page.insert_text((72, 90), f"{number} Part {number} of the zoo", fontsize=20)
            page.insert_textbox((72, 120, 500, 400), "A zebra is a striped horse of Africa. It eats grass all day. " * 3)
        document.set_metadata({"title": "The zoo"})
        document.save(folder / "zoo.pdf")
    done = run_command("-m", "indexing.rebuild", folder / "zoo.pdf", "--book", "zoo", home=copy, cache=session_root / "cache")
    assert done.returncode == 0, done.stderr
    return copy


@pytest.fixture(scope="module")
def address(home: Path, session_root: Path, model: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An open chat that answers one question at a time, and takes a second longer than it must to open another book."""
    database = tmp_path_factory.mktemp("slow") / "chat.sqlite"
    chosen = {"TUTOR_SERVER_URL": model, "TUTOR_ANSWERING": "1", "SLOW_EVENTS": "change=1"}
    program = ("-m", "tests.ui.slow_pages")
    with server(home=home, cache=session_root / "cache", database=database, program=program, **chosen) as url:
        yield url


def send(page: Any, question: str) -> None:
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")


def choose(page: Any, what: str, name: str) -> None:
    """Choose in the list of engines, or of courses."""
    page.click(f"#{what} input")
    page.locator("[role=option]", has_text=name).click()


def answering(browser: Any, address: str, watch: Watch) -> Any:
    """A page on which the slow model has begun its answer."""
    page = opened_chat(browser, address, watch)
    choose(page, "engine", "Model server")
    send(page, QUESTION)
    page.wait_for_function("document.querySelector('.live .text')?.innerText.includes('weak entity')")
    return page


def test_choose_a_model_stop_it_and_go_on(browser: Any, address: str, watch: Watch) -> None:
    page = answering(browser, address, watch)
    assert page.locator("#question textarea").input_value() == ""
    assert not page.locator("#send").is_visible()
    _SlowModel.gone.clear()
    page.click("#stop")
    page.wait_for_selector(".exchange .acts")
    assert _SlowModel.gone.wait(WAIT_MS / 1000), "the model was not told to stop"
    assert page.locator(".live").count() == 0
    assert "Ended early: stopped" in page.locator(".answer").inner_text()
    page.wait_for_selector("#send", state="visible")
    page.wait_for_selector("#stop", state="hidden")
    choose(page, "engine", "own sentences")
    send(page, QUESTION)
    page.locator(".exchange .acts").nth(1).wait_for()
    assert "without a key of its own" in page.locator(".answer").nth(1).inner_text()
    page.context.close()


def test_a_conversation_that_is_left_while_it_is_answered_keeps_what_there_is(browser: Any, address: str, watch: Watch) -> None:
    page = answering(browser, address, watch)
    _SlowModel.gone.clear()
    page.click("#fresh")
    page.wait_for_selector(".example")
    assert _SlowModel.gone.wait(WAIT_MS / 1000), "the model was not told to stop"
    page.wait_for_selector("#send", state="visible")
    page.wait_for_selector("#stop", state="hidden")
    page.wait_for_timeout(1_000)  # the old answer comes to its end meanwhile
    assert page.locator(".exchange").count() == 0
    send(page, "What is BCNF?")
    page.wait_for_selector(".exchange .acts")
    page.reload()
    page.wait_for_selector(".exchange .acts")
    page.click("#earlier input")
    page.locator("[role=option]", has_text=QUESTION).click()
    page.wait_for_function("document.querySelector('.answer')?.innerText.includes('Ended early: stopped')")
    page.context.close()


def test_an_answer_stays_with_the_book_that_was_asked_when_another_is_chosen_meanwhile(
    browser: Any, address: str, watch: Watch
) -> None:
    page = answering(browser, address, watch)
    _SlowModel.gone.clear()
    choose(page, "course", "zoo")
    page.wait_for_function("document.querySelector('.welcome')?.innerText.includes('zoo')")
    assert _SlowModel.gone.wait(WAIT_MS / 1000), "the model was not told to stop"
    page.wait_for_timeout(1_000)  # whatever of the old answer comes late
    assert page.locator(".exchange, .source, .mark, #export a").count() == 0
    assert not page.locator("#earlier").is_visible()  # nor is it among this book's earlier conversations
    send(page, "What is a zebra?")
    page.wait_for_selector("#ask-page .mark")
    assert page.locator(".asked").count() == 1
    assert "book/zoo/page/" in page.locator("#ask-page img").get_attribute("src")
    choose(page, "course", "Database")
    page.wait_for_function("document.querySelector('.answer')?.innerText.includes('Ended early: stopped')")
    assert [text.split("\n")[-1] for text in page.locator(".asked").all_inner_texts()] == [QUESTION]
    page.locator(".answer .cite").first.click()
    page.wait_for_selector("#ask-page .mark")
    assert "book/sample/page/" in page.locator("#ask-page img").get_attribute("src")
    page.context.close()


def test_a_question_that_is_typed_while_another_book_is_opened_goes_to_that_book(
    browser: Any, address: str, watch: Watch
) -> None:
    page = opened_chat(browser, address, watch)
    send(page, QUESTION)
    page.wait_for_selector("#ask-page .mark")
    choose(page, "course", "zoo")
    page.wait_for_selector("#chat .opening")  # nothing of the old conversation can be clicked meanwhile
    assert page.locator("#question textarea").is_disabled()
    page.fill("#question textarea", "What is a zebra?")  # waits until it is open
    page.keyboard.press("Enter")
    page.wait_for_selector(".exchange .acts")
    assert "striped horse" in page.locator(".answer").inner_text()
    assert page.locator(".asked").count() == 1
    page.context.close()


def test_a_list_of_books_that_is_only_passed_through_leaves_everything(browser: Any, address: str, watch: Watch) -> None:
    page = answering(browser, address, watch)
    page.locator("#course input").focus()
    page.keyboard.press("Tab")
    page.wait_for_timeout(2_000)
    assert page.locator(".live").count() == 1
    page.click("#stop")
    page.wait_for_selector(".exchange .acts")
    page.context.close()


def test_who_waits_sees_the_place_in_the_queue(browser: Any, address: str, watch: Watch) -> None:
    first, second = opened_chat(browser, address, watch), opened_chat(browser, address, watch)
    choose(first, "engine", "Model server")
    send(first, QUESTION)
    first.wait_for_selector(".live")
    send(second, QUESTION)
    second.wait_for_function("/queue: \\d+\\/\\d+/.test(document.querySelector('#waiting').innerText)")
    told = second.locator("#waiting .progress-text").bounding_box()  # it is really seen there, and cut off by nothing
    middle = [told["x"] + told["width"] / 2, told["y"] + told["height"] / 2]
    assert second.evaluate("at => document.elementFromPoint(...at).closest('#waiting') !== null", middle)
    first.click("#stop")
    second.wait_for_selector(".exchange .acts")
    assert not second.locator("#waiting").is_visible()
    for page in (first, second):
        page.context.close()
