"""One run at a time per connection, across processes and machines, by a fenced lease (DESIGN law 8).

The lease stands on the run. Its time is the database's clock, so machines need not agree on theirs. Every write
of a run carries its fence: a process that was paused past its lease, and whose run was taken over, writes nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from counterfoil.errors import Busy, LeaseLost
from counterfoil.mirror import claims
from counterfoil.mirror.claims import Claims
from counterfoil.mirror.models import Run, RunKind, RunState

LEASES = Claims(timedelta(seconds=60), "lease_holder", "lease_expires_at")
"""After so long without a sign of life another process may take the run over. Renewed with every batch."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write for one run."""

    run_id: int
    fence: int

    def check(self) -> None:
        """First thing in a transaction that writes: the run is ours, and stays ours until it ends. Raises
        LeaseLost."""
        if not list(self._held().select_for_update().values_list("pk")):
            raise self._lost()

    def renew(self, **values: object) -> None:
        """Prolong the lease and set columns of the run in the same statement. Raises LeaseLost."""
        if not LEASES.renew(self._held(), **values):
            raise self._lost()

    def end(self, state: RunState, **values: object) -> None:
        """Give the lease back and leave the run in `state`. Raises LeaseLost."""
        if not LEASES.release(self._held(), state=state, **values):
            raise self._lost()

    def _held(self) -> "QuerySet[Run]":
        return Run.objects.filter(pk=self.run_id, fence=self.fence, state=RunState.RUNNING)

    def _lost(self) -> LeaseLost:
        return LeaseLost(
            f"Run {self.run_id} was taken over by another process (or cancelled) while this one was paused.",
            "Nothing more is written from here; see `counterfoil status`.",
        )


def acquire(run: Run) -> Lease:
    """Start or take over a run. Raises Busy when a live process works on its connection."""
    with transaction.atomic():
        release_dead(run.connection_id, but=run.pk)
        current = Run.objects.select_for_update().get(pk=run.pk)
        running = Run.objects.filter(pk=run.pk, state=RunState.RUNNING)
        if current.state == RunState.RUNNING and not LEASES.available(running).exists():
            raise _busy(current)
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
            raise _busy(other or current) from None
        run.refresh_from_db()
    return Lease(run.pk, run.fence)


def release_dead(connection_id: int, *, but: int | None = None) -> int:
    """Park the runs whose process is dead, so that they can be resumed. Returns how many."""
    running = Run.objects.filter(connection_id=connection_id, state=RunState.RUNNING)
    others = running if but is None else running.exclude(pk=but)
    dead = list(LEASES.available(others).select_for_update())
    for run in dead:
        LEASES.release(
            Run.objects.filter(pk=run.pk, fence=run.fence),
            state=RunState.FAILED if run.options.get("dry_run") else RunState.PARKED,
            resumable=not run.options.get("dry_run"),
            parked_until=Now(),
            fence=F("fence") + 1,
            note="its process died",
        )
    return len(dead)


def release_all_dead() -> int:
    """The same for every connection. Returns how many runs were parked."""
    running = Run.objects.filter(state=RunState.RUNNING)
    ids = set(running.values_list("connection_id", flat=True))
    found = 0
    for connection_id in ids:
        with transaction.atomic():
            found += release_dead(connection_id)
    return found


def _busy(run: Run) -> Busy:
    kind = RunKind(run.kind).label.lower()
    return Busy(
        f"Run {run.pk} ({kind}) is working on this connection right now.",
        f"Wait for it (`counterfoil status`), or stop it with `counterfoil cancel {run.pk}`.",
    )
