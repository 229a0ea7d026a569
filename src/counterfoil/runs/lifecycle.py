"""The life of a run: asked for, resumed or started, ended. One decision each, no listing here."""

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F, Q
from django.utils import timezone

from counterfoil.connectors.page import Resource
from counterfoil.errors import NotPossibleNow
from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.runs.lease import LEASES

TOO_OLD_TO_RESUME = timedelta(hours=6)
"""A listing that began so long ago says too little about now: the run is started over (DESIGN 4b, watermark)."""

PASSES = (RunKind.FULL, RunKind.INCREMENTAL, RunKind.UNPAID)
"""Runs that list."""
SWEEPING = (RunKind.FULL, RunKind.UNPAID)
"""Passes that speak for rows which they do not hold."""
WAITING = (RunState.QUEUED, RunState.PARKED, RunState.NEEDS_APPROVAL)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a person may say about a run. `page_size` in records, `delay` in milliseconds; None: the usual."""

    limit: int | None = None
    page_size: int | None = None
    delay: int | None = None
    dry_run: bool = False
    client_id: str | None = None

    @classmethod
    def of(cls, run: Run) -> "RunOptions":
        """Read them back from a run."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in run.options.items() if name in known})

    def stored(self) -> dict[str, Any]:
        """As the run keeps them: only what was said."""
        return {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) not in (None, False)
        }

    @property
    def partial(self) -> bool:
        """Whether such a run proves nothing about the rows it does not see."""
        return self.dry_run or self.limit is not None or self.client_id is not None


def request_run(
    connection: Connection,
    kind: RunKind,
    options: RunOptions,
    user: AbstractBaseUser | None = None,
    *,
    resource: str = Resource.CUSTOMER,
) -> Run:
    """Queue a run; or return one that waits and does the same; or queue an interrupted one that can go on, which
    is `user`'s from then on."""
    waiting = Run.objects.filter(
        connection=connection, resource=resource, kind=kind, state=RunState.QUEUED, options=options.stored()
    )
    found = waiting.first()
    if found is not None:
        return found
    found = find_resumable(connection, kind, options, resource=resource)
    if found is not None:
        Run.objects.filter(pk=found.pk).update(**_queued_by(user))
        found.refresh_from_db()
        return found
    return Run.objects.create(
        connection=connection,
        resource=resource,
        kind=kind,
        options=options.stored(),
        requested_by_id=user.pk if user else None,
    )


def find_underway(connection: Connection, kind: RunKind, resource: str) -> Run | None:
    """A whole pass that waits or is carried out and does as much: a full one also what a smaller one would. One
    that was interrupted and goes on only when somebody asks for it is none."""
    kinds = {kind, RunKind.FULL} if kind in PASSES else {kind}
    going = Q(state__in=(RunState.QUEUED, RunState.RUNNING)) | Q(
        state=RunState.PARKED, resumable=True, parked_until__isnull=False
    )
    found = Run.objects.filter(going, connection=connection, resource=resource, kind__in=kinds)
    return next((run for run in found.order_by("id") if not RunOptions.of(run).partial), None)


def find_resumable(
    connection: Connection, kind: RunKind, options: RunOptions, *, resource: str = Resource.CUSTOMER
) -> Run | None:
    """An interrupted run that can go on where it was: same kind of work, same page size, not too old.

    Asked for an incremental pass, an interrupted full one is taken up too: it has to be done anyway.
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
        old = RunOptions.of(run)
        if not old.partial and old.page_size == options.page_size:
            return run
    return None


def resume(run: Run, user: AbstractBaseUser | None = None) -> None:
    """Queue a parked run, or a failed one that can go on where it was; it is `user`'s from then on. Raises
    NotPossibleNow for any other."""
    can = Q(state=RunState.PARKED) | Q(state=RunState.FAILED, resumable=True)
    if not Run.objects.filter(can, ~Q(kind=RunKind.IMPORT), pk=run.pk).update(**_queued_by(user)):
        run.refresh_from_db()
        raise NotPossibleNow(
            f"Run {run.pk} cannot go on: {run.get_state_display().lower()}.", "Ask for a new sync instead."
        )


def renew_if_too_old(run: Run) -> Run:
    """The run itself, or a new one in its place where its listing began too long ago to be resumed."""
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
        note=f"began too long ago; run {fresh.pk} starts over",
        parked_until=None,
    )
    return fresh


def supersede_older(run: Run) -> int:
    """A newer full pass makes waiting and interrupted passes pointless. Returns how many it replaced."""
    older = Run.objects.filter(
        Q(state__in=WAITING) | Q(resumable=True),
        connection_id=run.connection_id,
        resource=run.resource,
        kind__in=(RunKind.FULL, RunKind.INCREMENTAL),
        id__lt=run.pk,
    )
    return older.update(
        state=RunState.SUPERSEDED,
        resumable=False,
        finished_at=timezone.now(),
        note=f"replaced by run {run.pk}",
        parked_until=None,
    )


def add_seconds(run_id: int, seconds: float) -> None:
    """Count working time, also of a run that is interrupted and resumed."""
    Run.objects.filter(pk=run_id).update(seconds=F("seconds") + seconds)


def cancel(run: Run) -> None:
    """Stop a run for good. A process that works on it notices at its next write. Raises NotPossibleNow."""
    done = LEASES.release(
        Run.objects.filter(pk=run.pk, state__in=(*WAITING, RunState.RUNNING)),
        state=RunState.CANCELLED,
        fence=F("fence") + 1,
        resumable=False,
        finished_at=timezone.now(),
    )
    if not done:
        run.refresh_from_db()
        raise NotPossibleNow(f"Run {run.pk} is over already: {run.get_state_display().lower()}.", "")


def _queued_by(user: AbstractBaseUser | None) -> dict[str, Any]:
    """The columns of an interrupted run that somebody lets go on."""
    asker = user.pk if user else None
    return {"state": RunState.QUEUED, "parked_until": None, "finished_at": None, "requested_by_id": asker}
