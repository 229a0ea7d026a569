"""A run as numbers, from the database (DESIGN law 11: counts reported are counts of rows)."""

from typing import Any

from counterfoil.mirror.models import Run, RunState, State
from counterfoil.mirror.tables import table

KEYS = (
    "run", "connection", "kind", "state", "fetched", "created", "updated", "unchanged",
    "missing", "tombstoned", "failed", "api_calls", "seconds",
)  # fmt: skip
"""What `sync --json` prints, in this order; then `resource`, `stale`, `unlisted`, `settled`, `error`, `note`."""


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


def succeeded(run: Run) -> bool:
    """Whether the run completed and nothing failed."""
    return run.state == RunState.COMPLETED and run.failed == 0


def missing_now(connection_id: int, resource: str) -> int:
    """Rows of a connection that no listing holds and no read has confirmed yet."""
    return table(resource).rows(connection_id).filter(state=State.MISSING).count()
