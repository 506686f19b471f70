"""The department's server in a real browser: sign in wrong and right, join, the desk, upload a book and switch."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, command_environment
from tests.ui.browser import Watch, opened, serious_faults, server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_500)]

PASSWORD = "correct horse battery"
_EVIL = "<svg onload=window.hit=1><img src=x onerror=window.hit=1>"


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of its own, since a book is uploaded to it."""
    copy = tmp_path_factory.mktemp("classroom") / "library"
    shutil.copytree(sample_home, copy, symlinks=True)
    return copy


@pytest.fixture(scope="module")
def school(home: Path, session_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(address, join code) of a server with Ada's course."""
    database = tmp_path_factory.mktemp("database") / "class.sqlite"
    environment = {**command_environment(home, session_root / "cache"), "TUTOR_DATABASE": f"sqlite:///{database}"}

    def command(*arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "app.py", *arguments],
            cwd=ROOT,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    command("account", "ada", "--role", "instructor", stdin=f"{PASSWORD}\n")
    code = command("course", "Databases", "--book", "sample", "--instructor", "ada").split("join code ")[1].split()[0]
    with server("serve", home=home, cache=session_root / "cache", database=database) as address:
        yield address, code


def sign_in(page: Any, name: str, password: str = PASSWORD) -> None:
    page.fill("#name", name)
    page.fill("#password", password)
    page.click("button")


def sign_up(page: Any, address: str, name: str, code: str) -> None:
    page.goto(f"{address}/sign-up")
    page.fill("#code", code)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("button")
    page.wait_for_selector(".welcome")


def test_sign_in_wrong_and_right(browser: Any, school: tuple[str, str], watch: Watch) -> None:
    page = opened(browser, school[0], watch)
    assert page.url.endswith("/sign-in")
    assert serious_faults(page) == []
    sign_in(page, "ada", "not her password")
    assert "do not go together" in page.locator(".error").inner_text()
    assert len(watch.errors) == 1
    assert "401" in watch.errors.pop()  # Chromium's own note on the status
    sign_in(page, "ada")
    page.wait_for_selector(".example")
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in")
    page.context.close()


def test_every_link_of_the_head_is_within_a_phones_width(browser: Any, school: tuple[str, str], watch: Watch) -> None:
    page = opened(browser, school[0], watch)
    page.set_viewport_size({"width": 375, "height": 720})
    sign_in(page, "ada")
    page.wait_for_selector(".example")
    edges = page.locator("#account a").evaluate_all("links => links.map(link => link.getBoundingClientRect().right)")
    assert len(edges) == 4
    assert max(edges) <= 375
    page.context.close()


def test_the_plain_pages_have_no_serious_accessibility_fault(browser: Any, school: tuple[str, str], watch: Watch) -> None:
    page = opened(browser, f"{school[0]}/sign-up", watch)
    assert serious_faults(page) == []
    sign_up(page, school[0], "hugo", school[1])
    for path in ("join", "my-data"):
        page.goto(f"{school[0]}/{path}")
        assert serious_faults(page) == [], path
    assert "Your instructors know you as" in page.locator("main").inner_text()
    page.context.close()


def test_one_student_never_sees_anothers_questions(browser: Any, school: tuple[str, str], watch: Watch) -> None:
    address, code = school
    carl, dora = (opened(browser, address, watch) for _ in range(2))
    sign_up(carl, address, "carl", code)
    sign_up(dora, address, "dora", code)
    carl.fill("#question textarea", "What is a weak entity type?")
    carl.keyboard.press("Enter")
    carl.wait_for_selector(".exchange .acts")
    link = carl.locator("#export a").get_attribute("href")
    assert carl.request.get(f"{address}/{link}").status == 200
    assert dora.request.get(f"{address}/{link}").status == 404
    carl.reload()
    carl.wait_for_selector("#ask-page .mark")  # his conversation comes back, with its last answer's page
    assert carl.locator(".asked").count() == 1
    dora.reload()
    dora.wait_for_selector(".example")
    assert "weak entity" not in dora.locator("#chat").inner_text()
    assert dora.request.get(f"{address}/desk/").status == 403
    assert dora.locator("text=Desk").count() == 0
    carl.context.close()
    dora.context.close()


def test_the_desk_shows_what_was_asked_and_endorses(browser: Any, school: tuple[str, str], watch: Watch) -> None:
    address, code = school
    student = opened(browser, address, watch)
    sign_up(student, address, "erik", code)
    question = "Who invented <b>pancakes</b>?"
    student.fill("#question textarea", question)
    student.keyboard.press("Enter")
    student.wait_for_selector(".exchange .acts")
    student.click('button[data-vote="-1"]')
    student.locator(".reasons input").fill(_EVIL)
    student.keyboard.press("Enter")
    student.locator(".reasons", has_text="Noted").wait_for()
    assert student.locator(".reasons input").input_value() == _EVIL
    page = opened(browser, f"{address}/desk/", watch)
    sign_in(page, "ada")
    page.goto(f"{address}/desk/")
    page.wait_for_selector("#book-now strong")
    page.get_by_role("tab", name="Questions").click()
    page.wait_for_selector("#plot-sections .bar")
    assert question in page.locator("#table-unanswered").inner_text()
    assert _EVIL in page.locator("#table-down-voted").inner_text()
    assert page.locator("#table-unanswered td b, #table-down-voted td :is(svg, img)").count() == 0
    assert page.evaluate("window.hit") is None
    with page.expect_download() as download:
        page.locator("#table-unanswered a").click()
    assert question in Path(download.value.path()).read_text(encoding="utf-8")
    page.get_by_role("tab", name="Answers").click()
    page.fill("#endorse-question input", question)
    page.keyboard.press("Enter")
    page.fill("#endorse-draft textarea", "Nobody knows <i>who</i>.")
    page.click("#endorse")
    page.wait_for_selector("#endorsed-list .panel")
    student.fill("#question textarea", question)
    student.keyboard.press("Enter")
    student.wait_for_selector(".endorsed")
    assert "Nobody knows <i>who</i>." in student.locator(".endorsed").inner_text()
    for name in ("Book", "Questions", "Answers", "Course"):
        page.get_by_role("tab", name=name, exact=True).click()
        page.wait_for_timeout(300)
        assert serious_faults(page) == [], name
    student.context.close()
    page.context.close()


def test_a_closed_chapters_answers_are_not_told(browser: Any, school: tuple[str, str], watch: Watch) -> None:
    address, code = school
    page = opened(browser, f"{address}/desk/", watch)
    sign_in(page, "ada")
    page.goto(f"{address}/desk/")
    page.get_by_role("tab", name="Course", exact=True).click()
    page.wait_for_selector("#course-facts .panel")
    page.click("#closed-chapter input")
    page.locator("[role=option]").first.click()
    page.fill("#closed-until input, #closed-until textarea", "2999-12-31")
    page.click("#set-closed")
    page.wait_for_function("document.querySelector('#course-facts').innerText.includes('2999-12-31')")
    student = opened(browser, address, watch)
    sign_up(student, address, "gina", code)
    student.get_by_role("tab", name="Practice").click()
    student.wait_for_selector("#exercise h2")  # the first question is of the first chapter
    for stage in range(4):
        student.click("#hint")
        student.locator(".hinted").nth(stage).wait_for()
    hints = student.locator(".hinted p").all_inner_texts()
    assert "2999-12-31" not in hints[0]  # where to read is always told
    assert all("2999-12-31" in hint for hint in hints[1:])
    student.fill("#given textarea", "I think it has something to do with bananas.")
    student.click("#grade")
    student.wait_for_selector("#result .verdict")
    assert "2999-12-31" in student.locator("#result").inner_text()
    assert student.locator("#result li").count() == 0
    assert student.locator("#practice-page .mark").count() == 0
    page.fill("#closed-until input, #closed-until textarea", "")
    page.click("#set-closed")
    page.wait_for_function("document.querySelector('#course-facts').innerText.includes('Closed chapters: none')")
    student.click("#grade")
    student.locator("#result li").first.wait_for()
    student.context.close()
    page.context.close()


def test_upload_watch_look_switch_and_switch_back(browser: Any, school: tuple[str, str], watch: Watch, tmp_path: Path) -> None:
    import pymupdf

    document = pymupdf.open()
    for number in range(1, 4):
        page = document.new_page()
        page.insert_text((72, 90), f"{number} Part {number} of the {'zoo' if number > 1 else _EVIL}", fontsize=20)
        page.insert_textbox((72, 120, 500, 400), f"A zebra {_EVIL} is a striped horse of Africa. It eats grass all day. " * 3)
    source = tmp_path / "zoo <img src=x onerror=alert(1)>.pdf"
    document.save(source)
    page = opened(browser, f"{school[0]}/desk/", watch)
    sign_in(page, "ada")
    page.goto(f"{school[0]}/desk/")
    page.wait_for_selector("#book-now strong")
    page.set_input_files("#upload-book input", str(source))
    page.wait_for_selector("#upload-book .file-preview, #upload-book table")
    page.click("#build")
    page.wait_for_selector(".build.done", timeout=900_000)
    page.click("#books input")
    page.locator("[role=option]", has_text="zoo").click()
    page.click("#look")
    page.wait_for_selector("#desk-page img")
    assert page.locator("#desk-page img").evaluate("image => image.decode().then(() => image.naturalWidth > 100)")
    page.click("#switch")
    page.wait_for_function("document.querySelector('#book-now').innerText.includes('zoo')")
    student = opened(browser, school[0], watch)
    sign_up(student, school[0], "finn", school[1])
    student.fill("#question textarea", "What is a zebra?")
    student.keyboard.press("Enter")
    student.wait_for_selector(".answer .cite")
    assert f"A zebra {_EVIL} is a striped horse" in student.locator(".answer").inner_text()
    assert _EVIL in student.locator("#sources").inner_text()
    student.get_by_role("tab", name="Read").click()
    student.wait_for_selector(".outline")
    for shown in (student, page):  # what a book says is text and nothing else
        assert shown.evaluate("window.hit") is None
        assert shown.locator("svg[onload], img[onerror]").count() == 0
    page.click("#switch-back")
    page.wait_for_function("document.querySelector('#book-now').innerText.includes('sample')")
    student.context.close()
    page.context.close()
