"""Hands on the keyboard only."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.office import LATE, LONG_NAME
from tests.browser.visitor import Visitor
from tests.support.console import Console

RING = """(element) => {
  const style = getComputedStyle(element);
  return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor].join(" ");
}"""
MOST = 40


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until it has the focus, which must be seen."""
    without = target.evaluate(RING)
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            assert target.evaluate(RING) != without, "the focus cannot be seen"
            return
    raise AssertionError(f"not reached with {MOST} tabs")


def open_palette(page: Page) -> None:
    """Ctrl-K, and what is typed from now on goes there."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name="Search everything")).to_be_focused()


def test_search_works_by_keyboard(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, "/customers/")
    tab_to(page, page.get_by_role("searchbox", name="Search"))
    page.keyboard.type("koningen")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=koningen"))
    tab_to(page, page.get_by_role("link", name=LONG_NAME))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=LONG_NAME, exact=True)).to_be_visible()


def test_an_invoice_is_opened_from_anywhere_by_its_number(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office)
    open_palette(page)
    page.keyboard.type("inv-00000")
    hits = page.locator("#command-results-list")
    expect(hits.get_by_role("heading", name="Invoices")).to_be_visible()
    expect(hits.get_by_role("listitem")).to_have_count(4)
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    expect(hits.locator("li.active")).to_contain_text(LATE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=LATE, exact=True)).to_be_visible()


def test_arrow_keys_move_from_customers_to_invoices(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office)
    open_palette(page)
    page.keyboard.type("koningen")
    hits = page.locator("#command-results-list")
    expect(hits.get_by_role("heading")).to_have_text(["Customers", "Invoices"])
    page.keyboard.press("ArrowDown")
    expect(hits.locator("li.active")).to_contain_text(LONG_NAME)
    page.keyboard.press("ArrowDown")
    expect(hits.locator("li.active")).to_contain_text("INV-")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/invoices/\d+/"))


def test_buttons_and_links_show_their_focus(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office)
    tab_to(page, page.get_by_role("link", name="Customers", exact=True))
    tab_to(page, page.get_by_role("button", name="Sync now").first)
    tab_to(page, page.get_by_role("button", name="Full sync").first)
    page.goto("/runs/")
    tab_to(page, page.locator("#result_list tbody th a").first)
