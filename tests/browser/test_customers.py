"""Looking customers up."""

import re

from playwright.sync_api import Page, expect

from tests.browser.office import LONG_NAME
from tests.browser.visitor import Visitor
from tests.support.console import Console


def names(page: Page) -> list[str]:
    """Return what the list shows, in its order."""
    page.wait_for_load_state()  # the address is the new one before the rows are
    return page.locator("#result_list tbody .field-called .cf-two").all_inner_texts()


def test_a_search_finds_a_customer_and_opens_it(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, "/customers/")
    page.get_by_role("searchbox", name="Search").fill("koningen resid")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=koningen"))
    assert names(page) == [LONG_NAME]
    page.get_by_role("link", name=LONG_NAME).click()
    expect(page.get_by_role("heading", name=LONG_NAME, exact=True)).to_be_visible()


def test_a_filtered_address_shows_the_same_rows_to_somebody_else(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, "/customers/")
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


def test_the_list_follows_what_is_typed_and_can_still_be_ticked(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, "/customers/?role=POV")
    page.keyboard.press("/")
    page.keyboard.type("gar")
    expect(page).to_have_url(re.compile(r"q=gar&role=POV|role=POV&q=gar"))
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    assert all("gar" in name.casefold() for name in names(page)[:3])
    page.locator('#result_list tbody input[name="pick"]').first.check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_role("searchbox", name="Search").fill("zzzzzz")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()


def test_all_that_match_are_exported_as_a_file(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, "/customers/?role=POV")
    with page.expect_download() as began:
        page.get_by_role("button", name="Export all as CSV").click()
    lines = began.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert began.value.suggested_filename.endswith(".csv")
    assert len(lines) > len(names(page)), "the whole filter, not the page"


def test_selected_customers_are_synced_after_a_confirmation(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, "/customers/")
    page.get_by_label("Connection").select_option(index=1)  # several connections make several runs
    expect(page).to_have_url(re.compile("connection="))
    page.wait_for_load_state()  # the address is the new one before the rows are
    for row in range(3):
        page.locator('#result_list tbody input[name="pick"]').nth(row).check()
    page.get_by_role("button", name="Refresh selected").click()
    expect(page.get_by_text(re.compile("3 customers")).first).to_be_visible()
    page.locator("form[data-once]").get_by_role("button", name=re.compile("Refresh")).click()
    expect(page.get_by_role("heading", name=re.compile("Selected customers"))).to_be_visible()
    expect(page.get_by_text("Completed", exact=True)).to_be_visible(timeout=30_000)


def test_the_palette_finds_a_customer_from_anywhere(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, "/")
    page.keyboard.press("Control+k")
    page.get_by_role("searchbox", name="Search everything").fill("koningen resid")
    expect(page.locator("#command-results-list li").first).to_contain_text(LONG_NAME)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=LONG_NAME, exact=True)).to_be_visible()


def test_all_matches_are_confirmed_as_one_selection(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, "/customers/")
    page.get_by_label("Connection").select_option(index=1)
    expect(page).to_have_url(re.compile("connection="))
    page.get_by_label("Select page").check()
    page.get_by_label(re.compile("Select all")).check()
    page.get_by_role("button", name="Refresh selected").click()
    total = int(
        re.sub(r"\D", "", page.get_by_role("heading", name=re.compile("Refresh .* customers")).inner_text())
    )
    assert total > 50, "more than the page"
    expect(page.get_by_text(re.compile("usually takes about"))).to_be_visible()
    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(re.compile("connection="))
