"""Law 6: a webhook is verified, stored and answered; what is not verified leaves nothing behind but a count."""

import hashlib
import hmac
import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_django.live_server_helper import LiveServer

from counterfoil.errors import KeyUnusable
from counterfoil.mirror.models import Connection, Run, RunKind, RunState
from counterfoil.webhooks import register
from counterfoil.webhooks.models import Delivery, Endpoint, Refusal
from counterfoil.webhooks.verify import MOST
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "b61c1e0a-secret"
CHANGED = b'{"id":"e-1","event":"client.updated","data":{"id":"7","name":"Garage Peeters"}}'


@dataclass
class Endpointed:
    """A connection with an endpoint whose secret is known here."""

    connection: Connection
    base: str

    def post(
        self, body: bytes = CHANGED, header: str | None = None, path: str = "", **kept: Any
    ) -> tuple[int, str]:
        """Status, and what the answer says."""
        if header is None:
            header = signed(body, **kept)
        parts = urlsplit(self.base)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            headers = {"Content-Type": "application/json", **({"Robaws-Signature": header} if header else {})}
            connection.request("POST", f"/api/webhooks/robaws/customers{path}", body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())["status"]
        finally:
            connection.close()


def signed(body: bytes, secret: str = SECRET, age: float = 0.0) -> str:
    """As Robaws signs, so many seconds ago."""
    moment = str(int(time.time() - age))
    made = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={moment},v0=other,v1={made}"


@pytest.fixture
def here(sim: RobawsSimulator, live_server: LiveServer) -> Endpointed:
    connection = Mirrored.connect(sim).connection
    register.accept(connection, f"{live_server.url}/api/webhooks/robaws/customers", SECRET)
    return Endpointed(connection, live_server.url)


def test_a_verified_delivery_is_stored_as_it_came_and_answered(here: Endpointed) -> None:
    assert here.post() == (200, "received")
    (delivery,) = Delivery.objects.all()
    assert bytes(delivery.body or b"") == CHANGED
    assert (delivery.connection, delivery.event_id, delivery.external_id) == (here.connection, "e-1", "7")
    assert delivery.state == "received"


def test_an_event_of_another_kind_is_stored_and_ignored(here: Endpointed) -> None:
    assert here.post(b'{"id":"e-2","event":"offer.updated","data":{"id":"9"}}') == (200, "ignored")
    assert Delivery.objects.get().state == "ignored"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "unsigned"),
        ("nonsense", "unsigned"),
        ("t=1,v1=", "unsigned"),
        (f"t=NOW,v1={'0' * 64}", "bad signature"),
        ("t=NOW,v1=ünsigned", "bad signature"),
    ],
)
def test_what_is_not_signed_is_turned_away_and_leaves_a_count(here: Endpointed, header: str, reason: str) -> None:
    now = header.replace("NOW", str(int(time.time())))
    assert here.post(header=now.encode().decode("latin-1")) == (401, reason)
    assert not Delivery.objects.exists()
    assert Refusal.objects.get().reason == reason


def test_a_signature_of_another_connection_s_secret_counts_for_nothing(
    here: Endpointed, sim: RobawsSimulator, live_server: LiveServer
) -> None:
    other = Mirrored.connect(sim, "other").connection
    register.accept(other, f"{live_server.url}/api/webhooks/robaws/customers/{other.pk}", "another-secret")
    assert here.post(secret="another-secret", path=f"/{here.connection.pk}") == (401, "bad signature")
    assert here.post(secret="another-secret", path=f"/{other.pk}") == (200, "received")
    assert here.post(secret="another-secret") == (200, "received"), "found by its secret"
    assert set(Delivery.objects.values_list("connection", flat=True)) == {other.pk}


@pytest.mark.parametrize("age", [-400.0, 400.0])
def test_one_dated_too_far_off_is_refused_but_its_record_is_read_once(here: Endpointed, age: float) -> None:
    assert here.post(age=age) == (401, "misdated")
    assert here.post(age=age) == (401, "misdated")
    assert not Delivery.objects.exists()
    assert Refusal.objects.get().count == 2
    run = Run.objects.get(kind=RunKind.SINGLE)
    assert (run.state, run.options) == (RunState.QUEUED, {"client_id": "7"})


@pytest.mark.parametrize("age", [-290.0, 290.0])
def test_clocks_may_differ_by_five_minutes(here: Endpointed, age: float) -> None:
    assert here.post(age=age) == (200, "received")


def test_while_a_secret_is_rotated_both_count(here: Endpointed) -> None:
    endpoint = Endpoint.objects.get()
    register.accept(here.connection, endpoint.url, "the-new-one")
    assert here.post(secret="the-new-one") == (200, "received")
    assert here.post(secret=SECRET) == (200, "received")


def test_a_body_over_a_mebibyte_is_not_read(here: Endpointed) -> None:
    assert here.post(b"x" * (1024 * 1024 + 1), header="t=1,v1=0")[0] == 413
    assert Refusal.objects.get().reason == "too large"


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b'"text"', b'{"id":"e"}', b'{"id":"e","event":"client.updated"}', b"\xff\xfe"],
)
def test_a_signed_body_that_is_no_webhook_is_400(here: Endpointed, body: bytes) -> None:
    assert here.post(body) == (400, "unreadable")
    assert not Delivery.objects.exists()


def test_unverified_requests_are_throttled_and_verified_ones_never(here: Endpointed) -> None:
    for _ in range(MOST):
        assert here.post(header="")[0] == 401
    assert here.post(header="")[0] == 429
    assert Refusal.objects.get().count == MOST
    assert here.post() == (200, "received")


def test_only_posts_are_taken_and_only_where_somebody_listens(here: Endpointed) -> None:
    parts = urlsplit(here.base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", "/api/webhooks/robaws/customers")
    assert connection.getresponse().status == 405
    connection.close()
    assert here.post(path="/nobody")[0] == 401
    assert here.post(path="/a/b/c")[0] == 404


def test_where_secrets_cannot_be_opened_the_upstream_is_asked_to_try_again(
    here: Endpointed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unseal(_: str) -> dict[str, str]:
        raise KeyUnusable("The key is missing.", "Restore it.")

    monkeypatch.setattr("counterfoil.connections.encryption.unseal", unseal)
    assert here.post() == (503, "try again")
    assert not Delivery.objects.exists()
