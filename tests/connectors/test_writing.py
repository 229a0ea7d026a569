"""Network errors of a write, and finding the value that an upstream's message names."""

from collections.abc import Sequence

import httpx2
import pytest

from counterfoil.connectors.http.client import translate_network_errors
from counterfoil.connectors.write_port import path_named_in
from counterfoil.errors import OutcomeUnknown, Unavailable


@pytest.mark.parametrize("error", [httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout])
def test_errors_before_the_connection_mean_that_nothing_was_sent(error: type[httpx2.TransportError]) -> None:
    with pytest.raises(Unavailable), translate_network_errors("upstream.example", writing=True):
        raise error("no")


@pytest.mark.parametrize(
    "error",
    [
        httpx2.ReadTimeout("no"),
        httpx2.WriteTimeout("no"),
        httpx2.ReadError("no"),
        httpx2.WriteError("no"),
        httpx2.RemoteProtocolError("no"),
        httpx2.DecodingError("no"),
        RuntimeError("closed by another thread"),
    ],
)
def test_errors_after_the_connection_leave_the_outcome_unknown(error: Exception) -> None:
    with (
        pytest.raises(OutcomeUnknown, match=r"looked up"),
        translate_network_errors("upstream.example", writing=True),
    ):
        raise error
    with pytest.raises(Unavailable), translate_network_errors("upstream.example"):
        raise error


@pytest.mark.parametrize(
    ("cause", "may_land"),
    [
        (httpx2.ReadTimeout("late"), True),
        (httpx2.WriteTimeout("late"), True),
        (httpx2.RemoteProtocolError("cut"), False),
        (httpx2.ReadError("cut"), False),
    ],
)
def test_only_a_timeout_leaves_a_write_that_may_still_land(cause: Exception, may_land: bool) -> None:
    with (
        pytest.raises(OutcomeUnknown) as raised,
        translate_network_errors("upstream.example", writing=True),
    ):
        raise cause
    assert raised.value.may_land == may_land


@pytest.mark.parametrize(
    ("words", "paths", "found"),
    [
        ("Invalid value passed for contact_name", ["contact_name", "name"], "contact_name"),
        ("Invalid value passed for Contact Name", ["contact_name"], "contact_name"),
        ("Zip: too long", ["billing_address.address", "billing_address.zip"], "billing_address.zip"),
        ("The first_name and the name", ["name", "first_name"], "first_name"),
        ("Unnamed", ["name"], ""),
        ("Name", [], ""),
        ("G/L account is odd", ["extraFields.G/L account"], "extraFields.G/L account"),
    ],
)
def test_a_message_belongs_to_the_value_that_it_names(words: str, paths: Sequence[str], found: str) -> None:
    assert path_named_in(words, paths) == found
