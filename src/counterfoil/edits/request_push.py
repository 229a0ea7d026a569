"""A push asked for: of everything that waits, or of some records."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import factory
from counterfoil.errors import NotAllowed
from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.runs import lease
from counterfoil.runs.lifecycle import TOO_OLD_TO_RESUME


def request_push(
    connection: Connection, user: AbstractBaseUser | None = None, records: Sequence[int] | None = None
) -> Run:
    """Queue a push, or return one that waits and does the same; `records` are keys of rows. Raises NotAllowed
    where nothing is written upstream."""
    require_writable(connection)
    waiting = Run.objects.filter(
        connection=connection, kind=RunKind.PUSH, state=RunState.QUEUED, options=_options(records)
    )
    return waiting.first() or _new(connection, user, records)


def start_push(
    connection: Connection, user: AbstractBaseUser | None = None, records: Sequence[int] | None = None
) -> Run:
    """A push to carry out now in this process, asked for by `user`: an interrupted one of the same records that
    can go on, else a new one. Raises NotAllowed."""
    require_writable(connection)
    can = Q(state=RunState.PARKED) | Q(state=RunState.FAILED, resumable=True)
    with transaction.atomic():
        lease.release_dead(connection.pk)
        interrupted = Run.objects.filter(
            can, connection=connection, kind=RunKind.PUSH, options=_options(records)
        ).order_by("-id")
        fresh = timezone.now() - TOO_OLD_TO_RESUME
        found = interrupted.filter(started_at__gt=fresh).first() or _new(connection, user, records)
        found.requested_by_id = user.pk if user else None
        found.save(update_fields=["requested_by"])
        lease.reserve(found)
        interrupted.exclude(pk=found.pk).update(
            state=RunState.SUPERSEDED,
            resumable=False,
            parked_until=None,
            finished_at=timezone.now(),
            note=messages.runs.REPLACED(run=found.pk),
        )
    return found


def require_writable(connection: Connection) -> None:
    """Raises NotAllowed where nothing is written upstream."""
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
