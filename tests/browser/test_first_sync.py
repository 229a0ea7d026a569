"""From an empty install to the first customers."""

import re

from playwright.sync_api import expect

from counterfoil_simulators.robaws import RobawsSimulator
from tests.browser.visitor import Visitor
from tests.support.console import Console


def test_a_first_sync_is_watched_from_an_empty_installation_on(visitor: Visitor, fresh: Console) -> None:
    page = visitor.open(fresh)
    steps = page.locator(".cf-steps > li")
    expect(steps).to_have_count(3)
    with RobawsSimulator(customers=700, seed=7, rate=None) as sim:
        page.get_by_role("link", name="Connect Robaws").click()
        page.get_by_label("Name").fill("acme")
        page.get_by_label("Base URL").fill(sim.base_url)
        page.get_by_label("API key").fill(sim.api_key)
        page.get_by_label("API secret").fill("mistyped")
        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_role("alert")).to_contain_text("does not accept this API key and secret")
        expect(page.get_by_label("Base URL")).to_have_value(sim.base_url)
        expect(page.get_by_label("API key")).to_have_value("")

        page.get_by_label("API key").fill(sim.api_key)
        page.get_by_label("API secret").fill(sim.api_secret)
        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_text("Press “Sync now” to start the first sync")).to_be_visible()
        page.get_by_role("link", name="Overview").click()
        expect(steps.first).to_contain_text("acme is connected")
        early = sim.control.hold(path="/clients", page=2)
        late = sim.control.hold(path="/clients", page=5)
        page.get_by_role("button", name="Sync now").click()

        records = page.locator(".cf-facts dd").get_by_text(re.compile(r"^\d+ of 700$"))
        expect(records).not_to_have_text("0 of 700")
        before = records.inner_text()
        sim.control.release(early)
        expect(records).not_to_have_text(before)
        expect(page.get_by_text("Completed", exact=True)).to_have_count(0)
        sim.control.release(late)
        expect(page.get_by_text("Completed", exact=True)).to_be_visible()
        expect(page.locator(".cf-counts > div", has_text="Created").locator("dd")).to_have_text("700")

    page.get_by_role("link", name="Customers", exact=True).click()
    expect(page.get_by_text("1–50 of 700 customers")).to_be_visible()
