"""One run at a time per connection, across processes and machines, by a fenced lease (DESIGN law 8).

The lease stands on the run. Its time is the database's clock, so machines need not agree on theirs. Every write
of a run carries its fence: a process that was paused past its lease, and whose run was taken over, writes nothing.
"""

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from counterfoil.errors import Busy, LeaseLost
from counterfoil.mirror.models import Run, RunKind, RunState

TERM = timedelta(seconds=60)
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
        if not self._held().update(lease_expires_at=Now() + TERM, **values):
            raise self._lost()

    def end(self, state: RunState, **values: object) -> None:
        """Give the lease back and leave the run in `state`. Raises LeaseLost."""
        if not self._held().update(state=state, lease_holder="", lease_expires_at=None, **values):
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
        if current.state == RunState.RUNNING and not _is_dead(current):
            raise _busy(current)
        try:
            with transaction.atomic():
                Run.objects.filter(pk=run.pk).update(
                    state=RunState.RUNNING,
                    fence=F("fence") + 1,
                    lease_holder=this_process(),
                    lease_expires_at=Now() + TERM,
                    parked_until=None,
                    finished_at=None,
                    error="",
                )
        except IntegrityError:
            other = Run.objects.filter(connection_id=run.connection_id, state=RunState.RUNNING).first()
            raise _busy(other or current) from None
        run.refresh_from_db()
    return Lease(run.pk, run.fence)


def release_dead(connection_id: int, *, but: int | None = None) -> int:
    """Park the runs whose process is dead, so that they can be resumed. Returns how many."""
    found = 0
    running = Run.objects.select_for_update().filter(connection_id=connection_id, state=RunState.RUNNING)
    for run in running if but is None else running.exclude(pk=but):
        if _is_dead(run):
            found += 1
            Run.objects.filter(pk=run.pk, fence=run.fence).update(
                state=RunState.FAILED if run.options.get("dry_run") else RunState.PARKED,
                resumable=not run.options.get("dry_run"),
                parked_until=Now(),
                fence=F("fence") + 1,
                lease_holder="",
                lease_expires_at=None,
                note="its process died",
            )
    return found


def release_all_dead() -> int:
    """The same for every connection. Returns how many runs were parked."""
    running = Run.objects.filter(state=RunState.RUNNING)
    ids = set(running.values_list("connection_id", flat=True))
    found = 0
    for connection_id in ids:
        with transaction.atomic():
            found += release_dead(connection_id)
    return found


def has_expired() -> Q:
    """The filter for runs whose lease has run out."""
    return Q(state=RunState.RUNNING) & (Q(lease_expires_at=None) | Q(lease_expires_at__lt=Now()))


def this_process() -> str:
    """This process: host, process id and start, so that a dead one is recognised at once on its own host."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def _is_dead(run: Run) -> bool:
    return Run.objects.filter(has_expired(), pk=run.pk).exists() or is_gone(run.lease_holder)


def is_gone(holder: str) -> bool:
    """Whether the process that `me` named is certainly over: told on its own host only."""
    host, _, rest = holder.rpartition(":")[0].rpartition(":")
    started = holder.rpartition(":")[2]
    if host != socket.gethostname() or not rest.isdigit():
        return False
    pid = int(rest)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _started(pid) not in (started, "")


def _started(pid: int) -> str:
    """When the process started, in clock ticks; empty where the platform does not tell."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return ""


def _busy(run: Run) -> Busy:
    kind = RunKind(run.kind).label.lower()
    return Busy(
        f"Run {run.pk} ({kind}) is working on this connection right now.",
        f"Wait for it (`counterfoil status`), or stop it with `counterfoil cancel {run.pk}`.",
    )
