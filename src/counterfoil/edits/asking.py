"""A push asked for: of everything that waits, or of some records."""

from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser

from counterfoil.errors import NotAllowed
from counterfoil.mirror import catalog
from counterfoil.mirror.models import Connection, Run, RunKind, RunState


def ask(connection: Connection, user: AbstractBaseUser | None = None, records: Sequence[int] | None = None) -> Run:
    """Queue a push, or return one that waits and does the same; `records` are keys of rows. Raises NotAllowed
    where nothing is written upstream."""
    check(connection)
    options = {} if records is None else {"records": sorted(records)}
    waiting = Run.objects.filter(connection=connection, kind=RunKind.PUSH, state=RunState.QUEUED, options=options)
    found = waiting.first()
    return found or Run.objects.create(
        connection=connection, kind=RunKind.PUSH, options=options, requested_by_id=user.pk if user else None
    )


def check(connection: Connection) -> None:
    """Raises NotAllowed where nothing is written upstream."""
    if catalog.writer(connection) is None:
        raise NotAllowed(
            f"Nothing is written to the upstream of {connection.name}.",
            "Edits are kept here only, and outlive every sync.",
        )
