"""The guard that every deletion passes, whatever shows it: a pass, a push, a webhook, a single read (law 3).

It counts the deletions of one resource of a connection over a rolling day. What exceeds the limit stays missing
and joins the one run that waits for approval. What a person has approved, or deleted from here, does not count.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from counterfoil.ingest import guards, waiting_deletions
from counterfoil.ingest.waiting_deletions import Deletion
from counterfoil.mirror.models import Change, Connection, Source, State
from counterfoil.mirror.resources import Table, table
from counterfoil.mirror.store.base import ChangeSource

WINDOW = timedelta(hours=24)
BY_PERSON = (Source.APPROVAL, Source.EDIT, Source.DELETION)
"""Sources of deletions that a person has asked for: they are neither limited nor counted."""


def hold_back(deletions: Sequence[Deletion], source: ChangeSource) -> frozenset[str]:
    """Propose the deletions that exceed the limit, and return their ids. One that waits already goes on waiting.

    Runs in the transaction that applies the others, and keeps other processes from counting until its end.
    """
    if not deletions or source.source in BY_PERSON:
        return frozenset()
    connection = Connection.objects.select_for_update(no_key=True).get(pk=source.connection_id)
    records = table(source.resource)
    waiting = waiting_deletions.waiting_ids(connection.pk, source.resource)
    ids = {deletion.external_id for deletion in deletions}
    new = [deletion for deletion in deletions if deletion.external_id not in waiting]
    before = count_recent(records, connection.pk, source.at)
    limit = _limit(records, connection, before, before + len(new))
    exceeding = new[max(0, limit - before) :]
    if exceeding:
        waiting_deletions.propose(exceeding, source, limit)
    return (waiting & ids) | {deletion.external_id for deletion in exceeding}


def count_recent(records: Table, connection_id: int, now: datetime) -> int:
    """Count the deletions of the last day that count."""
    by_person = Change.objects.filter(
        resource=records.resource,
        record_id=OuterRef("pk"),
        field="state",
        at=OuterRef("state_at"),
        source__in=BY_PERSON,
    )
    rows = records.rows(connection_id).filter(state=State.TOMBSTONE, state_at__gt=now - WINDOW)
    return int(rows.exclude(Exists(by_person)).count())


def _limit(records: Table, connection: Connection, before: int, wanted: int) -> int:
    rows = records.rows(connection.pk).filter(state__in=(State.PRESENT, State.MISSING))
    if wanted <= guards.FLOOR and rows[: 2 * guards.FLOOR].count() == 2 * guards.FLOOR:
        return guards.FLOOR  # surely allowed: counting a million rows would take a moment
    return guards.allowed_count(rows.count() + before, guards.guard_share(connection.settings))
