"""What to call the connected system where a list or a question is about several connections."""

from collections.abc import Iterable

from django.http import HttpRequest

from counterfoil.connections import wording
from counterfoil.console.site import visibility
from counterfoil.mirror.models import Connection

SEVERAL = "the connected system"


def visible_system(request: HttpRequest) -> str:
    """Return the name of the system that all connections the user sees share, else "the connected system"."""
    return shared_system(visibility.narrow(request, Connection.objects.all()))


def shared_system(connections: Iterable[Connection]) -> str:
    """Return the name of the system that these connections share, else "the connected system"."""
    names = {wording.system(connection) for connection in connections}
    return names.pop() if len(names) == 1 else SEVERAL
