"""The user who requested a run: it goes on only while that user has access to its connection."""

from contextlib import suppress
from itertools import count

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil import messages
from counterfoil.connections import access
from counterfoil.errors import NotFound, NotPossibleNow
from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.runs import lifecycle


def has_lost_access(run: Run) -> bool:
    """Tell whether the user who approved the run, else who requested it, has lost access to its connection.

    A run without a user is the system's own and may see everything. A mapping change is applied whoever made it:
    it is part of the connection by then, and rows of which half are mapped the old way help nobody.
    """
    user = run.approved_by if run.approved_at else run.requested_by
    return run.kind != RunKind.REMAP and user is not None and not access.can_see(user, run.connection_id)


def stop_run(run: Run) -> NotFound:
    """Cancel a run whose user has lost access. Returns the error that says so."""
    with suppress(NotPossibleNow):  # it has already ended
        lifecycle.cancel(run)
        Run.objects.filter(pk=run.pk).update(note=messages.runs.ACCESS_LOST())
    return NotFound(
        f"The user who requested run {run.pk} no longer has access to its connection.", "The run is cancelled."
    )


def stop_runs_without_access(connection: Connection) -> None:
    """Cancel the runs of a connection whose users have lost access; a running one notices at its next write."""
    active = Run.objects.filter(connection=connection, state__in=RunState.UNDERWAY)
    for run in active.select_related("requested_by", "approved_by"):
        if has_lost_access(run):
            stop_run(run)


MAX_NAME_LENGTH = 80


@transaction.atomic
def hand_over(connection: Connection, owner: AbstractBaseUser | None, groups: list[int]) -> None:
    """Give the connection to `owner`, or share it (None) with these groups, with everyone where there are none.

    Where the new owner has another connection of that name, this one gets a number: refusing would tell the
    previous owner what that user has. Runs of users who lose access are cancelled.
    """
    pk = owner.pk if owner else None
    if connection.owner_id != pk:
        connection.owner_id = pk
        connection.name = free_name(connection.name, pk)
        connection.save(update_fields=["owner", "name"])
    access.limit(connection, groups)
    stop_runs_without_access(connection)


def free_name(name: str, owner_id: int | None) -> str:
    """Return the name, with the first number that makes it unique where the owner has one of that name."""
    taken = {
        other.casefold() for other in Connection.objects.filter(owner=owner_id).values_list("name", flat=True)
    }
    numbered = (f"{name[: MAX_NAME_LENGTH - len(end)]}{end}" for end in (f" {number}" for number in count(2)))
    return name if name.casefold() not in taken else next(one for one in numbered if one.casefold() not in taken)
