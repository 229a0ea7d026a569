"""What a run knows of the listing it had: its pages, how many records, which rows it did not hold."""

from django.db import connection, transaction

from counterfoil.connectors.page import Listing, PageMark, Scope
from counterfoil.mirror.models import Action, Run, RunPage
from counterfoil.mirror.resources import table
from counterfoil.mirror.sql import TABLES, statement


def run_listing(run: Run) -> Listing:
    """The run's present attempt, as the connector judges it."""
    marks = RunPage.objects.filter(run=run, attempt=run.attempt).order_by("number")
    pages = [
        PageMark(number, total, last, fingerprint)
        for number, total, last, fingerprint in marks.values_list("number", "total", "last", "fingerprint")
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement(connection.vendor, "listed"), {"run": run.pk, "attempt": run.attempt})
        distinct, unidentified = cursor.fetchone()
    return Listing(pages, int(distinct), int(unidentified))


_DATED = "AND c.date >= %(dated_from)s"
_OWING = "AND c.date < %(dated_from)s AND c.status IN ({})"


def count_absent(run: Run, scope: Scope) -> int:
    """How many present rows of those it speaks for the run's complete listing did not hold."""
    return _absent(run, scope, columns="count(*)", insert="", where=_dated(scope))


def propose_absent(run: Run, scope: Scope) -> int:
    """Note those rows as the run's proposals. Returns how many; calling it again adds none twice."""
    found = _propose(run, scope, Action.VANISH, _dated(scope))
    if scope.statuses:
        statuses = ", ".join(f"'{status}'" for status in sorted(scope.statuses))  # the connector's own words
        found += _propose(run, scope, Action.SETTLED, _OWING.format(statuses))
    return found


def _dated(scope: Scope) -> str:
    return "" if scope.dated_from is None else _DATED


def _propose(run: Run, scope: Scope, action: Action, where: str) -> int:
    if connection.vendor == "postgresql":
        conflict = "ON CONFLICT (run_id, external_id) DO NOTHING"
    else:
        conflict = "AND true ON CONFLICT (run_id, external_id) DO NOTHING"
    where = f"{where} {conflict}"
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
    sql = statement(connection.vendor, "absent").format(
        table=table(run.resource).name, columns=columns, insert=insert, where=where
    )
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL jit = off")  # compiling the statement takes longer than it saves
        values = {"connection": run.connection_id, "run": run.pk, "attempt": run.attempt}
        cursor.execute(sql, {**values, "dated_from": scope.dated_from})
        return int(cursor.rowcount if insert else cursor.fetchone()[0])


def first_ticket(run: Run) -> int:
    """The ticket drawn before the first request of the run's present attempt."""
    found = RunPage.objects.filter(run=run, attempt=run.attempt).order_by("ticket").values_list("ticket").first()
    return int(found[0]) if found else 0


def forget_other_pages(run: Run) -> int:
    """After a complete pass the pages of earlier ones vouch for nothing any more."""
    others = RunPage.objects.filter(connection_id=run.connection_id, run__resource=run.resource)
    others = others.exclude(run=run, attempt=run.attempt)
    return others.delete()[0]
