"""The numbers of the status command and the dashboard: connections, freshness, quota, last runs. All from SQL."""

from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.timesince import timesince

from counterfoil.connections import access, budget, factory, pause, sealed_values, standing
from counterfoil.connectors.page import Resource
from counterfoil.mirror import coverage, hold, sharing, workers
from counterfoil.mirror.long_missing import missing_for_long
from counterfoil.mirror.models import Connection, Customer, QuarantinedRecord, Run, RunKind, RunState
from counterfoil.mirror.resources import table
from counterfoil.runs import report


def overview(last_runs: int, visible: frozenset[int] | None = None) -> dict[str, Any]:
    """Describe the connections whose keys are `visible` (None: all), the newest of their runs, and the workers."""
    connections = access.narrow(Connection.objects.select_related("owner"), visible)
    runs = access.narrow(Run.objects.select_related("connection"), visible)
    held = hold.current()
    return {
        "held_since": held.since if held else None,
        "connections": [about(connection) for connection in connections],
        "runs": [_run(run) for run in runs[:last_runs]],
        "worker": workers.health().as_json(),
    }


def ago_text(moment: datetime | None) -> str:
    """Format a moment as in "3 minutes ago"; empty for None."""
    if moment is None:
        return ""
    if (timezone.now() - moment).total_seconds() < 60:
        return "just now"
    return timesince(moment, depth=1).replace("\xa0", " ") + " ago"


def customers_by_state(connection: Connection) -> dict[str, int]:
    """Count customers by state. Reads an index from end to end, which takes a moment with a million rows."""
    states = Customer.objects.filter(connection=connection).values_list("state").annotate(Count("id"))
    return dict(states.order_by("state"))


def about(connection: Connection, customers: dict[str, int] | None = None) -> dict[str, Any]:
    """Describe one connection. `customers` are their counts by state, where the caller has them already."""
    allowance = sharing.load_allowance(connection.pk)
    now = timezone.now()
    paused = pause.current_pause(allowance, now)
    reset = allowance.daily_reset_at
    left = allowance.daily_limit if reset and reset <= now else allowance.daily_remaining
    last = connection.runs.exclude(kind=RunKind.DETAILS).first()
    covered = coverage.load(connection.pk)
    waiting = connection.runs.filter(state=RunState.NEEDS_APPROVAL)
    return {
        "id": connection.pk,
        "name": connection.name,
        "owner": connection.owner.get_username() if connection.owner else None,
        "connector": connection.connector,
        "state": standing.state(connection),
        "paused_at": connection.paused_at,
        "removed_at": connection.removed_at,
        "customers": customers_by_state(connection) if customers is None else customers,
        "missing_for_long": missing_for_long(Customer.objects.filter(connection=connection), now).count(),
        "others": _others(connection),
        "last_full_pass": covered.complete_pass_at,
        "last_full_pass_ago": ago_text(covered.complete_pass_at),
        "last_sync": _last_sync(connection),
        "watermark": covered.watermark,
        "warnings": coverage.warnings(connection.pk),
        "unreadable_secrets": [
            str(sealed_values.describe(each)) for each in sealed_values.unreadable_of(connection)
        ],
        "set_aside": QuarantinedRecord.objects.filter(connection=connection, resolved_at=None).count(),
        "calls_left_today": left,
        "calls_a_day": allowance.daily_limit,
        "calls_today": budget.usage_today(connection.pk, now).as_json(),
        "daily_reserve": factory.policy(connection).reserve,
        "incidents": allowance.incidents,
        "blocked_until": paused.until if paused and paused.is_block else None,
        "paused_until": paused.until if paused else None,
        "pause_reason": str(paused.reason) if paused else "",
        "pause_lifted_at": allowance.lifted_at,
        "pause_lifted_by": allowance.lifted_by.get_username() if allowance.lifted_by else None,
        "last_run_state": last.state if last else None,
        "last_failure": (last.pk, last.error) if last and last.state == RunState.FAILED else None,
        "waiting_for_approval": waiting.values_list("pk", flat=True).first(),
        "runs_waiting": waiting.count(),
    }


def _others(connection: Connection) -> dict[str, dict[str, int]]:
    """Count the mirrored records other than customers by state, under the noun that users read."""
    counts: dict[str, dict[str, int]] = {}
    for resource in Resource:
        if resource != Resource.CUSTOMER and factory.has_resource(connection, resource):
            mirrored = table(resource)
            states = mirrored.rows(connection.pk).values_list("state").annotate(Count("id"))
            counts[mirrored.nouns] = dict(states.order_by("state"))
    return counts


def _last_sync(connection: Connection) -> datetime | None:
    """Return when a sync last completed; dry runs do not count."""
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
