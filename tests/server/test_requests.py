"""Law 6: a request takes a thread only once it is here, whole, in time and within its size."""

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from counterfoil.server.limits import MEBIBYTE, ServerLimits
from tests.server.little import SHORT, WEBHOOKS, Little, serving_little
from tests.server.raw_http import chunked, connection, fetch, hold, is_open, read, request

HOOK = f"{WEBHOOKS}robaws/customers"


@pytest.fixture(scope="module")
def shared() -> Iterator[Little]:
    with serving_little() as made:
        yield made


@pytest.fixture
def little(shared: Little) -> Little:
    """Forget what other tests did."""
    shared.seen.clear()
    shared.gate.clear()
    return shared


@pytest.mark.parametrize("path", [HOOK, "/login/"])
def test_law_6_unfinished_bodies_take_no_thread(little: Little, path: str) -> None:
    with hold(little.port, 60, request("POST", path, b"x", Content_Length="100")):
        reply = fetch(little.port, request("POST", path, b"whole"))
    assert (reply.status, reply.body) == (200, b"got whole")
    assert len(little.seen) == 1
    assert reply.seconds < 0.3, "no deadline has passed yet"


def test_an_unfinished_body_is_answered_408_in_time_however_slowly_it_drips(little: Little) -> None:
    began = time.monotonic()
    with connection(little.port) as made:
        made.sendall(request("POST", "/login/", b"x", Content_Length="100000"))
        made.settimeout(0.05)
        while time.monotonic() - began < 5:
            try:
                made.sendall(b"x")
                reply = read(made)
                break
            except TimeoutError:
                continue
        assert reply.status == 408
        assert not is_open(made)
    assert SHORT.body_seconds <= time.monotonic() - began < SHORT.body_seconds + 1
    assert not little.seen


@pytest.mark.parametrize("drip", [b"G", b"\r\n"])
def test_headers_have_a_total_time_and_blank_lines_too(little: Little, drip: bytes) -> None:
    began = time.monotonic()
    with connection(little.port) as made:
        made.sendall(request("GET", "/"))
        assert read(made).status == 200
        made.settimeout(0.05)
        made.sendall(b"GET / HTTP/1.1\r\nX: " if drip == b"G" else drip)
        while time.monotonic() - began < 5:
            try:
                made.sendall(drip)
                assert made.recv(100).startswith(b"HTTP/1.1 408")
                break
            except TimeoutError:
                continue
    assert time.monotonic() - began < SHORT.head_seconds + 1


def test_a_connection_that_sends_nothing_is_closed(little: Little) -> None:
    with connection(little.port, seconds=5) as made:
        assert made.recv(100) == b""


def test_a_connection_that_idles_after_an_answer_is_closed(little: Little) -> None:
    with connection(little.port, seconds=5) as made:
        made.sendall(request("GET", "/"))
        assert read(made).status == 200
        assert made.recv(100) == b""


def test_headers_without_end_are_answered_431(little: Little) -> None:
    with connection(little.port) as made:
        with suppress(ConnectionError):
            made.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 20 * SHORT.head_bytes)
        assert read(made).status in {431, 0}, "the answer may be lost where more has been sent after it"
        assert not is_open(made)
    assert not little.seen


def test_a_body_in_chunks_reaches_the_application_whole_and_with_its_length(little: Little) -> None:
    sent = request("POST", HOOK, Content_Length="", Transfer_Encoding="chunked") + chunked(b"in ", b"two")
    reply = fetch(little.port, sent)
    assert reply.body == b"got in two"
    assert little.seen[0]["CONTENT_LENGTH"] == "6"
    assert "HTTP_TRANSFER_ENCODING" not in little.seen[0]


@pytest.mark.parametrize("length", [str(SHORT.body_bytes + 1), "9" * 18])
@pytest.mark.parametrize("expect", ["", "100-continue"])
def test_a_body_over_the_limit_is_answered_413_without_being_read(
    little: Little, length: str, expect: str
) -> None:
    with connection(little.port) as made:
        made.sendall(request("POST", "/login/", Content_Length=length, Expect=expect))
        reply = read(made)
        assert reply.status == 413
        assert "too much" in reply.body.decode()
        assert reply.header("connection") == ("close" if expect else "")
    assert not little.seen


def test_a_body_in_chunks_that_grows_over_the_limit_is_answered_413() -> None:
    with serving_little(ServerLimits(body_bytes=100_000)) as little, connection(little.port) as made:
        made.sendall(request("POST", "/", Content_Length="", Transfer_Encoding="chunked"))
        made.sendall(b"186a1\r\n" + b"x" * 100_001)
        assert read(made).status == 413
        assert not little.seen


def test_a_client_that_sends_its_large_body_first_still_reads_the_413() -> None:
    limits = ServerLimits(body_bytes=MEBIBYTE)
    body = b"x" * (2 * MEBIBYTE)
    with serving_little(limits) as little, connection(little.port) as made:
        made.sendall(request("POST", "/login/", body))
        assert read(made).status == 413
        made.sendall(request("POST", "/login/", b"next"))
        assert read(made).body == b"got next"


