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
    """Mark the tests of this folder as needing a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Of the package, not of the session: while playwright runs, Django refuses to touch a database in this process.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Launch Chromium; without one, skip the tests, or fail where they must run."""
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
    """Serve a console with something on every screen. Tests that change something use their own connection."""
    with furnishing.filled(tmp_path_factory.mktemp("office")) as console:
        yield console


@pytest.fixture(scope="package")
def empty(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """Serve an empty console. No test connects anything here."""
    with Console.served(tmp_path_factory.mktemp("empty")) as console:
        yield console


@pytest.fixture
def fresh(browser: Browser, tmp_path: Path) -> Iterator[Console]:
    """Serve a console for one test."""
    with Console.served(tmp_path) as console:
        yield console


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Open a browser and check at the end that no script failed and no other host was contacted."""
    somebody = Visitor(browser)
    yield somebody
    somebody.close()
    assert somebody.errors == []
    assert {urlsplit(f"//{host}").hostname for host in somebody.hosts} <= {"127.0.0.1"}
