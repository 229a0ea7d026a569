"""A request ends in time and a response in size, whatever the other side sends; no header does harm."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.http import bounded_client
from counterfoil.connectors.http.bounded_client import RequestLimits
from counterfoil.connectors.http.client import HttpClient, Retries
from counterfoil.connectors.http.error_rules import KeyAndSecret
from counterfoil.connectors.http.headers import (
    DAY,
    LARGEST_NUMBER,
    parse_http_date,
    parse_retry_after,
    whole_number,
)
from counterfoil.connectors.robaws.error_rules import RobawsErrorRules
from counterfoil.connectors.write_port import WriteRequest
from counterfoil.connectors.zoho_books import access
from counterfoil.errors import OutcomeUnknown, ResponseTooLarge, Unavailable, Unreachable
from counterfoil_simulators.robaws import RobawsSimulator
from counterfoil_simulators.zoho_books import ZohoBooksSimulator
from tests.connectors.zoho_books.books import Books
from tests.support.upstream import Notes

SECONDS = 0.4
"""For a whole request in these tests; none of their single reads takes as long as a timeout."""


@pytest.fixture
def sim() -> Iterator[RobawsSimulator]:
    """Start two customers."""
    with RobawsSimulator(2, seed=7, rate=None) as simulator:
        yield simulator


@pytest.fixture
def client(sim: RobawsSimulator) -> Iterator[HttpClient]:
    """Connect with an allowance that limits nothing and little time for a request, without repeating any."""
    retries = Retries(attempts=1, longest_request=SECONDS)
    made = HttpClient(
        sim.base_url, KeyAndSecret(sim.api_key, sim.api_secret), Notes(), RobawsErrorRules(), retries
    )
    yield made
    made.close()


@pytest.fixture
def one_megabyte(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a megabyte be the most that is read of a response."""
    monkeypatch.setattr(bounded_client, "LARGEST_BODY", 2**20)


def patch(client: HttpClient) -> object:
    """Send a write."""
    return client.write(WriteRequest("PATCH", "clients/1", "{}"), {}, {}, accept=lambda _: False)


@pytest.mark.parametrize("at", ["start", "body"])
def test_an_answer_that_drips_byte_by_byte_ends_with_the_time_of_its_request(
    sim: RobawsSimulator, client: HttpClient, at: str
) -> None:
    sim.control.fault("dripping", at=at, seconds=0.05)
    began = time.monotonic()
    with pytest.raises(Unavailable, match="did not answer in time"):
        client.get("clients", {}, bytes)
    assert SECONDS <= time.monotonic() - began < 5
    sim.control.clear_faults()
    assert client.get("clients", {}, bytes).status == 200, "the next request has its own time"


def test_law_5_a_write_whose_answer_drips_has_an_unknown_outcome(sim: RobawsSimulator, client: HttpClient) -> None:
    sim.control.fault("dripping", at="start", seconds=0.05)
    with pytest.raises(OutcomeUnknown):
        patch(client)


@pytest.mark.parametrize(("fault", "megabytes"), [("huge_body", 200), ("gzip_bomb", 3)])
def test_a_body_without_end_is_cut_off_and_not_requested_again(
    sim: RobawsSimulator, client: HttpClient, one_megabyte: None, fault: str, megabytes: int
) -> None:
    sim.control.fault(fault, megabytes=megabytes)
    with pytest.raises(ResponseTooLarge, match="The rest was not read"):
        client.get("clients", {}, bytes)
    assert sim.control.stats()["requests"] == 1
    sim.control.clear_faults()
    assert client.get("clients", {}, bytes).status == 200


def test_law_5_a_write_whose_answer_has_no_end_has_an_unknown_outcome(
    sim: RobawsSimulator, client: HttpClient, one_megabyte: None
) -> None:
    sim.control.fault("huge_body", megabytes=200)
    with pytest.raises(OutcomeUnknown):
        patch(client)


def test_a_compressed_body_of_usual_size_is_read(sim: RobawsSimulator, client: HttpClient) -> None:
    plain = client.get("clients", {}, bytes).value
    sim.control.fault("gzip_bomb", megabytes=0)
    assert client.get("clients", {}, bytes).value == plain


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "dripping", "at": "start", "seconds": 0.05},
        {"kind": "dripping", "at": "body", "seconds": 0.05},
        {"kind": "huge_body", "megabytes": 200},
        {"kind": "gzip_bomb", "megabytes": 3},
    ],
)
def test_an_accounts_server_has_the_same_ceilings(
    monkeypatch: pytest.MonkeyPatch, one_megabyte: None, fault: dict[str, Any]
) -> None:
    monkeypatch.setattr(access, "LIMITS", RequestLimits(httpx2.Timeout(10.0), SECONDS))
    with ZohoBooksSimulator(contacts=2, seed=3, rate=None, daily_limit=None) as sim:
        sim.control.fault(path="/oauth/v2/token", **fault)
        books = Books.of(sim)
        began = time.monotonic()
        with pytest.raises(Unreachable):  # without a token nothing can be read: it is not about this record
            list(books.contacts.read(["1"]))
        books.connector.close()
    assert time.monotonic() - began < 5


NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HTTP_NOW = "Fri, 01 May 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("-5", 0.0),
        ("99999999999", DAY),
        ("1e400", DAY),
        ("inf", DAY),
        ("nan", None),
        ("", None),
        ("soon", None),
        ("Fri, 01 May 2026 12:01:00 GMT", 60.0),
        ("Fri, 01 May 2026 11:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
    ],
)
def test_retry_after_is_at_most_a_day_and_never_negative(text: str, seconds: float | None) -> None:
    assert parse_retry_after({"retry-after": text, "date": HTTP_NOW}) == seconds


def test_retry_after_as_a_date_needs_the_date_of_the_response() -> None:
    assert parse_retry_after({"retry-after": "Fri, 01 May 2026 12:01:00 GMT"}) is None


@given(st.one_of(st.text(), st.floats().map(str), st.integers().map(str), st.datetimes().map(str)))
def test_no_text_in_a_header_is_read_as_an_impossible_value(text: str) -> None:
    seconds = parse_retry_after({"retry-after": text, "date": HTTP_NOW})
    assert seconds is None or 0 <= seconds <= DAY
    number = whole_number(text)
    assert number is None or -LARGEST_NUMBER <= number <= LARGEST_NUMBER
    assert (parse_http_date(text) or NOW).utcoffset() == NOW.utcoffset()


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "1 Jan 2020 10:00:00 +99999999999999999999",
        "Fri, 01 May 99999 1:2:3 GMT",
    ],
)
def test_a_date_that_no_clock_shows_counts_as_missing(text: str) -> None:
    assert parse_http_date(text) is None
