"""One browser, one full and one empty console for all tests of this folder; a fresh profile for each test."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser import office as furnishing
from tests.browser.visitor import Visitor
from tests.support import chromium
from tests.support.console import Console

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them need a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Of the package, not of the session: while playwright runs, Django refuses to touch a database in this process.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; where there is none, the tests are skipped, or fail where they must run."""
    path = chromium.installed()
    if path is None:
        reason = f"No Chromium on the PATH ({', '.join(chromium.NAMES)}); COUNTERFOIL_TEST_CHROMIUM names one."
        if chromium.required():
            pytest.fail(reason)
        pytest.skip(reason)
    with chromium.launched(path) as launched:
        yield launched


@pytest.fixture(scope="package")
def office(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with something on every screen. Tests that change something bring a connection of their own."""
    with furnishing.filled(tmp_path_factory.mktemp("office")) as console:
        yield console


@pytest.fixture(scope="package")
def empty(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console on the day of its installation. No test connects anything here."""
    with Console.served(tmp_path_factory.mktemp("empty")) as console:
        yield console


@pytest.fixture
def fresh(browser: Browser, tmp_path: Path) -> Iterator[Console]:
    """A console of the test's own."""
    with Console.served(tmp_path) as console:
        yield console


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Somebody at the browser. Whatever a test does, no script may fail and no other host may be asked."""
    somebody = Visitor(browser)
    yield somebody
    somebody.close()
    assert somebody.errors == []
    assert {urlsplit(f"//{host}").hostname for host in somebody.hosts} <= {"127.0.0.1"}
