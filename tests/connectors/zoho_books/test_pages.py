"""The evidence of a listing of Zoho's pages, judged by their marks alone."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.connectors.http.client import Response
from counterfoil.connectors.http.error_rules import RawResponse
from counterfoil.connectors.page import Item, Listing, PageMark, PageRequest
from counterfoil.connectors.zoho_books.api import Api
from counterfoil.connectors.zoho_books.contacts import ZohoContacts
from counterfoil.connectors.zoho_books.pages import SECOND_PART, ListingMark, ListingPart, judge, page_decoder
from counterfoil.connectors.zoho_books.wire_time import proves_ignored, wire_time
from counterfoil.errors import InvalidResponse

FIRST = ListingPart("from 2026-01-01", frozenset({"status.all"}), "created_time A")
SECOND = ListingPart("unpaid to 2025-12-31", frozenset(), "created_time A")
"""How an answer names this filter is not known: any name will do."""


def pages(start: int, part: ListingPart, rows: Sequence[int], filter_: str = "Status.All") -> list[PageMark]:
    """Return the marks of one part whose pages have these numbers of rows."""
    return [
        PageMark(
            start + at,
            None,
            None,
            ListingMark(part.requested, filter_, part.order, count, count, at < len(rows) - 1).text(),
        )
        for at, count in enumerate(rows)
    ]


def objection(
    marks: Sequence[PageMark], distinct: int | None = None, parts: Sequence[ListingPart] = (FIRST, SECOND)
) -> str:
    listed = sum(ListingMark.read(mark.fingerprint).records for mark in marks)
    found = judge(Listing(marks, listed if distinct is None else distinct), lambda _: parts)
    assert found.complete == (not found.reason)
    return found.reason


SIZES = st.lists(st.integers(1, 200), min_size=1, max_size=5)


@given(SIZES, SIZES, st.sampled_from(["Status.All", "Status.Unpaid", "Invoice.Unpaid", ""]), st.randoms())
def test_a_whole_listing_is_complete_in_any_order_of_its_pages(
    first: list[int], second: list[int], named: str, random: Any
) -> None:
    marks = [*pages(0, FIRST, first), *pages(SECOND_PART, SECOND, second, named)]
    random.shuffle(marks)
    assert objection(marks) == ""


@given(SIZES, SIZES, st.data())
def test_a_listing_that_lacks_any_page_is_not_complete(
    first: list[int], second: list[int], data: st.DataObject
) -> None:
    marks = [*pages(0, FIRST, first), *pages(SECOND_PART, SECOND, second)]
    marks.pop(data.draw(st.integers(0, len(marks) - 1)))
    assert objection(marks)


@given(SIZES, st.integers(1, 50))
def test_a_record_listed_twice_is_noticed(first: list[int], twice: int) -> None:
    marks = pages(0, FIRST, first)
    reason = objection(marks, sum(first) - min(twice, sum(first)), [FIRST])
    assert "listed twice" in reason


@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        ([], "first page is missing"),
        (pages(0, FIRST, [200, 3], "Status.Active"), "does not confirm that it used the requested filter"),
        (pages(0, FIRST, [200, 3], ""), "does not confirm that it used the requested filter"),
        (
            pages(0, FIRST._replace(order="created_time D"), [200, 3]),
            "does not confirm that it used the requested filter",
        ),
        (pages(0, FIRST._replace(requested="all"), [200, 3]), "different filters"),
        (pages(0, FIRST, [200, 0, 3]), "was empty"),
        ([*pages(0, FIRST, [200, 3]), *pages(2, FIRST, [4])], "More records were listed after the last page"),
        (pages(0, FIRST, [200, 3])[:1], "did not reach its end"),
        (pages(0, FIRST, [200, 200, 3])[::2], "Pages are missing"),
    ],
)
def test_each_gap_is_reported(marks: list[PageMark], reason: str) -> None:
    assert reason in objection(marks, parts=[FIRST])


def endless(rows: Sequence[int], size: int = 200) -> list[PageMark]:
    """Return the marks of pages that all promise another one."""
    named = (FIRST.requested, "Status.All", FIRST.order)
    return [
        PageMark(at, None, None, ListingMark(*named, count, count, more=True, size=size).text())
        for at, count in enumerate(rows)
    ]


@pytest.mark.parametrize("rows", [[50, 0, 0], [200, 3, 0, 0], [0, 0]])
def test_empty_pages_after_a_page_with_room_are_the_end_whatever_they_promise(rows: list[int]) -> None:
    assert objection(endless(rows), parts=[FIRST]) == ""


@pytest.mark.parametrize("rows", [[200, 0, 0], [50], [200, 3], [50, 0, 3]])
def test_a_promise_of_more_after_a_full_page_is_no_end(rows: list[int]) -> None:
    assert "did not reach its end" in objection(endless(rows), parts=[FIRST])


def test_a_context_without_echo_is_believed_by_the_order_of_its_rows() -> None:
    bare = ListingMark(FIRST.requested, "", "", 3, 3, more=False)
    assert objection([PageMark(0, None, True, bare.text())], parts=[FIRST]) == ""
    mixed = bare._replace(in_order=False)
    assert "does not confirm" in objection([PageMark(0, None, True, mixed.text())], parts=[FIRST])


@pytest.mark.parametrize(
    "context",
    [
        {"page": 1, "has_more_page": False},
        [{"page": 1, "has_more_page": False}],
        {"page": "1", "per_page": "200", "has_more_page": "false"},
        {"has_more_page": 0},
        [{"has_more_page": "0"}],
    ],
)
def test_a_context_is_understood_in_any_form(context: Any) -> None:
    times = ["2026-06-09T09:45:19-0400", "2026-06-09T13:45:19+0000", "2026-06-10T00:00:00+0200"]
    rows = [{"contact_id": str(at), "created_time": time} for at, time in enumerate(times)]
    read = page_decoder("contacts")
    found = read(orjson.dumps({"contacts": rows, "page_context": context}))
    assert (found.context.has_more_page, found.in_order, len(found.rows)) == (False, True, 3)
    assert not read(orjson.dumps({"contacts": rows[::-1], "page_context": context})).in_order


def test_an_empty_organisation_is_complete_with_one_empty_page() -> None:
    assert objection(pages(0, FIRST, [0]), parts=[FIRST]) == ""


def test_a_resumed_listing_may_have_an_empty_page_after_the_last() -> None:
    marks = [*pages(0, FIRST, [200, 3]), *pages(2, FIRST, [0]), *pages(SECOND_PART, SECOND, [1])]
    assert objection(marks) == ""


@given(st.text(), st.text(), st.text(), st.integers(), st.integers(), st.booleans())
def test_a_mark_is_read_as_it_was_written(
    asked: str, filter_: str, order: str, rows: int, records: int, more: bool
) -> None:
    rows, records = rows % 2**53, records % 2**53
    mark = ListingMark(asked, filter_, order, rows, records, more)
    assert ListingMark.read(mark.text()) == mark


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b'{"code":0,"contacts":[]}', b'{"contacts":{},"page_context":{"has_more_page":false}}',
     b'{"contacts":[],"page_context":{}}', b'{"contacts":[{}],"page_con', b"<html>"],
)  # fmt: skip
def test_a_response_without_has_more_page_is_no_page(body: bytes) -> None:
    with pytest.raises(InvalidResponse):
        page_decoder("contacts")(body)


@given(st.datetimes(timezones=st.timezones()).filter(lambda moment: 1970 < moment.year < 2200))
def test_times_have_the_format_that_zoho_accepts(moment: datetime) -> None:
    written = wire_time(moment)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", written)
    assert timedelta(0) <= moment - datetime.strptime(written, "%Y-%m-%dT%H:%M:%S%z") < timedelta(seconds=1)


@given(st.integers(-5, 5))
def test_rows_before_the_time_prove_that_the_filter_was_ignored(seconds: int) -> None:
    since = datetime(2026, 11, 20, 12, 0, 0, 500_000, tzinfo=UTC)
    item = Item("1", since.replace(microsecond=0) + timedelta(seconds=seconds), b"", b"{}")
    assert proves_ignored(since, [item]) == (seconds < 0)
    assert not proves_ignored(None, [item])
    assert not proves_ignored(since, [item._replace(modified=None)])


class Canned:
    """An API that gives one answer, to whatever is asked."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = orjson.dumps(body)

    def get(self, path: str, query: Any, decode: Any) -> Response[Any]:
        """Return the response."""
        return Response(200, 1, decode(self._body), None, 1, RawResponse(200, {}, self._body))


def test_vendors_are_left_out_even_if_the_filter_is_ignored() -> None:
    rows = [{"contact_id": str(at), "contact_type": kind} for at, kind in enumerate(("customer", "vendor") * 3)]
    context = {
        "has_more_page": False,
        "applied_filter": "Status.All",
        "sort_column": "created_time",
        "sort_order": "A",
    }
    contacts = ZohoContacts(cast(Api, Canned({"code": 0, "contacts": rows, "page_context": context})))
    page = contacts.fetch(PageRequest(0, 200))
    assert [item.external_id for item in page.items] == ["0", "2", "4"]
    assert page.last
    marks = [PageMark(page.number, None, page.last, page.fingerprint)]
    assert contacts.evidence(Listing(marks, 3)).complete
