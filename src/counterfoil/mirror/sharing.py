"""Which connections draw on one allowance of the upstream (DESIGN law 7).

The oldest of them has it: its rows of `Allowance` and `Token` are those of all.
"""

from collections.abc import Sequence

from counterfoil.mirror.models import Allowance, Connection


def calls_owner(connection_id: int) -> int:
    """Return the connection whose allowance of calls this one draws on; mostly itself."""
    return sharers(connection_id)[0]


def tokens_owner(connection_id: int) -> int:
    """Return the connection whose access token this one uses; mostly itself."""
    key = Connection.objects.filter(pk=connection_id).values_list("tokens_key", flat=True).first()
    same = Connection.objects.filter(tokens_key=key).order_by("pk") if key else Connection.objects.none()
    return same.values_list("pk", flat=True).first() or connection_id


def sharers(connection_id: int) -> Sequence[int]:
    """Return the keys of all connections that draw on the same allowance of calls, the oldest first."""
    key = Connection.objects.filter(pk=connection_id).values_list("calls_key", flat=True).first()
    return holders_of(key) if key else [connection_id]


def holders_of(calls_key: str) -> Sequence[int]:
    """Return the connections with this key, the oldest first."""
    return list(Connection.objects.filter(calls_key=calls_key).order_by("pk").values_list("pk", flat=True))


def load_allowance(connection_id: int) -> Allowance:
    """Read the allowance that a connection draws on; before its first call it is empty and not stored."""
    owner = calls_owner(connection_id)
    return Allowance.objects.filter(connection_id=owner).first() or Allowance(connection_id=owner)
