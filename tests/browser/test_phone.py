"""The console on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.screens import NAMES, address
from tests.browser.visitor import PHONE, Visitor
from tests.support.console import Console

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_no_screen_scrolls_sideways(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, viewport=PHONE)
    wider = {}
    for name in NAMES:
        page.goto(address(office, name))
        wider[name] = page.evaluate(OVERFLOW)
    assert {name: pixels for name, pixels in wider.items() if pixels > 0} == {}


@pytest.mark.parametrize("path", ["/", "/customers/"])
def test_the_menu_works_on_a_phone(visitor: Visitor, office: Console, path: str) -> None:
    page = visitor.open(office, path, viewport=PHONE)
    runs = page.get_by_role("link", name="Runs", exact=True)
    expect(runs).not_to_be_in_viewport()
    page.get_by_role("button", name="Menu").click()
    expect(runs).to_be_in_viewport()
    runs.click()
    expect(page).to_have_title("Runs | Counterfoil")
