"""The browser, and the watch over its pages, that all tests in a real browser share."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ui.browser import Watch, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def watch() -> Iterator[Watch]:
    watching = Watch()
    yield watching
    watching.check()
