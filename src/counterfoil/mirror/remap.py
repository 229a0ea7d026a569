"""A changed mapping maps everything again from stored payloads, without a call (DESIGN part 4b)."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from counterfoil.connectors.mapping import Mapped
from counterfoil.mirror import asides
from counterfoil.mirror.asides import Aside
from counterfoil.mirror.door import Tally
from counterfoil.mirror.history import differences
from counterfoil.mirror.mapping_pool import Outcome, Payload
from counterfoil.mirror.record import Prepared, Provenance, prepare
from counterfoil.mirror.state import State
from counterfoil.mirror.store.base import held, write_history
from counterfoil.mirror.store.records import Held
from counterfoil.mirror.tables import Table
from counterfoil.mirror.work import Progress, Work

BATCH = 500
_INACTIVE = (State.UNLISTED, State.TOMBSTONE)


def map_again(work: Work) -> None:
    """Map every row of the connection from its payload; write only the ones that come out different."""
    rows = work.table.rows(work.run.connection_id).exclude(raw=None)
    total = rows.count()
    work.pool.expect(total)
    work.note(Tally(), expected=total)
    done, last = 0, int(work.run.options.get("after", 0))
    while some := list(rows.filter(id__gt=last).order_by("id")[:BATCH]):
        last, done = some[-1].pk, done + len(some)
        lost = _write(work, some, last)
        while lost:  # written by somebody else meanwhile, perhaps still the old way
            lost = _write(work, list(rows.filter(external_id__in=lost)), last, again=True)
        work.watcher(Progress("mapping", done, total))


def _write(work: Work, rows: Sequence[Any], last: int, *, again: bool = False) -> set[str]:
    """One batch in one transaction with its checkpoint. Returns the rows that somebody else was writing."""
    payloads = [Payload(row.external_id or "", (row.raw or "").encode()) for row in rows]
    outcomes: Sequence[Outcome] = work.pool.submit(payloads).result()
    before = held(work.table, [row.pk for row in rows])
    records: list[Prepared] = []
    failed: list[Aside] = []
    for row, outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, str):
            failed.append(Aside(row.external_id, (row.raw or "").encode(), outcome, row.ticket_from))
        elif isinstance(outcome, Mapped) and (record := _record(work.table, row, before[row.pk], outcome)):
            records.append(record)
    with transaction.atomic():
        work.lease.check()
        stamp = work.stamp()
        won = work.store.write(records, stamp)
        written = [record for record in records if record.external_id in won]
        write_history([(r.id, c, stamp.reference) for r in written if r.id is not None for c in r.changes], stamp)
        asides.keep(failed, stamp, work.run.pk)
        counted = Tally(
            fetched=0 if again else len(rows),
            updated=len(won),
            unchanged=len(rows) - len(records) - len(failed),
            failed=len(failed),
        )
        work.note(counted, options={**work.run.options, "after": last})
    return {record.external_id for record in records} - won


def _record(table: Table, row: Any, before: Held, mapped: Mapped) -> Prepared | None:
    """The row as the new mapping makes it; None where that changes nothing."""
    if row.state in _INACTIVE and table.has("is_active"):
        mapped.values["is_active"] = False
    changes = differences(table.form.columns, before, mapped.values, mapped.extra)
    if not changes and before.invalid == mapped.invalid:
        return None
    known = Provenance(
        raw=(row.raw or "").encode(),
        raw_hash=None if row.raw_hash is None else bytes(row.raw_hash),
        other_hashes=before.other_hashes,
        begun=row.ticket_from,
        ended=row.ticket_to,
        modified=row.upstream_modified_at,
        state=State(row.state),
        state_ticket=row.state_ticket,
    )
    return prepare(
        table.form,
        row.external_id or "",
        mapped,
        known,
        before.hash,
        id=row.pk,
        version=row.version,
        changes=tuple(changes),
    )