def test_a_large_webhook_is_refused_by_its_headers_and_else_read(little: Little) -> None:
    length = str(SHORT.small_bytes + 1)
    assert fetch(little.port, request("POST", f"{HOOK}/refuse", Content_Length=length)).status == 401
    whole = b"x" * (SHORT.small_bytes + 1)
    assert fetch(little.port, request("POST", HOOK, whole)).body == b"got " + whole


def test_a_body_after_an_offer_to_speak_another_protocol_is_read(little: Little) -> None:
    sent = request(
        "POST", HOOK, b"whole", Connection="Upgrade, HTTP2-Settings", Upgrade="h2c", HTTP2_Settings="AAM"
    )
    assert fetch(little.port, sent).body == b"got whole"


def test_who_expects_100_continue_is_told_to_go_on(little: Little) -> None:
    with connection(little.port) as made:
        made.sendall(request("POST", HOOK, Content_Length="4", Expect="100-continue"))
        assert read(made).status == 100
        made.sendall(b"late")
        assert read(made).body == b"got late"


BROKEN = [
    request("POST", "/", b"x", Content_Length="-1"),
    request("POST", "/", b"x", Content_Length="1e3"),
    request("POST", "/", b"x", Content_Length="9" * 40),
    request("POST", "/", b"x", Content_Length="1\r\nContent-Length: 2"),
    request("POST", "/", chunked(b"x"), Transfer_Encoding="chunked"),
    request("POST", "/", chunked(b"x"), Content_Length="", Transfer_Encoding="chunked, identity"),
    request("POST", "/", b"zz\r\nx\r\n0\r\n\r\n", Content_Length="", Transfer_Encoding="chunked"),
    request("GET", "/").replace(b"localhost", b"local\x00host"),
    request("GET", "/").replace(b"HTTP/1.1", b"HTTP/9.1"),
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"nonsense\r\n\r\n",
]


@pytest.mark.parametrize("sent", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_clear_request_is_answered_400_and_closed(little: Little, sent: bytes) -> None:
    with connection(little.port) as made:
        made.sendall(sent)
        assert read(made).status in {400, 408}
        assert not is_open(made)
    assert not little.seen


def test_http_1_0_is_answered_and_closed(little: Little) -> None:
    with connection(little.port) as made:
        made.sendall(b"POST /old HTTP/1.0\r\nContent-Length: 3\r\n\r\nold")
        assert read(made).body == b"got old"
        assert not is_open(made)


def test_http_1_0_reads_a_long_answer_by_its_length(little: Little) -> None:
    reply = fetch(little.port, b"GET /stream HTTP/1.0\r\n\r\n")
    assert (len(reply.body), reply.header("content-length")) == (20_000_000, "20000000")


def test_requests_sent_ahead_are_answered_in_order(little: Little) -> None:
    with connection(little.port) as made:
        made.sendall(b"".join(request("POST", "/", b"%d" % number) for number in range(5)))
        data = b""
        while data.count(b"got ") < 5:
            data += made.recv(65536)
    assert [data.index(b"got %d" % number) for number in range(5)] == sorted(
        data.index(b"got %d" % number) for number in range(5)
    )


def test_thousands_of_requests_sent_ahead_end_the_connection(
    little: Little, caplog: pytest.LogCaptureFixture
) -> None:
    with connection(little.port) as made, suppress(ConnectionError):
        made.sendall(request("GET", "/wait") + request("GET", "/") * 1000)
        while made.recv(65536):
            pass
    little.gate.set()
    assert fetch(little.port, request("GET", "/")).status == 200
    assert not caplog.records
    assert len(little.seen) <= SHORT.pipelined + 2


@pytest.mark.parametrize(
    "sent", [b"GET / HT", request("POST", "/", b"x", Content_Length="9"), request("GET", "/")]
)
def test_a_client_that_goes_away_in_the_middle_leaves_nothing(little: Little, sent: bytes) -> None:
    for _ in range(20):
        with connection(little.port) as made:
            made.sendall(sent)
    assert fetch(little.port, request("GET", "/")).status == 200


def test_headers_with_underscores_do_not_pass_for_those_of_a_proxy(little: Little) -> None:
    fetch(little.port, request("GET", "/").replace(b"\r\n\r\n", b"\r\nX_Forwarded_For: 1.2.3.4\r\n\r\n"))
    assert "HTTP_X_FORWARDED_FOR" not in little.seen[0]


def test_addresses_and_headers_reach_the_application_as_pep_3333_says(little: Little) -> None:
    sent = request("GET", "/caf%C3%A9%2Fx?q=%41", Cookie="a=1\r\nCookie: b=2", X_Two="1\r\nX-Two: 2")
    assert fetch(little.port, sent).status == 200
    (seen,) = little.seen
    assert seen["PATH_INFO"] == "/café/x".encode().decode("latin-1")
    assert (seen["QUERY_STRING"], seen["HTTP_COOKIE"], seen["HTTP_X_TWO"]) == ("q=%41", "a=1; b=2", "1,2")
    assert (seen["REMOTE_ADDR"], seen["SERVER_PROTOCOL"], seen["wsgi.url_scheme"]) == (
        "127.0.0.1", "HTTP/1.1", "http",
    )  # fmt: skip


def test_an_error_of_the_application_is_a_plain_page(little: Little) -> None:
    reply = fetch(little.port, request("GET", "/fail"))
    assert reply.status == 500
    assert b"on purpose" not in reply.body
