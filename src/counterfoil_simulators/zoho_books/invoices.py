"""/invoices and /invoices/{id} (contract sections 4.1 and 4.2)."""

from collections.abc import Callable, Mapping
from typing import Any

from counterfoil_simulators.wire import WireResponse
from counterfoil_simulators.zoho_books import invoice_filters, invoice_rows, listing, sort_order
from counterfoil_simulators.zoho_books.errors import does_not_exist
from counterfoil_simulators.zoho_books.records import SimulatedInvoice
from counterfoil_simulators.zoho_books.sort_order import ZohoSortOrder
from counterfoil_simulators.zoho_books.tenant import ZohoCall

DEFAULT_ORDER = ZohoSortOrder("created_time", "D")
KEYS: Mapping[str, Callable[[SimulatedInvoice], Any]] = {
    "id": lambda invoice: invoice.id,
    "customer_name": lambda invoice: str(invoice.body["customer_name"]).casefold(),
    "invoice_number": lambda invoice: invoice.body["invoice_number"],
    "date": lambda invoice: invoice.body["date"],
    "due_date": lambda invoice: invoice.body["due_date"],
    "total": lambda invoice: invoice.total,
    "balance": lambda invoice: invoice.balance,
    "created_time": lambda invoice: invoice.created,
    "last_modified_time": lambda invoice: invoice.modified,
}
COLUMNS = frozenset(KEYS) - {"id"}


def list_invoices(call: ZohoCall) -> WireResponse:
    """GET /invoices: no lines, no persons."""
    organization, switches, query = call.organization, call.tenant.switches, call.request.query
    ignoring = bool(call.faults("ignore_last_modified_time"))
    books = organization.books
    criteria = invoice_filters.parse(query, switches, organization.today, ignore_modified=ignoring)
    columns = COLUMNS if switches.invoices_sort_by_last_modified_time else COLUMNS - {"last_modified_time"}
    order = sort_order.parse(query, columns, DEFAULT_ORDER, switches)

    def choose() -> list[str]:
        return [one.id for one in sort_order.sort_records(invoice_filters.select(books, criteria), order, KEYS)]

    with books.lock:
        ids = listing.find_ids(call, ("invoices", criteria, order), choose)
        context = {"applied_filter": criteria.applied_filter, "custom_fields": [], "seller_app_sales_channels": ""}
        report = listing.Report("invoices", "Invoices", "invoice_id", context)
        return listing.answer_page(
            call,
            report,
            ids,
            order,
            lambda invoice_id: invoice_rows.list_row(books.invoices[invoice_id], organization, switches),
        )


def read_invoice(call: ZohoCall, invoice_id: str) -> WireResponse:
    """GET /invoices/{id}: the whole invoice."""
    invoice_id = listing.answering_id(call, invoice_id)
    if (deleted := listing.answer_deleted(call, "invoice", invoice_id)) is not None:
        return deleted
    organization, switches = call.organization, call.tenant.switches
    with organization.books.lock:
        invoice = organization.books.invoices.get(invoice_id)
        if invoice is None:
            raise does_not_exist("Invoice", switches.not_found_status)
        return listing.answer_record(
            call, "invoice", invoice_rows.detail(invoice, organization, switches), "invoice_id"
        )
