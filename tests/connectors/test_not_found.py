"""The form of a 404: equal for any two ids where the same system answers, and different where another one does."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.http.error_rules import RawResponse
from counterfoil.connectors.http.not_found import names_id, not_found_form

JSON = {"content-type": "application/json"}
IDS = st.integers(1, 10**18).map(str) | st.uuids().map(str)


def own(external_id: str, second: int = 0, trace: str = "9424c25e-0000-4000-8000-000000000000") -> RawResponse:
    body = {
        "timestamp": f"2026-11-30T06:00:{second:02d}.123+00:00",
        "status": 404,
        "error": "Not Found",
        "message": f"Client {external_id} not found on 2026-11-30T06:00:{second:02d}Z",
        "path": f"/api/v2/clients/{external_id}",
        "correlationId": trace,
    }
    return RawResponse(404, JSON, orjson.dumps(body))


def page(external_id: str, trace: str) -> RawResponse:
    body = f"<html><h1>404 Not Found</h1>/api/v2/clients/{external_id}<p>Request {trace}</p></html>"
    return RawResponse(404, {"content-type": "text/html; charset=UTF-8"}, body.encode())


@given(IDS, IDS, st.integers(0, 59), st.uuids().map(str))
def test_law_3_the_form_does_not_depend_on_id_time_or_trace(one: str, other: str, second: int, trace: str) -> None:
    assert not_found_form(own(one), one) == not_found_form(own(other, second, trace), other)
    assert not_found_form(page(one, "8f3a2b1c9d0e1234"), one) == not_found_form(page(other, trace), other)


@pytest.mark.parametrize("external_id", ["11", "30", "06", "2026", "404", "123", "9424c25e", "a-b/c"])
def test_law_3_an_id_that_reads_like_a_part_of_a_time_or_trace_has_the_same_form(external_id: str) -> None:
    assert not_found_form(own(external_id), external_id) == not_found_form(own("7"), "7")
    trace = "9424c25e-0000-4000-8000-000000000000"
    assert not_found_form(page(external_id, trace), external_id) == not_found_form(page("7", trace), "7")


@given(IDS, IDS)
def test_law_3_a_body_about_another_id_has_another_form(one: str, other: str) -> None:
    assert (not_found_form(own(other), one) == not_found_form(own(one), one)) == (one == other)


@pytest.mark.parametrize(
    "answer",
    [
        RawResponse(404, {}, b""),
        RawResponse(404, JSON, b""),
        RawResponse(404, JSON, b"{}"),
        RawResponse(404, JSON, b'{"message": "no Route matched with those values"}'),
        RawResponse(410, JSON, own("7").body),
        RawResponse(404, {"content-type": "text/html"}, own("7").body),
        RawResponse(404, JSON, b"\xff\xfe not text"),
        page("7", "8f3a2b1c9d0e1234"),
    ],
)
def test_law_3_another_system_has_another_form(answer: RawResponse) -> None:
    assert not_found_form(answer, "7") != not_found_form(own("8"), "8")


def test_the_status_is_not_taken_for_the_id_404() -> None:
    assert not_found_form(own("404"), "404") == not_found_form(own("7"), "7")


@pytest.mark.parametrize(
    ("path", "external_id", "named"),
    [
        ("/api/v2/clients/7", "7", True),
        ("/api/v2/clients/7/", "7", True),
        ("/api/v2/clients/7?include=contacts", "7", True),
        ("/api/v2/clients/a%2Fb", "a/b", True),
        ("/api/v2/clients/17", "7", False),
        ("/api/v2/clients/7/contacts", "7", False),
        (None, "7", False),
        (7, "7", False),
    ],
)
def test_a_path_names_an_id_in_its_last_segment(path: object, external_id: str, named: bool) -> None:
    assert names_id(path, external_id) is named
