"""Rename a connection. Webhooks that arrive at an address with the old name are still received."""

from django.db import IntegrityError, transaction

from counterfoil.connections import standing
from counterfoil.connections.connect import require_name
from counterfoil.errors import InvalidInput
from counterfoil.mirror.models import Connection


def rename(connection: Connection, name: str) -> bool:
    """Give a connection another name. Returns whether it had another one.

    Raises InvalidInput for a name that is not possible or that its owner has given already.
    """
    name = name.strip()
    require_name(name)
    if name == connection.name:
        return False
    standing.require_present(connection)
    try:
        with transaction.atomic():
            Connection.objects.filter(pk=connection.pk).update(name=name)
    except IntegrityError:
        raise InvalidInput(f"There is already a connection called “{name}”.", "Choose another name.") from None
    connection.name = name
    return True
