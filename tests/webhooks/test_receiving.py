"""Law 6: a webhook is verified, stored and answered; unverified ones are only counted."""

import hashlib
import hmac
import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import RequestFactory
from pytest_django.live_server_helper import LiveServer

from counterfoil.errors import KeyUnusable
from counterfoil.mirror.models import Connection, Customer, Run, RunKind, RunState
from counterfoil.webhooks import queue, register, worker
from counterfoil.webhooks.models import Delivery, Endpoint, Refusal
from counterfoil.webhooks.receive import CUT_BYTES, receive
from counterfoil.webhooks.verify import MAX_BODY_BYTES, MAX_UNVERIFIED, MOST_READ_BYTES
from counterfoil_simulators.robaws import RobawsSimulator
from tests.support.mirrored import Mirrored

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "b61c1e0a-secret"
CHANGED = b'{"id":"e-1","event":"client.updated","data":{"id":"7","name":"Garage Peeters"}}'


@dataclass
class Receiver:
    """A connection with an endpoint, and methods to post webhooks to it."""

    connection: Connection
    base: str

    def post(
        self, body: bytes = CHANGED, header: str | None = None, path: str = "", length: str = "", **kept: Any
    ) -> tuple[int, str]:
        """Post a webhook. Returns the status code and the status in the answer."""
        if header is None:
            header = signed(body, **kept)
        parts = urlsplit(self.base)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            headers = {"Content-Type": "application/json", **({"Robaws-Signature": header} if header else {})}
            headers |= {"Content-Length": length} if length else {}
            connection.request("POST", f"/api/webhooks/robaws/customers{path}", body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())["status"]
        finally:
            connection.close()


def signed(body: bytes, secret: str = SECRET, age: float = 0.0) -> str:
    """Build the header with which Robaws signs, so many seconds ago."""
    moment = str(int(time.time() - age))
    made = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={moment},v0=other,v1={made}"


@pytest.fixture
def receiver(sim: RobawsSimulator, live_server: LiveServer) -> Receiver:
    connection = Mirrored.connect(sim).connection
    register.accept(connection, f"{live_server.url}/api/webhooks/robaws/customers", SECRET)
    return Receiver(connection, live_server.url)


def test_a_verified_delivery_is_stored_as_received_and_answered(receiver: Receiver) -> None:
    assert receiver.post() == (200, "received")
    (delivery,) = Delivery.objects.all()
    assert bytes(delivery.body or b"") == CHANGED
    assert (delivery.connection, delivery.event_id, delivery.external_id) == (receiver.connection, "e-1", "7")
    assert delivery.state == "received"


def test_an_event_of_another_kind_is_stored_and_ignored(receiver: Receiver) -> None:
    assert receiver.post(b'{"id":"e-2","event":"offer.updated","data":{"id":"9"}}') == (200, "ignored")
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
def test_an_unsigned_request_is_refused_and_counted(receiver: Receiver, header: str, reason: str) -> None:
    now = header.replace("NOW", str(int(time.time())))
    assert receiver.post(header=now.encode().decode("latin-1")) == (401, reason)
    assert not Delivery.objects.exists()
    assert Refusal.objects.get().reason == reason


def test_a_signature_with_another_connections_secret_is_refused(
    receiver: Receiver, sim: RobawsSimulator, live_server: LiveServer
) -> None:
    other = Mirrored.connect(sim, "other").connection
    register.accept(other, f"{live_server.url}/api/webhooks/robaws/customers/{other.pk}", "another-secret")
    assert receiver.post(secret="another-secret", path=f"/{receiver.connection.pk}") == (401, "bad signature")
    assert receiver.post(secret="another-secret", path=f"/{other.pk}") == (200, "received")
    assert receiver.post(secret="another-secret") == (200, "received"), "found by its secret"
    assert set(Delivery.objects.values_list("connection", flat=True)) == {other.pk}


@pytest.mark.parametrize("age", [-400.0, 400.0])
def test_a_misdated_webhook_is_refused_but_its_record_is_read_once(receiver: Receiver, age: float) -> None:
    assert receiver.post(age=age) == (401, "misdated")
    assert receiver.post(age=age) == (401, "misdated")
    assert not Delivery.objects.exists()
    assert Refusal.objects.get().count == 2
    run = Run.objects.get(kind=RunKind.SINGLE)
    assert (run.state, run.options) == (RunState.QUEUED, {"client_id": "7"})


@pytest.mark.parametrize("age", [-290.0, 290.0])
def test_clocks_may_differ_by_five_minutes(receiver: Receiver, age: float) -> None:
    assert receiver.post(age=age) == (200, "received")


