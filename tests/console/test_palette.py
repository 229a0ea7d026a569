"""Ctrl-K finds customers, invoices, connections, runs and pages, and nothing that the person may not see."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from counterfoil.console.site.permissions import Role
from tests.console import making
from tests.console.people import belongs_to, logged_in, only_for, person


def shown(client: Client, typed: str) -> str:
    """Return the list of hits as sent."""
    answer = client.get("/search/", {"s": typed})
    assert answer.status_code == 200
    return answer.content.decode()


def found(client: Client, typed: str) -> list[tuple[str, str]]:
    """Titles and addresses, in their order."""
    return [
        (title, link) for link, title in re.findall(r'href="([^"]+)"\s+data-title="([^"]*)"', shown(client, typed))
    ]


def invoices(client: Client, typed: str) -> list[str]:
    """Return the numbers of the invoices among the hits."""
    return [title for title, link in found(client, typed) if link.startswith("/invoices/") and title != "Invoices"]


def test_a_customer_is_found_by_the_beginnings_of_words_name_matches_first(boss: Client) -> None:
    connection = making.connection()
    by_city = making.customer(connection, name="Zeta", city="Gent")
    by_name = making.customer(connection, name="Gent Cars")
    assert [link for _, link in found(boss, "gen")] == [
        f"/customers/{by_name.pk}/",
        f"/customers/{by_city.pk}/",
    ]


def test_pages_connections_and_a_run_by_its_number(boss: Client) -> None:
    connection = making.connection()
    run = making.run(connection)
    assert ("Customers", "/customers/") in found(boss, "cust")
    assert found(boss, connection.name[:3])[0][1] == f"/connections/{connection.pk}/"
    assert found(boss, f"run {run.pk}")[-1] == (f"Run {run.pk}", f"/runs/{run.pk}/")
    assert found(boss, f"#{run.pk}") == [(f"Run {run.pk}", f"/runs/{run.pk}/")]


def test_webhooks_are_found_as_a_page_and_by_their_number(boss: Client, stranger: Client) -> None:
    delivery = making.delivery(making.connection())
    assert ("Webhooks", "/webhooks/") in found(boss, "webh")
    address = f"/webhooks/{delivery.pk}/"
    for typed in (f"delivery {delivery.pk}", f"Webhook {delivery.pk}", f"delivery #{delivery.pk}"):
        assert found(boss, typed)[-1] == (f"Webhook {delivery.pk}", address)
        assert found(stranger, typed) == []
    assert found(stranger, "webhooks") == []


def test_hidden_records_are_not_found(boss: Client, stranger: Client, viewer: Client) -> None:
    connection = making.connection()
    making.customer(connection, name="Hidden Cars")
    run = making.run(connection)
    for typed in ("hidden", connection.name, f"run {run.pk}", "customers", "users"):
        assert found(stranger, typed) == [], typed
    assert len(found(viewer, "hidden")) == 1
    assert found(boss, "users")


def test_each_kind_has_its_own_heading(boss: Client) -> None:
    connection = making.connection("garage group")
    making.invoice(making.customer(connection, "Garage Peeters"), "INV-7")
    drawn = shown(boss, "garage")
    assert re.findall(r"<h3[^>]*>([^<]*)</h3>", drawn) == ["Connections", "Customers", "Invoices"]
    assert [title for title, _ in found(boss, "garage")] == ["garage group", "Garage Peeters", "INV-7"]
    assert re.findall(r"currentIndex === (\d)", drawn) == ["1", "2", "3"], "arrow keys go through all headings"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("INV-00", ["INV-002", "INV-001"]),
        ("inv-001", ["INV-001"]),
        ("PO/7", ["INV-002"]),
        ("péet", ["INV-001"]),
        ("stranger", ["X-9"]),
        ("V-00", []),
    ],
)
def test_an_invoice_is_found_by_number_reference_and_customer(
    boss: Client, typed: str, expected: list[str]
) -> None:
    acme = making.connection()
    making.invoice(making.customer(acme, "Garage Peeters"), "INV-001")
    making.invoice(making.customer(acme, "Else"), "INV-002", reference="PO/77")
    making.invoice(acme, "X-9", customer_external_id="404", customer_name="Stranger & Sons")
    assert invoices(boss, typed) == expected


def test_an_invoice_is_shown_with_customer_status_and_connection(boss: Client) -> None:
    making.invoice(making.customer(making.connection(), "Garage Peeters"), "INV-1", status="partially_paid")
    assert "· Garage Peeters · Partially paid · 121.00 EUR · acme<" in shown(boss, "INV-1")


def test_an_exact_number_comes_first_then_some_of_each_connection(boss: Client) -> None:
    acme, other = making.connection(), making.connection("other")
    for number in ("5", *(f"5{digit}" for digit in range(10))):
        making.invoice(acme, number)
    making.invoice(other, "599")
    assert invoices(boss, "5") == ["5", "59", "599", "58", "57", "56", "55", "54"]


def test_the_newest_invoices_of_a_customer_are_listed(boss: Client) -> None:
    customer = making.customer(making.connection(), "Garage Peeters")
    for days in range(12):
        making.invoice(customer, f"INV-{days:02}", date=timezone.localdate() - timedelta(days=days))
    assert invoices(boss, "garage") == [f"INV-{days:02}" for days in range(8)]


def test_invoices_of_hidden_connections_are_not_found(boss: Client) -> None:
    anna, bert = person(Role.OWNER, "anna"), person(Role.OWNER, "bert")
    hers, theirs, ours = making.connection("hers"), making.connection("theirs"), making.connection("ours")
    belongs_to(hers, anna)
    group = only_for(theirs)
    for connection in (hers, theirs, ours):
        making.invoice(making.customer(connection, "Garage Peeters"), f"INV-{connection.name}")
        making.invoice(connection, f"INV-{connection.name}-untied", customer_name="Garage gone")
    for typed in ("INV", "garage"):
        every = {f"INV-{name}{tail}" for name in ("hers", "theirs", "ours") for tail in ("", "-untied")}
        assert set(invoices(boss, typed)) == every
        assert set(invoices(logged_in(anna), typed)) == {one for one in every if "theirs" not in one}
        assert set(invoices(logged_in(bert), typed)) == {one for one in every if "ours" in one}
    bert.groups.add(group)
    assert set(invoices(logged_in(bert), "INV-t")) == {"INV-theirs", "INV-theirs-untied"}
    assert invoices(logged_in(bert), "INV-hers") == []


@pytest.mark.parametrize(("leave", "finds"), [("view_invoice", True), ("view_customer", False)])
def test_users_who_may_not_see_invoices_find_none(db: None, leave: str, finds: bool) -> None:
    user = User.objects.create_user("limited", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename=leave))
    making.invoice(making.customer(making.connection(), "Garage Peeters"), "INV-1")
    assert bool(invoices(logged_in(user), "INV-1")) == finds
    assert ("Garage Peeters" in {title for title, _ in found(logged_in(user), "garage")}) == (not finds)


@pytest.mark.parametrize("typed", ["", " ", "\0", "'", '"*', "run", "#", "9" * 400, "%_\\", "ü", "<script>"])
def test_no_input_breaks_the_palette(boss: Client, typed: str) -> None:
    making.invoice(making.customer(making.connection(), name="Müller <b>& Co</b>"), "<b>7</b>")
    answer = boss.get("/search/", {"s": typed})
    assert answer.status_code == 200
    assert "<b>" not in answer.content.decode()
