"""Which connections draw on one allowance of the upstream (DESIGN law 7).

The oldest of them has it: its rows of `Allowance` and `Token` are those of all.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Manager

from counterfoil.mirror.models import Allowance, Connection, Token


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


def hand_on(connection_id: int) -> None:
    """Let a connection share nothing any more: what it has for others becomes the next oldest one's.

    Belongs in a transaction. Without a next one its allowance and token are deleted.
    """
    connection = Connection.objects.locked(connection_id)
    next_for_calls = _next_holder(connection_id, holders_of(connection.calls_key) if connection.calls_key else ())
    same = Connection.objects.filter(tokens_key=connection.tokens_key).order_by("pk")
    users = list(same.values_list("pk", flat=True)) if connection.tokens_key else ()
    _move(Allowance.objects, connection_id, next_for_calls)
    _move(Token.objects, connection_id, _next_holder(connection_id, users))
    Connection.objects.filter(pk=connection_id).update(calls_key="", tokens_key="")


def _next_holder(connection_id: int, holders: Sequence[int]) -> int | None:
    """Return which connection is the oldest one after this one; None where this one is not the oldest."""
    return holders[1] if len(holders) > 1 and holders[0] == connection_id else None


def _move(rows: "Manager[Any]", connection_id: int, to: int | None) -> None:
    """Give the row of a connection to another one, in place of what that one had before it shared this one's."""
    own = rows.filter(connection_id=connection_id)
    if to is not None and own.select_for_update().first() is not None:
        rows.filter(connection_id=to).delete()
        own.update(connection_id=to)
    own.delete()


def load_allowance(connection_id: int) -> Allowance:
    """Read the allowance that a connection draws on; before its first call it is empty and not stored."""
    owner = calls_owner(connection_id)
    return Allowance.objects.filter(connection_id=owner).first() or Allowance(connection_id=owner)
