"""Law 3: deletions that webhooks and background reads find count against the same guard."""

from collections.abc import Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from counterfoil.mirror.models import Customer, Run, RunKind, RunState
from counterfoil.webhooks import register, worker
from counterfoil.webhooks.models import Delivery
from counterfoil.worker import queue
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """Start 12 customers; half of them may go."""
    with at_noon(), ZohoBooksSimulator(organizations=1, contacts=12, invoices=2, seed=5, rate=None) as simulator:
        yield simulator


def states() -> dict[str, int]:
    found = list(Customer.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in found}


def test_law_3_webhooks_of_deleted_contacts_stop_at_the_guard(
    sim: ZohoBooksSimulator, live_server: LiveServer
) -> None:
    books = Books.connect(sim)
    books.sync()
    url = f"{live_server.url}/api/webhooks/zoho/{books.connection.pk}"
    secret = register.register(books.connection, url).secret
    sim.control.add_webhook(url, secret=secret, entity="contact", events=("deleted",))
    sim.control.delete_contact(n=9)
    assert sim.control.wait_webhooks()
    worker.process_due()
    assert states() == {"present": 3, "tombstone": 6, "missing": 3}
    assert Run.objects.get(state=RunState.NEEDS_APPROVAL).proposals.count() == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {"applied"}
    assert len([one for one in Delivery.objects.all() if "this waits for approval" in one.reason]) == 3


def test_law_3_an_outage_while_details_are_read_stops_at_the_guard(sim: ZohoBooksSimulator) -> None:
    books = Books.connect(sim, detail_calls=100)
    books.sync()
    sim.control.fault("not_found", form="own", path="/contacts/*")
    queue.execute_due_runs()
    assert states() == {"tombstone": 6, "missing": 6}
    run = Run.objects.get(kind=RunKind.DETAILS, resource="customer")
    assert (run.state, run.tombstoned) == (RunState.COMPLETED, 6)
    assert Run.objects.get(state=RunState.NEEDS_APPROVAL).kind == RunKind.DELETIONS
