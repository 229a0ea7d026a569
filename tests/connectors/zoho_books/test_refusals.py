"""Errors of Zoho Books: a code in the body decides, whatever the status."""

import pytest

from counterfoil.connectors.page import PageRequest
from counterfoil.connectors.zoho_books.connector import ZohoBooks
from counterfoil.errors import (
    CounterfoilError,
    InvalidResponse,
    NeedsPerson,
    NotAllowed,
    QuotaExhausted,
    Throttled,
    Unavailable,
)
from tests.connectors.zoho_books.books import Books

FIRST = PageRequest(0, 200)


def refusal(books: Books) -> CounterfoilError:
    """Send a request and return its error."""
    with pytest.raises(CounterfoilError) as raised:
        books.contacts.fetch(FIRST)
    return raised.value


@pytest.mark.parametrize(
    ("code", "said", "pause"),
    [(44, 1800, 1800.0), (44, None, None), (44, 5, 60.0), (43, 1800, 1800.0)],
)
def test_exceeding_the_minute_blocks_as_long_as_zoho_says(
    books: Books, code: int, said: int | None, pause: float | None
) -> None:
    """The organisation is blocked for half an hour: backing off for seconds only makes it worse."""
    books.sim.control.fault("too_many_requests", path="/contacts", code=code, retry_after=said)
    assert isinstance(refusal(books), QuotaExhausted)
    assert books.notes.blocks == [(f"Zoho Books counted too many requests in a minute (code {code})", pause)]
    assert len(books.asked("/contacts")) == 1


def test_a_used_up_day_lasts_until_the_reset_that_zoho_names(books: Books) -> None:
    books.sim.control.switch(daily_limit=100)
    books.sim.control.set_daily_remaining(0)
    assert isinstance(refusal(books), Throttled)
    quota, pause = books.notes.pauses[0]
    assert (quota.remaining, quota.limit, pause) == (0, 100, None)
    assert quota.reset_in is not None
    assert 0 < quota.reset_in <= 86_400
    assert books.notes.blocks == []


def test_too_many_concurrent_requests_cause_a_short_pause(books: Books) -> None:
    books.sim.control.fault("too_many_requests", path="/contacts", code=1070, times=2)
    assert len(books.contacts.fetch(FIRST).items) == 200
    assert [pause for _, pause in books.notes.pauses] == [None, None]
    assert books.notes.blocks == []


def test_every_response_reports_what_is_left_of_the_day(books: Books) -> None:
    books.sim.control.switch(daily_limit=1000)
    books.contacts.fetch(FIRST)
    assert books.notes.quotas[-1].remaining == 999
    assert books.notes.quotas[-1].limit == 1000
    assert (books.notes.quotas[-1].reset_in or 0) > 0


@pytest.mark.parametrize("fault", ["server_error", "html_error", "interstitial", "truncated", "dropped"])
def test_a_temporary_fault_is_repeated(books: Books, fault: str) -> None:
    books.sim.control.fault(fault, path="/contacts", times=2)
    page = books.contacts.fetch(FIRST)
    assert (len(page.items), page.calls) == (200, 3)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "server_error"}, Unavailable),
        ({"kind": "html_error", "status": 503}, Unavailable),
        ({"kind": "truncated"}, InvalidResponse),
        ({"kind": "no_page_context"}, InvalidResponse),
        ({"kind": "error", "status": 200, "code": 1000}, Unavailable),
        ({"kind": "error", "status": 200, "code": 15}, NeedsPerson),
        ({"kind": "error", "status": 403, "code": 9}, NotAllowed),
        ({"kind": "error", "status": 400, "code": 4}, NeedsPerson),
    ],
)
def test_an_error_code_is_an_error_with_any_status(
    books: Books, fault: dict[str, object], kind: type[CounterfoilError]
) -> None:
    books.sim.control.fault(path="/contacts", **fault)  # type: ignore[arg-type]  # what a fault takes
    assert isinstance(refusal(books), kind)


def test_a_refused_value_is_named_and_not_sent_again(books: Books) -> None:
    """One that is repeated by a schedule piles up failures without end."""
    message = "Invalid value passed for last_modified_time"
    books.sim.control.fault("error", path="/contacts", code=2, message=message)
    error = refusal(books)
    assert isinstance(error, NeedsPerson)
    assert "invalid value for last_modified_time" in error.message
    assert len(books.asked("/contacts")) == 1


def test_no_error_repeats_data_of_a_record(books: Books) -> None:
    books.sim.control.fault("error", path="/contacts", code=9999, message="Jan Peeters, 0475 12 34 56, owes 12.00")
    assert "Peeters" not in str(refusal(books))


def test_no_minute_has_more_requests_than_granted() -> None:
    limits = ZohoBooks.limits
    assert limits.rate * 60 + limits.burst <= 95
