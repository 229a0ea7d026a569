"""What a connection's user has consented to: whether a write would be refused for lack of a scope."""

from collections.abc import Iterable

from counterfoil.connections import factory
from counterfoil.connectors.write_port import ScopedWriter, WriteRequest
from counterfoil.mirror import sharing
from counterfoil.mirror.models import Connection, Token


def missing_scope(connection: Connection, requests: Iterable[WriteRequest]) -> str:
    """Return a scope that these requests need and the consent lacks; empty where it has all, or nobody knows.

    Known from the upstream's answer to the login or, where it does not name the scopes, from an earlier refusal.
    """
    writer = factory.writer(connection)
    if not isinstance(writer, ScopedWriter):
        return ""
    owner = sharing.tokens_owner(connection.pk)
    token = Token.objects.filter(connection_id=owner).only("scopes", "refused").first()
    if token is None:
        return ""
    needed = dict.fromkeys(map(writer.scope_of, requests))
    if token.scopes is not None:
        return next((scope for scope in needed if not writer.has_scope(token.scopes, scope)), "")
    return next((scope for scope in needed if scope in token.refused), "")
