"""Invoices that another app kept, brought over as a run: batch by batch through the one door, resumable.

A row of the file is an observation that is older than anything the upstream has said (DESIGN law 1): it creates an
invoice that is not here yet, and never changes one that is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import batched, islice
from typing import Any, ClassVar

import orjson
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil.connections import factory
from counterfoil.connectors.file.record import FileReader
from counterfoil.connectors.page import Resource, Shape
from counterfoil.errors import InvalidInput, NotPossibleNow
from counterfoil.imports.report_file import ReportFile
from counterfoil.imports.source_file import ID, IncomingRow, RejectedRow, SourceFile
from counterfoil.ingest.batch import Counts, count_batch
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.pipeline import Ingest
from counterfoil.ingest.session import IngestSession
from counterfoil.mapping.fields import INVOICE_FIELDS
from counterfoil.mapping.invoice import InvoiceMapper
from counterfoil.mirror.models import Connection, Customer, Run, RunKind, RunState
from counterfoil.runs import lease
from counterfoil.runs.context import Progress, RunContext
from counterfoil.sync import finish

_FIELDS = tuple(field.name for field in INVOICE_FIELDS)


class RowReader(FileReader):
    """Gives the chosen columns the names of their fields; the others keep their own and stay visible as extra."""

    default_sources: ClassVar[Mapping[str, tuple[str, ...]]] = {name: (name,) for name in _FIELDS}

    def __init__(self, columns: Mapping[str, str]) -> None:
        """`columns`: field -> column."""
        self._columns = columns

    def flatten(self, external_id: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """One level of values: the fields by their names, every other column by its own."""
        flat = super().flatten(external_id, raw)
        fields = {field: flat.pop(column, None) for field, column in self._columns.items()}
        fields.pop(ID, None)
        others = {f"{name} (column)" if name in _FIELDS else name: value for name, value in flat.items()}
        return {**others, **fields}


BEFORE_ALL = -1
"""The ticket of what is imported. Tickets are drawn from 1 on."""


@dataclass(frozen=True, slots=True)
class Import:
    """What is imported, and where what needs a look is listed."""

    source: SourceFile
    rejected: ReportFile
    unmatched: ReportFile
    batch_size: int = 500
    dry_run: bool = False

    def said(self) -> dict[str, Any]:
        """What makes two imports the same one, as the run keeps it."""
        layout = self.source.layout
        return {
            "file": self.source.digest,
            "columns": dict(self.source.columns),
            "layout": [layout.encoding, layout.delimiter],
            "rejected": str(self.rejected.path),
            "unmatched": str(self.unmatched.path),
            **({"dry_run": True} if self.dry_run else {}),
        }


@dataclass(frozen=True, slots=True)
class ImportPosition:
    """How far an import is: rows done, where the reports go on (in bytes), rows whose customer is not here."""

    rows: int
    rejected_at: int
    unmatched_at: int
    unmatched: int = 0

    def stored(self) -> dict[str, Any]:
        """As the run keeps it: its checkpoint."""
        return {
            "place": [self.rows, self.rejected_at, self.unmatched_at, self.unmatched],
            "unmatched_rows": self.unmatched,
        }

    @classmethod
    def of(cls, run: Run) -> "ImportPosition | None":
        """Read it back; None for a run that has not begun."""
        return cls(*run.options["place"]) if "place" in run.options else None


def refuse_without_file(_: object) -> None:
    """Raise NotPossibleNow: an import goes on only where its file is."""
    raise NotPossibleNow("An import goes on where its file is.", "Import the file again.")


def rejected_report(path: Any) -> ReportFile:
    """The report of rows that cannot be read."""
    return ReportFile(path, ("line", "reason", "row"))


def unmatched_report(path: Any) -> ReportFile:
    """The report of rows whose customer is not here."""
    return ReportFile(path, ("line", "invoice id", "customer id", "reason"))


def start_import(connection: Connection, job: Import, user: AbstractBaseUser | None = None) -> Run:
    """A run to carry out now: an interrupted import of the same file that can go on, else a new one. Raises
    NotPossibleNow for a connection without invoices."""
    kind = factory.connector_class(connection)
    if Resource.INVOICE not in kind.collections:
        raise InvalidInput(
            f"{kind.title} gives no invoices, so none can be imported into {connection.name}.",
            "Name the connection that the invoices come from.",
        )
    with transaction.atomic():
        lease.release_dead(connection.pk)
        found = None if job.dry_run else _interrupted(connection, job)
        asker = user.pk if user else None
        if found is not None:
            Run.objects.filter(pk=found.pk).update(requested_by_id=asker)
            return found
        return Run.objects.create(
            connection=connection,
            resource=Resource.INVOICE,
            kind=RunKind.IMPORT,
            options=job.said(),
            requested_by_id=asker,
        )


def _interrupted(connection: Connection, job: Import) -> Run | None:
    waiting = Run.objects.filter(
        connection=connection,
        kind=RunKind.IMPORT,
        state__in=(RunState.QUEUED, RunState.PARKED, RunState.FAILED),
        resumable=True,
    )
    said = job.said()
    for run in waiting.order_by("-id")[:5]:
        place = ImportPosition.of(run)
        if place is None or any(run.options.get(name) != value for name, value in said.items()):
            continue
        if job.rejected.holds(place.rejected_at) and job.unmatched.holds(place.unmatched_at):
            return run
    return None


def run_import(context: RunContext, job: Import) -> None:
    """Bring the file over, from where the run stands to its end."""
    reader = RowReader(job.source.columns)
    own = InvoiceMapper(factory.mapping_config(context.connection), reader)
    session = IngestSession(context.connection, context.run.resource, own_mapper=own)
    pipeline = session.pipeline(context.lease.check, read=context.read, run_id=context.run.pk)
    place = ImportPosition.of(context.run) or ImportPosition(0, job.rejected.begin(), job.unmatched.begin())
    for rows in batched(islice(job.source.rows(), place.rows, None), job.batch_size):
        place = _bring_over(context, job, pipeline, reader, rows, place)
        context.watcher(Progress("importing", place.rows))
    finish.complete(context, proven=False)


@dataclass(slots=True)
class _Sorted:
    """A batch against what is here: `new` goes through the door. `known` is every row that is an invoice."""

    new: list[IncomingRow]
    known: list[IncomingRow]
    rejected: list[RejectedRow]
    unchanged: int = 0
    stale: int = 0


def _bring_over(
    context: RunContext,
    job: Import,
    pipeline: Ingest,
    reader: RowReader,
    rows: Iterable[IncomingRow | RejectedRow],
    place: ImportPosition,
) -> ImportPosition:
    """One batch: its rows, its lines in the reports and its checkpoint, all of it or nothing."""
    found = _against_each_other(rows)
    _against_the_mirror(context, reader, found)
    count = len(found.known) + found.unchanged + len(found.rejected)
    found.unchanged += len(found.known) - len(found.new) - found.stale
    without = _without_customer(context.run.connection_id, found.known)
    found.rejected.sort(key=lambda row: row.line)
    after = ImportPosition(
        place.rows + count,
        job.rejected.write(place.rejected_at, [(row.line, row.reason, row.text) for row in found.rejected]),
        job.unmatched.write(place.unmatched_at, [_unmatched_line(row) for row in without]),
        place.unmatched + len(without),
    )

    def checkpoint(counted: Counts) -> None:
        total = replace(
            counted,
            fetched=count,
            unchanged=counted.unchanged + found.unchanged,
            stale=counted.stale + found.stale,
            failed=counted.failed + len(found.rejected),
        )
        context.record_counts(total, options={**job.said(), **after.stored()})

    observations = [Observation(row.item, Origin.PAGE, Shape.LIST, BEFORE_ALL, BEFORE_ALL) for row in found.new]
    if job.dry_run:
        batch = pipeline.resolve(pipeline.prepare(observations))
        context.keep_samples(batch)
        checkpoint(count_batch(batch))
    else:
        pipeline.ingest(observations, context.source(), checkpoint=checkpoint)
    return after


def _against_each_other(rows: Iterable[IncomingRow | RejectedRow]) -> _Sorted:
    """The first row with an id is the invoice."""
    first: dict[str, IncomingRow] = {}
    found = _Sorted([], [], [])
    for row in rows:
        if isinstance(row, RejectedRow):
            found.rejected.append(row)
            continue
        other = first.setdefault(row.item.external_id, row)
        if other is row:
            found.known.append(row)
        elif other.item.raw_hash == row.item.raw_hash:
            found.unchanged += 1
        else:
            found.rejected.append(_contradicting(row, f"of line {other.line}"))
    return found


def _against_the_mirror(context: RunContext, reader: RowReader, found: _Sorted) -> None:
    """What is not here yet is new. What only an import has told has to be the same; what the upstream has told
    stays as it is."""
    ids = [row.item.external_id for row in found.known]
    hashes = [row.item.raw_hash for row in found.known]
    rows = {row.external_id: row for row in context.store.compare(context.run.connection_id, ids, hashes)}
    for incoming in list(found.known):
        row = rows.get(incoming.item.external_id)
        if row is None:
            continue
        if row.id is None:
            found.new.append(incoming)
        elif row.answered != BEFORE_ALL:
            found.stale += 1
        elif row.hash != reader.digest(orjson.loads(incoming.item.raw)):
            found.known.remove(incoming)
            found.rejected.append(_contradicting(incoming, "that was imported before"))


def _contradicting(row: IncomingRow, whose: str) -> RejectedRow:
    reason = f"repeats the invoice {row.item.external_id} {whose} with other content; the first one is kept"
    return RejectedRow(row.line, reason, row.item.raw.decode())


def _without_customer(connection_id: int, rows: Iterable[IncomingRow]) -> list[IncomingRow]:
    named = {row.customer for row in rows if row.customer}
    here = set(
        Customer.objects.filter(connection_id=connection_id, external_id__in=named).values_list(
            "external_id", flat=True
        )
    )
    return [row for row in rows if row.customer not in here]


def _unmatched_line(row: IncomingRow) -> tuple[object, ...]:
    reason = "its customer is not here yet" if row.customer else "it names no customer"
    return row.line, row.item.external_id, row.customer, reason
