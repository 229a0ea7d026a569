"""Import invoices that another app kept, as a resumable run: batch by batch through the one ingest.

A row of the file is an observation older than any of the upstream's (DESIGN law 1): it creates an invoice that is
not here yet, and never changes one that is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import batched, islice
from typing import Any

import orjson
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil import messages
from counterfoil.connections import factory
from counterfoil.connectors.page import Resource, Shape
from counterfoil.connectors.port import HasColumns
from counterfoil.errors import InvalidInput, NotPossibleNow
from counterfoil.imports.file_values import FileValues
from counterfoil.imports.report_file import ReportFile
from counterfoil.imports.source_file import IncomingRow, RejectedRow, SourceFile
from counterfoil.ingest.batch import Counts, count_batch
from counterfoil.ingest.observation import Observation
from counterfoil.ingest.order import Origin
from counterfoil.ingest.pipeline import Ingest
from counterfoil.ingest.session import IngestSession
from counterfoil.mapping.imported_row import RowReader
from counterfoil.mapping.invoice import InvoiceMapper
from counterfoil.mirror.imported import BEFORE_ALL, COLUMNS, FILE, FORMS
from counterfoil.mirror.models import Connection, Customer, Run, RunKind, RunState
from counterfoil.runs import lease
from counterfoil.runs.context import Progress, RunContext
from counterfoil.sync import finish


@dataclass(frozen=True, slots=True)
class Import:
    """What to import, and the reports of rows that need attention."""

    source: SourceFile
    rejected: ReportFile
    unmatched: ReportFile
    batch_size: int = 500
    dry_run: bool = False

    def options(self) -> dict[str, Any]:
        """Return the run's options that identify this import: with equal ones an interrupted run can resume."""
        reading = self.source.reading
        return {
            FILE: self.source.digest,
            COLUMNS: dict(self.source.columns),
            "layout": [reading.encoding.name, reading.delimiter, reading.header_line],
            FORMS: dict(self.source.forms),
            "rejected": str(self.rejected.path),
            "unmatched": str(self.unmatched.path),
            **({"dry_run": True} if self.dry_run else {}),
        }


@dataclass(frozen=True, slots=True)
class ImportPosition:
    """How far an import is: rows done, the reports' ends (in bytes), rows whose customer is not here."""

    rows: int
    rejected_at: int
    unmatched_at: int
    unmatched: int = 0

    def options(self) -> dict[str, Any]:
        """Return the run's options that are its checkpoint."""
        return {
            "place": [self.rows, self.rejected_at, self.unmatched_at, self.unmatched],
            "unmatched_rows": self.unmatched,
        }

    @classmethod
    def from_run(cls, run: Run) -> "ImportPosition | None":
        """Read a run's checkpoint; None for a run that has not begun."""
        return cls(*run.options["place"]) if "place" in run.options else None


def refuse_without_file(_: object) -> None:
    """Raise NotPossibleNow: a worker does not have the file of an import."""
    raise NotPossibleNow(messages.imports.NO_FILE(), messages.imports.NO_FILE_ADVICE())


def rejected_report(path: Any) -> ReportFile:
    """Describe the report of rows that cannot be read."""
    return ReportFile(path, ("line", "reason", "row"))


def unmatched_report(path: Any) -> ReportFile:
    """Describe the report of rows whose customer is not here."""
    return ReportFile(path, ("line", "invoice id", "customer id", "reason"))


def require_invoices(connection: Connection) -> None:
    """Raise InvalidInput for a connection without invoices, or to a file of them: its next pass deletes others."""
    kind = factory.connector_class(connection)
    collection = factory.collections_of(connection).get(Resource.INVOICE)
    if collection is None:
        raise InvalidInput(
            f"{connection.name} ({kind.title}) has no invoices.",
            "Choose the connection that the invoices come from.",
        )
    if issubclass(collection, HasColumns):
        raise InvalidInput(
            f"The invoices of {connection.name} are those of its file: the next sync would delete any others.",
            "Put them into that file, or connect a file of their own with `counterfoil connect file`.",
        )


def start_import(connection: Connection, job: Import, user: AbstractBaseUser | None = None) -> Run:
    """Resume an interrupted import of the same file, or start a new run.

    Raises InvalidInput for a connection without invoices.
    """
    require_invoices(connection)
    with transaction.atomic():
        lease.release_dead(connection.pk)
        interrupted = None if job.dry_run else _interrupted(connection, job)
        user_id = user.pk if user else None
        if interrupted is not None:
            Run.objects.filter(pk=interrupted.pk).update(requested_by_id=user_id)
            return interrupted
        return Run.objects.create(
            connection=connection,
            resource=Resource.INVOICE,
            kind=RunKind.IMPORT,
            options=job.options(),
            requested_by_id=user_id,
        )


def _interrupted(connection: Connection, job: Import) -> Run | None:
    runs = Run.objects.filter(
        connection=connection,
        kind=RunKind.IMPORT,
        state__in=(RunState.QUEUED, RunState.PARKED, RunState.FAILED),
        resumable=True,
    )
    options = job.options()
    for run in runs.order_by("-id")[:5]:
        position = ImportPosition.from_run(run)
        if position is None or any(run.options.get(name) != value for name, value in options.items()):
            continue
        if job.rejected.reaches(position.rejected_at) and job.unmatched.reaches(position.unmatched_at):
            return run
    return None


