"""Prove that every invoice of a file is in the mirror: counts and exact sums of both, by SQL. Writes nothing."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import batched
from typing import Any

from django.db import connection as database

from counterfoil.imports.source_file import IncomingRow, RejectedRow, SourceFile
from counterfoil.mirror.imported import BEFORE_ALL
from counterfoil.mirror.models import Connection
from counterfoil.mirror.store import current_dialect

SHOWN = 10
"""How many lines of the file are listed."""
_BATCH = 1000
_TITLES = {
    "imported": "imported only",
    "upstream": "synced since",
    "lost": "not in the database",
}


@dataclass(frozen=True, slots=True)
class ComparisonPart:
    """Some invoices of the file beside their rows here. `differing` ones have another total or balance here."""

    title: str
    in_file: int = 0
    here: int = 0
    total_in_file: Decimal = Decimal(0)
    total_here: Decimal = Decimal(0)
    balance_in_file: Decimal = Decimal(0)
    balance_here: Decimal = Decimal(0)
    differing: int = 0

    def cells(self) -> tuple[str, ...]:
        """Format the counts and sums as the cells of a table."""
        counts = (self.in_file, self.here)
        sums = (self.total_in_file, self.total_here, self.balance_in_file, self.balance_here)
        return (*(f"{count:,}" for count in counts), *(f"{amount:,f}" for amount in sums))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A file compared with the database.

    `repeated` rows name an invoice of an earlier line; `contradicting` ones of them have different content.
    `lines` are the first lines whose invoice is lost or differs.
    """

    parts: Sequence[ComparisonPart]
    rejected: int
    repeated: int
    contradicting: int
    lost: int
    differing: int
    lines: Sequence[int] = field(default=())

    @property
    def proved(self) -> bool:
        """Whether every row of the file is here, with the file's amounts.

        Invoices synced since the import have the upstream's amounts.
        """
        return not (self.rejected or self.contradicting or self.lost or self.differing)

    def findings(self) -> Iterator[str]:
        """Describe in sentences where the file and the database differ."""
        if self.rejected:
            yield f"Rows that cannot be read: {self.rejected:,}. They are in no sum; an import lists the reasons."
        if self.repeated:
            yield f"Rows that repeat an earlier invoice: {self.repeated:,}. They are not counted again."
        if self.contradicting:
            yield f"Of these, rows with different content: {self.contradicting:,}. An import lists them."
        if self.lost:
            yield f"Invoices that are not in the database: {self.lost:,}. Import the file again."
        if self.differing:
            yield f"Imported invoices with other amounts in the database than in the file: {self.differing:,}."
        if self.lines:
            yield f"First lines: {', '.join(f'{line:,}' for line in self.lines)}."


def compare(connection: Connection, source: SourceFile) -> Comparison:
    """Compare a file with the invoices of a connection.

    The file is loaded into a temporary table, so memory stays flat for any number of rows.
    """
    with current_dialect().temporary_tables(), _temporary_table():
        rejected, readable = _load(source.rows())
        values = {"connection": connection.pk, "before_all": BEFORE_ALL, "most": SHOWN}
        with database.cursor() as cursor:
            cursor.execute(_sql("filed_sums"), values)
            sums = cursor.fetchall()
            cursor.execute(_sql("filed_lost"), values)
            lines = [int(line) for line, _ in cursor.fetchall()]
    by_key = {row[0]: _part(row) for row in sums}
    parts = [by_key.get(key, ComparisonPart(title)) for key, title in _TITLES.items()]
    return Comparison(
        parts,
        rejected,
        repeated=readable - sum(part.in_file for part in parts),
        contradicting=sum(int(row[-1]) for row in sums),
        lost=parts[2].in_file,
        differing=parts[0].differing,
        lines=lines,
    )


@contextmanager
def _temporary_table() -> Iterator[None]:
    with database.cursor() as cursor:
        cursor.execute(_sql("filed"))
    yield
    with database.cursor() as cursor:
        cursor.execute("DROP TABLE filed")


def _load(rows: Iterable[IncomingRow | RejectedRow]) -> tuple[int, int]:
    """Load the file into the temporary table. Returns how many rows cannot be read, and how many can."""
    rejected = readable = 0
    for batch in batched(rows, _BATCH):
        good = [row for row in batch if isinstance(row, IncomingRow)]
        rejected += len(batch) - len(good)
        readable += len(good)
        with database.cursor() as cursor:
            cursor.executemany(_sql("filed_row"), [_values(row) for row in good])
    return rejected, readable


def _values(row: IncomingRow) -> tuple[str | int | Decimal | None, ...]:
    item, exact = row.item, current_dialect().exact_parameter
    return item.external_id, row.line, exact(row.total), exact(row.balance), item.raw_hash.hex()


def _part(row: Sequence[Any]) -> ComparisonPart:
    key, in_file, here, *sums, differing, _ = row
    total_in_file, total_here, balance_in_file, balance_here = (Decimal(amount or 0) for amount in sums)
    return ComparisonPart(
        _TITLES[key], in_file, here, total_in_file, total_here, balance_in_file, balance_here, differing
    )


def _sql(name: str) -> str:
    return current_dialect().statement(name)
