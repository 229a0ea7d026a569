"""Having an upstream send its webhooks here: asked for where it can be, else told what to enter there."""

import secrets
import string
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils import timezone

from counterfoil.connections import encryption, factory
from counterfoil.connectors.port import Connector
from counterfoil.connectors.priority import Priority
from counterfoil.connectors.registry import manifests
from counterfoil.connectors.webhook_port import Registrar
from counterfoil.errors import (
    CounterfoilError,
    InvalidInput,
    NotPossibleNow,
    QuotaExhausted,
    RetryLater,
    Throttled,
)
from counterfoil.mirror.models import Connection
from counterfoil.webhooks.endpoints import NEW, OLD
from counterfoil.webhooks.middleware import PREFIX
from counterfoil.webhooks.models import Endpoint

SECRET_LENGTH = 40
"""Zoho takes 12 to 50 letters and digits (contract section 6)."""


@dataclass(frozen=True, slots=True)
class Registered:
    """An endpoint. `secret` only where a person has to enter it upstream."""

    endpoint: Endpoint
    secret: str = ""


def register(connection: Connection, url: str) -> Registered:
    """Have the upstream send its webhooks to `url`. What is asked for is committed before it is asked.

    Raises InvalidInput for an address that nothing listens at or that is registered already, and the errors of the
    upstream; where it is not known whether it heard us, the endpoint is kept as unsure.
    """
    url = _checked(connection, url)
    kind = factory.connector_class(connection)
    if not issubclass(kind, Registrar):
        secret = _invented()
        return Registered(_made(connection, url, secret), secret)
    endpoint = _made(connection, url, "", unsure=True)
    budget = factory.shared_budget(connection, Priority.PERSON)
    try:
        connector: Connector = factory.connector(connection, budget, patient=False)
        try:
            assert isinstance(connector, Registrar)  # noqa: S101  its class is one
            found = connector.register(url)
        finally:
            connector.close()
    except RetryLater as error:
        if isinstance(error, Throttled | QuotaExhausted):
            endpoint.delete()
            raise
        raise RetryLater(
            f"It is not known whether {kind.title} has registered {url}: {error.message}",
            "Nor is its secret. Ask their support to remove it, forget it here (`counterfoil webhooks forget`), "
            "then register again.",
        ) from error
    except CounterfoilError:
        endpoint.delete()
        raise
    finally:
        budget.close()
    endpoint.upstream_id, endpoint.sealed, endpoint.unsure = (
        found.endpoint_id,
        encryption.seal({NEW: found.secret}),
        False,
    )
    endpoint.save(update_fields=["upstream_id", "sealed", "unsure"])
    return Registered(endpoint)


def accept(connection: Connection, url: str, secret: str) -> Endpoint:
    """Take a secret that was made elsewhere. For an address that is known it is a rotation: the one before it
    counts as well until it is dropped."""
    url = _checked(connection, url, new=False)
    found = Endpoint.objects.filter(connection=connection, url=url).first()
    if found is None:
        return _made(connection, url, secret)
    before = encryption.unseal(found.sealed).get(NEW, "")
    found.sealed = encryption.seal({NEW: secret, OLD: before} if before and before != secret else {NEW: secret})
    found.unsure = False
    found.save(update_fields=["sealed", "unsure"])
    return found


def forget(connection: Connection, url: str) -> None:
    """Listen at an address no more; the upstream is not told. Raises InvalidInput."""
    if not Endpoint.objects.filter(connection=connection, url=url.strip().rstrip("/")).delete()[0]:
        raise InvalidInput(
            f"{connection.called} has no endpoint at this address.", "See `counterfoil webhooks endpoints`."
        )


def drop_old_secret(endpoint: Endpoint) -> bool:
    """End a rotation. Returns whether there was an old secret."""
    held = encryption.unseal(endpoint.sealed)
    if OLD not in held:
        return False
    endpoint.sealed = encryption.seal({NEW: held[NEW]})
    endpoint.save(update_fields=["sealed"])
    return True


def _made(connection: Connection, url: str, secret: str, *, unsure: bool = False) -> Endpoint:
    sealed = encryption.seal({NEW: secret}) if secret else ""
    try:
        with transaction.atomic():
            return Endpoint.objects.create(
                connection=connection, url=url, sealed=sealed, unsure=unsure, made_at=timezone.now()
            )
    except IntegrityError:
        raise _known(connection, url) from None


def webhook_path(connector: str) -> str | None:
    """Tell where webhooks of an upstream are received; the connection's number or name may follow. None where it
    sends none."""
    manifest = manifests().get(connector)
    return f"{PREFIX}{manifest.webhook_path}" if manifest and manifest.webhook_path else None


def _checked(connection: Connection, url: str, *, new: bool = True) -> str:
    parts = urlsplit(url.strip())
    path = webhook_path(connection.connector)
    if path is None or factory.connector_class(connection).webhooks is None:
        raise NotPossibleNow(f"{connection.called} sends no webhooks.", "A sync finds what changed.")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise InvalidInput("This is not an address that can be called.", f"It looks like https://host{path}.")
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise InvalidInput("Webhooks hold customers' data: they come by https.", "Give an address with https://.")
    names = ("", f"/{connection.pk}", f"/{connection.name}")
    if not parts.path.rstrip("/").endswith(tuple(f"{path}{name}" for name in names)):
        raise InvalidInput(
            "Nothing listens at this address for this connection.", f"It ends with {path}/{connection.pk}."
        )
    cleaned = parts._replace(path=parts.path.rstrip("/")).geturl()
    if new and Endpoint.objects.filter(connection=connection, url=cleaned).exists():
        raise _known(connection, cleaned)
    return cleaned


def _known(connection: Connection, url: str) -> NotPossibleNow:
    return NotPossibleNow(
        f"{url} is registered for {connection.called} already: twice, everything would arrive twice.",
        "See `counterfoil webhooks endpoints`.",
    )


def _invented() -> str:
    letters = string.ascii_letters + string.digits
    return "".join(secrets.choice(letters) for _ in range(SECRET_LENGTH))
