"""One page of a list: which rows, in which envelope, perhaps spoiled by a fault (contract sections 2.1, 4.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.zoho_books.drift import drift
from counterfoil_simulators.zoho_books.errors import invalid_value
from counterfoil_simulators.zoho_books.page_faults import PAGE_FAULTS, ZohoPage, spoil, spoiled
from counterfoil_simulators.zoho_books.records import Json
from counterfoil_simulators.zoho_books.sorting import ZohoOrder
from counterfoil_simulators.zoho_books.switches import ZohoSwitches
from counterfoil_simulators.zoho_books.tenant import ZohoCall

KEPT_LISTINGS = 32
JSON_TYPE = "application/json;charset=UTF-8"


class ZohoWindow(NamedTuple):
    """Which page, and how long it may be. Pages count from 1."""

    page: int
    per_page: int

    @property
    def start(self) -> int:
        """The position of the first row."""
        return (self.page - 1) * self.per_page


@dataclass(frozen=True, slots=True)
class Report:
    """A kind of list: the key of its rows, its name, the key of an id, and what its context holds besides."""

    key: str
    name: str
    id_key: str
    context: Json


def window(query: dict[str, str], switches: ZohoSwitches) -> ZohoWindow:
    """The asked page. More rows than a page may hold: as many as it may, or 400 by switch."""
    per_page = _number("per_page", query, switches.default_per_page)
    if per_page > switches.max_per_page and switches.per_page_over_max == "400":
        raise invalid_value("per_page")
    return ZohoWindow(_number("page", query, 1), min(per_page, switches.max_per_page))


def kept(call: ZohoCall, key: object, choose: Callable[[], list[str]]) -> list[str]:
    """The ids of a list in order, chosen anew whenever something has changed."""
    listings = call.organization.books.listings
    known = listings.get(key)
    if known is None:
        if len(listings) >= KEPT_LISTINGS:
            listings.clear()
        known = listings[key] = choose()
    return known


def answer(
    call: ZohoCall, report: Report, ids: Sequence[str], order: ZohoOrder, row: Callable[[str], Json]
) -> WireResponse:
    """200 with the asked page; a page past the end is empty. The books' lock must be held."""
    asked = window(call.request.query, call.tenant.switches)
    start = asked.start
    if start > 0:
        start = max(0, start - sum(fault.count for fault in call.faults("duplicate_rows")))
    chosen = list(ids[start : start + asked.per_page])
    more = start + asked.per_page < len(ids)
    page = ZohoPage(
        [orjson.dumps(row(record_id)) for record_id in chosen], chosen, _context(asked, report, order, more)
    )
    for fault in call.faults(*PAGE_FAULTS):
        PAGE_FAULTS[fault.kind](page, fault)
    known = {None, *page.ids}
    for fault in call.faults("garbage", "invalid_utf8", meant=lambda fault: fault.record in known):
        spoil(page, fault, report.id_key)
    for fault in call.faults("drift_delete", "drift_insert", "drift_move"):
        drift(call, fault, report.key, ids, start, asked.per_page)
    return _envelope(report, page)


def one(call: ZohoCall, key: str, found: Json, id_key: str) -> WireResponse:
    """200 with one record under its key; a fault may have spoiled it."""
    body = orjson.dumps(found)
    meant = found[id_key]
    for fault in call.faults("garbage", "invalid_utf8", meant=lambda fault: fault.record == meant):
        body = spoiled(body, fault, id_key)
    return WireResponse(200, b'{"code":0,"message":"success","' + key.encode() + b'":' + body + b"}", JSON_TYPE)


def _context(asked: ZohoWindow, report: Report, order: ZohoOrder, more: bool) -> Json:
    context = {"page": asked.page, "per_page": asked.per_page, "has_more_page": more, "report_name": report.name}
    return context | report.context | {"sort_column": order.column, "sort_order": order.direction}


def _envelope(report: Report, page: ZohoPage) -> WireResponse:
    rows = b",".join(page.rows)
    body = b'{"code":0,"message":"success","' + report.key.encode() + b'":[' + rows + b"]"
    if page.context is not None:
        body += b',"page_context":' + orjson.dumps(page.context)
    return WireResponse(200, body + b"}", JSON_TYPE)


def _number(name: str, query: dict[str, str], default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < 1:
        raise invalid_value(name)
    return int(text)
