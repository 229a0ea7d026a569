"""Amounts and dates of a file are read as their columns are written; where that is open, a person is asked."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.errors import FormInDoubt, InvalidInput
from counterfoil.imports.column_forms import FormChoice
from counterfoil.imports.compare import compare, open_as_imported
from counterfoil.imports.source_file import open_file
from counterfoil.mirror.models import Change, Invoice, Run, RunKind
from counterfoil.runs import lifecycle
from counterfoil.runs.lifecycle import RunOptions
from counterfoil.worker.handlers import execute_run
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support import legacy
from tests.support.books import Books

pytestmark = pytest.mark.django_db(transaction=True)
COMMAS = ("1.234,56", "1.234", "12.000")
HEADER = "invoice_id;customer_id;number;date;total;balance"


@pytest.fixture
def books() -> Iterator[Books]:
    with ZohoBooksSimulator(contacts=2, invoices=3, seed=5, rate=None) as simulator:
        yield Books.connect(simulator)


def invoices(tmp_path: Path, *amounts: str, due: tuple[str, ...] = ()) -> Path:
    dates = due or ("",) * len(amounts)
    rows = [
        {"zohoInvoiceId": str(9000 + at), "amountTotal": amount, "amountDue": "0", "dueDate": day}
        for at, (amount, day) in enumerate(zip(amounts, dates, strict=True))
    ]
    return legacy.write(tmp_path / "old.csv", *rows)


def totals() -> list[Decimal]:
    found = Invoice.objects.order_by("external_id").values_list("total", flat=True)
    return [(total or Decimal(0)).normalize() for total in found]


def test_law_12_points_are_thousands_where_one_amount_has_a_comma(books: Books, tmp_path: Path) -> None:
    run = legacy.bring(books.connection, invoices(tmp_path, *COMMAS))
    assert (run.created, run.failed) == (3, 0)
    assert totals() == [Decimal("1234.56"), Decimal(1234), Decimal(12000)]
    assert "1.234,56" in str(Invoice.objects.order_by("external_id")[0].raw)


def test_law_12_a_remap_reads_the_amounts_as_the_import_did(books: Books, tmp_path: Path) -> None:
    path = invoices(tmp_path, *COMMAS, due=("03/04/2026", "03/25/2026", ""))
    legacy.bring(books.connection, path)
    before = list(Invoice.objects.order_by("pk").values())
    assert [str(row["due_date"]) for row in before] == ["2026-03-04", "2026-03-25", "None"]
    execute_run(lifecycle.request_run(books.connection, RunKind.REMAP, RunOptions(), resource="invoice"))
    assert list(Invoice.objects.order_by("pk").values()) == before
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("amounts", "dates", "matter", "shown"),
    [
        (("1.234", "5"), ("", ""), "decimals", "“1.234” (line 2)"),
        (("1.234,56", "1,234.50"), ("", ""), "decimals", "“1,234.50” (line 3)"),
        (("1", "5"), ("03/04/2026", ""), "dates", "“03/04/2026” (line 2)"),
        (("1", "5"), ("25/03/2026", "03/25/2026"), "dates", "“03/25/2026” (line 3)"),
    ],
)
def test_law_12_an_open_form_is_asked_before_anything_is_read(
    tmp_path: Path, amounts: tuple[str, ...], dates: tuple[str, ...], matter: str, shown: str
) -> None:
    with pytest.raises(FormInDoubt) as raised:
        open_file(invoices(tmp_path, *amounts, due=dates), {})
    assert raised.value.matter == matter
    assert shown in raised.value.message
    assert f"--{matter}" in raised.value.advice


def test_law_12_the_choice_of_a_person_reads_the_open_ones(tmp_path: Path) -> None:
    path = invoices(tmp_path, "1.234", "5", due=("03/04/2026", ""))
    comma = open_file(path, {}, choice=FormChoice("comma", "month-first"))
    point = open_file(path, {}, choice=FormChoice("point", "day-first"))
    assert [row.total for row in (next(comma.rows()), next(point.rows())) if hasattr(row, "total")] == [
        Decimal(1234),
        Decimal("1.234"),
    ]
    assert (comma.forms["due_date"], point.forms["due_date"]) == ("month-first", "day-first")


def test_law_12_a_choice_that_the_file_contradicts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"a comma before the decimals, as in “1\.234,56”"):
        open_file(invoices(tmp_path, *COMMAS), {}, choice=FormChoice("point"))


def test_another_column_of_the_file_decides_about_an_open_one(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text(f"{HEADER}\n1;5;A;;1.234;0,50\n")
    assert open_file(path, {}).forms["total"] == "comma"


def test_the_proof_reads_the_file_as_its_import_did(books: Books, tmp_path: Path) -> None:
    legacy.bring(books.connection, invoices(tmp_path, "1.234", "5"), choice=FormChoice("comma"))
    source = open_as_imported(books.connection, tmp_path / "old.csv", {})
    assert source.forms["total"] == "comma"
    assert compare(books.connection, source, Decimal(1239)).proved
    wrong = compare(books.connection, source, Decimal("6.234"))
    assert not wrong.proved
    assert next(wrong.findings()) == (
        "The total as read is 1,239, that of --expect-total is 6.234: a difference of +1,232.766."
    )


@pytest.mark.parametrize("title", ["Total", "Totaal:", "TOTAL GÉNÉRAL", "Summe"])
@pytest.mark.parametrize("stated", ["14.468,56", "14.468,55"])
def test_law_12_a_total_that_the_file_states_is_compared(
    books: Books, tmp_path: Path, title: str, stated: str
) -> None:
    path = tmp_path / "old.csv"
    rows = [f"{9000 + at};5;A;;{amount};0" for at, amount in enumerate(COMMAS)]
    path.write_text("\n".join([HEADER, *rows, f"{title};;;;{stated};0", ""]))
    run = legacy.bring(books.connection, path)
    assert (run.created, run.failed) == (3, 0)
    found = legacy.verify(books.connection, path)
    right = stated == "14.468,56"
    assert found.proved is right
    sentence = next(found.findings())
    assert ("is that of line 5" if right else "a difference of +0.01") in sentence


def test_an_invoice_whose_customer_is_called_total_is_no_total(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text(f"{HEADER};name\n1;5;A;;100;0;Total\n")
    assert open_file(path, {}).stated is None


def test_an_import_of_an_earlier_version_is_mapped_as_it_was(books: Books, tmp_path: Path) -> None:
    legacy.bring(books.connection, invoices(tmp_path, "1.234"), choice=FormChoice("point"))
    run = Run.objects.get(kind=RunKind.IMPORT)
    run.options.pop("forms")
    run.save()
    execute_run(lifecycle.request_run(books.connection, RunKind.REMAP, RunOptions(), resource="invoice"))
    assert totals() == [Decimal("1.234")]
