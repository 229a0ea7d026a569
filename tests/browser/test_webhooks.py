"""A webhook saves a change, is linked from the customer's history, and is replayed on request."""

from playwright.sync_api import expect

from counterfoil_simulators.robaws import RobawsSimulator
from tests.browser.visitor import Visitor
from tests.support.console import Console

PHONE = "+32 3 123 45 67"


def test_a_webhook_is_found_from_the_history_and_replayed(visitor: Visitor, office: Console) -> None:
    with RobawsSimulator(customers=20, seed=15, rate=None) as sim:
        sim.control.switch(webhook_activation_seconds=0)
        office.install.connect(sim, "telling")
        assert office.install.run("sync", "telling").returncode == 0
        ((key,),) = office.install.sql("SELECT id FROM counterfoil_connection WHERE name = 'telling'")
        url = f"{office.url}/api/webhooks/robaws/customers/{key}"
        assert office.install.run("webhooks", "register", "telling", "--url", url).returncode == 0
        sim.control.change(sim.control.ids()[:1], fields={"tel": PHONE})
        assert sim.control.wait_webhooks()

        page = visitor.open(office, "/webhooks/")
        page.get_by_label("Connection").select_option("telling")
        page.locator("#result_list").get_by_role("link", name="client.updated").click()
        became = page.locator(".cf-card", has=page.get_by_role("heading", name="Result"))
        expect(became.get_by_text("Applied", exact=True)).to_be_visible()
        expect(page.locator("#changes").get_by_text(PHONE)).to_be_visible()

        page.get_by_role("link", name="Open customer").click()
        page.locator("#history").get_by_role("link", name="Webhook").first.click()
        page.get_by_role("button", name="Replay").click()
        expect(page.get_by_text("will be processed again")).to_be_visible()
        expect(became.get_by_text("Applied", exact=True)).to_be_visible()

        page.goto(f"/webhooks/?connection={key}")
        page.get_by_label("Select page").check()
        page.get_by_role("button", name="Replay selected").click()
        expect(page.get_by_role("heading", name="Replay 1 webhook?")).to_be_visible()
        page.get_by_role("button", name="Replay 1 webhook").click()
        expect(page.get_by_text("1 webhook will be processed again")).to_be_visible()

        page.goto(f"/connections/{key}/")
        card = page.locator("#webhooks")
        expect(card.get_by_text(url)).to_be_visible()
        expect(card.get_by_role("link", name="All webhooks")).to_be_visible()
