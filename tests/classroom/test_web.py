"""The wall and the plain pages, through HTTP: who gets in, what is refused, what never comes back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexing.errors import UsageError
from tests.classroom.conftest import PASSWORD, Classroom, open_room, populated
from tutor.classroom.asking import Ask
from tutor.classroom.downloads import add_desk_downloads, add_downloads
from tutor.classroom.room import Room
from tutor.classroom.wall import COOKIE, Wall, session_cookie, token_of
from tutor.classroom.web import web_app

HTML = {"accept": "text/html"}


def served(room: Room) -> Any:
    """The application without Gradio, and a page at / and /desk/ to stand for it."""
    app = web_app(room)
    add_downloads(app, room)
    if room.door != "open":
        add_desk_downloads(app, room)

    @app.get("/")
    @app.get("/desk/")
    @app.post("/gradio_api/queue/join")
    @app.post("/desk/gradio_api/upload")
    async def page() -> dict[str, str]:
        return {"page": "yes"}

    app.add_middleware(Wall, room=room)
    return app


@pytest.fixture
def client(classroom: Classroom) -> Iterator[TestClient]:
    with TestClient(served(classroom.room), base_url="http://school.example", follow_redirects=False) as started:
        yield started


def sign_in(client: TestClient, name: str, password: str = PASSWORD) -> Any:
    client.cookies.clear()
    return client.post("/sign-in", data={"name": name, "password": password})


def test_nothing_is_shown_before_sign_in(client: TestClient) -> None:
    answer = client.get("/", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    for path in (
        "/config",
        "/gradio_api/queue/data?session_hash=x",
        "/book/db/page/1.png",
        "/my-data.json",
        "/desk/",
        "/nothing",
    ):
        assert client.get(path).status_code in (401, 403), path
    for path in ("/gradio_api/queue/join", "/gradio_api/upload", "/my-data/delete", "/join"):
        assert client.post(path).status_code in (401, 403, 404), path


def test_sign_in_wrong_and_right(client: TestClient) -> None:
    wrong = sign_in(client, "bob", "wrong password")
    assert wrong.status_code == 401
    assert "do not go together" in wrong.text
    right = sign_in(client, "bob")
    assert (right.status_code, right.headers["location"]) == (303, "/")
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert client.get("/").json() == {"page": "yes"}
    client.get("/sign-out")
    assert client.get("/").status_code == 401


def test_brute_force_is_answered_429_also_with_the_right_password(client: TestClient) -> None:
    statuses = [sign_in(client, "bob", f"wrong password {number}").status_code for number in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    assert sign_in(client, "bob").status_code == 429


@pytest.mark.parametrize("token", ["", "x", "../../etc/passwd", "' OR 1=1 --", "a" * 5_000])
def test_a_made_up_cookie_opens_nothing(client: TestClient, token: str) -> None:
    client.cookies.set(COOKIE, token)
    assert client.get("/").status_code == 401


def test_nobody_listens_to_anothers_page(client: TestClient, classroom: Classroom) -> None:
    classroom.room.sessions.claim("s1", classroom.bob.id)
    sign_in(client, "eve")
    for path in (
        "/gradio_api/queue/data?session_hash=s1",
        "/gradio_api/heartbeat/s1",
        "/desk/gradio_api/queue/data?session_hash=s1",
    ):
        assert client.get(path).status_code == 403, path
    assert client.get("/gradio_api/heartbeat/s2").status_code == 404  # passed on; there is no Gradio in this test
    sign_in(client, "bob")
    assert client.get("/gradio_api/heartbeat/s1").status_code == 404
    with pytest.raises(UsageError, match="somebody else"):
        classroom.room.sessions.claim("s1", classroom.eve.id)


def test_the_desk_is_for_instructors(client: TestClient) -> None:
    sign_in(client, "bob")
    assert client.get("/desk/").status_code == 403
    assert client.post("/desk/gradio_api/upload", content=b"x").status_code == 403
    assert client.get("/desk/course/1/sections.csv").status_code == 403
    sign_in(client, "ada")
    assert client.get("/desk/").status_code == 200
    assert client.get("/desk", follow_redirects=False).headers["location"] == "/desk/"


def test_reports_of_another_course_are_not_there(client: TestClient, classroom: Classroom) -> None:
    sign_in(client, "ada")
    mine, other = classroom.databases.id, classroom.networks.id
    assert client.get(f"/desk/course/{mine}/sections.csv").status_code == 200
    for path in (
        f"/desk/course/{other}/sections.csv",
        f"/desk/course/{other}/regression.jsonl",
        f"/desk/course/{other}/student/{classroom.eve.pseudonym}.json",
        f"/desk/course/{mine}/student/{classroom.eve.pseudonym}.json",
        f"/desk/course/{mine}/nothing.csv",
    ):
        assert client.get(path).status_code == 404, path


def test_another_students_conversation_by_number(client: TestClient, classroom: Classroom) -> None:
    list(classroom.room.asking.ask(classroom.bob, Ask(classroom.databases.id, "What is a key?")))
    number = classroom.room.conversations.latest(classroom.bob, classroom.databases.id)
    sign_in(client, "bob")
    assert "What is a key?" in client.get(f"/conversation/{number}.md").text.replace("\\", "")
    sign_in(client, "eve")
    mine, nobodys = client.get(f"/conversation/{number}.md"), client.get("/conversation/99999.md")
    assert mine.status_code == nobodys.status_code == 404
    assert mine.text == nobodys.text


@pytest.mark.parametrize(
    "path",
    [
        "/book/../page/1.png",
        "/book/..%2f..%2fetc/page/1.png",
        "/book/ai/page/1.png",
        "/book/%2fetc%2fpasswd/page/1.png",
        "/book/db/page/..%2f..%2f1.png",
        "/assets/../../../../etc/passwd",
        "/assets/..%2f..%2f..%2fetc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=../../../etc/passwd",
    ],
)
def test_no_path_leads_out(client: TestClient, path: str) -> None:
    sign_in(client, "bob")
    answer = client.get(path)
    assert answer.status_code in (403, 404, 422), answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/proxy=https://example.org/",
        "/proxy=https://example.org/",
        "/desk/gradio_api/proxy=https://example.org/",
        "/gradio_api/openapi.json",
        "/gradio_api/info",
        "/monitoring",
        "/gradio_api/call/ask",
        "/gradio_api/run/ask",
        "/gradio_api/component_server",
        "/gradio_api/upload",
        "//gradio_api//upload",
        "/openapi.json",
        "/docs",
    ],
)
def test_gradios_other_doors_are_shut(client: TestClient, path: str) -> None:
    sign_in(client, "ada")
    assert client.get(path).status_code == 404
    assert client.post(path, content=b"{}").status_code == 404


def test_a_post_from_another_site_is_refused(client: TestClient) -> None:
    sign_in(client, "bob")
    assert client.post("/my-data/delete", headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post("/gradio_api/queue/join", headers={"origin": "null"}).status_code == 403
    assert client.post("/gradio_api/queue/join", headers={"origin": "http://school.example"}).status_code == 200


def test_large_bodies_are_refused_with_and_without_a_stated_length(client: TestClient) -> None:
    sign_in(client, "bob")

    form = {"content-type": "application/x-www-form-urlencoded"}

    def pieces() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * 100_000

    assert client.post("/sign-in", content=b"x" * 2_000_000).status_code == 413
    assert client.post("/sign-in", content=pieces(), headers=form).status_code == 413


def test_a_1_gb_upload_is_refused_before_it_is_sent(client: TestClient) -> None:
    sign_in(client, "ada")
    answer = client.post("/desk/gradio_api/upload", content=b"x", headers={"content-length": str(1_000_000_000)})
    assert answer.status_code == 413


def test_every_answer_keeps_the_browser_at_home(client: TestClient) -> None:
    for answer in (client.get("/sign-in"), client.get("/"), client.get("/health")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "http:" not in policy
        assert "https:" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_sign_up_needs_a_code_and_wrong_codes_are_counted(client: TestClient, classroom: Classroom) -> None:
    form = {"name": "carl", "password": PASSWORD}
    assert client.post("/sign-up", data={**form, "code": "WRONG"}).status_code == 400
    code = classroom.databases.join_code or ""
    assert client.post("/sign-up", data={**form, "code": code.lower()}).status_code == 303
    assert client.get("/").status_code == 200
    client.cookies.clear()
    for number in range(30):
        client.post("/sign-up", data={"name": f"d{number}", "password": PASSWORD, "code": f"WRONG{number}"})
    assert client.post("/sign-up", data={"name": "dora", "password": PASSWORD, "code": code}).status_code == 429


def test_join_another_course(client: TestClient, classroom: Classroom) -> None:
    sign_in(client, "bob")
    assert client.post("/join", data={"code": "nothing"}).status_code == 400
    answer = client.post("/join", data={"code": classroom.networks.join_code or ""})
    assert answer.headers["location"] == f"/?course={classroom.networks.id}"
    assert classroom.room.courses.of(classroom.bob, classroom.networks.id).role == "student"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_forms_give_nothing_back_unescaped(client: TestClient, name: str) -> None:
    for answer in (
        sign_in(client, name, "wrong password"),
        client.post("/sign-up", data={"name": name, "password": name, "code": name}),
    ):
        assert "<script>" not in answer.text
        assert "onerror" not in answer.text


def test_after_a_mistake_a_form_still_has_what_was_typed_but_the_password(client: TestClient) -> None:
    wrong = client.post("/sign-up", data={"name": "carl@uni.example", "password": PASSWORD, "code": "WRONG"})
    assert '<input id="name" name="name" value="carl@uni.example" autocomplete="username" required>' in wrong.text
    assert '<input id="code" name="code" value="WRONG" required>' in wrong.text
    assert '<p class="error" role="alert">No course has this code; ask your instructor for it</p>' in wrong.text
    assert PASSWORD not in wrong.text
    assert 'value="bob"' in sign_in(client, "bob", "wrong password").text


def test_deleting_oneself_has_to_be_confirmed(client: TestClient) -> None:
    sign_in(client, "bob")
    assert '<input type="checkbox" required>Yes, delete it: it cannot be had back' in client.get("/my-data").text


def test_delete_me(client: TestClient, classroom: Classroom) -> None:
    sign_in(client, "bob")
    assert client.get("/my-data.json").json()["account"]["name"] == "bob"
    assert client.post("/my-data/delete").status_code == 303
    assert client.get("/").status_code == 401
    assert sign_in(client, "bob").status_code == 401


@pytest.mark.parametrize("prefix", ["", "/tutor"])  # as servers put it before the path, or do not
def test_under_a_prefix_every_redirect_stays_there(classroom: Classroom, prefix: str) -> None:
    with TestClient(served(classroom.room), root_path="/tutor", follow_redirects=False) as client:
        assert client.get(f"{prefix}/", headers=HTML).headers["location"] == "/tutor/sign-in"
        answer = client.post(f"{prefix}/sign-in", data={"name": "ada", "password": PASSWORD})
        assert answer.headers["location"] == "/tutor/"
        cookie, path, *_ = answer.headers["set-cookie"].split("; ")
        assert path == "Path=/tutor"
        assert client.get(f"{prefix}/desk", headers={"cookie": cookie}).headers["location"] == "/tutor/desk/"
        assert client.get(f"{prefix}/gradio_api/file=/etc/passwd").status_code == 404


def test_the_cookie_of_the_nearest_tutor_counts() -> None:
    """Browsers send the longest path's cookie first; another tutor on the same host may have one at a shorter path."""
    assert token_of({"cookie": f"other=1; {COOKIE}=mine; {COOKIE}=of-the-whole-host"}) == "mine"
    assert token_of({"cookie": f"{COOKIE}="}) is None
    assert token_of({}) is None
    assert b"; Path=/;" in session_cookie("t", {"root_path": ""}, https=False)
    assert b"; Path=/tutor;" in session_cookie("t", {"root_path": "/tutor/"}, https=False)
    assert b"Max-Age=0" in session_cookie("", {}, https=True)


