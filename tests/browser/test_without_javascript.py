"""A browser that runs no scripts."""

import re

from playwright.sync_api import expect

from counterfoil_simulators.robaws import RobawsSimulator
from tests.browser.office import LONG_NAME
from tests.browser.visitor import Visitor, log_in
from tests.support.console import Console


def test_the_main_screens_work_without_scripts(visitor: Visitor, office: Console) -> None:
    page = visitor.open(office, logged_in=False, java_script_enabled=False)
    log_in(page)
    expect(page.get_by_role("link", name="Run 3", exact=False).first).to_be_visible()
    page.get_by_role("link", name="Customers", exact=True).click()
    page.get_by_role("searchbox", name="Search").fill("koningen")
    page.get_by_label("Connection").select_option("acme")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("q=koningen"))
    page.get_by_role("link", name=LONG_NAME).click()
    expect(page.get_by_role("heading", name=LONG_NAME, exact=True)).to_be_visible()
    page.get_by_role("link", name="Show where each value comes from").click()
    expect(page.locator(".cf-told", has_text="as first seen").first).to_be_visible()
    page.locator(".cf-told").get_by_role("link", name="Webhook").click()
    expect(page).to_have_url(re.compile("/webhooks/"))


def test_a_sync_is_started_and_watched_without_scripts(visitor: Visitor, office: Console) -> None:
    with RobawsSimulator(customers=10, seed=13, rate=None) as sim:
        office.install.connect(sim, "scriptless")
        gate = sim.control.hold(path="/clients")
        page = visitor.open(office, "/connections/", java_script_enabled=False)
        page.get_by_role("link", name="scriptless").click()
        page.get_by_role("button", name="Sync now").click()
        again = page.get_by_role("link", name="Refresh")
        expect(again).to_be_visible()
        assert sim.control.wait_held(1, timeout=20)
        again.click()
        expect(page.get_by_text("Running", exact=True)).to_be_visible()
        sim.control.release(gate)
        done = page.get_by_text("Completed", exact=True)
        while again.is_visible():
            again.click()
        expect(done).to_be_visible()


def test_a_deletion_is_confirmed_without_scripts(visitor: Visitor, office: Console) -> None:
    with RobawsSimulator(customers=3, seed=13, rate=None) as sim:
        office.install.connect(sim, "deletions")
        assert office.install.run("sync", "deletions").returncode == 0
        (key,) = office.install.sql(
            "SELECT c.id FROM counterfoil_customer c JOIN counterfoil_connection n ON n.id = c.connection_id "
            "WHERE n.name = 'deletions' ORDER BY c.id LIMIT 1"
        )[0]
        page = visitor.open(office, f"/customers/{key}/", java_script_enabled=False)
        page.get_by_role("link", name="Delete in Robaws…").click()
        expect(page.get_by_role("heading", name="in Robaws?")).to_be_visible()
        page.get_by_role("button", name="Delete in Robaws").click()
        expect(page).to_have_url(re.compile("/runs/"))
        again = page.get_by_role("link", name="Refresh")
        while again.is_visible():
            again.click()
        expect(page.get_by_text("Completed", exact=True)).to_be_visible()
        assert len(sim.control.ids()) == 2
