"""Registration of endpoints: by the upstream's API where it has one, else by a person with a secret from here."""

import secrets
import string
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils import timezone

from counterfoil import messages
from counterfoil.connections import encryption, factory, key_check
from counterfoil.connectors.port import Connector
from counterfoil.connectors.priority import Priority
from counterfoil.connectors.registry import CONNECTORS, manifests
from counterfoil.connectors.webhook_port import Registrar, Unregistrar
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
class RegisteredEndpoint:
    """A new endpoint, with its `secret` only where a person has to enter it upstream.

    `former_id` is the upstream's id of a former registration, whose secret no key opens any more.
    """

    endpoint: Endpoint
    secret: str = ""
    former_id: str = ""


def register(connection: Connection, url: str) -> RegisteredEndpoint:
    """Have the upstream send its webhooks to `url`. The endpoint is committed before the request is sent.

    Raises InvalidInput for an address that nothing listens at, NotPossibleNow for one that is already registered,
    and the errors of the upstream; where the request may or may not have arrived, the endpoint is kept as unsure.
    """
    url = _validated_url(connection, url)
    kind = factory.connector_class(connection)
    key_check.require_key()  # else a secret that was just registered could not be kept
    former = Endpoint.objects.filter(
        connection=connection, url=url
    ).first()  # its secret cannot be opened any more
    if not issubclass(kind, Registrar):
        secret = _new_secret()
        if former is not None:
            return RegisteredEndpoint(_renew(former, secret), secret)
        return RegisteredEndpoint(_create(connection, url, secret), secret)
    endpoint = former or _create(connection, url, "", unsure=True)
    budget = factory.shared_budget(connection, Priority.PERSON)
    try:
        connector: Connector = factory.connector(connection, budget, patient=False)
        try:
            assert isinstance(connector, Registrar)  # noqa: S101  its class is one
            registration = connector.register(url)
        finally:
            connector.close()
    except RetryLater as error:
        if isinstance(error, Throttled | QuotaExhausted):
            _give_up(endpoint, former)
            raise
        raise RetryLater(
            messages.join(messages.webhooks.MAYBE_REGISTERED(system=kind.title, url=url), error.message),
            messages.webhooks.REGISTER_AGAIN(system=kind.title),
        ) from error
    except CounterfoilError:
        _give_up(endpoint, former)
        raise
    finally:
        budget.close()
    former_id = endpoint.upstream_id
    endpoint.upstream_id = registration.endpoint_id
    return RegisteredEndpoint(_renew(endpoint, registration.secret), former_id=former_id)


def accept(connection: Connection, url: str, secret: str) -> Endpoint:
    """Accept webhooks signed with a secret that was made elsewhere.

    For an address that has a secret this is a rotation: both are accepted until `drop_old_secret`. Raises
    InvalidInput and NotPossibleNow for an address that cannot receive webhooks of this connection.
    """
    url = _validated_url(connection, url, new=False)
    endpoint = Endpoint.objects.filter(connection=connection, url=url).first()
    if endpoint is None:
        return _create(connection, url, secret)
    before = encryption.unseal_if_possible(endpoint.sealed)  # one that no key opens is replaced
    previous = before.get(NEW, "") if before else ""
    rotated = {NEW: secret, OLD: previous} if previous and previous != secret else {NEW: secret}
    endpoint.sealed = encryption.seal(rotated)
    endpoint.unsure = False
    endpoint.save(update_fields=["sealed", "unsure"])
    return endpoint


def unregister_all(connection: Connection) -> list[str]:
    """Stop accepting webhooks of a connection, and have its system send no more where its API allows that.

    Returns, in words, which addresses a user has to remove there by hand, and why.
    """
    endpoints = list(Endpoint.objects.filter(connection=connection).order_by("id"))
    by_hand = [_unregister(connection, endpoint) for endpoint in endpoints]
    Endpoint.objects.filter(connection=connection).delete()
    return [words for words in by_hand if words]


