"""Whether a connection may be used: a user can pause it, or remove it with its records kept."""

import shlex
from enum import StrEnum

from counterfoil.errors import NotPossibleNow
from counterfoil.mirror.models import Connection


class Standing(StrEnum):
    """Whether a connection is in use."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


def state(connection: Connection) -> Standing:
    if connection.removed_at is not None:
        return Standing.REMOVED
    return Standing.PAUSED if connection.paused_at is not None else Standing.ACTIVE


def require_active(connection: Connection) -> None:
    """Raise NotPossibleNow for a connection that a user has paused or removed, as the database has it now."""
    require_present(connection)
    paused = Connection.objects.filter(pk=connection.pk).values_list("paused_at", flat=True).first()
    if paused is not None:
        raise NotPossibleNow(
            f"“{connection.name}” is paused.",
            f"Resume it with `counterfoil connections resume {shlex.quote(connection.name)}`, or on its page.",
        )


def require_present(connection: Connection) -> None:
    """Raise NotPossibleNow for a connection that was removed: its records are kept, and nothing changes them."""
    removed = Connection.objects.filter(pk=connection.pk).values_list("removed_at", flat=True).first()
    if removed is not None:
        raise NotPossibleNow(
            f"“{connection.name}” was removed; its records are kept as they were, and cannot be changed.",
            "Connect the system again for a copy that is kept up to date.",
        )
