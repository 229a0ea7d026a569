"""Coming in."""

from playwright.sync_api import expect

from tests.browser.visitor import Visitor, log_in
from tests.support.console import LOGIN, Console


def test_name_and_password_open_the_console(visitor: Visitor, empty: Console) -> None:
    page = visitor.open(empty, "/customers/", logged_in=False)
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.goto("/")
    log_in(page)
    expect(page.get_by_role("heading", name="Three steps to your own copy")).to_be_visible()


def test_a_wrong_password_is_explained(visitor: Visitor, empty: Console) -> None:
    page = visitor.open(empty, logged_in=False)
    page.get_by_label("Username").fill(LOGIN)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Please enter the correct username and password")).to_be_visible()
    expect(page.get_by_label("Password")).to_have_value("")
