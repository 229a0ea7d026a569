"""One run at a time per connection, across processes and machines, by a fenced lease (DESIGN law 8).

The lease is a claim in the run's row (`mirror.claims`). Every write of a run carries its fence, a number that
grows with each holder: a process that was paused past its lease, and whose run was taken over, writes nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from counterfoil import messages
from counterfoil.errors import Busy, LeaseLost
from counterfoil.mirror import claims
from counterfoil.mirror.claims import Claims
from counterfoil.mirror.heartbeat import Heartbeat
from counterfoil.mirror.models import Run, RunKind, RunState

LEASES = Claims(timedelta(seconds=60), "lease_holder", "lease_expires_at")
"""Renewed by a heartbeat while the run is executed, and with every batch. After the term, or once its process is
gone, another process may take the run over."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write for one run."""

    run_id: int
    fence: int

    def check(self) -> None:
        """Lock the run, as the first step of a transaction that writes. Raises LeaseLost where it is not ours."""
        if not list(self._run().select_for_update().values_list("pk")):
            raise self._lost_error()

    def renew(self, **values: object) -> None:
        """Extend the lease and set columns of the run in the same statement. Raises LeaseLost."""
        if not LEASES.renew(self._run(), **values):
            raise self._lost_error()

    def heartbeat(self) -> Heartbeat:
        """Build what keeps the lease while the run is executed; its `check` raises LeaseLost."""
        return Heartbeat(LEASES.term, lambda: LEASES.renew(self._run()), self._lost_error)

    def end(self, state: RunState, **values: object) -> None:
        """Release the lease and leave the run in `state`. Raises LeaseLost."""
        if not LEASES.release(self._run(), state=state, **values):
            raise self._lost_error()

    def _run(self) -> "QuerySet[Run]":
        return Run.objects.filter(pk=self.run_id, fence=self.fence, state=RunState.RUNNING)

    def _lost_error(self) -> LeaseLost:
        return LeaseLost(messages.runs.TAKEN_OVER(run=self.run_id), messages.runs.STOPPED_WRITING())


def reserve(run: Run) -> None:
    """Keep a run that is about to start here from workers, for one term at most. Belongs in a transaction."""
    Run.objects.filter(pk=run.pk).update(**LEASES.taken(claims.this_process()))


def acquire(run: Run) -> Lease:
    """Start a run, or take over one whose process is dead. Raises Busy where a live one uses its connection."""
    with transaction.atomic():
        release_dead(run.connection_id, exclude=run.pk)
        current = Run.objects.select_for_update().get(pk=run.pk)
        running = Run.objects.filter(pk=run.pk, state=RunState.RUNNING)
        if current.state == RunState.RUNNING and not LEASES.available(running).exists():
            raise _busy_error(current)
        try:
            with transaction.atomic():
                Run.objects.filter(pk=run.pk).update(
                    state=RunState.RUNNING,
                    fence=F("fence") + 1,
                    parked_until=None,
                    finished_at=None,
                    error="",
                    **LEASES.taken(claims.this_process()),
                )
        except IntegrityError:
            other = Run.objects.filter(connection_id=run.connection_id, state=RunState.RUNNING).first()
            raise _busy_error(other or current) from None
        run.refresh_from_db()
    return Lease(run.pk, run.fence)


def release_dead(connection_id: int, *, exclude: int | None = None) -> int:
    """Park the runs of a connection whose process is dead, to be resumed; fail its dry runs, which cannot be.

    Returns how many. Belongs in a transaction.
    """
    running = Run.objects.filter(connection_id=connection_id, state=RunState.RUNNING)
    others = running if exclude is None else running.exclude(pk=exclude)
    dead = list(LEASES.available(others).select_for_update())
    for run in dead:
        LEASES.release(
            Run.objects.filter(pk=run.pk, fence=run.fence),
            state=RunState.FAILED if run.options.get("dry_run") else RunState.PARKED,
            resumable=not run.options.get("dry_run"),
            parked_until=Now(),
            fence=F("fence") + 1,
            note=messages.runs.PROCESS_DIED(),
        )
    return len(dead)


def release_all_dead() -> int:
    """Call `release_dead` for every connection, each in its own transaction. Returns how many runs were dead."""
    running = Run.objects.filter(state=RunState.RUNNING)
    released = 0
    for connection_id in set(running.values_list("connection_id", flat=True)):
        with transaction.atomic():
            released += release_dead(connection_id)
    return released


def _busy_error(run: Run) -> Busy:
    kind = RunKind(run.kind).label.lower()
    return Busy(
        f"Run {run.pk} ({kind}) is already running on this connection.",
        f"Wait for it (`counterfoil status`), or stop it with `counterfoil cancel {run.pk}`.",
    )
