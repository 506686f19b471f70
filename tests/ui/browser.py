"""A real browser for the tests of the pages, and what every page must keep: no console error, no request to elsewhere."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, command_environment

CHROMIUM = "/usr/bin/chromium"
_START_S = 400  # seconds that a server may take to start: other work may keep the machine busy
WAIT_MS = 150_000  # that a page may take for anything, for the same reason


@dataclass
class Watch:
    """What went wrong on a page, as its browser saw it."""

    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def follow(self, page: Any) -> None:
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._look(request.url))

    def _look(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:")):
            self.outside.append(url)

    def check(self) -> None:
        assert self.errors == []
        assert self.outside == []


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def server(
    *arguments: str, home: Path, cache: Path, database: Path, program: tuple[str, ...] = ("app.py",), **settings: str
) -> Iterator[str]:
    """`python app.py …`, or another program of the same kind, on a free port, until it answers; its address."""
    port = free_port()
    environment = {**command_environment(home, cache), "TUTOR_DATABASE": f"sqlite:///{database}", **settings}
    environment.pop("NO_PROXY", None)
    log = database.with_suffix(".log")
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [sys.executable, *program, *arguments, "--port", str(port)], cwd=ROOT, env=environment, stdout=file, stderr=file
        )
    try:
        _wait(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"{url} did not answer: {log.read_text(encoding='utf-8')[-2000:]}")


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium, or the test is skipped."""
    if not os.path.exists(CHROMIUM):
        pytest.skip(f"needs a browser at {CHROMIUM} (Debian's package chromium)")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright (extra dev)")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()


def opened(browser: Any, address: str, watch: Watch, slower: float = 1, **context: Any) -> Any:
    """A page in a browser of its own, watched, on a processor that is so many times slower."""
    page = browser.new_context(**{"viewport": {"width": 1360, "height": 900}, **context}).new_page()
    page.set_default_timeout(WAIT_MS)
    watch.follow(page)
    page.goto(address)
    if slower > 1:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    return page


def opened_chat(browser: Any, address: str, watch: Watch, slower: float = 1, **context: Any) -> Any:
    """The same for the chat, ready to be asked."""
    page = opened(browser, address, watch, slower, **context)
    page.wait_for_selector(".example")
    return page


def serious_faults(page: Any) -> list[str]:
    """What axe-core finds serious or critical on the page as it is now (WCAG A and AA)."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python (extra dev)")
    found = axe.Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).response["violations"]
    return [
        f"{item['id']}: {item['nodes'][0]['html'][:160]} ({len(item['nodes'])})"
        for item in found
        if item["impact"] in ("serious", "critical")
    ]
