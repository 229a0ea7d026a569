"""Law 9 with Zoho Books: odd contacts, persons and invoices cost only themselves, listed or read singly."""

from collections.abc import Iterator

import pytest

from counterfoil.mirror.models import ContactPerson, Customer, Invoice, Mirrored, QuarantinedRecord, RunState
from counterfoil_simulators.odd_payloads import SPOIL
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.clock import at_noon

pytestmark = pytest.mark.django_db(transaction=True)

MODELS: dict[str, type[Mirrored]] = {"customer": Customer, "contact_person": ContactPerson, "invoice": Invoice}
STORABLE = {"contact_person": {"long_name"}, "invoice": {"long_name"}}
"""What is odd, but in no index: the name of a person's contact, and of an invoice's potential."""


@pytest.fixture
def books() -> Iterator[Books]:
    with at_noon(), ZohoBooksSimulator(contacts=24, invoices=30, seed=5, rate=None) as sim:
        yield Books.connect(sim)


def problems(resource: str) -> set[str | None]:
    rows = QuarantinedRecord.objects.filter(resource=resource, resolved_at=None)
    return set(rows.values_list("external_id", flat=True))


def spoil(books: Books, ids: list[str]) -> dict[str, str]:
    odd = dict(zip(ids, SPOIL, strict=False))
    for record, shape in odd.items():
        books.sim.control.fault("garbage", record=record, shape=shape)
    return odd


def test_law_9_odd_records_of_every_list_are_quarantined_by_their_ids(books: Books) -> None:
    books.sync()
    odd = {
        resource: spoil(books, [str(row.external_id) for row in model._default_manager.all()])
        for resource, model in MODELS.items()
    }
    for _ in range(2):
        runs = books.sync(full=True)
        for resource, spoilt in odd.items():
            expected = {key for key, shape in spoilt.items() if shape not in STORABLE.get(resource, ())}
            assert len(spoilt) == len(SPOIL)
            assert (runs[resource].state, problems(resource)) == (RunState.COMPLETED, expected), resource
            assert (runs[resource].missing, runs[resource].tombstoned) == (0, 0)
    assert not any(model._default_manager.exclude(state="present").exists() for model in MODELS.values())
    books.sim.control.clear_faults()
    books.sync(full=True)
    assert not QuarantinedRecord.objects.filter(resolved_at=None).exists()


def test_law_9_an_odd_contact_read_singly_is_quarantined(books: Books) -> None:
    books.sync()
    for contact, shape in spoil(books, books.sim.control.contact_ids("customer")).items():
        run = books.sync(client_id=contact)["customer"]
        assert (run.state, run.failed) == (RunState.COMPLETED, 1), shape
        assert contact in problems("customer")
        assert books.customer(contact).state == "present"
    books.sim.control.clear_faults()
    books.sync(full=True)
    assert not problems("customer")
