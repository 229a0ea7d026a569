"""`make screenshots`: every screen of a console over a simulated Robaws, as pictures in docs/images.

python -m tests.browser.screenshots
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from counterfoil_simulators.robaws import RobawsSimulator
from tests.browser.visitor import PHONE, WIDE, Visitor
from tests.support import chromium
from tests.support.console import Console

IMAGES = Path(__file__).parents[2] / "docs" / "images"
CUSTOMERS, SEED = 4017, 1
NAME = "demo"


def main() -> int:
    """Write them all; returns the exit code."""
    path = chromium.installed()
    if path is None:
        sys.stderr.write("Pictures need a Chromium: install it, or name one with COUNTERFOIL_TEST_CHROMIUM.\n")
        return 1
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="cf-pictures-") as folder,
        RobawsSimulator(customers=CUSTOMERS, seed=SEED, rate=None) as sim,
        Console.served(Path(folder), COUNTERFOIL_SCHEDULES="1") as console,
        chromium.launched(path) as browser,
    ):
        visitor = Visitor(browser)
        _take(visitor, console, sim)
        visitor.close()
    return 0


def _take(visitor: Visitor, console: Console, sim: RobawsSimulator) -> None:
    page = visitor.open(console, logged_in=False, viewport=WIDE)
    _save(page, "login")
    page = visitor.open(console)
    _save(page, "first-steps")
    page.get_by_role("link", name="Connect Robaws").click()
    _save(page, "connect")

    sim.control.fault("garbage", client=sim.control.ids()[99], shape="name_object")
    console.install.connect(sim, NAME, "--rate", "0", "--daily-reserve", "500")
    _first_sync(page, sim)
    _settled(visitor, console)
    _two_ways(visitor, console, sim)

    sim.control.delete(sim.control.ids()[::9])
    console.install.run("sync", NAME, "--full")
    stopped = console.install.sql("SELECT max(id) FROM counterfoil_run WHERE resource = 'customer'")[0][0]
    _shoot(visitor, console, f"/runs/{stopped}/", "run-needs-approval")
    _shoot(visitor, console, f"/runs/{stopped}/approve/", "approval")
    _shoot(visitor, console, "/runs/", "runs")
    _shoot(visitor, console, "/", "overview-needs-approval")


def _first_sync(page: Page, sim: RobawsSimulator) -> None:
    """Watched when it is at about half of its pages."""
    gate = sim.control.hold(path="/clients", page=25)
    page.goto("/")
    page.get_by_role("button", name="Sync now").click()
    assert sim.control.wait_held(1, timeout=30)
    expect(page.get_by_role("progressbar")).to_be_visible()
    _save(page, "run-live")
    sim.control.release(gate)
    expect(page.get_by_text("Completed", exact=True)).to_be_visible()
    _save(page, "run-completed")
    page.goto("/runs/2/")  # the persons come after the customers
    expect(page.get_by_text("Completed", exact=True)).to_be_visible()


def _settled(visitor: Visitor, console: Console) -> None:
    one = console.install.sql(
        "SELECT id FROM counterfoil_customer WHERE state = 'present' AND phone IS NOT NULL AND vat_number IS "
        "NOT NULL "
        "AND name LIKE 'Garage %' ORDER BY CAST(external_id AS INTEGER) LIMIT 1"
    )[0][0]
    bad = console.install.sql("SELECT id FROM counterfoil_quarantine LIMIT 1")[0][0]
    screens = {
        "overview": "/",
        "customers": "/customers/",
        "search": "/customers/?q=garage+gent",
        "customer": f"/customers/{one}/",
        "connections": "/connections/",
        "connection": "/connections/1/",
        "import-problems": "/import-problems/",
        "import-problem": f"/import-problems/{bad}/",
        "users": "/users/",
    }
    for name, path in screens.items():
        _shoot(visitor, console, path, name)
    for name in ("overview", "customers", "customer"):
        _shoot(visitor, console, screens[name], f"{name}-dark", color_scheme="dark")
        _shoot(visitor, console, screens[name], f"{name}-phone", viewport=PHONE)


def _two_ways(visitor: Visitor, console: Console, sim: RobawsSimulator) -> None:
    """Edits on both sides, before and after a push."""
    counterfoil = console.install.run
    (one,), (other,) = console.install.sql(
        "SELECT external_id FROM counterfoil_customer WHERE country_code = 'BE' AND email_normalized IS NOT NULL "
        "AND phone_e164 IS NOT NULL AND vat_normalized IS NOT NULL ORDER BY id LIMIT 2"
    )
    counterfoil("customers", "set", NAME, one, "city=Gent", "email=", "phone=09 223 44 55")
    counterfoil("customers", "set", NAME, other, "email=sales@example.com", "website=https://www.example.com")
    (edited,) = console.install.sql(f"SELECT id FROM counterfoil_customer WHERE external_id = '{one}'")[0]
    _shoot(visitor, console, f"/customers/{edited}/", "customer-edited")
    _shoot(visitor, console, f"/customers/{edited}/edit/", "customer-edit")
    sim.control.change([other], fields={"email": "office@example.com"})
    counterfoil("push", NAME)
    (pushed,) = console.install.sql("SELECT max(id) FROM counterfoil_run WHERE kind = 'push'")[0]
    (conflict,) = console.install.sql("SELECT max(id) FROM counterfoil_conflict")[0]
    _shoot(visitor, console, f"/runs/{pushed}/", "push")
    _shoot(visitor, console, f"/conflicts/{conflict}/", "conflict")
    counterfoil("conflicts", "settle", str(conflict), "theirs")


def _shoot(visitor: Visitor, console: Console, path: str, name: str, **options: Any) -> None:
    page = visitor.open(console, path, **options)
    _save(page, name)
    page.context.close()


def _save(page: Page, name: str) -> None:
    page.evaluate("() => document.fonts.ready.then(() => null)")
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled", caret="hide")


if __name__ == "__main__":
    sys.exit(main())
