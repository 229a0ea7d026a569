"""Somebody at a browser: pages of a console, and a record of everything that they asked for."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize, expect

from tests.support.console import LOGIN, PASSWORD, Console

WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass
class Visitor:
    """`hosts` are those that were asked for anything, `errors` what scripts complained about."""

    browser: Browser
    hosts: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, console: Console, path: str = "/", *, logged_in: bool = True, **options: Any) -> Page:
        """Open a page in a fresh profile; `options` are those of a playwright context."""
        options.setdefault("viewport", WIDE)
        if logged_in:
            options["storage_state"] = self._cookies(console)
        context = self.browser.new_context(base_url=console.url, **options)
        self.contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("request", self._asked)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("console", self._said)
        page = context.new_page()
        page.goto(path)
        return page

    def close(self) -> None:
        """Close all that was opened."""
        for context in self.contexts:
            context.close()

    def _cookies(self, console: Console) -> Any:
        """Those of a login by name and password, made once per console."""
        if console.cookies is None:
            page = self.open(console, logged_in=False)
            log_in(page)
            console.cookies = page.context.storage_state()
        return console.cookies

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.hosts.add(urlsplit(request.url).netloc)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")


def log_in(page: Page, password: str = PASSWORD) -> None:
    """Fill in the form and press the button."""
    page.get_by_label("Username").fill(LOGIN)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_title("Overview | Counterfoil")
