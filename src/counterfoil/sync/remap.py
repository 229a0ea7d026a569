"""After a mapping change, map everything again from the stored payloads, without an API call (DESIGN part 4b)."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from counterfoil.connectors.page import Resource
from counterfoil.ingest import customer_contacts, edit_overlay, links, quarantine, rewrite
from counterfoil.ingest.batch import Counts
from counterfoil.ingest.edit_overlay import FieldMerge
from counterfoil.ingest.mapping_pool import MappingOutcome
from counterfoil.ingest.quarantine import Quarantined
from counterfoil.ingest.refused_records import refused_reason
from counterfoil.ingest.stored_payloads import StoredPayloads
from counterfoil.ingest.three_way_merge import MergeOutcome
from counterfoil.mapping.mapper import Mapped
from counterfoil.mirror.models import ConflictKind, PendingEdit
from counterfoil.mirror.portions import in_portions
from counterfoil.mirror.row import Prepared
from counterfoil.mirror.store import current_dialect
from counterfoil.mirror.store.base import ChangeSource, SearchedRow, stored_values, to_json, write_history
from counterfoil.runs.context import Progress, RunContext
from counterfoil.sync import finish

BATCH = 500


def map_again(context: RunContext) -> None:
    """Map every row of the connection from its payload; write only the rows that come out different."""
    rows = context.table.rows(context.run.connection_id).exclude(raw=None)
    total = rows.count()
    context.pool.expect(total)
    context.record_counts(Counts(), expected=total)
    done, last = 0, int(context.run.options.get("after", 0))
    for batch in in_portions(rows, "raw", BATCH, after=last):
        last, done = batch[-1].pk, done + len(batch)
        lost = _write_storable(context, batch, last)
        while lost:  # another process has written them since they were read, perhaps mapped the old way
            lost = _write_storable(context, list(rows.filter(pk__in=lost)), last, again=True)
        context.watcher(Progress("mapping", done, total))
    finish.complete(context, proven=False)


def _write_storable(context: RunContext, rows: Sequence[Any], last: int, *, again: bool = False) -> set[int]:
    """Write a batch; one that the database refuses is halved until the bad row stands alone (DESIGN law 9)."""
    try:
        return _write(context, rows, last, again=again)
    except Exception as error:
        if not current_dialect().refuses_value(error):
            raise
        reason = refused_reason(error)
    if len(rows) == 1:
        return _write(context, rows, last, again=again, refused=reason)
    middle = len(rows) // 2
    between = last if again else rows[middle - 1].pk
    return _write_storable(context, rows[:middle], between, again=again) | _write_storable(
        context, rows[middle:], last, again=again
    )


def _write(context: RunContext, rows: Sequence[Any], last: int, *, again: bool, refused: str = "") -> set[int]:
    """Write a batch and its checkpoint in one transaction. Returns the rows that another process has written.

    With `refused` they are quarantined for that reason.
    """
    edits = context.session.merger.edits([row.pk for row in rows])
    payloads = [rewrite.payload(row, edits.get(row.pk, [])) for row in rows]
    outcomes: Sequence[MappingOutcome | None] = [refused] * len(rows)
    if not refused:
        outcomes = StoredPayloads(context.connection, context.session).map(rows, payloads)
    before = stored_values(context.table, [row.pk for row in rows])
    records: list[Prepared] = []
    failed: list[Quarantined] = []
    unchanged: list[SearchedRow] = []
    rebases: list[FieldMerge] = []
    for row, outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, str):
            failed.append(Quarantined(row.external_id, (row.raw or "").encode(), outcome, row.ticket_from))
        elif isinstance(outcome, Mapped):
            rebased = _rebase(edits.get(row.pk, []), outcome)
            rebases += rebased
            record = rewrite.prepare_row(context.table, row, before[row.pk], outcome, touch=bool(rebased))
            records += [record] if record else []
            if record is None and context.table.form.searched:
                unchanged.append(SearchedRow(row.pk, row.version, outcome.name_words, outcome.other_words))
    context.session.save_words()
    with transaction.atomic():
        context.lease.check()
        source = context.source()
        customers = _lock_customers(context, rows, outcomes)
        won = context.store.write(records, source)
        context.store.reindex(unchanged)
        written = [record for record in records if record.external_id in won]
        _link_again(context, source, written)
        customer_contacts.refresh(context.run.connection_id, customers)
        done = {record.id for record in written}
        edit_overlay.apply([merge for merge in rebases if merge.edit.record_id in done], source, source.reference)
        write_history(
            [(r.id, c, source.reference) for r in written if r.id is not None for c in r.changes], source
        )
        quarantine.quarantine(failed, source, context.run.pk)
        counts = Counts(
            fetched=0 if again else len(rows),
            updated=len(won),
            unchanged=len(rows) - len(records) - len(failed),
            failed=len(failed),
        )
        context.record_counts(counts, options={**context.run.options, "after": last})
    return {record.id for record in records if record.id is not None} - done


def _link_again(context: RunContext, source: ChangeSource, written: Sequence[Prepared]) -> None:
    """Link records that name another customer now."""
    moved = [
        record.external_id
        for record in written
        if any(change.field == "customer_external_id" for change in record.changes)
    ]
    if moved:
        links.link_customers(source, moved, context.session.resources)


def _lock_customers(
    context: RunContext, rows: Sequence[Any], outcomes: Sequence[MappingOutcome | None]
) -> list[int]:
    """Lock the customers whose best number and address these rows decide, changed or not."""
    connection_id, keys = context.run.connection_id, [row.pk for row in rows]
    if context.table.resource == Resource.CONTACT_PERSON:
        named = [outcome.values["customer_external_id"] for outcome in outcomes if isinstance(outcome, Mapped)]
        return customer_contacts.lock_customers_of(connection_id, (), [one for one in named if one], keys=keys)
    changing = context.table.resource == Resource.CUSTOMER and customer_contacts.has_persons(connection_id)
    return keys if changing else []


def _rebase(edits: Sequence[PendingEdit], mapped: Mapped) -> list[FieldMerge]:
    """Rebase pending edits on the newly mapped values.

    Only the way the payload is read has changed, not the upstream, so a difference is no conflict; one that is
    open stays open, and shows the upstream's value as it is read now.
    """
    merges: list[FieldMerge] = []
    for edit in edits:
        theirs = to_json(mapped.theirs[edit.field])
        if edit.conflict is None and theirs != edit.base:
            merges.append(FieldMerge(edit, theirs, MergeOutcome.REBASE))
        elif edit.conflict and edit.conflict.kind == ConflictKind.BOTH and theirs != edit.conflict.theirs:
            merges.append(FieldMerge(edit, theirs, MergeOutcome.CONFLICT))
    return merges
