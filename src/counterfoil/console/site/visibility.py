"""What the user of a request may see. All screens of the console narrow their rows here."""

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from counterfoil.connections import access

_ATTRIBUTE = "_counterfoil_visible"


def narrow[M: Model](request: HttpRequest, rows: "QuerySet[M]") -> "QuerySet[M]":
    """Return the rows of the connections that the user may see."""
    return access.narrow(rows, visible_keys(request))


def visible_keys(request: HttpRequest) -> frozenset[int] | None:
    """Return the keys of the connections that the user may see; None for all. Looked up once per request."""
    if not hasattr(request, _ATTRIBUTE):
        setattr(request, _ATTRIBUTE, access.visible_connections(request.user))
    found: frozenset[int] | None = getattr(request, _ATTRIBUTE)
    return found


def cache_key(request: HttpRequest) -> str:
    """Return a part for cache keys: users who see the same connections share cached values."""
    found = visible_keys(request)
    return "all" if found is None else "-".join(str(number) for number in sorted(found)) or "none"
