"""A real browser: the system's Chromium without a window, controlled by playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first needs half the time: it has no window whose own pages it loads for each profile."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def installed() -> str | None:
    """Find a Chromium: COUNTERFOIL_TEST_CHROMIUM, else the first on the PATH."""
    chosen = os.environ.get("COUNTERFOIL_TEST_CHROMIUM")
    return chosen or next((found for name in NAMES if (found := shutil.which(name))), None)


def required() -> bool:
    """Return whether a missing browser is a failure instead of a reason to skip."""
    return bool(os.environ.get("COUNTERFOIL_TEST_BROWSER_REQUIRED"))


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    """Launch the browser with a temporary profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
