"""Faults of a list: missing rows, repeated rows, corrupt rows, a wrong context."""

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from counterfoil_simulators.odd_payloads import SPOIL, spoil
from counterfoil_simulators.zoho_books.faults import ZohoFault
from counterfoil_simulators.zoho_books.records import Json

GARBAGE = b'"<<<<<<< HEAD"'
BROKEN_UTF8 = b"\xff\xfe\xc3("
_WHOLE = {"string": GARBAGE, "null": b"null"}
"""Shapes that replace the whole record."""


@dataclass(slots=True)
class ZohoPage:
    """The rows of one answer as encoded JSON, and the page context."""

    rows: list[bytes]
    ids: list[str]
    context: Json | None


def empty_list(page: ZohoPage, fault: ZohoFault) -> None:
    """Remove every row, with a context that agrees."""
    page.rows, page.ids = [], []
    _say_more(page, more=False)


def empty_page(page: ZohoPage, fault: ZohoFault) -> None:
    """Remove every row, and leave the context."""
    page.rows, page.ids = [], []


def short_page(page: ZohoPage, fault: ZohoFault) -> None:
    """Remove rows from the middle."""
    middle = max(0, len(page.rows) // 2 - fault.count // 2)
    del page.rows[middle : middle + fault.count]
    del page.ids[middle : middle + fault.count]


def endless(page: ZohoPage, fault: ZohoFault) -> None:
    """Report one more page, always."""
    _say_more(page, more=True)


def cut_short(page: ZohoPage, fault: ZohoFault) -> None:
    """Report that this is the last page."""
    _say_more(page, more=False)


def no_page_context(page: ZohoPage, fault: ZohoFault) -> None:
    """Remove the context."""
    page.context = None


def _say_more(page: ZohoPage, *, more: bool) -> None:
    if page.context is not None:
        page.context["has_more_page"] = more


PAGE_FAULTS: dict[str, Callable[[ZohoPage, ZohoFault], None]] = {
    "empty_list": empty_list,
    "empty_page": empty_page,
    "short_page": short_page,
    "endless": endless,
    "cut_short": cut_short,
    "no_page_context": no_page_context,
}


ITEM_FAULTS = ("garbage", "invalid_utf8", "altered", "deleted_body")


def deleted_body(id_key: str, record_id: str) -> Json:
    """Build a record that says nothing but that it is deleted."""
    return {id_key: record_id, "deleted": True}


def corrupt_rows(page: ZohoPage, fault: ZohoFault, id_key: str) -> None:
    """Corrupt the row of one record, or the one at a position."""
    position = min(fault.position, len(page.rows) - 1)
    for at, record_id in enumerate(page.ids):
        if (at == position) if fault.record is None else (record_id == fault.record):
            page.rows[at] = corrupt(page.rows[at], fault, id_key)


def corrupt(body: bytes, fault: ZohoFault, id_key: str) -> bytes:
    """Corrupt one record."""
    match fault.kind:
        case "invalid_utf8":
            return body.replace(b'_name":"', b'_name":"' + BROKEN_UTF8, 1)
        case "altered":
            return orjson.dumps(fault.alter(orjson.loads(body)))
        case "deleted_body":
            return orjson.dumps(deleted_body(id_key, orjson.loads(body)[id_key]))
        case _:
            return _misshapen(body, fault.shape, id_key)


def _misshapen(body: bytes, shape: str, id_key: str) -> bytes:
    if shape in _WHOLE:
        return _WHOLE[shape]
    if shape in SPOIL:
        return spoil(body, shape)
    item: Json = orjson.loads(body)
    name = next(key for key in item if key.endswith("_name"))
    match shape:
        case "no_id":
            del item[id_key]
        case "name_object":
            item[name] = {"value": item[name]}
        case "integer_id":
            item[id_key] = int(item[id_key])
        case "wrong_time":
            item["last_modified_time"] = "yesterday"
        case "wrong_amount":
            item |= {key: "n/a" for key in ("balance", "total", "outstanding_receivable_amount") if key in item}
    return orjson.dumps(item)
