"""Looking customers up."""

import re

from playwright.sync_api import Page, expect

from tests.browser.office import LONG_NAME
from tests.browser.visitor import Visitor
from tests.support.console import Console


def names(page: Page) -> list[str]:
    """What the list shows, in its order."""
    return page.locator("#result_list tbody .field-called").all_inner_texts()


def test_a_search_finds_a_customer_and_opens_it(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, "/mirror/customer/")
    page.get_by_role("searchbox", name="Search").fill("koningen resid")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=koningen"))
    assert names(page) == [LONG_NAME]
    page.get_by_role("link", name=LONG_NAME).click()
    expect(page.get_by_role("heading", name=LONG_NAME, exact=True)).to_be_visible()


def test_a_filtered_address_shows_the_same_rows_to_somebody_else(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, "/mirror/customer/")
    everyone = names(page)
    page.get_by_label("Role").select_option("POV")
    expect(page).to_have_url(re.compile(r"role=POV"))
    page.get_by_role("searchbox", name="Search").fill("be")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"q=be"))
    chosen = names(page)
    assert chosen
    assert chosen != everyone

    somebody_else = visitor.open(office, page.url.removeprefix(office.url))
    assert names(somebody_else) == chosen
    expect(somebody_else.get_by_label("Role")).to_have_value("POV")
