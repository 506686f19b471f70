"""A signed-in student as an attacker, over the protocol that the pages themselves use; Gradio is the real one here."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from tests.classroom.conftest import PASSWORD, Classroom, FakeShelf, open_room, populated
from tests.ui.browser import free_port
from tutor.classroom.wall import COOKIE
from tutor.ui.server import build_server

pytestmark = [  # Gradio's own queue uses what pandas will drop
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

LONG = "key " * 100_000  # below the limit of a request, far above that of any box
SECRET = "What do I not understand about keys?"


@dataclass
class Page:
    """An opened page: its client, the session that it names, and Gradio's description of it."""

    client: httpx.Client
    session: str
    prefix: str = ""
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def opened(cls, client: httpx.Client, session: str, prefix: str = "") -> "Page":
        found = client.get(f"{prefix}/config").json()["dependencies"]
        page = cls(client, session, prefix, {item["api_name"]: item for item in found if item["backend_fn"]})
        assert succeeded(page.call("load", []))
        return page

    def send(self, name: str, data: Sequence[Any], session: str = "", event: object = None) -> Any:
        """The answer to the sending of an event alone."""
        function = self.functions[name]
        body = {"data": data, "fn_index": function["id"], "session_hash": session or self.session, "event_data": event,
                "trigger_id": function["targets"][0][0]}  # fmt: skip
        return self.client.post(f"{self.prefix}/gradio_api/queue/join", json=body)

    def call(self, name: str, data: Sequence[Any], event: object = None) -> list[dict[str, Any]]:
        """What comes of an event, to its end."""
        assert self.send(name, data, event=event).status_code == 200
        stream = self.client.get(f"{self.prefix}/gradio_api/queue/data", params={"session_hash": self.session})
        lines = [json.loads(line[5:]) for line in stream.text.splitlines() if line.startswith("data:")]
        return [line for line in lines if line["msg"] in ("process_generating", "process_completed")]


def succeeded(events: list[dict[str, Any]]) -> bool:
    return bool(events[-1]["success"])


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    """The classroom; of the books there is only what the fake shelf has."""
    with pytest.MonkeyPatch.context() as patch:
        book = SimpleNamespace(name="db", pdf_path=None, outline=list)
        for name, value in {"questions": [], "examples": ["What is a key?"], "page_labels": {}, "book": book}.items():
            patch.setattr(FakeShelf, name, lambda *_, value=value: value, raising=False)
        patch.setattr("tutor.ui.read_tab._contents", lambda *_: "")
        folder = tmp_path_factory.mktemp("school")
        made = populated(open_room(folder, questions_per_minute=1_000))
        for name in ("db", "ai"):
            (folder / "library" / name).mkdir()
            (folder / "library" / name / "manifest.json").touch()
        yield made
        made.room.database.close()


