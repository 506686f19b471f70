"""A slow model behind the chat in a real browser: the choice of an engine, the stop button, the place in the queue."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

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
def address(sample_home: Path, session_root: Path, model: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An open chat that answers one question at a time."""
    database = tmp_path_factory.mktemp("slow") / "chat.sqlite"
    chosen = {"TUTOR_SERVER_URL": model, "TUTOR_ANSWERING": "1"}
    with server(home=sample_home, cache=session_root / "cache", database=database, **chosen) as url:
        yield url


def send(page: Any, question: str) -> None:
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")


def choose_engine(page: Any, name: str) -> None:
    page.click("#engine input")
    page.locator("[role=option]", has_text=name).click()


def test_choose_a_model_stop_it_and_go_on(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch)
    choose_engine(page, "Model server")
    send(page, QUESTION)
    page.wait_for_function("document.querySelector('.live .text')?.innerText.includes('weak entity')")
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
    choose_engine(page, "own sentences")
    send(page, QUESTION)
    page.locator(".exchange .acts").nth(1).wait_for()
    assert "without a key of its own" in page.locator(".answer").nth(1).inner_text()
    page.context.close()


def test_a_conversation_that_is_left_while_it_is_answered_keeps_what_there_is(browser: Any, address: str, watch: Watch) -> None:
    page = opened_chat(browser, address, watch)
    choose_engine(page, "Model server")
    send(page, QUESTION)
    page.wait_for_function("document.querySelector('.live .text')?.innerText.includes('weak entity')")
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


def test_who_waits_sees_the_place_in_the_queue(browser: Any, address: str, watch: Watch) -> None:
    first, second = opened_chat(browser, address, watch), opened_chat(browser, address, watch)
    choose_engine(first, "Model server")
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
