"""The list of invoices and one invoice's page."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from counterfoil.console.invoices import detail
from counterfoil.console.invoices import search as invoice_search
from counterfoil.mapping.fields import INVOICE_FIELDS
from counterfoil.mirror.models import Change, Connection, Coverage, Run, Source
from tests.console import making
from tests.console.asking import page

pytestmark = pytest.mark.django_db
LIST = "/invoices/"


def _numbers(shown: str) -> list[str]:
    return re.findall(r'/invoices/\d+/[^>]*>\s*<span class="cf-two" title="([^"]*)"', shown)


@pytest.fixture
def acme() -> Connection:
    return making.connection()


def test_the_newest_invoices_of_all_connections_come_first(boss: Client, acme: Connection) -> None:
    today = timezone.localdate()
    other = making.connection("other")
    for days in (3, 1, 2):
        making.invoice(acme if days % 2 else other, f"INV-{days}", date=today - timedelta(days=days))
    assert _numbers(page(boss, LIST)) == ["INV-1", "INV-2", "INV-3"]


def test_each_page_continues_after_the_one_before(boss: Client, acme: Connection) -> None:
    other = making.connection("other")
    for number in range(120):
        day = None if number % 7 == 0 else timezone.localdate() - timedelta(days=number % 5)
        making.invoice(other if number % 3 else acme, f"INV-{number:03}", date=day)
    met: list[str] = []
    address = LIST
    for _ in range(3):
        shown = page(boss, address)
        met += _numbers(shown)
        following = re.search(r'rel="next" href="([^"]*)"', shown)
        address = LIST + (following[1].replace("&amp;", "&") if following else "")
    assert sorted(met) == [f"INV-{number:03}" for number in range(120)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=sent", {"Late", "Plain"}),
        ("status=somewhere+else", {"Odd"}),
        ("status=-", {"No status"}),
        ("status=nothing+has+this", set()),
        ("overdue=yes", {"Late", "Part"}),
        ("overdue=yes&status=sent", {"Late"}),
        ("overdue=nonsense", set()),
        ("state=missing", {"Missing"}),
        ("state=present&status=paid", {"Paid"}),
        ("status=&overdue=&state=", {"Late", "Part", "Plain", "Odd", "No status", "Missing", "Paid", "Void"}),
        ("state=present&q=pla", set()),
        ("state=present&q=Pla", {"Plain"}),
        ("customer=nonsense", set()),
        ("customer=99999999", set()),
    ],
)
def test_filters(boss: Client, acme: Connection, query: str, expected: set[str]) -> None:
    past = timezone.localdate() - timedelta(days=12)
    making.invoice(acme, "Plain")
    making.invoice(acme, "Late", due_date=past)
    making.invoice(acme, "Part", due_date=past, status="partially_paid", balance=Decimal("0.5"))
    making.invoice(acme, "Odd", due_date=past, status="somewhere else")
    making.invoice(acme, "No status", due_date=past, status=None)
    making.invoice(acme, "Paid", due_date=past, status="paid", balance=Decimal(0))
    making.invoice(acme, "Void", due_date=past, status="void")
    making.invoice(acme, "Missing", state="missing", status="draft")
    assert set(_numbers(page(boss, f"{LIST}?{query}"))) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("INV-00", {"INV-001", "INV-002"}),
        ("inv-001", {"INV-001"}),
        ("PO/7", {"INV-002"}),
        ("peet", {"INV-001"}),
        ("garage+péeters", {"INV-001"}),
        ("stranger", {"X-9"}),
        ("NV-001", set()),
        ("%25", {"%-odd"}),
        ("_", set()),
        ("nobody", set()),
    ],
)
def test_search_matches_the_start_of_number_reference_and_customer(
    boss: Client, acme: Connection, typed: str, expected: set[str]
) -> None:
    making.invoice(making.customer(acme, "Garage Peeters"), "INV-001")
    making.invoice(making.customer(acme, "Else", city="Peetersdorp"), "INV-002", reference="PO/77")
    making.invoice(acme, "X-9", customer_external_id="404", customer_name="Stranger & Sons")
    making.invoice(acme, "%-odd")
    assert set(_numbers(page(boss, f"{LIST}?q={typed}"))) == expected


def test_a_search_with_too_many_hits_says_so(
    boss: Client, acme: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoice_search, "MOST", 3)
    for number in range(5):
        making.invoice(acme, f"INV-{number}", date=timezone.localdate() - timedelta(days=9 - number))
    shown = page(boss, f"{LIST}?q=INV")
    assert _numbers(shown) == ["INV-4", "INV-3", "INV-2"]
    assert "type more to narrow the list" in shown


@pytest.mark.parametrize("query", ["status=on_hold&q=INV", "status=on_hold&q=gar", "connection={other}&q=INV"])
def test_a_filter_applies_to_all_hits_and_not_only_to_the_first(
    boss: Client, acme: Connection, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(invoice_search, "MOST", 3)
    monkeypatch.setattr(invoice_search, "MOST_CUSTOMERS", 3)
    other = making.connection("other")
    making.invoice(making.customer(other, "Garage Aerts"), "INV-000", status="on_hold")
    for number in range(1, 9):
        making.invoice(making.customer(acme, f"Garage {number}"), f"INV-{number:03}")
    shown = page(boss, f"{LIST}?{query.format(other=other.pk)}")
    assert _numbers(shown) == ["INV-000"]
    assert "type more to narrow the list" not in shown


def test_a_search_finds_matches_among_many_filtered_invoices(
    boss: Client, acme: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoice_search, "MOST", 3)
    for number in range(6):
        making.invoice(acme, f"A-{number}", status="paid", date=timezone.localdate() - timedelta(days=number))
        making.invoice(acme, f"A-9{number}")
        making.invoice(acme, f"B-{number}", status="paid")
    assert _numbers(page(boss, f"{LIST}?status=paid&q=A-1")) == ["A-1"]
    shown = page(boss, f"{LIST}?status=paid&q=A")
    assert sorted(_numbers(shown)) == ["A-3", "A-4", "A-5"]
    assert "type more to narrow the list" in shown


def test_a_search_that_matches_too_many_customers_says_so(
    boss: Client, acme: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invoice_search, "MOST", 5)
    monkeypatch.setattr(invoice_search, "MOST_CUSTOMERS", 3)
    for number in range(6):
        making.invoice(making.customer(acme, f"Garage {number}"), f"INV-{number}")
    shown = page(boss, f"{LIST}?q=garage")
    assert sorted(_numbers(shown)) == ["INV-0", "INV-1", "INV-2"]
    assert "type more to narrow the list" in shown


def test_overdue_days_and_unknown_statuses_are_shown(boss: Client, acme: Connection) -> None:
    making.invoice(acme, "Late", due_date=timezone.localdate() - timedelta(days=12))
    making.invoice(acme, "Odd", status="on_hold")
    making.invoice(acme, "Void", status="void", due_date=timezone.localdate() - timedelta(days=12))
    shown = page(boss, LIST)
    assert shown.count("12 days overdue") == 1
    assert '<span class="cf-badge cf-neutral" title="on_hold">On hold</span>' in shown
    assert "On hold (1)" in shown


def test_a_known_customer_is_linked_and_an_unknown_one_named(boss: Client, acme: Connection) -> None:
    known = making.customer(acme, "Garage Peeters")
    making.invoice(known, "INV-1", total=Decimal("1234567890.12"))
    making.invoice(acme, "INV-2", customer_external_id="404", customer_name="Not here yet")
    shown = page(boss, LIST)
    assert f'href="/customers/{known.pk}/" title="Garage Peeters"' in shown
    assert '<span class="cf-two" title="Not here yet">' in shown
    assert '1,234,567,890.12 <span class="cf-dim">EUR</span>' in shown


def test_a_complete_pass_counts_as_a_sync_only_of_its_date_range(boss: Client, acme: Connection) -> None:
    now = timezone.now()
    then = now - timedelta(days=70)
    window = now.date() - timedelta(days=365)
    Coverage.objects.create(connection=acme, resource="invoice", complete_pass_at=now, dated_from=window)
    making.invoice(acme, "Within", date=now.date() - timedelta(days=300), observed_at=then)
    making.invoice(acme, "Older", date=now.date() - timedelta(days=400), observed_at=then, status="paid")
    within, older = re.findall(r"field-synced[^>]*>\s*<time[^>]*>([^<]*)<", page(boss, LIST))
    assert (within, older) == ("just now", "2 months ago")


def test_the_page_shows_every_field_once() -> None:
    names = [name for _, names in detail.GROUPS for name in names]
    assert sorted(names) == sorted(field.name for field in INVOICE_FIELDS)


def test_the_page_shows_problems_customer_history_and_payload(boss: Client, acme: Connection) -> None:
    run: Run = making.run(acme, resource="invoice")
    customer = making.customer(acme, "Garage Peeters")
    invoice = making.invoice(
        customer, date=None, invalid={"date": "“31/02” is no date"}, raw='{"invoice_id":"9","due":1}',
        extra={"Salesperson": "Jan"}, first_reference=run.pk,
    )  # fmt: skip
    Change.objects.create(
        connection=acme, resource="invoice", record_id=invoice.pk, field="balance", before="200", after="121",
        at=timezone.now(), source=Source.RUN, reference=run.pk,
    )  # fmt: skip
    Change.objects.create(
        connection=acme, resource="customer", record_id=invoice.pk, field="name", before="x", after="Of another",
        at=timezone.now(), source=Source.RUN, reference=run.pk,
    )  # fmt: skip
    shown = page(boss, f"{LIST}{invoice.pk}/")
    for words in (
        "“31/02” is no date", f'<a href="/customers/{customer.pk}/">Garage Peeters</a>',
        "Balance", 'cf-was">200<', "Salesperson", "&quot;invoice_id&quot;: &quot;9&quot;",
        f'href="/runs/{run.pk}/">Sync run {run.pk}</a>', "Sync status",
    ):  # fmt: skip
        assert words in shown, words
    assert "Of another" not in shown


def test_the_page_says_that_an_unknown_customer_is_linked_later(boss: Client, acme: Connection) -> None:
    invoice = making.invoice(acme, customer_external_id="404")
    assert "not here yet; linked when this customer is synced" in page(boss, f"{LIST}{invoice.pk}/")


def test_the_menu_has_invoices_only_if_a_connection_can_have_them(boss: Client, acme: Connection) -> None:
    entry = 'href="/invoices/"'
    assert entry not in page(boss, "/customers/")
    books = Connection.objects.create(name="books", connector="zoho_books")
    assert entry in page(boss, "/customers/")
    books.delete()
    assert entry not in page(boss, "/customers/")
    making.invoice(acme)
    assert entry in page(boss, "/customers/")
