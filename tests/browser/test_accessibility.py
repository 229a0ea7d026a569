"""What axe-core finds. Nothing serious or critical may be on any screen, light or dark, wide or on a phone."""

from itertools import product

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from counterfoil_simulators.robaws import RobawsSimulator
from tests.browser.screens import NAMES, address
from tests.browser.visitor import PHONE, WIDE, Visitor
from tests.support.console import Console

STILL = "*, ::before, ::after { transition: none !important; animation: none !important; }"
THEME = "dark => document.documentElement.classList.toggle('dark', dark)"
RUN = "([within, only]) => axe.run(within, { resultTypes: ['violations'], preload: false, ...only })"
WITHOUT_REGION = {"rules": {"region": {"enabled": False}}}
"""All rules but the slowest, whose findings are moderate at most."""
OF_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules for which it matters whether a page is light or dark."""
BAD = {"serious", "critical"}


def faults(page: Page, within: str = "html") -> list[str]:
    """Rule, where, and what is wrong, for all four looks of the page, or of what lies in front of it."""
    page.add_style_tag(content=STILL)
    page.evaluate(AXE_SCRIPT)
    found = []
    for size, dark in product((WIDE, PHONE), (False, True)):
        page.set_viewport_size(size)
        page.evaluate(THEME, dark)
        for violation in page.evaluate(RUN, [within, OF_COLOURS if dark else WITHOUT_REGION])["violations"]:
            if violation["impact"] in BAD:
                where = ", ".join(str(node["target"]) for node in violation["nodes"][:5])
                found.append(f"{violation['id']} at {where}, {size['width']} wide, {dark=}: {violation['help']}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_is_accessible(visitor: Visitor, office: Console, name: str) -> None:
    assert faults(visitor.open(office, address(office, name))) == []


def test_what_the_palette_finds_is_accessible(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office)
    page.keyboard.press("Control+k")
    page.get_by_role("searchbox", name="Search everything").fill("koningen")
    expect(page.locator("#command-results-list").get_by_role("heading")).to_have_text(["Customers", "Invoices"])
    page.keyboard.press("ArrowDown")
    expect(page.locator("#command-results-list li.active")).to_have_count(1)
    assert faults(page, "#command-results-list") == []


@pytest.mark.parametrize("path", ["/", "/customers/", "/runs/", "/import-problems/", "/webhooks/"])
def test_an_empty_screen_is_accessible(visitor: Visitor, empty: Console, path: str) -> None:
    assert faults(visitor.open(empty, path)) == []


def test_the_login_is_accessible(visitor: Visitor, empty: Console) -> None:
    page = visitor.open(empty, logged_in=False)
    assert faults(page) == []
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Please enter the correct username and password")).to_be_visible()
    assert faults(page) == []


def test_a_run_is_accessible_while_waiting_and_working(visitor: Visitor, office: Console) -> None:
    with RobawsSimulator(customers=150, seed=14, rate=None) as sim:
        office.install.connect(sim, "watched")
        gate = sim.control.hold(path="/clients", page=1)
        page = visitor.open(office, "/connections/")
        page.get_by_role("link", name="watched").click()
        page.get_by_role("button", name="Sync now").click()
        expect(page.get_by_text("Running", exact=True)).to_be_visible()
        assert faults(page) == []
        running = page.url

        page.goto("/connections/")
        page.get_by_role("link", name="watched").click()
        page.get_by_role("button", name="Full sync").click()
        expect(page.get_by_text("Queued", exact=True)).to_be_visible()
        assert faults(page) == []
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
        assert faults(page) == []

        sim.control.release(gate)
        page.goto(running)
        expect(page.get_by_text("Completed", exact=True)).to_be_visible()
        assert faults(page) == []
