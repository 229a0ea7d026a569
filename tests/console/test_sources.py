"""The source of each value of a record, shown on its page on request."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from counterfoil.console.site.permissions import Role
from counterfoil.mapping.fields import CUSTOMER_FIELDS, INVOICE_FIELDS
from counterfoil.mirror.models import Change, Connection, Customer, Mirrored, Source
from tests.console import making
from tests.console.asking import page, record_address
from tests.console.people import belongs_to, logged_in, person

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SHOW = "Show where each value comes from"


@pytest.fixture
def acme() -> Connection:
    return making.connection()


def address(record: Mirrored, query: str = "?sources=1") -> str:
    return f"{record_address(record)}{query}"


def sources(shown: str) -> dict[str, str]:
    """Return the source of each field on a page, by label, as text."""
    found = {}
    for label, value in re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", shown, re.S):
        lines = re.findall(r'<span class="cf-told">(.*?)\n', value, re.S)
        plain = [" ".join(unescape(re.sub(r"<[^>]+>", "", line)).split()) for line in lines]
        if plain:
            found[unescape(label)] = " | ".join(plain)
    return found


def changed(of: Mirrored, field: str, before: Any, **values: Any) -> Change:
    usual = {"after": "now", "at": timezone.now() - timedelta(days=2), "source": Source.RUN, "reference": 12}
    known = {"connection": of.connection, "record_id": of.pk, "field": field, "before": before}
    return Change.objects.create(**{**usual, **known, **values})


def test_sources_are_shown_only_on_request(boss: Client, acme: Connection) -> None:
    made = making.customer(acme, extra={"Note": "x"})
    shown = page(boss, address(made, ""))
    assert sources(shown) == {}
    assert f'<a href="?sources=1">{SHOW}</a>' in shown
    assert SHOW not in page(boss, address(made))


def test_law_10_every_field_says_what_set_it_or_that_it_is_as_first_seen(boss: Client, acme: Connection) -> None:
    anna = User.objects.create_user("anna")
    run = making.run(acme, requested_by=anna)
    made = making.customer(
        acme, phone="03 234 56 78", extra={"Note": "x", "Old": "y"}, upstream_role="POV", role="OEM",
        first_seen_at=timezone.now() - timedelta(days=6), first_source=Source.IMPORT, first_reference=run.pk,
    )  # fmt: skip
    changed(made, "phone", "before that", reference=11)
    changed(made, "phone", "03/12")
    changed(made, "extra.Note", None, source=Source.DELIVERY, reference=77)
    changed(made, "role", "POV", source=Source.MAPPING, reference=14, actor=anna)
    changed(made, "state", "missing", source=Source.APPROVAL, reference=15)
    found = sources(shown := page(boss, address(made)))
    assert found.pop("Phone") == "Source: Sync run 12, 2 days ago; before: 03/12"
    assert found.pop("Note") == "Source: Webhook 77, 2 days ago; before: –"
    assert found.pop("Role used here") == "Source: Mapping change 14 by anna, 2 days ago; before: POV"
    assert found.pop("State") == "Source: Approved run 15, 2 days ago; before: Not found in the last full sync"
    assert set(found.values()) == {f"Source: Imported {run.pk} by anna, 6 days ago, as first seen"}
    assert set(found) == {field.label for field in CUSTOMER_FIELDS} - {"Phone", "Role"} | {"Old", "Role in Robaws"}
    for path in ("/runs/12/", "/runs/14/", "/webhooks/77/"):
        assert f'<a href="{path}">' in shown


def test_a_normal_form_has_a_source_only_if_it_changed_without_its_field(boss: Client, acme: Connection) -> None:
    made = making.customer(acme, phone="020 794 60 00", phone_e164="+31207946000", email="a@b.be")
    changed(made, "phone_e164", "+321", source=Source.MAPPING, reference=3)
    assert sources(page(boss, address(made)))["Phone"].endswith(
        "as first seen | Normal form: Mapping change 3, 2 days ago; before: +321"
    )
    changed(made, "phone", "03 234")
    assert sources(page(boss, address(made)))["Phone"] == "Source: Sync run 12, 2 days ago; before: 03 234"


def test_a_value_that_was_not_fetched_yet_has_no_source(boss: Client, acme: Connection) -> None:
    acme.connector = "zoho_books"
    acme.save()
    made = making.customer(acme)
    found = sources(page(boss, address(made)))
    assert "City" not in found
    assert "Name" in found
    changed(made, "city", None)
    assert sources(page(boss, address(made)))["City"] == "Source: Sync run 12, 2 days ago; before: –"


def test_an_invoice_shows_sources_too(boss: Client, acme: Connection) -> None:
    made = making.invoice(acme)
    changed(made, "balance", "250", resource="invoice", reference=9)
    found = sources(page(boss, address(made)))
    assert found["Balance"] == "Source: Sync run 9, 2 days ago; before: 250"
    assert set(found) == {*(field.label for field in INVOICE_FIELDS), "State"}


def test_changes_of_other_records_are_not_shown(boss: Client, acme: Connection) -> None:
    made, other = making.customer(acme), making.customer(acme)
    changed(other, "city", "Gent")
    changed(made, "city", "Gent", resource="invoice")
    assert sources(page(boss, address(made)))["City"].endswith("as first seen")


def test_sources_take_no_query_per_field(boss: Client, acme: Connection) -> None:
    made = making.customer(acme, first_reference=making.run(acme).pk)
    page(boss, address(made))

    def queries(query: str) -> int:
        with CaptureQueriesContext(database) as seen:
            page(boss, address(made, query))
        return len(seen.captured_queries)

    plain = queries("")
    assert queries("?sources=1") <= plain + 2
    for field in CUSTOMER_FIELDS:
        changed(made, field.name, None, actor=User.objects.get(username="boss"))
    assert queries("?sources=1") <= queries("") + 2


def test_paging_through_the_history_keeps_the_sources(boss: Client, acme: Connection) -> None:
    made = making.customer(acme)
    for number in range(30):
        changed(made, "city", f"town {number}")
    assert "?history=2&amp;sources=1#history" in page(boss, address(made))
    assert "?history=1&amp;sources=1#history" in page(boss, address(made, "?history=2&sources=1"))
    assert "?history=2#history" in page(boss, address(made, ""))


def test_former_values_are_escaped_and_long_ones_cut(boss: Client, acme: Connection) -> None:
    made = making.customer(acme)
    changed(made, "city", "<script>alert(1)</script>")
    changed(made, "street", "long " * 500, source="<b>new</b>")
    found = sources(shown := page(boss, address(made)))
    assert "<script>alert(1)" not in shown
    assert found["City"].endswith("before: <script>alert(1)</script>")
    assert found["Street"].startswith("Source: <b>new</b> 12, ")
    assert len(found["Street"]) < 300


def test_sources_need_permission_to_see_the_customer(acme: Connection, stranger: Client) -> None:
    made = making.customer(acme)
    changed(made, "city", "zanzibar")
    assert stranger.get(address(made)).status_code == 403
    belongs_to(acme, User.objects.create_user("its owner", is_staff=True))
    answer = logged_in(person(Role.OWNER)).get(address(made), follow=True)
    assert "zanzibar" not in answer.content.decode()
    assert Customer.objects.filter(pk=made.pk).exists()
