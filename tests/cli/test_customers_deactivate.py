"""`customers deactivate` and `activate`: an edit at Zoho Books; Robaws knows no way."""

from collections.abc import Iterator

import pytest

from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.install import Install

pytestmark = pytest.mark.once


@pytest.fixture
def zoho() -> Iterator[ZohoBooksSimulator]:
    with ZohoBooksSimulator(contacts=5, seed=3, rate=None) as simulator:
        yield simulator


def test_a_customer_is_deactivated_with_the_next_push(install: Install, zoho: ZohoBooksSimulator) -> None:
    done = install.run(
        "connect", "zoho-books", "--name", "books", "--accounts-url", zoho.accounts_url, "--client-id",
        zoho.client_id, "--client-secret", zoho.client_secret, "--refresh-token", zoho.refresh_token,
        "--organization", zoho.organization_ids[0], "--rate", "1000", "--daily-reserve", "0",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    install.run("sync", "books")
    ((one,),) = install.sql("SELECT external_id FROM counterfoil_customer WHERE is_active ORDER BY id LIMIT 1")
    found = install.json("customers", "deactivate", "books", one, "--json")
    assert (found["is_active"], found["pending"]) == (False, ["is_active"])
    assert "inactive already" in install.run("customers", "deactivate", "books", one).stdout
    assert install.run("push", "books").returncode == 0
    assert zoho.control.contact(one)["status"] == "inactive"
    assert "active here, and in Zoho Books" in install.run("customers", "activate", "books", one).stdout
    assert "inactive, as in Zoho Books" in install.run("customers", "deactivate", "books", one).stdout


def test_robaws_has_no_way_to_deactivate(install: Install) -> None:
    with RobawsSimulator(customers=3, seed=7, rate=None) as sim:
        install.connect(sim)
        install.run("sync", "acme")
        done = install.run("customers", "deactivate", "acme", sim.control.ids()[0])
    assert done.returncode == 1
    assert "does not deactivate customers in Robaws" in done.stderr
