"""A sync with unusually many deletions waits for approval."""

from playwright.sync_api import expect

from counterfoil_simulators.robaws import RobawsSimulator
from tests.browser.visitor import Visitor
from tests.support.console import Console


def test_deleting_half_the_customers_needs_approval(visitor: Visitor, office: Console) -> None:
    with RobawsSimulator(customers=60, seed=11, rate=None) as sim:
        office.install.connect(sim, "halved")
        assert office.install.run("sync", "halved").returncode == 0
        gone = sim.control.delete(sim.control.ids()[::2])

        page = visitor.open(office, "/connections/")
        page.get_by_role("link", name="halved").click()
        page.get_by_role("button", name="Full sync").click()
        expect(page.get_by_text("Needs approval", exact=True)).to_be_visible()
        listed = page.locator("#list tbody tr")
        expect(listed).to_have_count(len(gone))
        assert {row.split()[0] for row in listed.all_inner_texts()} == set(gone)

        page.get_by_role("link", name="Review and approve").click()
        expect(page.get_by_role("heading", name="of halved?")).to_be_visible()
        page.get_by_role("button", name="Approve 30 records").click()
        expect(page.get_by_text("Completed", exact=True)).to_be_visible()
        expect(page.locator(".cf-counts > div", has_text="Deleted").locator("dd")).to_have_text("30")
    found = office.install.sql(
        "SELECT state, count(*) FROM counterfoil_customer JOIN counterfoil_connection ON "
        "counterfoil_connection.id = connection_id "
        "WHERE counterfoil_connection.name = 'halved' GROUP BY state ORDER BY state"
    )
    assert found == [("present", 30), ("tombstone", 30)]
