"""What the status command and the dashboard say: connections, freshness, quota, last runs. All from SQL."""

from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.timesince import timesince

from counterfoil.connections import access, budget, factory
from counterfoil.connectors.page import Resource
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.mirror import coverage
from counterfoil.mirror.models import Allowance, Connection, Customer, QuarantinedRecord, Run, RunKind, RunState
from counterfoil.mirror.resources import table
from counterfoil.runs import report


def overview(last_runs: int, visible: frozenset[int] | None = None) -> dict[str, Any]:
    """Everything about every connection that may be seen, and the newest of their runs. None: all of them."""
    connections = access.narrow(Connection.objects.select_related("owner"), visible)
    runs = access.narrow(Run.objects.select_related("connection"), visible)
    return {
        "connections": [about(connection) for connection in connections],
        "runs": [_run(run) for run in runs[:last_runs]],
    }


def ago_text(moment: datetime | None) -> str:
    """ "3 minutes ago"; empty for never."""
    if moment is None:
        return ""
    if (timezone.now() - moment).total_seconds() < 60:
        return "just now"
    return timesince(moment, depth=1).replace("\xa0", " ") + " ago"


def customers_by_state(connection: Connection) -> dict[str, int]:
    """How many customers are in which state. Reads an index from end to end: a moment at a million rows."""
    states = Customer.objects.filter(connection=connection).values_list("state").annotate(Count("id"))
    return dict(states.order_by("state"))


def about(connection: Connection, customers: dict[str, int] | None = None) -> dict[str, Any]:
    """Everything about one connection. `customers` by state, where they have been counted already."""
    allowance = Allowance.objects.filter(connection=connection).first() or Allowance(connection=connection)
    now = timezone.now()
    blocked = allowance.blocked_until if allowance.blocked_until and allowance.blocked_until > now else None
    reset = allowance.daily_reset_at
    left = allowance.daily_limit if reset and reset <= now else allowance.daily_remaining
    last = connection.runs.exclude(kind=RunKind.DETAILS).first()
    known = coverage.load(connection.pk)
    waiting = connection.runs.filter(state=RunState.NEEDS_APPROVAL)
    return {
        "id": connection.pk,
        "name": connection.name,
        "owner": connection.owner.get_username() if connection.owner else None,
        "connector": connection.connector,
        "customers": customers_by_state(connection) if customers is None else customers,
        "others": _others(connection),
        "last_full_pass": known.complete_pass_at,
        "last_full_pass_ago": ago_text(known.complete_pass_at),
        "last_sync": _last_sync(connection),
        "watermark": known.watermark,
        "set_aside": QuarantinedRecord.objects.filter(connection=connection, resolved_at=None).count(),
        "calls_left_today": left,
        "calls_a_day": allowance.daily_limit,
        "calls_today": budget.usage_today(allowance, now).as_json(),
        "daily_reserve": factory.policy(connection).reserve,
        "incidents": allowance.incidents,
        "blocked_until": blocked,
        "last_run_state": last.state if last else None,
        "last_failure": (last.pk, last.error) if last and last.state == RunState.FAILED else None,
        "waiting_for_approval": waiting.values_list("pk", flat=True).first(),
        "runs_waiting": waiting.count(),
    }


def _others(connection: Connection) -> dict[str, dict[str, int]]:
    """What else is mirrored than customers, by what people call it: how many are in which state."""
    known = CONNECTORS.get(connection.connector)
    found: dict[str, dict[str, int]] = {}
    for resource in known.collections if known else ():
        if resource != Resource.CUSTOMER:
            kept = table(resource)
            states = kept.rows(connection.pk).values_list("state").annotate(Count("id"))
            found[kept.nouns] = dict(states.order_by("state"))
    return found


def _last_sync(connection: Connection) -> datetime | None:
    """When a sync last came to its end; a dry run is none."""
    kinds = (RunKind.FULL, RunKind.INCREMENTAL)
    ended = connection.runs.filter(kind__in=kinds, state=RunState.COMPLETED).values_list("finished_at", "options")
    return next((finished for finished, options in ended[:50] if not options.get("dry_run")), None)


def _run(run: Run) -> dict[str, Any]:
    numbers = report.report(run)
    numbers["owner"] = run.connection.owner.get_username() if run.connection.owner else None
    numbers["pushed"], numbers["conflicts"] = run.pushed, run.conflicts
    numbers["started_at"] = run.started_at
    numbers["started_ago"] = ago_text(run.started_at)
    return numbers
