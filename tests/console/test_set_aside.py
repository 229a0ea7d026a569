"""Records set aside."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from counterfoil.mirror.models import Run, RunKind
from tests.console import making
from tests.console.asking import notice, page

pytestmark = pytest.mark.django_db
LIST = "/import-problems/"


def test_the_list_starts_with_those_that_wait(boss: Client) -> None:
    connection = making.connection()
    run = making.run(connection)
    waits = making.set_aside(connection, "1", run_id=run.pk)
    resolved = making.set_aside(connection, "2", resolved_at=timezone.now())
    link = LIST + "{}/"
    for query, shows_waiting, shows_resolved in (
        ("", True, False),
        ("?resolved=yes", False, True),
        ("?resolved=all", True, True),
        (f"?run={run.pk}", True, False),
        ("?run=nonsense", False, False),
    ):
        shown = page(boss, LIST + query)
        assert (link.format(waits.pk) in shown) == shows_waiting, query
        assert (link.format(resolved.pk) in shown) == shows_resolved, query


def test_the_page_shows_payload_and_reason_as_text(boss: Client) -> None:
    connection = making.connection()
    customer = making.customer(connection, external_id="77")
    evil = making.set_aside(
        connection, payload=b'{"name": "<img src=x onerror=alert(1)>"}', reason="The name <b>is</b> odd."
    )
    shown = page(boss, f"{LIST}{evil.pk}/")
    assert "<img src=x" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "The name &lt;b&gt;is&lt;/b&gt; odd." in shown
    assert f"/customers/{customer.pk}/" in shown


@pytest.mark.parametrize("payload", [b"not json", b"\xff\xfe", b"", b"[" * 100_000])
def test_a_payload_that_is_no_json_is_shown_as_it_came(boss: Client, payload: bytes) -> None:
    entry = making.set_aside(making.connection(), None, payload=payload)
    page(boss, f"{LIST}{entry.pk}/")


def test_nothing_set_aside_is_good_news(boss: Client) -> None:
    assert "No import problems: all records could be imported." in page(boss, LIST)


def test_it_says_of_which_kind_a_record_is_and_reads_one_of_that_kind_again(boss: Client) -> None:
    acme = making.connection()
    invoice = making.invoice(acme, external_id="77")
    making.customer(acme, external_id="77")
    entry = making.set_aside(acme, "77", resource="invoice")
    address = f"/import-problems/{entry.pk}/"
    assert "invoice" in re.findall(r"field-what[^>]*>\s*([^<]*?)\s*<", page(boss, "/import-problems/"))
    shown = page(boss, address)
    assert "<h2>Invoice 77</h2>" in shown
    assert f'href="/invoices/{invoice.pk}/">The invoice as it is here</a>' in shown
    said = notice(boss, f"/import-problems/{entry.pk}/retry/")
    run = Run.objects.get()
    assert (run.resource, run.kind, run.options) == ("invoice", RunKind.SINGLE, {"client_id": "77"})
    assert f"One invoice of acme is queued as run {run.pk}." in said
    assert f'href="/invoices/{invoice.pk}/">Invoice</a>' in said


def test_a_contact_person_is_shown_with_their_customer(boss: Client) -> None:
    customer = making.customer(making.connection())
    making.contact_person(customer, external_id="88")
    entry = making.set_aside(customer.connection, "88", resource="contact_person")
    shown = page(boss, f"/import-problems/{entry.pk}/")
    assert f'href="/customers/{customer.pk}/">The customer as it is here</a>' in shown


def test_the_list_can_be_narrowed_to_one_kind(boss: Client) -> None:
    acme = making.connection()
    making.set_aside(acme, "c-1")
    making.set_aside(acme, "i-1", resource="invoice")
    shown = page(boss, "/import-problems/?resource=invoice")
    assert "i-1" in shown
    assert "c-1" not in shown
