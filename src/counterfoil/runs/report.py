"""The numbers of a run, read from the database (DESIGN law 11: counts reported are counts of rows)."""

from collections.abc import Sequence
from typing import Any

from counterfoil.mirror.models import Run, RunState, State
from counterfoil.mirror.resources import table

KEYS = (
    "run", "connection", "kind", "state", "fetched", "created", "updated", "unchanged",
    "missing", "tombstoned", "failed", "api_calls", "seconds",
)  # fmt: skip
"""What `sync --json` prints, in this order.

Then `resumed_as_of`, `resource`, `stale`, `unlisted`, `settled`, `error`, `note`.
"""
_FROM_FIRST = ("run", "connection")
_SHARED = ("kind", "state")


def report(run: Run) -> dict[str, Any]:
    """Return the numbers of one run.

    `missing` counts the rows that no read had confirmed when it ended. `resumed_as_of` is when a run that was
    interrupted began: what it had read by then is older than the command that resumed it.
    """
    run.refresh_from_db()
    return {
        "run": run.pk,
        "connection": run.connection.name,
        "kind": run.kind,
        "state": run.state,
        "fetched": run.fetched,
        "created": run.created,
        "updated": run.updated,
        "unchanged": run.unchanged,
        "missing": run.missing,
        "tombstoned": run.tombstoned,
        "failed": run.failed,
        "api_calls": run.api_calls,
        "seconds": round(run.seconds, 3),
        "resumed_as_of": run.as_of,
        "resource": run.resource,
        "stale": run.stale,
        "unlisted": run.unlisted,
        "settled": run.settled,
        "error": run.error,
        "note": run.note,
    }


def sum_reports(reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Add up the reports of the runs of one sync.

    The number is the first run's; kind and state are "mixed" where they differ; `resumed_as_of` is the earliest.
    """
    totals: dict[str, Any] = {}
    for key in KEYS:
        values = [numbers[key] for numbers in reports]
        if key in _FROM_FIRST:
            totals[key] = values[0]
        elif key in _SHARED:
            totals[key] = values[0] if len(set(values)) == 1 else "mixed"
        else:
            totals[key] = round(sum(values), 3)
    began = [numbers["resumed_as_of"] for numbers in reports if numbers["resumed_as_of"] is not None]
    totals["resumed_as_of"] = min(began, default=None)
    return totals


def succeeded(run: Run) -> bool:
    """Tell whether the run completed and no record failed."""
    return run.state == RunState.COMPLETED and run.failed == 0


def count_missing(connection_id: int, resource: str) -> int:
    """Count the rows that the last complete listing did not hold and that no read has confirmed yet."""
    return table(resource).rows(connection_id).filter(state=State.MISSING).count()
