"""A user edits a customer, sends the edit and sees it confirmed; settles a conflict; creates a customer."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from counterfoil_simulators.robaws import RobawsSimulator
from tests.browser.visitor import Visitor
from tests.support.console import Console


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start a simulated Robaws for one test."""
    with RobawsSimulator(customers=20, seed=15, rate=None) as simulator:
        yield simulator


def connected(office: Console, sim: RobawsSimulator, name: str) -> None:
    office.install.connect(sim, name)
    assert office.install.run("sync", name).returncode == 0


def customer(office: Console, name: str, external_id: str) -> str:
    """Return the address of a customer's page."""
    found = office.install.sql(
        "SELECT counterfoil_customer.id FROM counterfoil_customer JOIN counterfoil_connection ON "
        "counterfoil_connection.id = connection_id "
        f"WHERE counterfoil_connection.name = '{name}' AND external_id = '{external_id}'"
    )
    return f"/customers/{found[0][0]}/"


def field(page: Page, label: str) -> str:
    """Return what the page shows of a field."""
    shown = page.locator(".cf-fields > div", has=page.locator("dt", has_text=label)).first
    return " ".join(shown.locator("dd").inner_text().split())


def test_an_edit_is_sent_and_confirmed(visitor: Visitor, office: Console, sim: RobawsSimulator) -> None:
    connected(office, sim, "edited")
    one = sim.control.ids()[0]
    page = visitor.open(office, customer(office, "edited", one))
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("City").fill("Nieuwpoort")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("City is waiting to be sent to Robaws.")).to_be_visible()
    assert field(page, "City").startswith("Nieuwpoort Waiting to be sent Undo")
    page.get_by_role("button", name="Send to Robaws").click()
    expect(page.get_by_text("Completed", exact=True)).to_be_visible(timeout=30_000)
    expect(page.locator("#sent")).to_contain_text("Nieuwpoort")
    page.get_by_role("link", name="Open customer", exact=True).click()
    assert field(page, "City") == "Nieuwpoort"
    assert sim.control.client(one)["address"]["city"] == "Nieuwpoort"


def test_an_edit_is_undone(visitor: Visitor, office: Console, sim: RobawsSimulator) -> None:
    connected(office, sim, "regretted")
    page = visitor.open(office, customer(office, "regretted", sim.control.ids()[0]))
    before = field(page, "Street")
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Street", exact=True).fill("Elsewhere 1")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Street is Robaws' value again.")).to_be_visible()
    assert field(page, "Street") == before


def test_a_conflict_is_found_and_settled(visitor: Visitor, office: Console, sim: RobawsSimulator) -> None:
    connected(office, sim, "disputed")
    one = sim.control.ids()[0]
    page = visitor.open(office, customer(office, "disputed", one))
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("E-mail", exact=True).fill("ours@example.com")
    page.get_by_role("button", name="Save").click()
    sim.control.change([one], fields={"email": "theirs@example.com"})
    page.get_by_role("button", name="Send to Robaws").click()
    expect(page.get_by_role("heading", name="Needs your decision")).to_be_visible(timeout=30_000)
    page.locator("#conflicts").get_by_role("link").click()
    expect(page.locator(".cf-ours")).to_contain_text("ours@example.com")
    expect(page.locator(".cf-theirs")).to_contain_text("theirs@example.com")
    page.get_by_role("button", name="Keep Robaws' value").click()
    expect(page.get_by_text("Decided by boss: Robaws' value kept")).to_be_visible()
    page.get_by_role("link", name="Open customer", exact=True).click()
    assert field(page, "E-mail").startswith("theirs@example.com")


def test_a_customer_is_created_without_scripts(visitor: Visitor, office: Console, sim: RobawsSimulator) -> None:
    connected(office, sim, "growing")
    page = visitor.open(office, "/customers/", java_script_enabled=False)
    page.get_by_role("link", name="Add customer", exact=True).click()
    page.get_by_role("link", name="growing").click()
    page.get_by_label("City").fill("Gent")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("A customer needs a name.")).to_be_visible()
    expect(page.get_by_label("City")).to_have_value("Gent")
    page.get_by_label("Name", exact=True).fill("Nieuwe Klant BV")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("Not yet in Robaws").first).to_be_visible()
    page.get_by_role("button", name="Send to Robaws").click()
    again = page.get_by_role("link", name="Refresh")
    while again.is_visible():
        again.click()
    expect(page.get_by_text("Completed", exact=True)).to_be_visible()
    assert any(client["name"] == "Nieuwe Klant BV" for client in sim.control.clients())
