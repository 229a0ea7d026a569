"""`counterfoil import invoices`: another app's invoices imported row by row, none lost and none invented."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.support.install import Install

TODAY = "2026-11-20"
MANY = 3000
INVOICE: dict[str, str] = {
    "id": "1",
    "zohoInvoiceId": "",
    "zohoCustomerId": "",
    "customerName": "Acme Corp",
    "customerPhone": "+32 475 12 34 56",
    "customerTimezone": "Europe/Brussels",
    "invoiceNumber": "OLD-1",
    "status": "overdue",
    "invoiceDate": "2019-01-01",
    "dueDate": "2019-01-31",
    "amountTotal": "149.97",
    "amountDue": "49.97",
    "currencyCode": "EUR",
}


@pytest.fixture
def sim() -> Iterator[ZohoBooksSimulator]:
    """Start 12 customers with 36 invoices."""
    with ZohoBooksSimulator(contacts=12, vendors=0, seed=3, today=TODAY, rate=None, daily_limit=None) as simulator:
        yield simulator


@pytest.fixture
def books(install: Install, sim: ZohoBooksSimulator) -> Install:
    """Connect; nothing is mirrored yet."""
    done = install.run(
        "connect", "zoho-books", "--name", "books", "--organization", sim.organization_ids[0],
        "--client-id", sim.client_id, "--client-secret", sim.client_secret, "--refresh-token", sim.refresh_token,
        "--accounts-url", sim.accounts_url, "--rate", "0", "--daily-reserve", "0",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return install


def old(number: int, customer: str = "", **changed: str) -> dict[str, str]:
    """Make a row of the other app's table. Its upstream id has 19 digits."""
    external_id = str(4_600_000_000_000_260_000 + number)
    return {**INVOICE, "zohoInvoiceId": external_id, "zohoCustomerId": customer, **changed}


def legacy(tmp_path: Path, *rows: dict[str, str], encoding: str = "utf-8") -> Path:
    path = tmp_path / "legacy.csv"
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, INVOICE, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return path


def bring(install: Install, path: Path, *options: str) -> Any:
    return install.json("import", "invoices", str(path), "--connection", "books", "--json", *options)


