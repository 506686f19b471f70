"""An OpenAI-compatible server, good and bad, played by a transport that never leaves the process."""

import json
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

import tutor.engines.server as server
from indexing.errors import LimitError, ModelError, UsageError
from tutor.engines.base import Generation
from tutor.engines.server import ServerEngine
from tutor.prompt import Message

MODELS = {"data": [{"id": "tiny", "max_model_len": 2048}]}
CHAT = [Message("user", "What is a key?")]
Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_PAUSE_S", 0.0)


def engine(answer: Handler, **options: str) -> ServerEngine:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=MODELS) if request.url.path.endswith("/models") else answer(request)

    return ServerEngine("http://127.0.0.1:9/v1", transport=httpx.MockTransport(handle), **options)


def events(*pieces: str, end: str = "data: [DONE]\n\n") -> httpx.Response:
    lines = [f"data: {json.dumps({'choices': [{'delta': {'content': piece}}]})}\n\n" for piece in pieces]
    return httpx.Response(200, text="".join(lines) + end, headers={"content-type": "text/event-stream"})


def test_pieces_come_in_order_and_the_request_is_greedy() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        return events("A key ", "is minimal.")

    one = engine(answer, key="secret")
    assert list(one.stream(CHAT, Generation(max_new_tokens=9))) == ["A key ", "is minimal."]
    assert (one.name, one.context_tokens) == ("tiny", 2048)
    assert asked == [
        {"model": "tiny", "messages": [{"role": "user", "content": "What is a key?"}], "max_tokens": 9, "temperature": 0,
         "stream": True}
    ]  # fmt: skip


def test_a_stream_without_done_and_an_answer_that_is_not_streamed_are_taken_too() -> None:
    assert list(engine(lambda _: events("A", end="")).stream(CHAT, Generation())) == ["A"]
    whole = httpx.Response(200, json={"choices": [{"message": {"content": "A key."}}]})
    assert list(engine(lambda _: whole).stream(CHAT, Generation())) == ["A key."]


def test_a_server_that_is_busy_for_a_moment_is_asked_again_a_limited_number_of_times() -> None:
    statuses = [503, 429]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(statuses.pop(0)) if statuses else events("yes")

    assert list(engine(answer).stream(CHAT, Generation())) == ["yes"]
    tries = []
    with pytest.raises(ModelError, match="status 503"):
        list(engine(lambda _: tries.append(1) or httpx.Response(503)).stream(CHAT, Generation()))
    assert len(tries) == 3


def test_an_error_that_will_not_go_away_is_not_tried_again() -> None:
    tries = []
    with pytest.raises(ModelError, match="refused the key"):
        list(engine(lambda _: tries.append(1) or httpx.Response(401)).stream(CHAT, Generation()))
    assert len(tries) == 1


@pytest.mark.parametrize(
    "garbage",
    ["data: <html>\n\n", 'data: {"choices": 3}\n\n', 'data: {"error": {"message": "out of memory"}}\n\n', "data: 7\n\n"],
)
def test_garbage_is_named(garbage: str) -> None:
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9"):
        list(engine(lambda _: events(end=garbage)).stream(CHAT, Generation()))


def test_a_server_that_falls_silent_midway_ends_the_answer_with_what_came() -> None:
    class Silent(httpx.SyncByteStream):
        def __iter__(self):
            yield b'data: {"choices": [{"delta": {"content": "A key "}}]}\n\n'
            raise httpx.ReadTimeout("silent")

    response = httpx.Response(200, stream=Silent(), headers={"content-type": "text/event-stream"})
    stream = engine(lambda _: response).stream(CHAT, Generation())
    assert next(stream) == "A key "
    with pytest.raises(LimitError, match="fell silent"):
        next(stream)


def test_stop_and_time_limit_end_a_stream() -> None:
    generation = Generation()
    stream = engine(lambda _: events("a", "b", "c")).stream(CHAT, generation)
    assert next(stream) == "a"
    generation.stop.set()
    assert list(stream) == []
    with pytest.raises(LimitError, match="time limit"):
        list(engine(lambda _: events("a", "b")).stream(CHAT, Generation(time_limit_s=-1)))


def test_a_stop_is_heard_while_the_server_is_silent() -> None:
    generation, speak, closed = Generation(), threading.Event(), threading.Event()

    class Silent(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            speak.wait(60)
            yield b'data: {"choices": [{"delta": {"content": "late"}}]}\n\n'

        def close(self) -> None:
            closed.set()

    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Silent())
    threading.Timer(0.1, generation.stop.set).start()
    started = time.monotonic()
    assert list(engine(lambda _: response).stream(CHAT, generation)) == []
    assert time.monotonic() - started < 1
    assert not closed.is_set()
    speak.set()
    assert closed.wait(10)  # hung up on


def test_what_is_wrong_with_the_settings_is_said_at_once() -> None:
    with pytest.raises(UsageError, match="TUTOR_SERVER_URL"):
        ServerEngine("localhost:8000")
    with pytest.raises(ModelError, match="has no model 'big'; it has: tiny"):
        engine(lambda _: events(), model="big")

    def down(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ModelError, match=r"no answer from the server at http://127\.0\.0\.1:9/v1"):
        ServerEngine("http://127.0.0.1:9/v1", transport=httpx.MockTransport(down))
