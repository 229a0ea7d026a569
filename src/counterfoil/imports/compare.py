"""Prove that every invoice of a file is in the mirror as the file has it. Writes nothing.

Counts and exact sums of both sides come from SQL. Each invoice that only an import has told of is compared field
by field with what its row in the file is mapped to: the same value in another spelling is no difference.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import batched
from pathlib import Path
from typing import Any

from django.db import connection as database

from counterfoil.connectors.file.layout import Layout
from counterfoil.imports.column_forms import NO_CHOICE, FormChoice, as_before
from counterfoil.imports.file_values import FileValues
from counterfoil.imports.invoices import require_invoices
from counterfoil.imports.source_file import IncomingRow, RejectedRow, SourceFile, digest_of, open_file
from counterfoil.mapping.invoice import AMOUNTS
from counterfoil.mirror import imported
from counterfoil.mirror.imported import BEFORE_ALL
from counterfoil.mirror.models import Connection
from counterfoil.mirror.store import current_dialect

LISTED = 1_000
"""How many lines of the file are named at most."""
SHOWN = 20
"""How many of them a terminal shows."""
LOST = "not in the database"
_BATCH = 1000
_TITLES = {
    "imported": "imported only",
    "upstream": "synced since",
    "lost": LOST,
}


@dataclass(frozen=True, slots=True)
class ComparisonPart:
    """Some invoices of the file beside their rows here."""

    title: str
    in_file: int = 0
    here: int = 0
    total_in_file: Decimal = Decimal(0)
    total_here: Decimal = Decimal(0)
    balance_in_file: Decimal = Decimal(0)
    balance_here: Decimal = Decimal(0)

    def cells(self) -> tuple[str, ...]:
        """Format the counts and sums as the cells of a table."""
        counts = (self.in_file, self.here)
        sums = (self.total_in_file, self.total_here, self.balance_in_file, self.balance_here)
        return (*(f"{count:,}" for count in counts), *(f"{amount:,f}" for amount in sums))


@dataclass(frozen=True, slots=True)
class LineDifference:
    """What is wrong with a line of the file. `fields` are those that differ, or columns without a field."""

    line: int
    reason: str
    fields: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ExpectedTotal:
    """A total that the sum of the file's invoices must have. `source` says who has given it."""

    source: str
    field: str
    expected: Decimal
    read: Decimal

    @property
    def difference(self) -> Decimal:
        """What was read more than expected."""
        return self.read - self.expected

    def sentence(self) -> str:
        """Say what was expected, what was read, and the difference."""
        if not self.difference:
            return f"The {self.field} as read, {self.read:,f}, is that of {self.source}."
        return (
            f"The {self.field} as read is {self.read:,f}, that of {self.source} is {self.expected:,f}: "
            f"a difference of {self.difference:+,f}."
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """A file compared with the database.

    `repeated` rows name an invoice of an earlier line; `contradicting` ones of them have different content.
    `lines` are the first LISTED lines that cannot be read, contradict, are lost or differ. `totals` are those that
    a person expects or the file states.
    """

    parts: Sequence[ComparisonPart]
    rejected: int
    repeated: int
    contradicting: int
    lost: int
    differing: int
    lines: Sequence[LineDifference] = field(default=())
    totals: Sequence[ExpectedTotal] = field(default=())

    @property
    def proved(self) -> bool:
        """Whether every row of the file is here, with the file's values, and their sum is the one expected.

        Invoices synced since the import have the upstream's.
        """
        wrong_total = any(total.difference for total in self.totals)
        return not (self.rejected or self.contradicting or self.lost or self.differing or wrong_total)

    def findings(self) -> Iterator[str]:
        """Describe in sentences where the file and the database differ, and what totals were compared."""
        yield from (total.sentence() for total in self.totals)
        if self.rejected:
            yield f"Rows that cannot be read: {self.rejected:,}. They are in no sum."
        if self.repeated:
            yield f"Rows that repeat an earlier invoice: {self.repeated:,}. They are not counted again."
        if self.contradicting:
            yield f"Of these, rows with different content: {self.contradicting:,}."
        if self.lost:
            yield f"Invoices that are not in the database: {self.lost:,}. Import the file again."
        if self.differing:
            yield f"Imported invoices with other values in the database than in the file: {self.differing:,}."
        for one in self.lines[:SHOWN]:
            yield f"Line {one.line:,}: {one.reason}."
        if len(self.lines) > SHOWN:
            yield f"More lines: {', '.join(f'{one.line:,}' for one in self.lines[SHOWN : 2 * SHOWN])} …"


def open_as_imported(
    connection: Connection,
    path: Path,
    chosen: Mapping[str, str],
    layout: Layout | None = None,
    choice: FormChoice = NO_CHOICE,
) -> SourceFile:
    """Open a file to compare it: read as by its newest import here, where nothing else is chosen.

    Raises like `open_file`.
    """
    before = imported.read_as_of_file(connection.pk, digest_of(path))
    if choice == NO_CHOICE:
        choice = as_before(before.forms)
    return open_file(path, chosen or before.columns, layout, choice)


def compare(connection: Connection, source: SourceFile, expected: Decimal | None = None) -> Comparison:
    """Compare a file with the invoices of a connection, and its sum with the total that a person expects.

    The file is loaded into a temporary table, so memory stays flat for any number of rows that are the same.
    Raises InvalidInput for a connection without invoices.
    """
    require_invoices(connection)
    with current_dialect().temporary_tables(), _temporary_table():
        found = _Differences(connection, source)
        for batch in batched(source.rows(), _BATCH):
            found.compare(batch)
        values = {"connection": connection.pk, "before_all": BEFORE_ALL}
        with database.cursor() as cursor:
            cursor.execute(_sql("filed_sums"), values)
            sums = cursor.fetchall()
            cursor.execute(_sql("filed_amounts"), values)
            for line, total, balance in cursor.fetchall():
                amounts = {"total": total, "balance": balance}
                found.add_fields(line, [name for name, differs in amounts.items() if differs])
    by_key = {row[0]: _part(row) for row in sums}
    parts = [by_key.get(key, ComparisonPart(title)) for key, title in _TITLES.items()]
    return Comparison(
        parts,
        found.rejected,
        repeated=found.readable - sum(part.in_file for part in parts),
        contradicting=sum(int(row[-1]) for row in sums),
        lost=parts[2].in_file,
        differing=len(found.fields),
        lines=found.lines(),
        totals=list(_totals(source, parts, expected)),
    )


def _totals(
    source: SourceFile, parts: Sequence[ComparisonPart], expected: Decimal | None
) -> Iterator[ExpectedTotal]:
    read = {
        "total": sum((part.total_in_file for part in parts), Decimal(0)),
        "balance": sum((part.balance_in_file for part in parts), Decimal(0)),
    }
    if expected is not None:
        yield ExpectedTotal("--expect-total", "total", expected, read["total"])
    if source.stated is not None:
        for name, amount in source.stated.amounts.items():
            yield ExpectedTotal(f"line {source.stated.line:,}", name, amount, read[name])


class _Differences:
    """Collects what is wrong with lines of the file, batch by batch."""

    def __init__(self, connection: Connection, source: SourceFile) -> None:
        self.rejected = self.readable = 0
        self.fields: dict[int, list[str]] = {}
        self._values = FileValues(connection, source)
        self._columns = source.columns
        self._others: list[LineDifference] = []

    def compare(self, batch: Iterable[IncomingRow | RejectedRow]) -> None:
        """Put a batch into the temporary table, and compare its invoices with their rows here."""
        good: list[IncomingRow] = []
        for row in batch:
            if isinstance(row, RejectedRow):
                self.rejected += 1
                self._add(row.line, row.reason)
            else:
                good.append(row)
        self.readable += len(good)
        first = _load(good)
        here = self._values.rows({row.item.external_id for row in good})
        for row in good:
            line, digest = first[row.item.external_id]
            if line != row.line:
                if digest != row.item.raw_hash.hex():
                    self._add(row.line, f"repeats the invoice of line {line:,} with different content")
            elif row.item.external_id not in here:
                self._add(row.line, f"its invoice is {LOST}")
            elif names := here[row.item.external_id].differing(row, but=AMOUNTS):
                self.add_fields(row.line, names)

    def add_fields(self, line: int, names: Sequence[str]) -> None:
        """Note fields of a line that differ."""
        self.fields.setdefault(line, []).extend(names)

    def lines(self) -> list[LineDifference]:
        """Return the first lines with what is wrong with each."""
        fields = (LineDifference(line, self._reason(names), names) for line, names in sorted(self.fields.items()))
        both = [*self._others, *(one for one, _ in zip(fields, range(LISTED), strict=False))]
        return sorted(both, key=lambda one: one.line)[:LISTED]

    def _reason(self, names: Sequence[str]) -> str:
        columns = {name: f"{name} (column “{column}”)" for name, column in self._columns.items()}
        shown = (columns.get(name, f"“{name}”") for name in names)
        return f"another value here of {', '.join(shown)}"

    def _add(self, line: int, reason: str) -> None:
        if len(self._others) < LISTED:
            self._others.append(LineDifference(line, reason))


@contextmanager
def _temporary_table() -> Iterator[None]:
    with database.cursor() as cursor:
        cursor.execute(_sql("filed"))
    yield
    with database.cursor() as cursor:
        cursor.execute("DROP TABLE filed")


def _load(rows: Sequence[IncomingRow]) -> dict[str, tuple[int, str]]:
    """Load rows into the temporary table. Returns the first line of each invoice, and its hash."""
    ids = sorted({row.item.external_id for row in rows})
    if not ids:
        return {}
    with database.cursor() as cursor:
        cursor.executemany(_sql("filed_row"), [_values(row) for row in rows])
        marks = ", ".join(["%s"] * len(ids))
        cursor.execute(f"SELECT external_id, line, hash FROM filed WHERE external_id IN ({marks})", ids)  # noqa: S608
        return {external_id: (int(line), digest) for external_id, line, digest in cursor.fetchall()}


def _values(row: IncomingRow) -> tuple[str | int | Decimal | None, ...]:
    item, exact = row.item, current_dialect().exact_parameter
    return item.external_id, row.line, exact(row.total), exact(row.balance), item.raw_hash.hex()


def _part(row: Sequence[Any]) -> ComparisonPart:
    key, in_file, here, *sums, _ = row
    total_in_file, total_here, balance_in_file, balance_here = (Decimal(amount or 0) for amount in sums)
    return ComparisonPart(_TITLES[key], in_file, here, total_in_file, total_here, balance_in_file, balance_here)


def _sql(name: str) -> str:
    return current_dialect().statement(name)
