"""From an empty install to the customers of Zoho Books, by logging in there."""

from playwright.sync_api import Page, expect

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.browser.test_accessibility import faults
from tests.browser.test_phone import OVERFLOW
from tests.browser.visitor import PHONE, Visitor
from tests.support.console import Console


def filled(page: Page, sim: ZohoBooksSimulator) -> None:
    """Fill in the form and press the button."""
    page.get_by_label("Name", exact=True).fill("head office")
    page.get_by_label("Data centre").select_option("eu")
    page.get_by_label("Client id").fill(sim.client_id)
    page.get_by_label("Client secret").fill(sim.client_secret)
    if not page.get_by_label("Accounts server").is_visible():
        page.get_by_text("Other addresses").click()
    page.get_by_label("Accounts server").fill(sim.accounts_url)
    page.get_by_role("button", name="Log in at Zoho").click()


def test_zoho_books_is_connected_by_a_login(visitor: Visitor, fresh: Console) -> None:
    with ZohoBooksSimulator(organizations=2, contacts=30, seed=5, consent="ask") as sim:
        page = visitor.open(fresh)
        page.get_by_role("link", name="Connect Zoho Books").click()
        registered = page.locator("#redirect-uri").inner_text()
        assert registered == f"{fresh.url}/mirror/connection/login/"
        sim.control.switch(redirect_uri=registered)
        filled(page, sim)
        page.get_by_role("button", name="Reject").click()
        expect(page.get_by_role("alert")).to_contain_text("You declined at Zoho")
        expect(page.get_by_label("Name", exact=True)).to_have_value("head office")
        expect(page.get_by_label("Client secret")).to_have_value("")

        filled(page, sim)
        page.get_by_role("button", name="Accept").click()
        expect(page.get_by_role("heading", name="Choose the organisation for “head office”")).to_be_visible()
        assert faults(page) == []
        page.set_viewport_size(PHONE)
        assert page.evaluate(OVERFLOW) <= 0
        wanted = sim.control.organizations()[1]
        page.get_by_label(wanted["name"]).check()
        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_text(f"organisation {wanted['name']}")).to_be_visible()
        page.goto("/")
        page.get_by_role("button", name="Sync now").click()
        expect(page.get_by_text("Completed", exact=True).first).to_be_visible(timeout=30_000)
        assert fresh.install.sql("SELECT count(*) FROM counterfoil_customer") == [(30,)]


def test_the_form_is_accessible_and_fits_a_phone(visitor: Visitor, empty: Console) -> None:
    page = visitor.open(empty, "/connections/add/?kind=zoho_books")
    for summary in page.locator("main summary, #content-main summary").all():
        summary.click()
    assert faults(page) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(OVERFLOW) <= 0


def test_an_unknown_login_says_what_to_do(visitor: Visitor, empty: Console) -> None:
    page = visitor.open(empty, "/connections/")
    page.goto("/mirror/connection/login/?state=guessed&code=1000.guessed")
    expect(page.get_by_role("heading", name="Nothing was connected")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Show connections").click()
    expect(page).to_have_title("Connections | Counterfoil")
    visitor.errors[:] = [error for error in visitor.errors if "400 (Bad Request)" not in error]
