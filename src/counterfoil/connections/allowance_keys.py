"""Compute what a connection's allowances are shared by; the database compares digests, never secrets."""

import hashlib

import structlog

from counterfoil.connections import encryption
from counterfoil.connectors.login import Settings
from counterfoil.connectors.port import AllowanceNames, Connector, NamesAllowance
from counterfoil.connectors.registry import CONNECTORS
from counterfoil.errors import CounterfoilError
from counterfoil.mirror.models import Connection

log = structlog.get_logger()


def compute(kind: type[Connector], settings: Settings) -> tuple[str, str]:
    """Return the digests for calls and for tokens; "" for what no other connection shares."""
    known: object = kind
    names = known.allowance_names(settings) if isinstance(known, NamesAllowance) else AllowanceNames()
    return _digest(kind.name, names.calls), _digest(kind.name, names.tokens)


def fill_missing() -> None:
    """Compute the digests of connections that were stored before there were any.

    One whose secrets or settings cannot be read shares nothing until they can.
    """
    for connection in Connection.objects.filter(calls_key=None):
        kind = CONNECTORS.get(connection.connector)
        if kind is None:
            continue
        try:
            keys = compute(kind, Settings(connection.settings, encryption.unseal(connection.secrets)))
        except CounterfoilError as error:
            log.warning("allowance not shared", connection=connection.pk, reason=error.message)
            continue
        Connection.objects.filter(pk=connection.pk).update(calls_key=keys[0], tokens_key=keys[1])


def _digest(connector: str, names: tuple[str, ...]) -> str:
    if not names:
        return ""
    return hashlib.sha256("\x00".join((connector, *names)).encode("utf-8", "surrogatepass")).hexdigest()
