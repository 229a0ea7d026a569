"""What the person behind a request may see: the one place through which the console's screens reach rows."""

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from counterfoil.connections import access

_KEPT = "_counterfoil_visible"


def narrowed[M: Model](request: HttpRequest, rows: "QuerySet[M]") -> "QuerySet[M]":
    """The rows of the connections that the person may see."""
    return access.narrow(rows, connections(request))


def connections(request: HttpRequest) -> frozenset[int] | None:
    """Their keys; None where nothing is kept from the person. Looked up once per request."""
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, access.visible_connections(request.user))
    found: frozenset[int] | None = getattr(request, _KEPT)
    return found


def key(request: HttpRequest) -> str:
    """What tells caches apart: people who see the same connections share one."""
    found = connections(request)
    return "all" if found is None else "-".join(str(number) for number in sorted(found)) or "none"
