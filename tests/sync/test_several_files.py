"""Files of customers, contact persons and invoices in one connection, each with its own columns."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.connections import connect as connections
from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.errors import InvalidInput, NotFound
from counterfoil.matching.invoice_names import unmatched_names
from counterfoil.mirror.models import Connection, ContactPerson, Customer, Invoice, Run, RunState, State
from counterfoil.runs import mapping_changes
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.sync import plan
from counterfoil.worker.handlers import execute_run
from tests.support import legacy
from tests.support.mirrored import fingerprints

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOMERS = """Nr;Naam;Telefoon;Land
1;Bakker BV;;BE
2;Janssens;03 234 56 78;BE
3;De Smedt;;BE
"""
PERSONS = """Id;Klant;Voornaam;Achternaam;GSM;Nr
1;1;Anja;Peeters;0475 00 00 10;a
2;9;Piet;Nergens;0475 00 00 11;b
"""
INVOICES = """Nr;Klant;Naam klant;Datum;Totaal;Nog open
1;1;;2026-01-02;121.00;121.00
2;;BAKKER B.V.;2026-01-03;60.50;0
3;;Onbekend;2026-01-04;10.00;10.00
"""


@dataclass
class Files:
    """The three files, and the connection to them."""

    folder: Path
    connection: Connection

    def write(self, **texts: str) -> None:
        for name, text in texts.items():
            (self.folder / f"{name}.csv").write_text(text)

    def sync(self) -> dict[str, Run]:
        """Execute all runs of a sync. Returns them by resource."""
        self.connection.refresh_from_db()
        done: dict[str, Run] = {}
        for part in plan.plan_runs(self.connection, full=True, options=RunOptions()):
            run = execute_run(plan.start_run(self.connection, part, RunOptions())).run
            run.refresh_from_db()
            done[part.resource.value] = run
        return done


@pytest.fixture
def files(tmp_path: Path) -> Files:
    def settings(name: str, id_column: str) -> dict[str, object]:
        return {"path": str(tmp_path / f"{name}.csv"), "id_column": id_column}

    made = Files(tmp_path, Connection())
    made.write(customers=CUSTOMERS, persons=PERSONS, invoices=INVOICES)
    others = {"contact_person": settings("persons", "Id"), "invoice": settings("invoices", "Nr")}
    draft = connections.Draft(
        "shop", "file", {**settings("customers", "Nr"), "files": others}, {}, "BE",
        field_map={"name": "Naam", "phone": "Telefoon", "country": "Land"},
        other_field_maps={
            Resource.CONTACT_PERSON: {
                "customer_external_id": "Klant", "first_name": "Voornaam", "last_name": "Achternaam",
                "mobile": "GSM",
            },
            Resource.INVOICE: {
                "customer_external_id": "Klant", "customer_name": "Naam klant", "date": "Datum", "total": "Totaal",
                "balance": "Nog open",
            },
        },
    )  # fmt: skip
    made.connection = connections.connect(draft)[0]
    return made


def test_each_file_is_synced_by_its_own_columns_and_linked_by_id(files: Files) -> None:
    runs = files.sync()
    assert {run.state for run in runs.values()} == {RunState.COMPLETED}
    assert {name: run.created for name, run in runs.items()} == {"customer": 3, "contact_person": 2, "invoice": 3}
    anja = ContactPerson.objects.get(external_id="1")
    assert (anja.name, anja.customer and anja.customer.name, anja.extra) == (
        "Anja Peeters",
        "Bakker BV",
        {"Nr": "a"},
    )
    assert Customer.objects.get(external_id="1").best_phone == "+32475000010"
    assert ContactPerson.objects.get(external_id="2").customer is None
    first = Invoice.objects.get(external_id="1")
    assert (first.customer and first.customer.name, first.total, str(first.date)) == (
        "Bakker BV", Decimal(121), "2026-01-02",
    )  # fmt: skip
    assert "names a customer that is not here" in runs["contact_person"].note


def test_law_2_unchanged_files_rewrite_no_record(files: Files) -> None:
    files.sync()
    before = [fingerprints(name) for name in ("customer", "contact_person", "invoice")]
    assert [run.unchanged for run in files.sync().values()] == [3, 2, 3]
    assert [fingerprints(name) for name in ("customer", "contact_person", "invoice")] == before


def test_a_connection_has_only_what_it_has_files_of(files: Files) -> None:
    files.connection.settings = {**files.connection.settings, "files": {}}
    files.connection.save()
    assert list(files.sync()) == ["customer"]
    assert not factory.has_resource(files.connection, Resource.INVOICE)


def test_law_3_a_column_that_is_gone_asks_in_each_file(files: Files) -> None:
    files.sync()
    before = fingerprints("contact_person")
    files.write(persons=PERSONS.replace("GSM", "Draagbaar"))
    runs = files.sync()
    assert (runs["contact_person"].state, runs["invoice"].state) == (RunState.NEEDS_APPROVAL, RunState.COMPLETED)
    assert "no longer has “GSM”" in runs["contact_person"].note
    assert fingerprints("contact_person") == before


def test_a_line_removed_from_a_file_of_invoices_is_gone(files: Files) -> None:
    files.sync()
    files.write(invoices=INVOICES.rpartition("3;;Onbekend")[0])
    files.sync()
    assert Invoice.objects.get(external_id="3").state == State.TOMBSTONE
    assert Customer.objects.filter(state=State.PRESENT).count() == 3


def remap(run: Run) -> Run:
    execute_run(run)
    run.refresh_from_db()
    return run


def test_names_on_invoices_are_matched_once_a_user_has_confirmed_them(files: Files) -> None:
    files.sync()
    names = {one.name: one for one in unmatched_names(files.connection)}
    assert names.keys() == {"BAKKER B.V.", "Onbekend"}
    bakker, unknown = names["BAKKER B.V."], names["Onbekend"]
    assert (bakker.candidate and bakker.candidate.external_id, bakker.is_sure, bakker.invoices) == ("1", True, 1)
    assert (unknown.candidate, unknown.is_sure) == (None, False)
    assert Invoice.objects.get(external_id="2").customer is None, "nobody has confirmed it"
    run = remap(mapping_changes.confirm_names(files.connection, {"BAKKER B.V.": "1"}))
    assert (run.state, run.updated) == (RunState.COMPLETED, 1)
    second = Invoice.objects.get(external_id="2")
    assert (second.customer_external_id, second.customer and second.customer.name) == ("1", "Bakker BV")
    assert second.extra["customer_name"] == "BAKKER B.V."
    files.write(invoices=INVOICES + "4;;Bakker;2026-01-05;5;5\n")
    files.sync()
    fourth = Invoice.objects.get(external_id="4")
    assert fourth.customer == second.customer, "a later invoice too"
    assert fourth.customer is not None
    remap(mapping_changes.forget_name(files.connection, "Bakker"))
    assert not Invoice.objects.filter(external_id__in=["2", "4"]).exclude(customer=None).exists()


def test_a_name_is_never_given_to_a_customer_of_another_connection(files: Files) -> None:
    files.sync()
    (files.folder / "others.csv").write_text("Nr;Naam\n77;Onbekend\n")
    settings = {"path": str(files.folder / "others.csv"), "id_column": "Nr"}
    draft = connections.Draft("other", "file", settings, {}, "BE", field_map={"name": "Naam"})
    other = Files(files.folder, connections.connect(draft)[0])
    assert other.sync()["customer"].created == 1
    assert {one.name: one.candidate for one in unmatched_names(files.connection)}["Onbekend"] is None
    with pytest.raises(NotFound, match="has no customer 77"):
        mapping_changes.confirm_names(files.connection, {"Onbekend": "77"})


def test_law_12_amounts_of_a_file_of_invoices_are_decided_by_their_columns(files: Files) -> None:
    invoices = "Nr;Klant;Naam klant;Datum;Totaal;Nog open\n"
    files.write(invoices=invoices + '1;1;;03/04/2026;1.234;0\n2;1;;03/25/2026;"12,50";0\n')
    files.sync()
    rows = Invoice.objects.order_by("external_id").values_list("total", "date")
    assert [(Decimal(total or 0).normalize(), str(day)) for total, day in rows] == [
        (Decimal(1234), "2026-03-04"),
        (Decimal("12.5"), "2026-03-25"),
    ]


def test_law_12_amounts_in_doubt_are_empty_until_a_person_chooses(files: Files) -> None:
    files.write(invoices="Nr;Klant;Naam klant;Datum;Totaal;Nog open\n1;1;;2026-03-04;1.234;0\n")
    files.sync()
    assert Invoice.objects.get().total is None
    assert "total" in Invoice.objects.get().invalid
    run = mapping_changes.set_forms(files.connection, {"decimals": "comma"})
    assert run is not None
    execute_run(run)
    assert Invoice.objects.get().total == 1234


def test_law_3_no_import_joins_a_file_whose_next_pass_would_delete_it(files: Files, tmp_path: Path) -> None:
    files.sync()
    path = legacy.write(tmp_path / "old.csv", {"zohoInvoiceId": "9001", "zohoCustomerId": "1"})
    with pytest.raises(InvalidInput, match="are those of its file"):
        legacy.bring(files.connection, path)
    assert Invoice.objects.count() == 3
