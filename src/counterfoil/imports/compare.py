"""Whether every invoice of a file is in the mirror: counts and exact sums of both, by SQL. Writes nothing."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import batched
from typing import Any

from django.db import connection as database
from django.db import transaction

from counterfoil.imports.invoices import BEFORE_ALL
from counterfoil.imports.source_file import IncomingRow, RejectedRow, SourceFile
from counterfoil.mirror.models import Connection
from counterfoil.mirror.sql import statement

SHOWN = 10
"""Lines that are named."""
_BATCH = 1000
_TITLES = {
    "imported": "as imported",
    "upstream": "told by the upstream since",
    "lost": "not in the database",
}


@dataclass(frozen=True, slots=True)
class ComparisonPart:
    """Some invoices of the file, and what is here of them. `differing` have another total or balance here."""

    title: str
    in_file: int = 0
    here: int = 0
    total_in_file: Decimal = Decimal(0)
    total_here: Decimal = Decimal(0)
    balance_in_file: Decimal = Decimal(0)
    balance_here: Decimal = Decimal(0)
    differing: int = 0

    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        counts = (self.in_file, self.here)
        sums = (self.total_in_file, self.total_here, self.balance_in_file, self.balance_here)
        return (*(f"{count:,}" for count in counts), *(f"{amount:,f}" for amount in sums))


@dataclass(frozen=True, slots=True)
class Comparison:
    """`repeated` rows name an invoice of an earlier line; `contradicting` ones of them say something else of it.
    `lines` are the first ones that are lost or differ."""

    parts: Sequence[ComparisonPart]
    rejected: int
    repeated: int
    contradicting: int
    lost: int
    differing: int
    lines: Sequence[int] = field(default=())

    @property
    def proved(self) -> bool:
        """Every row of the file is here, and what only the import has told has the file's amounts. The amounts of
        what the upstream has told since are its own."""
        return not (self.rejected or self.contradicting or self.lost or self.differing)

    def findings(self) -> Iterator[str]:
        """What is worth saying, in sentences."""
        if self.rejected:
            yield f"{self.rejected:,} rows cannot be read and are in no sum; an import lists them with the reason."
        if self.repeated:
            yield f"{self.repeated:,} rows repeat an invoice of an earlier line and are not counted again."
        if self.contradicting:
            yield f"{self.contradicting:,} of them say something else of it; an import lists them."
        if self.lost:
            yield f"{self.lost:,} invoices of the file are not in the database. Import the file again."
        if self.differing:
            yield f"{self.differing:,} imported invoices have other amounts in the database than in the file."
        if self.lines:
            yield f"The first lines: {', '.join(f'{line:,}' for line in self.lines)}."


def compare(connection: Connection, source: SourceFile) -> Comparison:
    """Put the file beside the database, in a temporary table: memory stays flat for any number of rows."""
    with _consistent(), _filed():
        rejected, good = _fill(source.rows())
        values = {"connection": connection.pk, "before_all": BEFORE_ALL, "most": SHOWN}
        with database.cursor() as cursor:
            cursor.execute(_sql("filed_sums"), values)
            sums = cursor.fetchall()
            cursor.execute(_sql("filed_lost"), values)
            lines = [int(line) for line, _ in cursor.fetchall()]
    found = {row[0]: _part(row) for row in sums}
    parts = [found.get(key, ComparisonPart(title)) for key, title in _TITLES.items()]
    return Comparison(
        parts,
        rejected,
        repeated=good - sum(part.in_file for part in parts),
        contradicting=sum(int(row[-1]) for row in sums),
        lost=parts[2].in_file,
        differing=parts[0].differing,
        lines=lines,
    )


def _consistent() -> AbstractContextManager[None]:
    """A temporary table of PostgreSQL lives in one transaction; SQLite's needs none, and nobody waits for it."""
    return transaction.atomic() if database.vendor == "postgresql" else nullcontext()


@contextmanager
def _filed() -> Iterator[None]:
    with database.cursor() as cursor:
        cursor.execute(_sql("filed"))
    if database.vendor == "sqlite":
        database.connection.create_aggregate("exact_sum", 1, _ExactSum)
    yield
    with database.cursor() as cursor:
        cursor.execute("DROP TABLE filed")


def _fill(rows: Iterable[IncomingRow | RejectedRow]) -> tuple[int, int]:
    """Returns how many rows cannot be read, and how many can."""
    rejected = readable = 0
    for batch in batched(rows, _BATCH):
        good = [row for row in batch if isinstance(row, IncomingRow)]
        rejected += len(batch) - len(good)
        readable += len(good)
        with database.cursor() as cursor:
            cursor.executemany(_sql("filed_row"), [_values(row) for row in good])
    return rejected, readable


def _values(row: IncomingRow) -> tuple[str | int | Decimal | None, ...]:
    item = row.item
    return item.external_id, row.line, _exact(row.total), _exact(row.balance), item.raw_hash.hex()


def _exact(amount: Decimal | None) -> Decimal | str | None:
    """SQLite keeps text to the letter, and numbers as floats."""
    return str(amount) if amount is not None and database.vendor == "sqlite" else amount


def _part(row: Sequence[Any]) -> ComparisonPart:
    place, in_file, here, *sums, differing, _ = row
    total_in_file, total_here, balance_in_file, balance_here = (Decimal(amount or 0) for amount in sums)
    return ComparisonPart(
        _TITLES[place], in_file, here, total_in_file, total_here, balance_in_file, balance_here, differing
    )


def _sql(name: str) -> str:
    return statement(database.vendor, name)


class _ExactSum:
    """sum() for SQLite without floats: a stored amount is the shortest decimal that stands for it."""

    def __init__(self) -> None:
        self._sum = Decimal(0)

    def step(self, value: float | str | None) -> None:
        """Add one."""
        if value is not None:
            self._sum += Decimal(repr(value) if isinstance(value, float) else value)

    def finalize(self) -> str:
        """The sum, as text."""
        return f"{self._sum:f}"