def test_health_tells_no_names(client: TestClient, classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    client.cookies.clear()
    assert client.get("/health").json() == {"status": "ok", "books": 2}
    monkeypatch.setattr(classroom.room.shelf, "names", list)
    assert client.get("/health").status_code == 503


def test_a_proxy_names_the_person_and_nobody_else_can(tmp_path: Path) -> None:
    room = open_room(tmp_path, "proxy", proxy_secret="s3cret", sign_in="proxy")
    populated_room = served(room)
    with TestClient(populated_room, follow_redirects=False) as client:
        assert client.get("/", headers={"x-remote-user": "carl@uni.example"}).status_code == 401
        assert client.get("/", headers={"x-remote-user": "carl@uni.example", "x-proxy-secret": "wrong"}).status_code == 401
        good = {"x-remote-user": "carl@uni.example", "x-proxy-secret": "s3cret"}
        assert client.get("/", headers=good).status_code == 200
        assert client.get("/my-data.json", headers=good).json()["account"]["name"] == "carl@uni.example"
        assert client.get("/my-data.json", headers={**good, "x-remote-user": "<x>"}).status_code == 403
        assert client.get("/sign-in", headers=good).status_code == 404
    room.database.close()


def test_the_open_chat_gives_every_browser_its_own_person(tmp_path: Path) -> None:
    room = open_room(tmp_path, "open")
    with TestClient(served(room)) as one, TestClient(served(room)) as other:
        assert one.get("/my-data.json").status_code == 401
        assert one.get("/").status_code == other.get("/").status_code == 200
        names = {client.get("/my-data.json").json()["account"]["name"] for client in (one, other)}
        assert len(names) == 2
        assert one.get("/sign-in").status_code == 404
        assert one.get("/desk/").status_code == 403
    room.database.close()


def test_a_made_classroom_still_works_for_its_people(tmp_path: Path) -> None:
    made = populated(open_room(tmp_path))
    assert {course.title for course in made.room.courses_of(made.bob)} == {"Databases"}
    made.room.database.close()
