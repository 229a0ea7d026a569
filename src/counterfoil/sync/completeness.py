"""What a run has listed: its pages, how many records, and which rows were absent."""

from collections.abc import Sequence, Set
from dataclasses import replace
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from counterfoil import messages
from counterfoil.connectors.page import PART, Evidence, Listing, PageMark, Scope
from counterfoil.connectors.port import Collection, ListedWithParent
from counterfoil.mirror import coverage, imported
from counterfoil.mirror.models import Action, Run, RunPage
from counterfoil.mirror.resources import table
from counterfoil.mirror.sql import TABLES
from counterfoil.mirror.store import current_dialect
from counterfoil.sync.windows import Held, Windows, share_edges


def judge(run: Run, collection: Collection) -> Evidence:
    """Decide whether the run's current attempt is a complete listing."""
    evidence = collection.evidence(run_listing(run, collection))
    if not evidence.complete or not is_overlapping(run, collection) or _edges_overlap(run, collection):
        return evidence
    if run.since is None and run.attempt > 1:
        return evidence  # no row can be marked as missing, so a first listing is repeated once only
    return Evidence(complete=False, reason=messages.sync.EDGE_MOVED())


def is_overlapping(run: Run, collection: Collection) -> bool:
    """Tell whether the pages of the run's listing repeat the end of one another (see `windows`).

    Those of a list of changes do, and those of a very first listing where nothing else would show a gap.
    """
    if run.since is not None:
        return True
    if not collection.capabilities.first_overlaps:
        return False
    covered = coverage.load(run.connection_id, run.resource)
    return covered.complete_pass_at in (None, run.started_at)  # it may have been kept before a resumed run ends


def run_listing(run: Run, collection: Collection) -> Listing:
    """Return the listing of the run's current attempt, with those of earlier ones to compare it with."""
    overlapping = is_overlapping(run, collection)
    earlier = [_listing(run, attempt, overlapping=overlapping) for attempt in range(1, run.attempt)]
    return replace(_listing(run, run.attempt, overlapping=overlapping), earlier=earlier)


def _listing(run: Run, attempt: int, *, overlapping: bool) -> Listing:
    pages = [
        PageMark(number, total, None if last is None else bool(last), fingerprint, records)
        for number, total, last, fingerprint, records in _query("page_marks", run, attempt)
    ]
    ((distinct, unidentified),) = _query("listed", run, attempt)
    ((new, gone),) = _query("listed_anew", run, attempt) if attempt > 1 else [(0, 0)]
    return Listing(pages, int(distinct), int(unidentified), overlapping, int(new), int(gone))


def _query(statement: str, run: Run, attempt: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(current_dialect().statement(statement), {"run": run.pk, "attempt": attempt})
        return list(cursor.fetchall())


def _edges_overlap(run: Run, collection: Collection) -> bool:
    """Tell whether the pages leave no gap between them (see `windows`)."""
    pages = RunPage.objects.filter(run=run, attempt=run.attempt).order_by("number")
    parts = groupby(pages, key=lambda page: page.number // PART)
    return all(share_edges(_held(list(part), collection)) for _, part in parts)


def _held(pages: Sequence[RunPage], collection: Collection) -> list[Held]:
    held = [_ids(page, collection) for page in pages]
    sizes = [len(ids) + page.unidentified for ids, page in zip(held, pages, strict=True)]
    windows = Windows(max(1, sizes[0]), overlapping=True)
    return [
        Held(ids, size >= windows.window(number).size)
        for number, (ids, size) in enumerate(zip(held, sizes, strict=True))
    ]


def _ids(page: RunPage, collection: Collection) -> Set[str]:
    """Return the ids of what a page lists: of the customers, where its records come with theirs."""
    if isinstance(collection, ListedWithParent):
        listing = Listing([PageMark(page.number, page.total, page.last, page.fingerprint)], 0)
        if owners := collection.listed_owners(listing) | collection.unknown_owners(listing):
            return owners
    return set(page.ids)


_IN_WINDOW = "AND c.date >= %(dated_from)s"
_OTHERS_WITH_STATUS = (
    "AND (c.date < %(dated_from)s OR c.date IS NULL) AND c.status IN ({}) "
    f"AND c.ticket_to <> {imported.BEFORE_ALL}"
)
"""Those that only an import has told of are read in the background: there may be any number of them."""


def count_absent(run: Run, scope: Scope) -> int:
    """Count the present rows within `scope` that the run's complete listing did not hold."""
    return _absent(run, scope, columns="count(*)", insert="", where=_window(scope))


def propose_absent(run: Run, scope: Scope) -> int:
    """Save those rows as the run's proposals. Returns how many; calling it again adds none twice."""
    count = _propose(run, scope, Action.VANISH, _window(scope))
    if scope.statuses:
        statuses = ", ".join(
            f"'{status}'" for status in sorted(scope.statuses)
        )  # the connector's, never user input
        count += _propose(run, scope, Action.SETTLED, _OTHERS_WITH_STATUS.format(statuses))
    return count


def _window(scope: Scope) -> str:
    return "" if scope.dated_from is None else _IN_WINDOW


def _propose(run: Run, scope: Scope, action: Action, where: str) -> int:
    where = f"{where} ON CONFLICT (run_id, external_id) DO NOTHING"
    title = table(run.resource).form.title
    return _absent(
        run,
        scope,
        insert=f"INSERT INTO {TABLES['proposal']} (run_id, external_id, action, before, after, ticket, ended, "
        f"outcome)",
        columns=f"%(run)s, c.external_id, '{action.value}', coalesce(c.{title}, ''), '', 0, 0, ''",
        where=where,
    )


def _absent(run: Run, scope: Scope, *, columns: str, insert: str, where: str) -> int:
    sql = (
        current_dialect()
        .statement("absent")
        .format(table=table(run.resource).name, columns=columns, insert=insert, where=where)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        current_dialect().expect_large_query(cursor)
        values = {"connection": run.connection_id, "run": run.pk, "attempt": run.attempt}
        cursor.execute(sql, {**values, "dated_from": scope.dated_from})
        return int(cursor.rowcount if insert else cursor.fetchone()[0])


def count_pages(run: Run) -> int:
    """Count the pages of the run's current attempt."""
    return RunPage.objects.filter(run=run, attempt=run.attempt).count()


def first_ticket(run: Run) -> int:
    """Return the ticket drawn before the first request of the run's current attempt; 0 where it has no page."""
    first = RunPage.objects.filter(run=run, attempt=run.attempt).order_by("ticket").values_list("ticket").first()
    return int(first[0]) if first else 0


def count_unidentified(run: Run) -> int:
    """Count the entries of the run's current attempt that have no id: each may be any record."""
    pages = RunPage.objects.filter(run=run, attempt=run.attempt)
    return int(pages.aggregate(unidentified=Sum("unidentified"))["unidentified"] or 0)


def delete_other_pages(run: Run) -> int:
    """Delete the pages of earlier passes, which prove nothing more once this one is complete. Returns how many."""
    others = RunPage.objects.filter(connection_id=run.connection_id, run__resource=run.resource)
    others = others.exclude(run=run, attempt=run.attempt)
    return others.delete()[0]
