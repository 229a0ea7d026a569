"""Who asked for a run: it goes on only while that person may see its connection."""

from contextlib import suppress

from counterfoil.errors import NotFound, WrongSetting
from counterfoil.mirror import access, runs
from counterfoil.mirror.models import Connection, Run, RunKind, RunState

GOES_ON_BY_ITSELF = (RunState.QUEUED, RunState.PARKED, RunState.RUNNING)


def lost(run: Run) -> bool:
    """Whether whoever approved the run, else whoever asked for it, may not see its connection any more.

    A run that nobody has asked for is the machine's, which sees everything. A changed mapping is carried out
    whoever changed it: it is the connection's by then, and rows mapped half the old way serve nobody.
    """
    asker = run.approved_by if run.approved_at else run.requested_by
    return run.kind != RunKind.REMAP and asker is not None and not access.sees(asker, run.connection_id)


def stop(run: Run) -> NotFound:
    """End a run whose asker is lost. Returns what there is to say about it."""
    with suppress(WrongSetting):  # it is over by itself
        runs.cancel(run)
        Run.objects.filter(pk=run.pk).update(note="whoever asked for it may not see this connection any more")
    return NotFound(f"Whoever asked for run {run.pk} may not see its connection any more.", "It is cancelled.")


def stop_lost(connection: Connection) -> None:
    """End the runs of a connection whose askers are lost, also one under way: it notices at its next write."""
    going = Run.objects.filter(connection=connection, state__in=GOES_ON_BY_ITSELF)
    for run in going.select_related("requested_by", "approved_by"):
        if lost(run):
            stop(run)
