"""The list of customers and one customer's page."""

import re
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from counterfoil.console.customers import detail
from counterfoil.console.lists import filters, pagination
from counterfoil.mapping.fields import CUSTOMER_FIELDS
from counterfoil.mirror.models import Change, Connection, Customer, Run, RunKind, Source
from tests.console import making
from tests.console.asking import page

pytestmark = pytest.mark.django_db
LIST = "/customers/"


def _names(shown: str) -> list[str]:
    return re.findall(r'<span class="cf-two" title="([^"]*)"', shown)


@pytest.fixture
def acme() -> Connection:
    return making.connection()


def test_search_finds_name_matches_first(boss: Client, acme: Connection) -> None:
    making.customer(acme, "Abel Cars", city="Antwerpen")
    making.customer(acme, "Zoe Antwerp Shipping")
    making.customer(acme, "Bert Motors", email="antoon@example.com")
    making.customer(acme, "Somebody else")
    assert _names(page(boss, f"{LIST}?q=ant")) == ["Zoe Antwerp Shipping", "Abel Cars", "Bert Motors"]
    assert _names(page(boss, f"{LIST}?q=ÁNT")) == ["Zoe Antwerp Shipping", "Abel Cars", "Bert Motors"]
    assert _names(page(boss, f"{LIST}?q=ant+cars")) == ["Abel Cars"]
    assert "Nothing matches" in page(boss, f"{LIST}?q=nobody")


def test_the_order_is_stable_by_name_and_key(boss: Client, acme: Connection) -> None:
    twins = [making.customer(acme, "Twin").pk for _ in range(3)]
    making.customer(acme, "Abel")
    shown = page(boss, LIST)
    assert _names(shown) == ["Abel", "Twin", "Twin", "Twin"]
    assert [int(key) for key in re.findall(r'href="/customers/(\d+)/"', shown)][1:] == sorted(twins)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("role=FORWARDER", ["Forwarder"]),
        ("role=T-T+TANKS", ["Odd role"]),
        ("role=-", ["Invalid phone", "Missing", "Plain"]),
        ("role=NOBODY", []),
        ("country=NL", ["Forwarder"]),
        ("state=missing", ["Missing"]),
        ("active=no", ["Missing"]),
        ("invalid=any", ["Invalid phone"]),
        ("invalid=phone", ["Invalid phone"]),
        ("invalid=email", []),
        ("role=&country=&state=", ["Forwarder", "Invalid phone", "Missing", "Odd role", "Plain"]),
        ("state=present&q=plain", ["Plain"]),
    ],
)
def test_filters(boss: Client, acme: Connection, query: str, expected: list[str]) -> None:
    making.customer(acme, "Plain", city="Gent")
    making.customer(acme, "Forwarder", role="FORWARDER", country_code="NL")
    making.customer(acme, "Odd role", role="T-T TANKS")
    making.customer(acme, "Missing", state="missing", is_active=False)
    making.customer(acme, "Invalid phone", phone="see website", invalid={"phone": "no digits in it"})
    assert _names(page(boss, f"{LIST}?{query}")) == expected


def test_the_list_can_be_filtered_by_an_unknown_role(boss: Client, acme: Connection) -> None:
    making.customer(acme, role="T-T TANKS")
    making.customer(acme, role=None)
    shown = page(boss, LIST)
    assert '<option value="T-T TANKS">T-T TANKS (1)</option>' in shown
    assert '<option value="-">No role (1)</option>' in shown


def test_the_counts_of_a_filter_are_limited(
    boss: Client, acme: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "MOST_COUNTED", 2)
    other = making.connection("beta")
    for of in (acme, acme, acme, other):
        making.customer(of, role="POV", country_code="NL")
    making.customer(other, role="RORO")
    shown = page(boss, LIST)
    assert '<option value="POV">POV (3+)</option>' in shown
    assert '<option value="RORO">RORO (1)</option>' in shown
    assert '<option value="NL">Netherlands (3+)</option>' in shown
    assert '<option value="-">No country (1)</option>' in shown


def test_several_connections_add_a_connection_column(boss: Client, acme: Connection) -> None:
    making.customer(acme)
    assert "column-source" not in page(boss, LIST)
    other = making.connection("beta")
    making.customer(other, "Of beta")
    assert "column-source" in page(boss, LIST)
    assert _names(page(boss, f"{LIST}?connection={other.pk}")) == ["Of beta"]
    assert _names(page(boss, f"{LIST}?connection=nonsense")) == []


def test_pages_have_no_unbounded_count(boss: Client, acme: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "MOST_COUNTED", 70)
    for number in range(120):
        making.customer(acme, f"Firm {number:03}")
    page(boss, LIST)  # what is looked up once a minute has been looked up
    second = f"?p=after-{Customer.objects.get(name='Firm 049').pk}"
    for query in ("", second, "?q=firm", "?state=present", "?invalid=any"):
        with CaptureQueriesContext(
            database,
        ) as seen:
            page(boss, LIST + query)
        counts = [
            q["sql"] for q in seen.captured_queries if "count(" in q["sql"].lower() and 'M "customer"' in q["sql"]
        ]
        assert all("limit 71" in sql.lower() for sql in counts), counts
        assert len(seen.captured_queries) <= 25
    assert "<b>1–50</b> of more than <b>70</b> customers" in page(boss, LIST)
    assert _names(page(boss, LIST + second))[0] == "Firm 050"


