"""An upgrade that brings new columns fills them from the stored payloads, without an API call."""

from importlib import import_module

import pytest
from django.apps import apps

from counterfoil.mirror.models import Connection, Customer, Invoice, Run, RunKind, RunState
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.books import Books
from tests.support.mirrored import Mirrored

MIGRATION = import_module("counterfoil.mirror.migrations.0014_created_and_paid")
CREATED = ("external_id", "upstream_created_at")


def upgrade() -> set[str]:
    """Migrate and execute what that has requested. Returns the resources."""
    version = Connection.objects.get().mapping_version
    MIGRATION.map_again(apps, None)
    assert Connection.objects.get().mapping_version == version + 1
    requested = list(Run.objects.filter(kind=RunKind.REMAP, state=RunState.QUEUED))
    for run in requested:
        execute_run(run)
        run.refresh_from_db()
        assert run.state == RunState.COMPLETED, run.error
    return {run.resource for run in requested}


@pytest.mark.django_db(transaction=True)
def test_columns_of_zoho_are_filled_by_a_run_of_each_resource() -> None:
    with ZohoBooksSimulator(contacts=12, persons=0, invoices=12, seed=5, rate=None) as sim:
        books = Books.connect(sim, window_days=1_100)
        books.sync()
        paid = str(Invoice.objects.filter(balance__gt=0).exclude(status__in=("draft", "void"))[0].external_id)
        sim.control.pay(paid)
        books.sync()
        customers = list(Customer.objects.order_by("pk").values_list(*CREATED, "company_name"))
        invoices = list(Invoice.objects.order_by("pk").values_list(*CREATED, "paid_on"))
        Customer.objects.update(upstream_created_at=None, company_name=None)
        Invoice.objects.update(upstream_created_at=None, paid_on=None)
        sim.control.reset_stats()
        assert upgrade() == {"customer", "invoice"}
        assert sim.control.stats()["requests"] == 0
    assert list(Customer.objects.order_by("pk").values_list(*CREATED, "company_name")) == customers
    assert list(Invoice.objects.order_by("pk").values_list(*CREATED, "paid_on")) == invoices
    assert all(created for _, created, _ in (*customers, *invoices))
    assert Invoice.objects.get(external_id=paid).paid_on is not None


def test_robaws_says_when_a_client_was_created(mirror: Mirrored) -> None:
    mirror.sync()
    before = list(Customer.objects.order_by("pk").values_list(*CREATED))
    Customer.objects.update(upstream_created_at=None)
    assert upgrade() == {"customer"}
    assert list(Customer.objects.order_by("pk").values_list(*CREATED)) == before
    assert all(created for _, created in before)
