"""Who asked for a run: it goes on only while that person may see its connection."""

from contextlib import suppress
from itertools import count

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil.connections import access
from counterfoil.errors import NotFound, NotPossibleNow
from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.runs import lifecycle

GOES_ON_BY_ITSELF = (RunState.QUEUED, RunState.PARKED, RunState.RUNNING)


def has_lost_access(run: Run) -> bool:
    """Whether whoever approved the run, else whoever asked for it, may not see its connection any more.

    A run that nobody has asked for is the machine's, which sees everything. A changed mapping is carried out
    whoever changed it: it is the connection's by then, and rows mapped half the old way serve nobody.
    """
    asker = run.approved_by if run.approved_at else run.requested_by
    return run.kind != RunKind.REMAP and asker is not None and not access.can_see(asker, run.connection_id)


def stop_run(run: Run) -> NotFound:
    """End a run whose asker is lost. Returns what there is to say about it."""
    with suppress(NotPossibleNow):  # it is over by itself
        lifecycle.cancel(run)
        Run.objects.filter(pk=run.pk).update(note="whoever asked for it may not see this connection any more")
    return NotFound(f"Whoever asked for run {run.pk} may not see its connection any more.", "It is cancelled.")


def stop_runs_without_access(connection: Connection) -> None:
    """End the runs of a connection whose askers are lost, also one under way: it notices at its next write."""
    going = Run.objects.filter(connection=connection, state__in=GOES_ON_BY_ITSELF)
    for run in going.select_related("requested_by", "approved_by"):
        if has_lost_access(run):
            stop_run(run)


LONGEST = 80
"""Characters of a name."""


@transaction.atomic
def hand_over(connection: Connection, owner: AbstractBaseUser | None, groups: list[int]) -> None:
    """From now on the connection belongs to `owner`, or to the house and is for these groups (none: everybody).

    Where the new owner has another one of that name it gets a number: refusing would tell whoever gives it away
    what that user has. Runs asked for by somebody who does not see it any more are ended.
    """
    pk = owner.pk if owner else None
    if connection.owner_id != pk:
        connection.owner_id = pk
        connection.name = _free_name(connection.name, pk)
        connection.save(update_fields=["owner", "name"])
    access.limit(connection, groups)
    stop_runs_without_access(connection)


def _free_name(name: str, owner_id: int | None) -> str:
    """The name itself, or with the first number that makes it one of its own."""
    taken = {
        other.casefold() for other in Connection.objects.filter(owner=owner_id).values_list("name", flat=True)
    }
    numbered = (f"{name[: LONGEST - len(end)]}{end}" for end in (f" {number}" for number in count(2)))
    return name if name.casefold() not in taken else next(one for one in numbered if one.casefold() not in taken)
