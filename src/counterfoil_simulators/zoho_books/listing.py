"""One page of a list: rows, envelope, and possibly a fault (contract sections 2.1, 4.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.zoho_books.drift import drift
from counterfoil_simulators.zoho_books.errors import invalid_value
from counterfoil_simulators.zoho_books.page_faults import (
    ITEM_FAULTS,
    PAGE_FAULTS,
    ZohoPage,
    corrupt,
    corrupt_rows,
    deleted_body,
)
from counterfoil_simulators.zoho_books.records import Json
from counterfoil_simulators.zoho_books.sort_order import ZohoSortOrder
from counterfoil_simulators.zoho_books.switches import ZohoSwitches
from counterfoil_simulators.zoho_books.tenant import ZohoCall

KEPT_LISTINGS = 32
JSON_TYPE = "application/json;charset=UTF-8"


class ZohoWindow(NamedTuple):
    """The requested page and its greatest length. Pages count from 1."""

    page: int
    per_page: int

    @property
    def start(self) -> int:
        """The position of the first row."""
        return (self.page - 1) * self.per_page


@dataclass(frozen=True, slots=True)
class Report:
    """A kind of list: the key of its rows, its name, the key of an id, and further fields of its context."""

    key: str
    name: str
    id_key: str
    context: Json


def parse_window(query: dict[str, str], switches: ZohoSwitches) -> ZohoWindow:
    """Parse the page parameters. Too many rows per page: the maximum, or 400 by switch."""
    per_page = _number("per_page", query, switches.default_per_page)
    if per_page > switches.max_per_page and switches.per_page_over_max == "400":
        raise invalid_value("per_page")
    return ZohoWindow(_number("page", query, 1), min(per_page, switches.max_per_page))


def find_ids(call: ZohoCall, key: object, choose: Callable[[], list[str]]) -> list[str]:
    """Return the ids of a list in order, cached until something changes."""
    listings = call.organization.books.listings
    ids = listings.get(key)
    if ids is None:
        if len(listings) >= KEPT_LISTINGS:
            listings.clear()
        ids = listings[key] = choose()
    return ids


def answer_page(
    call: ZohoCall, report: Report, ids: Sequence[str], order: ZohoSortOrder, row: Callable[[str], Json]
) -> WireResponse:
    """Answer 200 with the requested page; a page past the end is empty. The books' lock must be held."""
    window = parse_window(call.request.query, call.tenant.switches)
    start = window.start
    if start > 0:
        start = max(0, start - sum(fault.count for fault in call.faults("duplicate_rows")))
    chosen = list(ids[start : start + window.per_page])
    more = start + window.per_page < len(ids)
    page = ZohoPage(
        [orjson.dumps(row(record_id)) for record_id in chosen], chosen, _context(window, report, order, more)
    )
    for fault in call.faults(*PAGE_FAULTS):
        PAGE_FAULTS[fault.kind](page, fault)
    on_page = {None, *page.ids}
    for fault in call.faults(*ITEM_FAULTS, meant=lambda fault: fault.record in on_page):
        corrupt_rows(page, fault, report.id_key)
    for fault in call.faults("drift_delete", "drift_insert", "drift_move"):
        drift(call, fault, report.key, ids, start, window.per_page)
    return _envelope(report, page, call.tenant.switches.page_context)


def answering_id(call: ZohoCall, record_id: str) -> str:
    """Return the id of the record that answers a read of this one: mostly itself."""
    faults = call.faults("answered_by", meant=lambda fault: fault.record == record_id)
    return faults[0].other if faults else record_id


def answer_deleted(call: ZohoCall, key: str, record_id: str) -> WireResponse | None:
    """Answer 200 with a record that says it is deleted, where a fault orders that."""
    if not call.faults("deleted_body", meant=lambda fault: fault.record == record_id):
        return None
    body = {"code": 0, "message": "success", key: deleted_body(f"{key}_id", record_id)}
    return WireResponse(200, orjson.dumps(body), JSON_TYPE)


def answer_record(call: ZohoCall, key: str, found: Json, id_key: str) -> WireResponse:
    """Answer 200 with one record under its key, possibly corrupted by a fault."""
    body = orjson.dumps(found)
    meant = found[id_key]
    for fault in call.faults(*ITEM_FAULTS, meant=lambda fault: fault.record == meant):
        body = corrupt(body, fault, id_key)
    return WireResponse(200, b'{"code":0,"message":"success","' + key.encode() + b'":' + body + b"}", JSON_TYPE)


def _context(window: ZohoWindow, report: Report, order: ZohoSortOrder, more: bool) -> Json:
    context = {"page": window.page, "per_page": window.per_page, "has_more_page": more, "report_name": report.name}
    return context | report.context | {"sort_column": order.column, "sort_order": order.direction}


def _envelope(report: Report, page: ZohoPage, form: str) -> WireResponse:
    rows = b",".join(page.rows)
    body = b'{"code":0,"message":"success","' + report.key.encode() + b'":[' + rows + b"]"
    if page.context is not None:
        body += b',"page_context":' + orjson.dumps(_formed(page.context, form))
    return WireResponse(200, body + b"}", JSON_TYPE)


def _formed(context: Json, form: str) -> Json | list[Json]:
    """Return a context in the form that the tenant's switch names."""
    match form:
        case "list":
            return [context]
        case "texts":
            return {
                name: str(value).lower() if isinstance(value, int) else value for name, value in context.items()
            }
        case "bare":
            return {name: context[name] for name in ("page", "per_page", "has_more_page")}
        case _:
            return context


def _number(name: str, query: dict[str, str], default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < 1:
        raise invalid_value(name)
    return int(text)
