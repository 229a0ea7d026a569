"""Invoices that another app kept: its table as a file, imported in the test's process."""

import csv
from collections.abc import Mapping
from pathlib import Path

from counterfoil.imports.column_forms import NO_CHOICE, FormChoice
from counterfoil.imports.compare import Comparison, compare, open_as_imported
from counterfoil.imports.invoices import Import, rejected_report, run_import, start_import, unmatched_report
from counterfoil.imports.source_file import open_file
from counterfoil.mirror.models import Connection, Run
from counterfoil.runs.execute import execute

TABLE: dict[str, str] = {
    "id": "1",
    "zohoInvoiceId": "",
    "zohoCustomerId": "",
    "customerName": "Acme Corp",
    "customerPhone": "+32 475 12 34 56",
    "customerCountryCode": "BE",
    "customerTimezone": "Europe/Brussels",
    "invoiceNumber": "OLD-1",
    "status": "unpaid",
    "dueDate": "2019-01-31",
    "amountTotal": "149.97",
    "amountDue": "49.97",
    "currencyCode": "EUR",
}
"""The columns of such a table, with usual values. It has no date of the invoice."""


def write(path: Path, *rows: Mapping[str, str]) -> Path:
    """Write rows that have these values, and the usual ones besides; other columns come last."""
    columns = list(dict.fromkeys([*TABLE, *(name for row in rows for name in row)]))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows({**TABLE, **row} for row in rows)
    return path


def bring(connection: Connection, path: Path, choice: FormChoice = NO_CHOICE, **chosen: str) -> Run:
    """Import a file. `chosen`: field and column."""
    reports = (
        rejected_report(path.with_suffix(".rejected.csv")),
        unmatched_report(path.with_suffix(".unmatched.csv")),
    )
    job = Import(open_file(path, chosen, choice=choice), *reports)
    run = start_import(connection, job)
    execute(run, lambda context: run_import(context, job))
    run.refresh_from_db()
    return run


def verify(connection: Connection, path: Path, **chosen: str) -> Comparison:
    return compare(connection, open_as_imported(connection, path, chosen))
