"""What an invoice says of its customer has no columns: nothing was lost with them, and it is shown and found."""

import json
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database

from counterfoil.console.invoices import search
from counterfoil.errors import NotPossibleNow
from counterfoil.mirror import invoice_customer
from counterfoil.mirror.models import Connection, Customer, Invoice, Run
from tests.console import making

pytestmark = pytest.mark.django_db
MIGRATION = import_module("counterfoil.mirror.migrations.0019_customer_of_invoice")
COLUMNS = ("customer_name", "phone", "country")


@pytest.fixture
def acme() -> Connection:
    return making.connection()


@pytest.fixture
def before(acme: Connection) -> Customer:
    """Put the table back to what it was before the migration."""
    with database.cursor() as cursor:
        for column in COLUMNS:
            cursor.execute(f"ALTER TABLE counterfoil_invoice ADD COLUMN {column} text")
    return making.customer(acme, "Garage Peeters", phone="03 234 56 78", mobile="0475 12 34 56", country="Belgium")


def old(of: Customer | Connection, columns: tuple[str | None, ...], raw: Any, **values: Any) -> Invoice:
    """Make an invoice with these values in the columns."""
    made = making.invoice(of, raw=raw if isinstance(raw, str | None) else json.dumps(raw), **values)
    with database.cursor() as cursor:
        assignments = ", ".join(f"{column} = %s" for column in COLUMNS)
        cursor.execute(f"UPDATE counterfoil_invoice SET {assignments} WHERE id = %s", [*columns, made.pk])
    return made


def migrate() -> None:
    MIGRATION.keep_values(None, SimpleNamespace(connection=database))


def extra(invoice: Invoice) -> dict[str, Any]:
    return dict(Invoice.objects.get(pk=invoice.pk).extra)


def test_what_stands_in_the_payload_or_on_the_customer_is_not_kept_again(before: Customer) -> None:
    said = {"customer_name": " Garage Peeters\n", "phone": "123", "country": "BE"}
    in_payload = old(before, ("Garage Peeters", "123", "BE"), said, extra={"a": 1})
    elsewhere = old(before, ("Acme", "123", None), {"customerName": "Acme", "customerPhone": 123})
    on_customer = old(before, ("Garage Peeters", "0475 12 34 56", "Belgium"), None)
    nothing = old(before, (None, "", None), {})
    migrate()
    assert [extra(one) for one in (in_payload, elsewhere, on_customer, nothing)] == [{"a": 1}, {}, {}, {}]


def test_what_stands_nowhere_else_is_kept_among_the_extra_fields(before: Customer) -> None:
    unknown = old(before, ("Garage Peeters bv", "555", "NL"), {"customer_name": "Garage Peeters"}, extra={"a": 1})
    taken = old(before, (None, "555", None), {}, extra={"phone": "of a custom field"})
    migrate()
    migrate()  # twice is once
    assert extra(unknown) == {"a": 1, "customer_name": "Garage Peeters bv", "phone": "555", "country": "NL"}
    assert extra(taken) == {"phone": "of a custom field", "phone (invoice)": "555"}


def test_an_invoice_without_a_customer_keeps_what_its_payload_has_under_other_keys(
    before: Customer, acme: Connection
) -> None:
    theirs = old(acme, ("Stranger", "555", None), {"customer_name": "Stranger", "phone": "555"})
    other = old(acme, ("Ünal & Söhne", "556", None), {"customerName": "Ünal & Söhne", "customerPhone": "556"})
    nul = old(acme, ("Nul", None, None), '{"customer_name":"Nul","note":"a\\u0000"}')
    none = old(acme, ("Nobody", None, None), None)
    migrate()
    assert (extra(theirs), extra(other)) == ({}, {"customer_name": "Ünal & Söhne", "phone": "556"})
    assert invoice_customer.customer_values(Invoice.objects.get(pk=other.pk))["phone"] == "556"
    assert invoice_customer.customer_values(Invoice.objects.get(pk=theirs.pk))["phone"] == "555"
    names = invoice_customer.names_shown([theirs, other, nul, none])
    assert list(names.values()) == ["Stranger", "Ünal & Söhne", "Nul", "Nobody"]
    for typed, found in (("stra", theirs), ("ünal", other), ("Nul", nul), ("nobo", none)):
        keys, _ = search.search_invoices(Invoice.objects.all(), Customer.objects.all(), [acme.pk], typed)
        assert keys == {found.pk}


def test_an_imported_invoice_keeps_them_as_it_has_them_when_mapped_again(before: Customer) -> None:
    made = old(before, ("Acme", None, "BE"), {"customerName": "Acme", "country": "BE"}, ticket_to=-1)
    migrate()
    assert extra(made) == {"customer_name": "Acme", "country": "BE"}
    MIGRATION.map_again(_Apps, SimpleNamespace(connection=database))
    assert Run.objects.filter(resource="invoice", kind="remap", state="queued").count() == 1


def test_a_value_that_would_be_lost_stops_the_upgrade(before: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    old(before, ("Nowhere else", None, None), {})
    read = MIGRATION.statement
    broken = {"customer_of_invoice_keep": "SELECT 1"}
    monkeypatch.setattr(MIGRATION, "statement", lambda vendor, name: broken.get(name) or read(vendor, name))
    with pytest.raises(NotPossibleNow, match="1 invoice has a customer_name that stands nowhere else"):
        migrate()


class _Apps:
    @staticmethod
    def get_model(_: str, name: str) -> Any:
        return {"Connection": Connection, "Run": Run, "Invoice": Invoice}[name]


def test_the_name_on_an_unlinked_invoice_is_found_by_its_index(acme: Connection) -> None:
    way, *_ = search._untied(Invoice.objects.all(), [acme.pk], "ACME")
    sql, parameters = way.values_list("pk", flat=True)[:10].query.sql_with_params()
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN" if database.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {sql}", parameters)
        plan = " ".join(str(cell) for line in cursor.fetchall() for cell in line)
    assert "counterfoil_invoice_unlinked" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    "said", ['{"customer_name":' + json.dumps("é" * 4_000) + "}", '{"customer_name":["Acme"]}', "{}"]
)
def test_any_name_on_an_invoice_can_be_stored(acme: Connection, said: str) -> None:
    made = making.invoice(acme, raw=said)
    assert invoice_customer.names_shown([made])[made.pk] is not None
