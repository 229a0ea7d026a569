"""Any request to an endpoint: no server error, nothing unverified stored, every delivery processed."""

import json
import logging
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.webhooks import worker
from counterfoil.webhooks.models import Delivery
from tests.webhooks.test_receiving import Receiver, receiver, signed

__all__ = ["receiver"]
pytestmark = pytest.mark.django_db(transaction=True)

fuzzed = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXTS = st.text(max_size=40) | st.sampled_from(["\x00", "7\x00"])
HEADERS = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=200)
PATHS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60)
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(10**30), 1e308])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
CLIENTS = st.fixed_dictionaries(
    {"id": JSON, "name": JSON},
    optional={
        "updatedAt": JSON, "tel": JSON, "address": JSON, "extraFields": JSON, "email": JSON, "vatIdNumber": JSON,
        "isActive": JSON, "followUpDate": JSON,
    },
)  # fmt: skip
EVENTS = st.fixed_dictionaries({"id": JSON, "event": st.just("client.updated") | JSON, "data": CLIENTS | JSON})


def body(value: Any) -> bytes:
    """Encode as JSON, or as Python's extension of it (NaN, a lone surrogate)."""
    return json.dumps(value).encode("utf-8", "surrogatepass")


def raw(where: Receiver, request: bytes) -> int:
    """Send these bytes as they are. Returns the status of the answer; 0 where the server closes the connection."""
    parts = urlsplit(where.base)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(100)
    return int(answer[9:12]) if answer[9:12].isdigit() else 0


@fuzzed
@given(EVENTS)
def test_signed_events_of_any_shape_are_answered_and_processed(receiver: Receiver, event: Any) -> None:
    assert receiver.post(body(event))[0] in (200, 400)
    worker.process_due()
    assert not Delivery.objects.filter(state__in=("received", "failed")).exists()


@fuzzed
@given(st.binary(max_size=300))
def test_signed_bytes_of_any_kind_are_answered(receiver: Receiver, some: bytes) -> None:
    assert receiver.post(some)[0] in (200, 400)


@pytest.mark.parametrize("depth", [100, 10_000, 200_000])
@pytest.mark.parametrize("make", [lambda n: b"[" * n + b"]" * n, lambda n: b'{"a":' * n + b"1" + b"}" * n])
def test_deep_nesting_is_answered(receiver: Receiver, depth: int, make: Callable[[int], bytes]) -> None:
    nested = b'{"id":"deep","event":"client.updated","data":{"id":"7","name":"A","x":' + make(depth) + b"}}"
    assert receiver.post(nested[: 1024 * 1024])[0] in (200, 400, 413)
    worker.process_due()
    assert not Delivery.objects.filter(state__in=("received", "failed")).exists()


@fuzzed
@given(HEADERS, st.binary(max_size=100))
def test_no_signature_made_without_the_secret_is_accepted(receiver: Receiver, header: str, some: bytes) -> None:
    request = b"POST /api/webhooks/robaws/customers HTTP/1.1\r\nHost: localhost\r\nRobaws-Signature: "
    request += header.encode("latin-1") + b"\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(some) + some
    assert raw(receiver, request) in (400, 401, 429)
    assert not Delivery.objects.exists()


@fuzzed
@given(PATHS, st.sampled_from(["POST", "PUT", "GET"]))
def test_no_address_or_method_causes_a_server_error(receiver: Receiver, path: str, method: str) -> None:
    head = f"{method} /api/webhooks/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert raw(receiver, head.encode()) < 500


def test_no_log_line_contains_any_part_of_a_body(
    receiver: Receiver, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    secret_name = "Tinkelbell-Peeters"
    for data in ({"id": "1", "name": secret_name}, {"id": "2", "name": {"x": secret_name}}, secret_name):
        receiver.post(body({"id": secret_name, "event": "client.updated", "data": data}))
    receiver.post(body({"name": secret_name}), header="t=1,v1=0")
    receiver.post(body({"id": "9", "event": "client.updated", "data": {"id": "1", "name": secret_name}}), age=999)
    worker.process_due()
    said = capsys.readouterr()
    assert secret_name not in caplog.text + said.out + said.err
    assert signed(b"") not in caplog.text