@pytest.fixture(scope="module")
def address(school: Classroom) -> Iterator[str]:
    """The server on a port of this machine, in a thread: Gradio's queue and its streams want a real one."""

    async def built() -> FastAPI:  # in a loop that runs: Gradio would make loops of its own and never close them
        return build_server(school.room)

    port = free_port()
    server = uvicorn.Server(uvicorn.Config(asyncio.run(built()), host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = server.force_exit = True
    thread.join(30)


@pytest.fixture
def sign_in(address: str) -> Iterator[Callable[[str], httpx.Client]]:
    """A browser for each who signs in; for "" nobody is."""
    opened: list[httpx.Client] = []

    def browser(name: str) -> httpx.Client:
        client = httpx.Client(base_url=address, timeout=60, trust_env=False)
        opened.append(client)
        if name:
            assert client.post("/sign-in", data={"name": name, "password": PASSWORD}).status_code == 303
        return client

    yield browser
    for client in opened:
        client.close()


SignIn = Callable[[str], httpx.Client]


def asked(page: Page, school: Classroom, who: str, question: str = SECRET) -> tuple[int, int]:
    """(conversation, message) of a question that somebody asks."""
    person, course = getattr(school, who), school.databases if who == "bob" else school.networks
    events = page.call("ask", [question, course.id, "quote", None])
    assert succeeded(events)
    assert any(f"About {question}" in json.dumps(event) for event in events)
    conversation = school.room.conversations.latest(person, course.id)
    assert conversation is not None
    return conversation, school.room.conversations.exchanges(person, conversation)[-1].id


def test_no_event_can_be_sent_as_anothers_page(sign_in: SignIn, school: Classroom) -> None:
    bob, eve = Page.opened(sign_in("bob"), "bobs-1"), Page.opened(sign_in("eve"), "eves-1")
    asked(bob, school, "bob")
    for name in eve.functions:
        answer = eve.send(name, [None] * 6, session="bobs-1")
        assert (answer.status_code, answer.text) == (403, "this page belongs to somebody else"), name
    for path in ("cancel", "reset"):
        body = {"session_hash": "bobs-1", "fn_index": 1, "event_id": "x"}
        assert eve.client.post(f"/gradio_api/{path}", json=body).status_code == 403
    doubled = b'{"session_hash": "eves-1", "data": [], "fn_index": 0, "session_hash": "bobs-1"}'
    headers = {"content-type": "application/json"}
    assert eve.client.post("/gradio_api/queue/join", content=doubled, headers=headers).status_code == 403
    assert eve.send("halt", []).status_code == 200  # her own


@pytest.mark.parametrize("query", ["session_hash=bobs-2", "session_hash=eves-2&session_hash=bobs-2"])
def test_nobody_listens_to_anothers_page_however_it_is_named(sign_in: SignIn, query: str) -> None:
    Page.opened(sign_in("bob"), "bobs-2")
    eve = Page.opened(sign_in("eve"), "eves-2")
    assert eve.client.get(f"/gradio_api/queue/data?{query}").status_code == 403


def test_anothers_conversation_by_number(sign_in: SignIn, school: Classroom) -> None:
    """A page's state is the server's: what a browser sends in its place is not looked at."""
    bob, eve = Page.opened(sign_in("bob"), "bobs-3"), Page.opened(sign_in("eve"), "eves-3")
    conversation, message = asked(bob, school, "bob")
    before = len(school.room.conversations.exchanges(school.bob, conversation))
    own, _ = asked(eve, school, "eve", "What is a net?")
    stolen = {"conversation": conversation}
    for course in (school.networks.id, school.databases.id):
        eve.call("ask", ["And mine?", course, "quote", stolen])
    seen = [
        eve.call("show", [stolen], {"message": message, "n": 1}),
        eve.call("vote", [stolen], {"message": message, "vote": -1, "reason": "mine"}),
        eve.call("again", [school.databases.id, "quote", stolen]),
        eve.call("go_back", [conversation, school.networks.id]),
        eve.call("go_back", [conversation, school.databases.id]),
        eve.call("change", [school.databases.id]),
    ]
    assert SECRET not in json.dumps(seen)
    assert [succeeded(events) for events in seen] == [False] * 6
    assert school.room.conversations.exchanges(school.bob, conversation)[-1].vote == 0
    assert len(school.room.conversations.exchanges(school.bob, conversation)) == before
    assert {item.question for item in school.room.conversations.exchanges(school.eve, own)} >= {"What is a net?", "And mine?"}
    for path in (f"/conversation/{conversation}.md", f"/desk/course/{school.databases.id}/down-voted.csv"):
        assert eve.client.get(path).status_code in (403, 404), path
    assert SECRET not in eve.client.get("/my-data.json").text


@pytest.mark.parametrize("path", ["/desk", "//desk", "/%64esk", "/desk/.", "/./desk", "/DESK", "/x/../desk"])
def test_no_event_of_the_desk_answers_a_student(sign_in: SignIn, path: str) -> None:
    eve, headers = sign_in("eve"), {"content-type": "application/json"}
    body = json.dumps({"data": [], "fn_index": 0, "session_hash": "eves-4"}).encode()
    for there in ("/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/cancel"):
        assert eve.post(httpx.URL(str(eve.base_url) + path + there), content=body, headers=headers).status_code in (
            403,
            404,
            405,
        )
    assert eve.get(httpx.URL(str(eve.base_url) + path + "/config")).status_code in (403, 404)


def test_a_leader_reaches_no_other_course_by_its_number(sign_in: SignIn, school: Classroom) -> None:
    ada = Page.opened(sign_in("ada"), "adas-5", "/desk")
    other, code = school.networks.id, school.networks.join_code or "?"
    pseudonym = school.eve.pseudonym
    inputs = {
        "change": [other], "watch": [other], "show": ["ai", other], "go": ["db", other], "go_back": [other],
        "ask": ["What is a net?", other], "keep": ["What is a net?", "A net.", other], "take_back": [1, other],
        "renew": [other], "use": ["quote", "", other], "shut": ["1", "2999-01-01", other], "retain": [1, other],
        "give": [pseudonym, other], "remove": [pseudonym, True, other], "start": [None, None, other],
    }  # fmt: skip
    page_alone = {"load", "turn_back", "turn_on"}
    assert set(inputs) == set(ada.functions) - page_alone  # an event that is new has to be tried here, too
    for name, data in inputs.items():
        events = ada.call(name, data)
        assert not succeeded(events), name
        assert code not in json.dumps(events), name
    after = school.room.courses.of(school.zoe, other)
    assert (after.join_code, after.book, after.retention_days) == (code, "ai", None)
    assert school.room.privacy.students(school.zoe, other) == [pseudonym]


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../../etc/passwd", "/proc/self/environ"])
def test_no_file_of_the_server_can_be_named_as_an_upload(sign_in: SignIn, school: Classroom, path: str) -> None:
    ada = Page.opened(sign_in("ada"), f"adas-6{path}", "/desk")
    named = {"path": path, "orig_name": "book.pdf", "meta": {"_type": "gradio.FileData"}}
    assert not succeeded(ada.call("start", [named, None, school.databases.id]))
    assert school.room.uploads.builds(school.ada, school.databases.id) == []
    for address in (f"/desk/gradio_api/file={path}", f"/gradio_api/file={path}", f"/desk/file={path}"):
        assert ada.client.get(address).status_code in (403, 404), address


@pytest.mark.parametrize("who", ["", "bob", "ada"])
@pytest.mark.parametrize("folder", ["assets", "static", "svelte", "desk/assets", "desk/static", "book", "conversation"])
def test_no_path_of_a_file_leads_out_of_its_folder(sign_in: SignIn, who: str, folder: str) -> None:
    client = sign_in(who)
    for path in (f"{'..%2f' * 12}etc%2fpasswd", f"{'%2e%2e/' * 12}etc/passwd", "%2fetc%2fpasswd", "..%5c..%5cetc%5cpasswd"):
        answer = client.get(httpx.URL(f"{client.base_url}/{folder}/{path}"))
        assert answer.status_code in (303, 401, 403, 404), path
        assert "root:" not in answer.text, path


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ask", [LONG, 1, "quote", None]),
        ("find", [LONG, 1]),
        ("run", [LONG, 1]),
        ("graded", [None, None, LONG, 1]),
        ("judge", [None, LONG]),
    ],
)
def test_what_is_far_too_long_is_not_taken_from_a_student(
    sign_in: SignIn, school: Classroom, name: str, data: list[Any]
) -> None:
    bob = Page.opened(sign_in("bob"), f"bobs-7{name}")
    before = school.room.privacy.export(school.bob.id)
    started = time.monotonic()
    events = bob.call(name, data)
    assert time.monotonic() - started < 20
    shown = json.dumps(events)
    assert len(shown) < 2 * len(LONG)
    assert school.room.privacy.export(school.bob.id) == before
    assert name == "ask" or not succeeded(events)