def test_both_secrets_are_accepted_during_a_rotation(receiver: Receiver) -> None:
    endpoint = Endpoint.objects.get()
    register.accept(receiver.connection, endpoint.url, "the-new-one")
    assert receiver.post(secret="the-new-one") == (200, "received")
    assert receiver.post(secret=SECRET) == (200, "received")


LARGE = b'{"id":"e-1","event":"client.updated","data":{"id":"7","name":"Garage","notes":"%s"}}' % (
    b"x" * MAX_BODY_BYTES
)


@pytest.mark.parametrize("header", ["", "t=1,v1=0"])
def test_an_unsigned_body_over_a_mebibyte_is_refused(receiver: Receiver, header: str) -> None:
    assert receiver.post(LARGE, header=header) == (413, "too large")
    assert Refusal.objects.get().reason == "too large"


def test_a_body_that_nobody_could_sign_in_time_is_not_read(receiver: Receiver) -> None:
    status, _ = receiver.post(b"x", header="t=1,v1=0", length=str(MOST_READ_BYTES + 1))
    assert status == 413


def test_law_6_a_signed_body_over_a_mebibyte_is_kept_in_part_and_its_record_read(
    receiver: Receiver, sim: RobawsSimulator
) -> None:
    client = str(sim.control.ids()[0])
    body = LARGE.replace(b'"7"', f'"{client}"'.encode())
    assert receiver.post(body) == (200, "received")
    delivery = Delivery.objects.get()
    assert (delivery.external_id, delivery.full_size, bytes(delivery.body or b"")) == (
        client, len(body), body[:CUT_BYTES],
    )  # fmt: skip
    worker.process_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.calls) == ("applied", 2), "the client, and its contact persons"
    assert delivery.reason == (
        f"Its body of {len(body):,} bytes was too large to keep in full; the record was read instead."
    )
    assert Customer.objects.get().external_id == client


UNREADABLE = [
    b"",
    b"not json",
    b"[]",
    b'"text"',
    b'{"id":"e"}',
    b'{"id":"e","event":"client.updated"}',
    b"\xff\xfe",
]


@pytest.mark.parametrize("body", [*UNREADABLE, b"x" * (MAX_BODY_BYTES + 1)])
def test_law_6_a_signed_body_that_is_no_webhook_is_kept_and_answered(receiver: Receiver, body: bytes) -> None:
    """Refused, it would be sent again and again, until the upstream suspends the endpoint."""
    assert receiver.post(body) == (200, "kept")
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.resource, delivery.external_id) == ("dead", "", "")
    assert delivery.reason
    assert bytes(delivery.body or b"") == body[: CUT_BYTES if len(body) > MAX_BODY_BYTES else None]
    assert delivery.ended_at is not None
    assert queue.replay(Delivery.objects.all()) == 1
    worker.process_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.resource) == ("dead", "")
    assert delivery.reason


def test_an_unsigned_body_that_is_no_webhook_is_refused(receiver: Receiver) -> None:
    assert receiver.post(b"not json", header="t=1,v1=0") == (401, "bad signature")
    assert receiver.post(b"not json", age=400.0) == (401, "misdated")
    assert not Delivery.objects.exists()


def test_unverified_requests_are_throttled_and_verified_ones_never(receiver: Receiver) -> None:
    for _ in range(MAX_UNVERIFIED):
        assert receiver.post(header="")[0] == 401
    assert receiver.post(header="")[0] == 429
    assert Refusal.objects.get().count == MAX_UNVERIFIED
    assert receiver.post() == (200, "received")


def test_only_posts_to_a_registered_address_are_accepted(receiver: Receiver) -> None:
    parts = urlsplit(receiver.base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", "/api/webhooks/robaws/customers")
    assert connection.getresponse().status == 405
    connection.close()
    assert receiver.post(path="/nobody")[0] == 401
    assert receiver.post(path="/a/b/c")[0] == 404


def test_the_upstream_is_asked_to_try_again_where_secrets_cannot_be_decrypted(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unseal(_: str) -> dict[str, str]:
        raise KeyUnusable("The key is missing.", "Restore it.")

    monkeypatch.setattr("counterfoil.connections.encryption.unseal", unseal)
    assert receiver.post() == (503, "try again")
    assert not Delivery.objects.exists()


def test_a_body_in_chunks_that_the_server_has_not_read_is_answered_411(db: None) -> None:
    """Taken for an empty one, it would be refused for a bad signature."""
    request = RequestFactory().post("/", HTTP_TRANSFER_ENCODING="chunked", HTTP_ROBAWS_SIGNATURE="t=1,v1=0")
    del request.META["CONTENT_LENGTH"]
    assert receive(request, "robaws").status_code == 411
    assert not Refusal.objects.exists()
