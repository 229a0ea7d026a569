"""The life of a run: requested, started or resumed, replaced, cancelled. Listing happens in `sync`."""

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F, Q
from django.utils import timezone

from counterfoil import messages
from counterfoil.connectors.page import Resource
from counterfoil.errors import NotPossibleNow
from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.runs.lease import LEASES

TOO_OLD_TO_RESUME = timedelta(hours=6)
"""A listing that began longer ago says too little about now: the run starts over (DESIGN 4b, watermark)."""

PASSES = (RunKind.FULL, RunKind.INCREMENTAL, RunKind.UNPAID)
"""Kinds that list a resource page by page."""
SWEEPING = (RunKind.FULL, RunKind.UNPAID)
"""Kinds whose complete listing also says something about the rows that it does not hold."""
WAITING = (RunState.QUEUED, RunState.PARKED, RunState.NEEDS_APPROVAL)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a user may choose for a run. `page_size` in records, `delay` in milliseconds; None is the default."""

    limit: int | None = None
    page_size: int | None = None
    delay: int | None = None
    dry_run: bool = False
    client_id: str | None = None

    @classmethod
    def from_run(cls, run: Run) -> "RunOptions":
        """Read the options back from a run, which keeps its checkpoint among them."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in run.options.items() if name in names})

    def to_json(self) -> dict[str, Any]:
        """Return what `Run.options` stores: only the options that were chosen."""
        return {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) not in (None, False)
        }

    @property
    def partial(self) -> bool:
        """Whether such a run proves nothing about the rows that it does not see."""
        return self.dry_run or self.limit is not None or self.client_id is not None


def request_run(
    connection: Connection,
    kind: RunKind,
    options: RunOptions,
    user: AbstractBaseUser | None = None,
    *,
    resource: str = Resource.CUSTOMER,
) -> Run:
    """Queue a run, unless an equal one is queued already, which is returned instead.

    An interrupted run that can be resumed is queued again rather than replaced, and is `user`'s from then on.
    """
    queued = Run.objects.filter(
        connection=connection, resource=resource, kind=kind, state=RunState.QUEUED, options=options.to_json()
    )
    run = queued.first()
    if run is not None:
        return run
    run = find_resumable(connection, kind, options, resource=resource)
    if run is not None:
        Run.objects.filter(pk=run.pk).update(**_requeue_values(user))
        run.refresh_from_db()
        return run
    return Run.objects.create(
        connection=connection,
        resource=resource,
        kind=kind,
        options=options.to_json(),
        requested_by_id=user.pk if user else None,
    )


def find_active(connection: Connection, kind: RunKind, resource: str) -> Run | None:
    """Find a queued or running pass that does at least as much: a full one covers any other.

    Partial runs do not count, nor does an interrupted run that is only resumed when a user requests it.
    """
    kinds = {kind, RunKind.FULL} if kind in PASSES else {kind}
    active = Q(state__in=(RunState.QUEUED, RunState.RUNNING)) | Q(
        state=RunState.PARKED, resumable=True, parked_until__isnull=False
    )
    runs = Run.objects.filter(active, connection=connection, resource=resource, kind__in=kinds)
    return next((run for run in runs.order_by("id") if not RunOptions.from_run(run).partial), None)


def find_resumable(
    connection: Connection, kind: RunKind, options: RunOptions, *, resource: str = Resource.CUSTOMER
) -> Run | None:
    """Find an interrupted run that can be resumed: same kind of work, same page size, not too old.

    For an incremental pass an interrupted full one is resumed too: it has to be done anyway.
    """
    if options.partial or kind not in PASSES:
        return None
    kinds = [RunKind.FULL, RunKind.INCREMENTAL] if kind == RunKind.INCREMENTAL else [kind]
    candidates = Run.objects.filter(
        connection=connection,
        resource=resource,
        kind__in=kinds,
        state__in=(RunState.PARKED, RunState.FAILED),
        resumable=True,
        started_at__gt=timezone.now() - TOO_OLD_TO_RESUME,
    )
    for run in candidates.order_by("-id")[:5]:
        earlier = RunOptions.from_run(run)
        if not earlier.partial and earlier.page_size == options.page_size:
            return run
    return None