@pytest.mark.parametrize("number", ["99", "0", "-3", "abc", "9" * 40])
def test_an_invalid_page_number_does_no_harm(boss: Client, acme: Connection, number: str) -> None:
    making.customer(acme)
    assert boss.get(f"{LIST}?p={number}", follow=True).status_code == 200


def test_an_invalid_value_is_marked_with_its_reason(boss: Client, acme: Connection) -> None:
    made = making.customer(
        acme, vat_number="RC 123", phone="0475 12 34 56", phone_e164="+32475123456",
        invalid={"vat_number": "no VAT rules known for NG"},
    )  # fmt: skip
    assert "RC 123 – no VAT rules known for NG" in page(boss, LIST)
    shown = page(boss, f"{LIST}{made.pk}/")
    assert re.search(r"RC 123</span>.*?no VAT rules known for NG", shown, re.S)
    assert re.search(r"0475 12 34 56</span>\s*<span class=\"cf-normal\"[^>]*>\+32475123456", shown)


def test_a_list_is_shown_as_people_write_it(boss: Client, acme: Connection) -> None:
    extra = {"email": ["a@x.example", "b@x.example"], "tel": [{"type": "work", "number": "03 1"}]}
    shown = page(boss, f"{LIST}{making.customer(acme, email='a@x.example', extra=extra).pk}/")
    assert "a@x.example, b@x.example" in shown
    assert "type: work, number: 03 1" in shown


def test_html_in_a_payload_is_shown_as_text(boss: Client, acme: Connection) -> None:
    evil = "<script>alert(1)</script>"
    made = making.customer(
        acme, f"Evil {evil}", raw='{"name":"' + evil + '"}', role=evil, city=evil, extra={evil: evil},
        phone=evil, invalid={"phone": evil},
    )  # fmt: skip
    run = making.run(acme)
    Change.objects.create(
        connection=acme, record_id=made.pk, field=f"extra.{evil}", before=evil, after=evil,
        at=timezone.now(), source=Source.RUN, reference=run.pk,
    )  # fmt: skip
    for address in (LIST, f"{LIST}{made.pk}/"):
        shown = page(boss, address)
        assert evil not in shown
        assert "&lt;script&gt;alert(1)" in shown


def test_history_names_its_source(boss: Client, acme: Connection) -> None:
    made = making.customer(acme)
    run = making.run(acme)
    for number in range(30):
        Change.objects.create(
            connection=acme, record_id=made.pk, field="city", before=f"town {number}", after=f"town {number + 1}",
            at=timezone.now(), source=Source.MAPPING, reference=run.pk,
        )  # fmt: skip
    shown = page(boss, f"{LIST}{made.pk}/")
    assert f'<a href="/runs/{run.pk}/">Mapping change {run.pk}</a>' in shown
    assert "town 30" in shown
    assert "town 2<" not in shown
    assert "town 2<" in page(boss, f"{LIST}{made.pk}/?history=2")


def test_a_role_set_by_a_rule_is_shown_with_the_original_role(boss: Client, acme: Connection) -> None:
    made = making.customer(acme, role="FORWARDER", upstream_role="POV")
    shown = page(boss, f"{LIST}{made.pk}/")
    assert "Role in Robaws" in shown
    assert "Role used here" in shown
    assert "set by a role rule of this connection" in shown


def test_a_customer_can_only_be_changed_by_an_edit(boss: Client, acme: Connection) -> None:
    made = making.customer(acme)
    assert boss.post(f"{LIST}{made.pk}/delete/", {"post": "yes"}).status_code == 403
    boss.post(f"{LIST}{made.pk}/", {"name": "Changed"})
    assert Customer.objects.get(pk=made.pk).name == made.name


def test_the_refresh_button_queues_one_run(
    boss: Client, acme: Connection, django_capture_on_commit_callbacks: Any
) -> None:
    made = making.customer(acme, external_id="1597")
    with django_capture_on_commit_callbacks() as nudges:
        answer = boss.post(f"{LIST}{made.pk}/sync/")
    run = Run.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert (run.kind, run.options, run.connection) == (RunKind.SINGLE, {"client_id": "1597"}, acme)
    assert run.requested_by is not None
    assert len(nudges) == 1
    boss.post(f"{LIST}{made.pk}/sync/")
    assert Run.objects.count() == 1
    assert f"/customers/{made.pk}/" in page(boss, f"/runs/{run.pk}/")


def test_following_a_link_changes_nothing(boss: Client, acme: Connection) -> None:
    made = making.customer(acme)
    assert boss.get(f"{LIST}{made.pk}/sync/").status_code == 405
    assert not Run.objects.exists()


def test_the_page_shows_every_field() -> None:
    shown = [name for _, names in detail.GROUPS for name in names]
    assert sorted(shown) == sorted(field.name for field in CUSTOMER_FIELDS)
