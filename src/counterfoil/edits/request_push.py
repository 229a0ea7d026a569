"""Request a push of all edits that wait, or of some records."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import factory, standing
from counterfoil.errors import NotAllowed
from counterfoil.mirror import hold
from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.runs import lease
from counterfoil.runs.lifecycle import TOO_OLD_TO_RESUME


def request_push(
    connection: Connection, user: AbstractBaseUser | None = None, records: Sequence[int] | None = None
) -> Run:
    """Queue a push, or return a queued one of the same records. `records` are keys of rows.

    Raises NotAllowed for a read-only connection, NotPossibleNow for a paused or removed one.
    """
    standing.require_active(connection)
    require_writable(connection)
    waiting = Run.objects.filter(
        connection=connection, kind=RunKind.PUSH, state=RunState.QUEUED, options=_options(records)
    )
    return waiting.first() or _new(connection, user, records)


def start_push(
    connection: Connection, user: AbstractBaseUser | None = None, records: Sequence[int] | None = None
) -> Run:
    """Return a push to run now in this process: an interrupted one of the same records, else a new one.

    `user` becomes its requester. Raises NotAllowed for a read-only connection, NotPossibleNow for a paused or
    removed one and while the install is held.
    """
    standing.require_active(connection)
    require_writable(connection)
    hold.require_live()
    resumable = Q(state=RunState.PARKED) | Q(state=RunState.FAILED, resumable=True)
    with transaction.atomic():
        lease.release_dead(connection.pk)
        interrupted = Run.objects.filter(
            resumable, connection=connection, kind=RunKind.PUSH, options=_options(records)
        ).order_by("-id")
        oldest = timezone.now() - TOO_OLD_TO_RESUME
        run = interrupted.filter(started_at__gt=oldest).first() or _new(connection, user, records)
        run.requested_by_id = user.pk if user else None
        run.save(update_fields=["requested_by"])
        lease.reserve(run)
        interrupted.exclude(pk=run.pk).update(
            state=RunState.SUPERSEDED,
            resumable=False,
            parked_until=None,
            finished_at=timezone.now(),
            note=messages.runs.REPLACED(run=run.pk),
        )
    return run


def require_writable(connection: Connection) -> None:
    """Raise NotAllowed for a read-only connection, NotPossibleNow for a removed one."""
    standing.require_present(connection)
    if factory.writer(connection) is None:
        raise NotAllowed(messages.edits.READ_ONLY(connection=connection.name), messages.edits.EDITS_STAY_HERE())


def _new(connection: Connection, user: AbstractBaseUser | None, records: Sequence[int] | None) -> Run:
    return Run.objects.create(
        connection=connection,
        kind=RunKind.PUSH,
        options=_options(records),
        requested_by_id=user.pk if user else None,
    )


def _options(records: Sequence[int] | None) -> dict[str, Any]:
    return {} if records is None else {"records": sorted(records)}