def resume(run: Run, user: AbstractBaseUser | None = None) -> None:
    """Queue a parked run, or a failed one that can be resumed; it is `user`'s from then on.

    Raises NotPossibleNow for any other.
    """
    resumable = Q(state=RunState.PARKED) | Q(state=RunState.FAILED, resumable=True)
    if not Run.objects.filter(resumable, ~Q(kind=RunKind.IMPORT), pk=run.pk).update(**_requeue_values(user)):
        run.refresh_from_db()
        raise NotPossibleNow(
            f"Run {run.pk} cannot be resumed ({run.get_state_display().lower()}).", "Start a new sync instead."
        )


def restart_if_too_old(run: Run) -> Run:
    """Return the run, or a new one in its place where its listing began too long ago to be resumed."""
    if run.started_at is None or run.approved_at is not None or run.kind not in PASSES:
        return run
    if run.started_at > timezone.now() - TOO_OLD_TO_RESUME:
        return run
    fresh = Run.objects.create(
        connection=run.connection,
        resource=run.resource,
        kind=run.kind,
        options=run.options,
        requested_by_id=run.requested_by_id,
    )
    Run.objects.filter(pk=run.pk).update(
        state=RunState.SUPERSEDED,
        resumable=False,
        fence=F("fence") + 1,
        finished_at=timezone.now(),
        note=messages.runs.TOO_OLD(run=fresh.pk),
        parked_until=None,
    )
    return fresh


def supersede_older(run: Run, *, lists: bool = False) -> int:
    """Mark the waiting and interrupted passes that this newer one makes pointless. Returns how many.

    What was approved is left alone. With `lists`, for a complete listing of everything, runs that wait for
    approval are replaced too: each of their rows has been listed again, or is in this run's own list.
    """
    pointless = Q(state__in=(RunState.QUEUED, RunState.PARKED)) | Q(resumable=True)
    if lists:
        pointless |= Q(state=RunState.NEEDS_APPROVAL)
    else:
        pointless &= ~Q(state=RunState.NEEDS_APPROVAL)
    older = Run.objects.filter(
        pointless,
        approved_at=None,
        connection_id=run.connection_id,
        resource=run.resource,
        kind__in=(RunKind.FULL, RunKind.INCREMENTAL),
        id__lt=run.pk,
    )
    return older.update(
        state=RunState.SUPERSEDED,
        resumable=False,
        finished_at=timezone.now(),
        note=messages.runs.REPLACED(run=run.pk),
        parked_until=None,
    )


def add_seconds(run_id: int, seconds: float) -> None:
    """Add working time; a run that is interrupted and resumed has several stretches of it."""
    Run.objects.filter(pk=run_id).update(seconds=F("seconds") + seconds)


def cancel(run: Run) -> bool:
    """Stop a run for good; a process that executes it notices at its next write.

    A run that failed and would be resumed is given up; then False is returned. Raises NotPossibleNow where it has
    already ended for good.
    """
    done = LEASES.release(
        Run.objects.filter(pk=run.pk, state__in=(*WAITING, RunState.RUNNING)),
        state=RunState.CANCELLED,
        fence=F("fence") + 1,
        resumable=False,
        finished_at=timezone.now(),
    )
    if done:
        return True
    run.refresh_from_db()
    interrupted = Run.objects.filter(pk=run.pk, state=RunState.FAILED, resumable=True)
    note = messages.join(run.note, messages.runs.GIVEN_UP())
    if interrupted.update(state=RunState.CANCELLED, resumable=False, note=note):
        return False
    raise NotPossibleNow(f"Run {run.pk} has already ended ({run.get_state_display().lower()}).", "")


def _requeue_values(user: AbstractBaseUser | None) -> dict[str, Any]:
    user_id = user.pk if user else None
    return {"state": RunState.QUEUED, "parked_until": None, "finished_at": None, "requested_by_id": user_id}
