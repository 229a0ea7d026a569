"""The screens of import problems."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from counterfoil.mirror.models import Run, RunKind
from tests.console import making
from tests.console.asking import notice, page

pytestmark = pytest.mark.django_db
LIST = "/import-problems/"


def test_the_list_starts_with_open_problems(boss: Client) -> None:
    connection = making.connection()
    run = making.run(connection)
    waits = making.import_problem(connection, "1", run_id=run.pk)
    resolved = making.import_problem(connection, "2", resolved_at=timezone.now())
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
    evil = making.import_problem(
        connection, payload=b'{"name": "<img src=x onerror=alert(1)>"}', reason="The name <b>is</b> odd."
    )
    shown = page(boss, f"{LIST}{evil.pk}/")
    assert "<img src=x" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "The name &lt;b&gt;is&lt;/b&gt; odd." in shown
    assert f"/customers/{customer.pk}/" in shown


@pytest.mark.parametrize(
    "payload", [b"not json", b"\xff\xfe", b"", b"[" * 100_000, b"[" * 10_000 + b"1" + b"]" * 10_000]
)
def test_a_payload_that_is_not_json_is_shown_as_received(boss: Client, payload: bytes) -> None:
    entry = making.import_problem(making.connection(), None, payload=payload)
    page(boss, f"{LIST}{entry.pk}/")


def test_half_a_character_in_a_payload_is_shown_by_its_code(boss: Client) -> None:
    entry = making.import_problem(making.connection(), "77", payload=rb'{"name": "half \ud83d", "x": [NaN]}')
    shown = page(boss, f"{LIST}{entry.pk}/")
    assert "half \\ud83d" in shown
    assert "NaN" in shown


def test_a_long_list_far_inside_a_payload_is_not_indented(boss: Client) -> None:
    payload = b"[" * 500 + b"1," * 20_000 + b"1" + b"]" * 500
    entry = making.import_problem(making.connection(), "77", payload=payload)
    assert len(page(boss, f"{LIST}{entry.pk}/")) < 200_000


def test_an_empty_list_is_good_news(boss: Client) -> None:
    assert "No import problems: all records could be imported." in page(boss, LIST)


def test_the_list_names_the_kind_of_record_and_retry_reads_that_kind(boss: Client) -> None:
    acme = making.connection()
    invoice = making.invoice(acme, external_id="77")
    making.customer(acme, external_id="77")
    entry = making.import_problem(acme, "77", resource="invoice")
    address = f"/import-problems/{entry.pk}/"
    assert "Invoice" in re.findall(r"field-what[^>]*>\s*([^<]*?)\s*<", page(boss, "/import-problems/"))
    shown = page(boss, address)
    assert "<h2>Invoice 77</h2>" in shown
    assert f'href="/invoices/{invoice.pk}/">Open invoice</a>' in shown
    said = notice(boss, f"/import-problems/{entry.pk}/retry/")
    run = Run.objects.get()
    assert (run.resource, run.kind, run.options) == ("invoice", RunKind.SINGLE, {"client_id": "77"})
    assert f"One invoice of acme is queued as run {run.pk}." in said
    assert f'href="/invoices/{invoice.pk}/">Open invoice</a>' in said


def test_a_contact_person_is_shown_with_their_customer(boss: Client) -> None:
    customer = making.customer(making.connection())
    making.contact_person(customer, external_id="88")
    entry = making.import_problem(customer.connection, "88", resource="contact_person")
    shown = page(boss, f"/import-problems/{entry.pk}/")
    assert f'href="/customers/{customer.pk}/">Open customer</a>' in shown


def test_the_list_can_be_filtered_by_resource(boss: Client) -> None:
    acme = making.connection()
    making.import_problem(acme, "c-1")
    making.import_problem(acme, "i-1", resource="invoice")
    shown = page(boss, "/import-problems/?resource=invoice")
    assert "i-1" in shown
    assert "c-1" not in shown


def test_a_record_that_could_not_be_read_says_when_it_is_tried_again(boss: Client) -> None:
    acme = making.connection()
    unread = making.import_problem(acme, "77", payload=b"", retry_at=timezone.now())
    shown = page(boss, f"{LIST}{unread.pk}/")
    assert "with the first sync after" in shown
    assert "It is read from Robaws again with a later sync." in shown
    assert "Original record" not in shown
    persons = making.import_problem(
        acme, None, key="customer:50", resource="contact_person", payload=b"", retry_at=timezone.now()
    )
    assert "Contact person of customer 50" in page(boss, f"{LIST}{persons.pk}/")
    assert "of customer 50" in page(boss, LIST)
