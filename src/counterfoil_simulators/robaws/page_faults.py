"""Faults of a list: missing rows, repeated rows, corrupt rows."""

from collections.abc import Callable

import orjson

from counterfoil_simulators.odd_payloads import SPOIL, spoil
from counterfoil_simulators.robaws.faults import RobawsFault
from counterfoil_simulators.robaws.pages import RobawsPage

GARBAGE = b'"<<<<<<< HEAD"'
BROKEN_UTF8 = b"\xff\xfe\xc3("
_WHOLE = {"string": GARBAGE, "null": b"null"}
"""Shapes that replace the whole item."""


def empty_list(page: RobawsPage, fault: RobawsFault) -> None:
    """Remove every item, with a total of 0."""
    page.items, page.ids, page.total = [], [], 0


def empty_page(page: RobawsPage, fault: RobawsFault) -> None:
    """Remove every item, and leave the total."""
    page.items, page.ids = [], []


def short_page(page: RobawsPage, fault: RobawsFault) -> None:
    """Remove items from the middle, and leave the total."""
    middle = max(0, len(page.items) // 2 - fault.count // 2)
    del page.items[middle : middle + fault.count]
    del page.ids[middle : middle + fault.count]


def wrong_total(page: RobawsPage, fault: RobawsFault) -> None:
    """Change the total, and leave the items."""
    page.total = page.total - 1 if fault.total is None else fault.total


def growing_total(page: RobawsPage, fault: RobawsFault) -> None:
    """Announce two pages more than were asked for so far, on every page."""
    page.total += (page.window.page + 2) * page.window.size


PAGE_FAULTS: dict[str, Callable[[RobawsPage, RobawsFault], None]] = {
    "empty_list": empty_list,
    "empty_page": empty_page,
    "short_page": short_page,
    "wrong_total": wrong_total,
    "growing_total": growing_total,
}


ITEM_FAULTS = ("garbage", "invalid_utf8", "altered", "deleted_body")


def deleted_body(client_id: str) -> bytes:
    """Build a body that says nothing but that the client is deleted."""
    return orjson.dumps({"id": client_id, "deleted": True})


def corrupt(body: bytes, fault: RobawsFault) -> bytes:
    """Corrupt one item."""
    match fault.kind:
        case "invalid_utf8":
            return body.replace(b'"name":"', b'"name":"' + BROKEN_UTF8, 1)
        case "altered":
            return orjson.dumps(fault.alter(orjson.loads(body)))
        case "deleted_body":
            return deleted_body(orjson.loads(body)["id"])
        case _:
            return _misshapen(body, fault.shape)


def _misshapen(body: bytes, shape: str) -> bytes:
    if shape in _WHOLE:
        return _WHOLE[shape]
    if shape in SPOIL:
        return spoil(body, shape)
    item = orjson.loads(body)
    match shape:
        case "no_id":
            del item["id"]
        case "name_object":
            item["name"] = {"value": item["name"]}
        case "integer_id":
            item["id"] = int(item["id"])
        case "no_contacts":
            item.pop("contacts", None)
        case "nul_label":
            item["extraFields"] = {**item.get("extraFields", {}), "Ro\x00le": {"stringValue": "POV"}}
    return orjson.dumps(item)


def corrupt_items(page: RobawsPage, fault: RobawsFault) -> None:
    """Corrupt the item of one client, or the one at a position."""
    position = min(fault.position, len(page.items) - 1)
    for at, number in enumerate(page.ids):
        if (at == position) if fault.client is None else (str(number) == fault.client):
            page.items[at] = corrupt(page.items[at], fault)