@pytest.mark.parametrize("engine", ["/etc", "small", "server", "someone/some-model"])
def test_a_student_can_have_no_engine_loaded_that_is_not_offered(sign_in: SignIn, school: Classroom, engine: str) -> None:
    bob = Page.opened(sign_in("bob"), f"bobs-8{engine}")
    events = bob.call("ask", ["What is a key?", school.databases.id, engine, None])
    assert "About What is a key?" not in json.dumps(events)


_READ = (
    *(
        "config",
        "user",
        "logout",
        "manifest.json",
        "pwa_icon",
        "gradio_api/user",
        "gradio_api/app_id",
        "gradio_api/login_check",
    ),
    *("gradio_api/startup-events", "gradio_api/heartbeat/x", "gradio_api/queue/status", "gradio_api/queue/data?session_hash=x"),
    *("gradio_api/profiling/summary", "gradio_api/upload_progress?upload_id=x", "gradio_api/file=/etc/passwd"),
)
_SENT = ("login", *(f"gradio_api/{name}" for name in ("cancel", "reset", "queue/join", "vibe-edit/", "upload", "run/ask")))


def test_nothing_of_gradio_answers_who_is_not_signed_in(sign_in: SignIn) -> None:
    stranger, shut = sign_in(""), (401, 403, 404)
    for prefix in ("", "/desk"):
        for path in _READ:
            assert stranger.get(f"{prefix}/{path}").status_code in shut, (prefix, path)
        for path in _SENT:
            assert stranger.post(f"{prefix}/{path}", json={}).status_code in shut, (prefix, path)


