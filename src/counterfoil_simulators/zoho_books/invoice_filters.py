"""The filters of a list of invoices (contract section 4.1). Unknown parameters are ignored."""

from collections.abc import Callable
from datetime import date
from operator import eq, ge, gt, le, lt
from typing import Any, NamedTuple

from counterfoil_simulators.zoho_books.books import Books
from counterfoil_simulators.zoho_books.errors import invalid_value
from counterfoil_simulators.zoho_books.invoice_rows import WAITING, shown_status
from counterfoil_simulators.zoho_books.records import SimulatedInvoice
from counterfoil_simulators.zoho_books.switches import ZohoSwitches
from counterfoil_simulators.zoho_books.zones import parse_day, parse_modified_time

STATUSES: dict[str, str] = {
    "sent": "Status.Sent",
    "draft": "Status.Draft",
    "overdue": "Status.OverDue",
    "paid": "Status.Paid",
    "void": "Status.Void",
    "unpaid": "Status.Unpaid",
    "partially_paid": "Status.PartiallyPaid",
    "viewed": "Status.Viewed",
}
"""The values of `status` (one, never a list), and their names in `page_context`, which are inferred."""
_BY_FILTER = {name.lower(): status for status, name in STATUSES.items()}
ALL = "Status.All"

_BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "": eq,
    "_start": ge,
    "_end": le,
    "_before": lt,
    "_after": gt,
}
_DAYS = {f"{field}{bound}": (field, bound) for field in ("date", "due_date") for bound in _BOUNDS}
_TEXTS = ("invoice_number", "reference_number", "customer_name")


class InvoiceCriteria(NamedTuple):
    """The filters of one list request, hashable so that they can be a cache key."""

    status: str | None
    applied_filter: str
    customer_id: str | None
    modified_from: int | None
    days: tuple[tuple[str, str, str], ...]
    """Field, bound, day."""
    texts: tuple[tuple[str, str], ...]
    today: date
    """Decides which invoices are overdue."""


def parse(query: dict[str, str], switches: ZohoSwitches, today: date, *, ignore_modified: bool) -> InvoiceCriteria:
    """Parse the filters of a query. Raises 400, code 2."""
    modified_from = None
    if "last_modified_time" in query:
        modified_from = parse_modified_time(query["last_modified_time"])
    status = _status(query, switches)
    days = tuple((*_DAYS[name], parse_day(query[name], name)) for name in _DAYS if query.get(name))
    texts = tuple((name, query[name].casefold()) for name in _TEXTS if query.get(name))
    return InvoiceCriteria(
        status,
        ALL if status is None else STATUSES[status],
        query.get("customer_id") or None,
        None if ignore_modified else modified_from,
        days,
        texts,
        today,
    )


def select(books: Books, criteria: InvoiceCriteria) -> list[SimulatedInvoice]:
    """Return the invoices that meet the criteria; `last_modified_time` is inclusive."""
    if criteria.customer_id is None:
        chosen = list(books.invoices.values())
    else:
        chosen = list(books.invoices_of(criteria.customer_id))
    if criteria.modified_from is not None:
        chosen = [one for one in chosen if one.modified >= criteria.modified_from]
    for field, bound, day in criteria.days:
        chosen = [one for one in chosen if _BOUNDS[bound](one.body[field], day)]
    for field, wanted in criteria.texts:
        chosen = [one for one in chosen if one.body[field].casefold() == wanted]
    return [one for one in chosen if _passes(shown_status(one, criteria.today), criteria.status)]


def _status(query: dict[str, str], switches: ZohoSwitches) -> str | None:
    """Return the one status of `status` or `filter_by`; None: all of them."""
    status = query.get("status") or None
    if status is not None:
        if status in STATUSES:
            return status
        if switches.unknown_status == "400":
            raise invalid_value("status")
        return None
    filter_by = query.get("filter_by", "").lower()
    if not filter_by or switches.filter_by == "ignored" or filter_by in {ALL.lower(), "date.paymentexpecteddate"}:
        return None
    if filter_by not in _BY_FILTER:
        if switches.unknown_filter_by == "400":
            raise invalid_value("filter_by")
        return None
    return _BY_FILTER[filter_by]


def _passes(shown: str, wanted: str | None) -> bool:
    if wanted is None:
        return True
    return shown in WAITING if wanted == "unpaid" else shown == wanted
