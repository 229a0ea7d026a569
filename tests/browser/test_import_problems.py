"""A bad record is listed as an import problem until it can be imported."""

from playwright.sync_api import expect

from counterfoil_simulators.robaws import RobawsSimulator
from tests.browser.visitor import Visitor
from tests.support.console import Console


def test_a_corrected_record_is_imported_by_the_next_sync(visitor: Visitor, office: Console) -> None:
    with RobawsSimulator(customers=20, seed=12, rate=None) as sim:
        bad = sim.control.ids()[5]
        sim.control.fault("garbage", client=bad, shape="name_object")
        office.install.connect(sim, "mended")
        office.install.run("sync", "mended")

        page = visitor.open(office, "/import-problems/")
        page.get_by_label("Connection").select_option("mended")
        page.get_by_role("rowheader").get_by_role("link", name=bad, exact=True).click()
        expect(page.get_by_text("Could not be imported", exact=True)).to_be_visible()
        waiting = page.url

        sim.control.clear_faults()
        page.goto("/connections/")
        page.get_by_role("link", name="mended").click()
        page.get_by_role("button", name="Full sync").click()
        expect(page.get_by_text("Completed", exact=True)).to_be_visible()

    page.goto(waiting)
    expect(page.get_by_text("Resolved", exact=True).first).to_be_visible()
    page.get_by_role("link", name="Open customer").click()
    expect(page.get_by_role("heading", name=sim.control.client(bad)["name"], exact=True)).to_be_visible()
