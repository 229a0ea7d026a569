"""A run as numbers, from the database (DESIGN law 11: counts reported are counts of rows)."""

from collections.abc import Sequence
from typing import Any

from counterfoil.mirror.models import Run, RunState, State
from counterfoil.mirror.resources import table

KEYS = (
    "run", "connection", "kind", "state", "fetched", "created", "updated", "unchanged",
    "missing", "tombstoned", "failed", "api_calls", "seconds",
)  # fmt: skip
"""What `sync --json` prints, in this order; then `resource`, `stale`, `unlisted`, `settled`, `error`, `note`."""
_OF_THE_FIRST = ("run", "connection")
_OF_ALL = ("kind", "state")


def report(run: Run) -> dict[str, Any]:
    """One run. `missing` counts the rows that are not confirmed at the end."""
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
        "resource": run.resource,
        "stale": run.stale,
        "unlisted": run.unlisted,
        "settled": run.settled,
        "error": run.error,
        "note": run.note,
    }


def sum_reports(reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The runs of one sync as one: the first one's number, kind and state where all have the same ("mixed" where
    not), and sums."""
    found: dict[str, Any] = {}
    for key in KEYS:
        values = [numbers[key] for numbers in reports]
        if key in _OF_THE_FIRST:
            found[key] = values[0]
        elif key in _OF_ALL:
            found[key] = values[0] if len(set(values)) == 1 else "mixed"
        else:
            found[key] = round(sum(values), 3)
    return found


def succeeded(run: Run) -> bool:
    """Whether the run completed and nothing failed."""
    return run.state == RunState.COMPLETED and run.failed == 0


def missing_now(connection_id: int, resource: str) -> int:
    """Rows of a connection that no listing holds and no read has confirmed yet."""
    return table(resource).rows(connection_id).filter(state=State.MISSING).count()