def run_import(context: RunContext, job: Import) -> None:
    """Import the file from the run's checkpoint to its end."""
    reader = RowReader(job.source.columns)
    usual = factory.mapping_config(context.connection, Resource.INVOICE)
    config = replace(usual, sources={}, forms=job.source.forms)  # a field map is for the system's own columns
    mapper = InvoiceMapper(config, reader)
    session = IngestSession(context.connection, context.run.resource, own_mapper=mapper)
    pipeline = session.pipeline(context.lease.check, read=context.read, run_id=context.run.pk)
    position = ImportPosition.from_run(context.run) or ImportPosition(
        0, job.rejected.create(), job.unmatched.create()
    )
    for rows in batched(islice(job.source.rows(), position.rows, None), job.batch_size):
        position = _import_batch(context, job, pipeline, reader, rows, position)
        context.watcher(Progress("importing", position.rows))
    finish.complete(context, proven=False)


@dataclass(slots=True)
class _SortedRows:
    """The rows of a batch. `accepted` are the rows that are an invoice, `new` those of them to be ingested."""

    new: list[IncomingRow]
    accepted: list[IncomingRow]
    rejected: list[RejectedRow]
    unchanged: int = 0
    stale: int = 0


def _import_batch(
    context: RunContext,
    job: Import,
    pipeline: Ingest,
    reader: RowReader,
    rows: Iterable[IncomingRow | RejectedRow],
    position: ImportPosition,
) -> ImportPosition:
    """Write one batch: its rows, its lines in the reports and its checkpoint, all of it or nothing."""
    batch_rows = _reject_repeated(rows)
    _compare_with_mirror(context, job, reader, batch_rows)
    count = len(batch_rows.accepted) + batch_rows.unchanged + len(batch_rows.rejected)
    batch_rows.unchanged += len(batch_rows.accepted) - len(batch_rows.new) - batch_rows.stale
    unmatched = _without_customer(context.run.connection_id, batch_rows.accepted)
    batch_rows.rejected.sort(key=lambda row: row.line)
    rejected_lines = [(row.line, row.reason, row.text) for row in batch_rows.rejected]
    after = ImportPosition(
        position.rows + count,
        job.rejected.write(position.rejected_at, rejected_lines),
        job.unmatched.write(position.unmatched_at, [_unmatched_line(row) for row in unmatched]),
        position.unmatched + len(unmatched),
    )

    def checkpoint(counted: Counts) -> None:
        total = replace(
            counted,
            fetched=count,
            unchanged=counted.unchanged + batch_rows.unchanged,
            stale=counted.stale + batch_rows.stale,
            failed=counted.failed + len(batch_rows.rejected),
        )
        context.record_counts(total, options={**job.options(), **after.options()})

    observations = [
        Observation(row.item, Origin.PAGE, Shape.LIST, BEFORE_ALL, BEFORE_ALL) for row in batch_rows.new
    ]
    if job.dry_run:
        batch = pipeline.resolve(pipeline.prepare(observations))
        context.keep_samples(batch)
        checkpoint(count_batch(batch))
    else:
        pipeline.ingest(observations, context.source(), checkpoint=checkpoint)
    return after


def _reject_repeated(rows: Iterable[IncomingRow | RejectedRow]) -> _SortedRows:
    """Accept the first row with an id; reject later ones with different content."""
    first: dict[str, IncomingRow] = {}
    batch_rows = _SortedRows([], [], [])
    for row in rows:
        if isinstance(row, RejectedRow):
            batch_rows.rejected.append(row)
            continue
        other = first.setdefault(row.item.external_id, row)
        if other is row:
            batch_rows.accepted.append(row)
        elif other.item.raw_hash == row.item.raw_hash:
            batch_rows.unchanged += 1
        else:
            batch_rows.rejected.append(_contradicting(row, f"of line {other.line} with different content"))
    return batch_rows


def _compare_with_mirror(context: RunContext, job: Import, reader: RowReader, batch_rows: _SortedRows) -> None:
    """Find the new invoices.

    An invoice that only an import has brought must have the same values, in whatever spelling; one that the
    upstream has given since stays as it is.
    """
    ids = [row.item.external_id for row in batch_rows.accepted]
    hashes = [row.item.raw_hash for row in batch_rows.accepted]
    rows = {row.external_id: row for row in context.store.compare(context.run.connection_id, ids, hashes)}
    different: list[IncomingRow] = []
    for incoming in list(batch_rows.accepted):
        row = rows.get(incoming.item.external_id)
        if row is None:
            continue
        if row.id is None:
            batch_rows.new.append(incoming)
        elif row.answered != BEFORE_ALL:
            batch_rows.stale += 1
        elif row.hash != reader.digest(orjson.loads(incoming.item.raw)):
            different.append(incoming)
    here = FileValues(context.connection, job.source).rows([row.item.external_id for row in different])
    for incoming in different:
        if names := here[incoming.item.external_id].differing(incoming):
            batch_rows.accepted.remove(incoming)
            of_import = f"of an earlier import, with another {', '.join(names)}"
            batch_rows.rejected.append(_contradicting(incoming, of_import))


def _contradicting(row: IncomingRow, whose: str) -> RejectedRow:
    reason = f"repeats invoice {row.item.external_id} {whose}; the first one is kept"
    return RejectedRow(row.line, reason, row.item.raw.decode())


def _without_customer(connection_id: int, rows: Iterable[IncomingRow]) -> list[IncomingRow]:
    ids = {row.customer for row in rows if row.customer}
    customers = Customer.objects.filter(connection_id=connection_id, external_id__in=ids)
    existing = set(customers.values_list("external_id", flat=True))
    return [row for row in rows if row.customer not in existing]


def _unmatched_line(row: IncomingRow) -> tuple[object, ...]:
    reason = "customer not found yet" if row.customer else "no customer id"
    return row.line, row.item.external_id, row.customer, reason
