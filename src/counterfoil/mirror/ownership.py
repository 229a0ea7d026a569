"""Whom a connection belongs to: one user, for whom alone it is there then, or the house."""

from itertools import count

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from counterfoil.mirror import access, askers
from counterfoil.mirror.models import Connection

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
    askers.stop_lost(connection)


def _free_name(name: str, owner_id: int | None) -> str:
    """The name itself, or with the first number that makes it one of its own."""
    taken = {
        other.casefold() for other in Connection.objects.filter(owner=owner_id).values_list("name", flat=True)
    }
    numbered = (f"{name[: LONGEST - len(end)]}{end}" for end in (f" {number}" for number in count(2)))
    return name if name.casefold() not in taken else next(one for one in numbered if one.casefold() not in taken)