def test_a_session_that_was_set_before_the_sign_in_is_not_the_one_after(sign_in: SignIn) -> None:
    fixed = "a" * 43
    stranger, victim = sign_in(""), sign_in("")
    victim.cookies.set(COOKIE, fixed)
    answer = victim.post("/sign-in", data={"name": "bob", "password": PASSWORD})
    given = answer.cookies[COOKIE]
    assert len(given) >= 43
    assert given != fixed
    assert stranger.get("/my-data.json", headers={"cookie": f"{COOKIE}={fixed}"}).status_code == 401
    assert stranger.get("/my-data.json", headers={"cookie": f"{COOKIE}={given}"}).status_code == 200
    stranger.post("/sign-out", headers={"cookie": f"{COOKIE}={given}"})
    assert stranger.get("/my-data.json", headers={"cookie": f"{COOKIE}={given}"}).status_code == 401


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/sign-out", "/join", "/my-data/delete", "/gradio_api/queue/join"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_no_form_of_another_site_does_anything(sign_in: SignIn, path: str, origin: str) -> None:
    bob = sign_in("bob")
    form = {"name": "eve", "password": PASSWORD, "code": "X"}
    assert bob.post(path, data=form, headers={"origin": origin}).status_code == 403
    assert bob.get("/my-data.json").json()["account"]["name"] == "bob"


def test_a_link_on_another_site_signs_nobody_out(sign_in: SignIn) -> None:
    bob = sign_in("bob")
    bob.get("/sign-out", headers={"sec-fetch-site": "cross-site"})
    assert bob.get("/my-data.json").status_code == 200
    bob.get("/sign-out", headers={"sec-fetch-site": "same-origin"})
    assert bob.get("/my-data.json").status_code == 401


def test_join_codes_cannot_be_guessed_on_and_on(sign_in: SignIn, school: Classroom) -> None:
    zoe = sign_in("zoe")
    statuses = {zoe.post("/join", data={"code": f"WRONG{number:03}"}).status_code for number in range(30)}
    assert statuses == {400}
    assert zoe.post("/join", data={"code": school.databases.join_code or ""}).status_code == 429
    assert school.databases.id not in [course.id for course in school.room.courses.mine(school.zoe)]