def _unregister(connection: Connection, endpoint: Endpoint) -> str:
    """End one registration. Returns what is left to do; empty where nothing is."""
    kind = CONNECTORS.get(connection.connector)
    system = kind.title if kind else connection.connector
    if kind is None or not issubclass(kind, Unregistrar) or not endpoint.upstream_id:
        return f"Remove the webhook to {endpoint.url} in {system} by hand: Counterfoil did not register it there."
    try:
        budget = factory.shared_budget(connection, Priority.PERSON, even_paused=True)
        try:
            connector: Connector = factory.connector(connection, budget, patient=False)
            try:
                assert isinstance(connector, Unregistrar)  # noqa: S101  its class is one
                connector.unregister(endpoint.upstream_id)
            finally:
                connector.close()
        finally:
            budget.close()
    except CounterfoilError as error:
        return f"Remove the webhook to {endpoint.url} in {system} by hand: {error.message}"
    return ""


def forget(connection: Connection, url: str) -> None:
    """Stop accepting webhooks at an address; the upstream is not informed.

    Raises InvalidInput where the connection has no such endpoint.
    """
    if not Endpoint.objects.filter(connection=connection, url=url.strip().rstrip("/")).delete()[0]:
        raise InvalidInput(
            f"{connection.called} has no endpoint at this address.", "See `counterfoil webhooks endpoints`."
        )


def drop_old_secret(endpoint: Endpoint) -> bool:
    """End a rotation: accept only the new secret. Returns whether there was an old one."""
    secrets_by_name = encryption.unseal(endpoint.sealed)
    if OLD not in secrets_by_name:
        return False
    endpoint.sealed = encryption.seal({NEW: secrets_by_name[NEW]})
    endpoint.save(update_fields=["sealed"])
    return True


def _create(connection: Connection, url: str, secret: str, *, unsure: bool = False) -> Endpoint:
    sealed = encryption.seal({NEW: secret}) if secret else ""
    try:
        with transaction.atomic():
            return Endpoint.objects.create(
                connection=connection, url=url, sealed=sealed, unsure=unsure, made_at=timezone.now()
            )
    except IntegrityError:
        raise _already_registered(connection, url) from None


def _renew(endpoint: Endpoint, secret: str) -> Endpoint:
    endpoint.sealed = encryption.seal({NEW: secret})
    endpoint.unsure = False
    endpoint.save(update_fields=["upstream_id", "sealed", "unsure"])
    return endpoint


def _give_up(endpoint: Endpoint, former: Endpoint | None) -> None:
    """Delete a new endpoint that was not registered. A former one stays: its webhooks are answered 503."""
    if former is None:
        endpoint.delete()


def webhook_path(connector: str) -> str | None:
    """Return the path that webhooks of an upstream are received at; the connection's number or name may follow.

    None where it sends none.
    """
    manifest = manifests().get(connector)
    return f"{PREFIX}{manifest.webhook_path}" if manifest and manifest.webhook_path else None


def _validated_url(connection: Connection, url: str, *, new: bool = True) -> str:
    parts = urlsplit(url.strip())
    path = webhook_path(connection.connector)
    if path is None or factory.connector_class(connection).webhooks is None:
        raise NotPossibleNow(f"{connection.called} sends no webhooks.", "Run a sync to fetch changes.")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise InvalidInput("This is not a valid webhook address.", f"It looks like https://host{path}.")
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise InvalidInput("Webhooks carry customer data, so they need HTTPS.", "Use an https:// address.")
    names = ("", f"/{connection.pk}", f"/{connection.name}")
    if not parts.path.rstrip("/").endswith(tuple(f"{path}{name}" for name in names)):
        raise InvalidInput(
            f"Webhooks for {connection.called} are not received at this address.",
            f"It must end with {path}/{connection.pk}.",
        )
    cleaned = parts._replace(path=parts.path.rstrip("/")).geturl()
    existing = Endpoint.objects.filter(connection=connection, url=cleaned).first() if new else None
    if existing is not None and encryption.unseal_if_possible(existing.sealed) is not None:
        raise _already_registered(connection, cleaned)
    return cleaned


def _already_registered(connection: Connection, url: str) -> NotPossibleNow:
    return NotPossibleNow(
        f"{url} is already registered for {connection.called}. Registered twice, everything would arrive twice.",
        "See `counterfoil webhooks endpoints`.",
    )


def _new_secret() -> str:
    letters = string.ascii_letters + string.digits
    return "".join(secrets.choice(letters) for _ in range(SECRET_LENGTH))