def lines(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def everything(install: Install) -> list[tuple[Any, ...]]:
    return install.sql("SELECT * FROM counterfoil_invoice ORDER BY id")


def test_rows_are_linked_to_mirrored_customers_by_their_upstream_id(
    books: Install, sim: ZohoBooksSimulator, tmp_path: Path
) -> None:
    assert books.run("sync", "books").returncode == 0
    customers = sim.control.contact_ids()[:3]
    path = legacy(tmp_path, *(old(number, customer) for number, customer in enumerate(customers)))
    run = bring(books, path)
    assert (run["state"], run["created"], run["unmatched"], run["api_calls"]) == ("completed", 3, 0, 0)
    tied = books.sql(
        "SELECT c.external_id, i.external_id, i.number, i.first_source "
        "FROM counterfoil_invoice i JOIN counterfoil_customer c ON c.id = i.customer_id WHERE i.first_source "
        "<> 'run' ORDER BY 2"
    )
    assert tied == [
        (customer, f"460000000000026000{number}", "OLD-1", "import") for number, customer in enumerate(customers)
    ]
    extra = books.sql("SELECT extra FROM counterfoil_invoice WHERE first_source = 'import'")[0][0]
    assert (extra if books.dsn else json.loads(extra)) == {
        "id": "1",
        "customerTimezone": "Europe/Brussels",
        "customer_name": "Acme Corp",
        "phone": "+32 475 12 34 56",
    }


def test_a_row_without_its_customer_is_listed_and_linked_when_the_customer_comes(
    books: Install, sim: ZohoBooksSimulator, tmp_path: Path
) -> None:
    customer = sim.control.contact_ids()[0]
    path = legacy(tmp_path, old(1, customer), old(2), old(3, "nobody"))
    run = bring(books, path, "--unmatched", str(tmp_path / "who.csv"))
    assert (run["created"], run["unmatched"], run["failed"]) == (3, 3, 0)
    assert [(line, reason) for line, _, _, reason in lines(tmp_path / "who.csv")] == [
        ("2", "customer not found yet"),
        ("3", "no customer id"),
        ("4", "customer not found yet"),
    ]
    assert books.sql("SELECT count(*) FROM counterfoil_invoice WHERE customer_id IS NULL") == [(3,)]
    books.run("sync", "books")
    tied = books.sql(
        "SELECT i.external_id, c.external_id FROM counterfoil_invoice i JOIN counterfoil_customer c ON c.id "
        "= i.customer_id "
        "WHERE i.first_source = 'import'"
    )
    assert tied == [("4600000000000260001", customer)]


def test_garbage_rows_are_listed_with_their_lines_and_the_rest_is_imported(books: Install, tmp_path: Path) -> None:
    path = legacy(
        tmp_path,
        old(1, customerName="Café Zoë"),
        old(2, amountTotal="1.234,50"),
        old(3, amountDue="abc"),
        old(4, zohoInvoiceId=""),
        old(5, zohoInvoiceId="4.6E+18"),
        old(1, amountDue="0"),
        old(6, dueDate="soon", amountTotal="", amountDue="", status="", customerName=""),
        old(1, customerName="Café Zoë"),
        old(7, amountTotal="1,234.50"),
    )
    with path.open("ab") as file:
        file.write("x;8;;Caf\xe9;;;;;;;;;\n".encode("latin-1"))
        file.write(b"x;9;;too many cells;;;;;;;1;1;EUR;more\n")
    run = bring(books, path, "--decimals", "point")
    assert (run["state"], run["fetched"], run["created"], run["unchanged"], run["failed"]) == (
        "completed", 11, 3, 1, 7,
    )  # fmt: skip
    found = lines(path.with_suffix(".rejected.csv"))
    assert [(int(line), reason.split()[0]) for line, reason, _ in found] == [
        (3, "has"), (4, "has"), (5, "has"), (6, "has"), (7, "repeats"), (11, "has"), (12, "has"),
    ]  # fmt: skip
    assert "1.234,50" in found[0][2]
    rows = books.sql(
        "SELECT external_id, extra, status, due_date, total, balance FROM counterfoil_invoice ORDER BY 1"
    )
    extras = [extra if books.dsn else json.loads(extra) for _, extra, *_ in rows]
    assert [
        (row[0][-1], extra.get("customer_name"), *row[2:4]) for row, extra in zip(rows, extras, strict=True)
    ] == [
        ("1", "Café Zoë", "overdue", rows[0][3]),
        ("6", None, None, None),
        ("7", "Acme Corp", "overdue", rows[0][3]),
    ]
    assert [float(row[4]) if row[4] is not None else None for row in rows] == [149.97, None, 1234.5]
    again = books.run("import", "invoices", str(path), "--connection", "books", "--decimals", "point")
    assert again.returncode == 1
    log = (books.folder / "logs" / "counterfoil.log").read_text()
    assert "Acme" not in log
    assert "475" not in log


def test_a_second_import_changes_nothing(books: Install, sim: ZohoBooksSimulator, tmp_path: Path) -> None:
    path = legacy(tmp_path, *(old(number) for number in range(20)), old(3, amountDue="1"), old(4))
    bring(books, path, "--batch-size", "4")
    before, listed = everything(books), path.with_suffix(".rejected.csv").read_text().splitlines()
    again = bring(books, path, "--batch-size", "4")
    assert (again["created"], again["updated"], again["unchanged"], again["failed"]) == (0, 0, 21, 1)
    assert everything(books) == before
    assert len(path.with_suffix(".rejected.csv").read_text().splitlines()) == len(listed) == 2
    assert books.sql("SELECT count(*) FROM counterfoil_change") == [(0,)]


def test_after_kill_9_an_import_resumes_where_it_was(books: Install, tmp_path: Path) -> None:
    rows = [old(number, amountDue="abc" if number % 10 == 0 else "5") for number in range(MANY)]
    path = legacy(tmp_path, *rows)
    process = books.start("import", "invoices", str(path), "--connection", "books", "--batch-size", "1")
    had = 0
    while had < 30:
        assert process.poll() is None, process.communicate()
        had = sum(row[0] for row in books.sql("SELECT fetched FROM counterfoil_run"))
    process.kill()
    process.communicate()
    had, written = books.sql("SELECT fetched, created FROM counterfoil_run")[0]
    assert 30 <= had < MANY
    assert books.sql("SELECT count(*) FROM counterfoil_invoice") == [(written,)], "rows and checkpoint go together"
    run = bring(books, path)
    assert (run["run"], run["state"]) == (1, "completed")
    assert (run["fetched"], run["created"], run["unchanged"], run["failed"]) == (
        MANY,
        MANY * 9 // 10,
        0,
        MANY // 10,
    )
    rejected = [int(line) for line, *_ in lines(path.with_suffix(".rejected.csv"))]
    unmatched = [int(line) for line, *_ in lines(path.with_suffix(".unmatched.csv"))]
    assert rejected == list(range(2, MANY + 2, 10)), "every line once"
    assert sorted(rejected + unmatched) == list(range(2, MANY + 2))
    assert run["unmatched"] == len(unmatched)


def test_verify_proves_that_no_row_was_lost_and_finds_one_that_was(books: Install, tmp_path: Path) -> None:
    path = legacy(tmp_path, *(old(number, amountTotal="0.1", amountDue="-0.2") for number in range(1, 31)))
    bring(books, path)
    proof = books.run("import", "invoices", str(path), "--connection", "books", "--verify")
    assert proof.returncode == 0, proof.stdout
    assert "the sums are the same to the cent" in proof.stdout
    found = bring(books, path, "--verify")["parts"][0]
    assert (found["total_in_file"], found["total_here"]) == ("3.0", "3.0" if not books.dsn else "3.000000")
    books.sql("DELETE FROM counterfoil_invoice WHERE external_id = '4600000000000260007'")
    books.sql("UPDATE counterfoil_invoice SET balance = 0.2 WHERE external_id = '4600000000000260011'")
    before = everything(books)
    denied = books.run("import", "invoices", str(path), "--connection", "books", "--verify")
    assert denied.returncode == 1
    assert "Invoices that are not in the database: 1." in denied.stderr
    assert "other values in the database than in the file: 1." in denied.stderr
    assert "Line 8: its invoice is not in the database." in denied.stderr
    assert "Line 12: another value here of balance (column “amountDue”)." in denied.stderr
    assert everything(books) == before, "a comparison writes nothing"
    bring(books, path)
    assert books.sql("SELECT count(*) FROM counterfoil_invoice") == [(30,)]


def test_verify_is_no_proof_where_rows_cannot_be_read(books: Install, tmp_path: Path) -> None:
    path = legacy(tmp_path, old(1), old(2, amountDue="abc"), old(1, amountDue="7"))
    bring(books, path)
    found = bring(books, path, "--verify")
    assert (found["proved"], found["rejected"], found["repeated"], found["contradicting"]) == (False, 1, 1, 1)


def test_the_next_sync_takes_over_and_an_import_never_undoes_it(
    books: Install, sim: ZohoBooksSimulator, tmp_path: Path
) -> None:
    """Law 1: the file is older than anything the upstream says, whichever of the two comes first."""
    customer = sim.control.contact_ids()[0]
    listed = [sim.control.invoice(invoice_id) for invoice_id in sim.control.add_invoice(customer, 2)]
    rows = [
        old(0, customer, zohoInvoiceId=its["invoice_id"], invoiceNumber=its["invoice_number"], amountDue="0.01")
        for its in listed
    ]
    path = legacy(tmp_path, rows[0])
    assert bring(books, path)["created"] == 1
    books.run("sync", "books")
    theirs = (
        "SELECT external_id, number, balance, customer_id, version, raw_hash FROM counterfoil_invoice "
        "ORDER BY external_id"
    )
    before = books.sql(theirs)
    assert len(before) == len({row[0] for row in before})
    balance = books.sql(
        f"SELECT balance FROM counterfoil_invoice WHERE external_id = '{listed[0]['invoice_id']}'"
    )[0][0]
    assert float(balance) == float(listed[0]["balance"])
    kept = books.sql(
        "SELECT source, after FROM counterfoil_change WHERE resource = 'invoice' AND field = 'balance'"
    )
    assert [(source, float(str(after).strip('"'))) for source, after in kept] == [("run", float(balance))]
    run = bring(books, legacy(tmp_path, *rows))
    assert (run["created"], run["updated"], run["unchanged"], run["stale"], run["failed"]) == (0, 0, 0, 2, 0)
    assert books.sql(theirs) == before
    proof = bring(books, path, "--verify")
    assert (proof["proved"], proof["parts"][1]["here"]) == (True, 2)


def test_a_dry_run_only_counts_and_lists(books: Install, tmp_path: Path) -> None:
    path = legacy(tmp_path, old(1), old(2, amountDue="abc"))
    run = bring(books, path, "--dry-run")
    assert (run["state"], run["created"], run["failed"], run["unmatched"]) == ("completed", 1, 1, 1)
    assert books.sql("SELECT count(*) FROM counterfoil_invoice") == [(0,)]
    assert len(lines(path.with_suffix(".rejected.csv"))) == 1


def test_json_lines_and_columns_by_other_names(books: Install, tmp_path: Path) -> None:
    path = tmp_path / "legacy.jsonl"
    rows = [{"uid": 4600000000000260001, "customer_id": 5, "sum": 0.1, "open": "0.30"}, {"customer_id": 5}]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    asked = books.run("import", "invoices", str(path), "--connection", "books")
    assert asked.returncode == 2
    assert "Use --map external_id=COLUMN. Columns: uid, customer_id, sum, open." in asked.stderr
    run = bring(books, path, "--map", "external_id=uid", "--map", "total=sum", "--map", "balance=open")
    assert (run["created"], run["failed"]) == (1, 1)
    external_id, total, balance = books.sql("SELECT external_id, total, balance FROM counterfoil_invoice")[0]
    assert (external_id, float(total), float(balance)) == ("4600000000000260001", 0.1, 0.3)


def test_a_file_that_cannot_be_imported_is_reported(books: Install, tmp_path: Path) -> None:
    path = legacy(tmp_path, old(1))
    customers = tmp_path / "customers.csv"
    customers.write_text("Id;Naam\n1;Acme\n")
    books.run("connect", "file", str(customers), "--name", "list", "--id-column", "Id")
    for arguments, words in (
        (["--connection", "list"], "list (File) has no invoices."),
        (["--connection", "nobody"], "nobody"),
        (["--connection", "books", "--unmatched", str(path)], "must be different files"),
        (["--connection", "books", "--encoding", "klingon"], "no encoding called klingon"),
    ):
        done = books.run("import", "invoices", str(path), *arguments)
        assert done.returncode in {1, 2}
        assert words in done.stderr
    assert path.read_text().startswith("id;")
    assert books.sql("SELECT count(*) FROM counterfoil_run") == [(0,)]


def test_law_12_amounts_that_can_be_read_in_two_ways_are_asked_about(books: Install, tmp_path: Path) -> None:
    path = legacy(tmp_path, old(1, amountTotal="1.234", amountDue="0"))
    done = books.run("import", "invoices", str(path), "--connection", "books")
    assert done.returncode == 2
    assert "“1.234” (line 2)" in done.stderr
    assert "--decimals comma or point" in done.stderr
    assert everything(books) == []
    assert bring(books, path, "--decimals", "comma")["created"] == 1
    verified = books.run(
        "import", "invoices", str(path), "--connection", "books", "--verify", "--expect-total", "1234,00"
    )
    assert verified.returncode == 0, verified.stderr
    wrong = books.run(
        "import", "invoices", str(path), "--connection", "books", "--verify", "--expect-total", "1.23"
    )
    assert wrong.returncode == 1
    assert "a difference of +1,232.77" in wrong.stderr
    asked = books.run(
        "import", "invoices", str(path), "--connection", "books", "--verify", "--expect-total", "1.234"
    )
    assert (asked.returncode, "one meaning" in asked.stderr) == (2, True)
