"""The list of invoices, and one invoice's page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from counterfoil.connectors.page import Resource
from counterfoil.console.invoices import detail, filters, rows
from counterfoil.console.lists.admin_base import PageAdmin
from counterfoil.console.lists.filters import ConnectionFilter
from counterfoil.console.lists.pagination import CappedChangeList, Segment
from counterfoil.console.site import permissions, visibility
from counterfoil.console.widgets import badges, formats
from counterfoil.mirror import freshness, invoice_customer
from counterfoil.mirror.models import Connection, Customer, Invoice

NOT_LISTED = ("raw", "extra", "hash", "other_hashes")
"""The largest columns; the list does not show them."""


@register(Invoice)
class InvoiceAdmin(PageAdmin[Invoice]):
    """The invoice screens. Read-only: only the ingest writes mirrored columns."""

    page_template = "console/invoice.html"
    list_filter = (
        ConnectionFilter,
        filters.StatusFilter,
        filters.OverdueFilter,
        filters.InvoiceStateFilter,
        filters.CustomerFilter,
    )
    list_select_related = ("connection__owner", "customer")
    list_display_links = ("called",)
    ordering = ("-date", "-id")
    sortable_by = ()
    search_fields = ("number",)
    search_help_text = "Start of number, reference or customer"
    empty_text = "No invoices yet. They appear here after the first sync of a connection with invoices."

    def get_list_display(self, request: HttpRequest) -> Any:
        """Show the connection where there are several."""
        several = visibility.narrow(request, Connection.objects.all()).count() > 1
        source = ["source"] if several else []
        columns = ["status_badge", "dated", "due", "amount", "owed", "row_state", "synced"]
        sees_persons = request.user.has_perm(permissions.SEE_PERSONS)
        customer = "customer_to_call" if sees_persons else "customer_link"
        return ["called", customer, *source, *columns]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Invoice]":
        of_customers = [f"customer__{column}" for column in NOT_LISTED]
        return super().get_queryset(request).defer(*NOT_LISTED, *of_customers)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """Left to `parts`, which asks the indexes one by one."""
        return queryset, False

    def segments(self, listed: CappedChangeList) -> Sequence[Segment]:
        customers = Customer.objects.filter(connection_id__in=listed.connections)
        return rows.segments(listed, customers)

    def total(self, listed: CappedChangeList, segments: Sequence[Segment]) -> tuple[int | None, bool]:
        return rows.total(segments)

    def note(self, segments: Sequence[Segment]) -> str:
        return rows.note(segments)

    def prepare_rows(self, rows: list[Invoice]) -> None:
        """Look up the time of the last sync and the customers' names, for all rows at once."""
        moments = freshness.last_synced_all(rows, Resource.INVOICE)
        names = invoice_customer.names_shown(rows)
        for row in rows:
            row.customer_shown = names[row.pk]  # type: ignore[attr-defined]
            row.synced_at = moments[row.pk]  # type: ignore[attr-defined]

    def page_context(self, request: HttpRequest, record: Invoice) -> dict[str, Any]:
        return detail.context(request, record)

    @display(description="number", ordering="number")
    def called(self, invoice: Invoice) -> SafeString:
        return format_html('<span class="cf-two" title="{}">{}</span>', str(invoice), str(invoice))

    @display(description="customer")
    def customer_link(self, invoice: Invoice) -> SafeString | str:
        """Show the linked customer, or the name on the invoice where there is none."""
        if invoice.customer is None:
            name: str = getattr(invoice, "customer_shown", "")
            return format_html('<span class="cf-two" title="{}">{}</span>', name, name) if name else ""
        return format_html(
            '<a class="cf-link cf-two" href="{}" title="{}">{}</a>',
            reverse("admin:counterfoil_mirror_customer_change", args=[invoice.customer_id]),
            str(invoice.customer),
            str(invoice.customer),
        )

    @display(description="connection")
    def source(self, invoice: Invoice) -> SafeString:
        name = invoice.connection.called
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)

    @display(description="customer")
    def customer_to_call(self, invoice: Invoice) -> SafeString | str:
        """Show the same with the best phone number of the linked customer, which may be a contact person's."""
        number = invoice.customer.best_phone if invoice.customer else None
        if number is None:
            return self.customer_link(invoice)
        return format_html('{}<span class="cf-cut cf-below">{}</span>', self.customer_link(invoice), number)

    @display(description="status")
    def status_badge(self, invoice: Invoice) -> SafeString | str:
        return badges.status(invoice.status)

    @display(description="date")
    def dated(self, invoice: Invoice) -> str:
        return invoice.date.isoformat() if invoice.date else ""

    @display(description="due")
    def due(self, invoice: Invoice) -> SafeString | str:
        return badges.due(invoice)

    @display(description="total")
    def amount(self, invoice: Invoice) -> SafeString | str:
        return formats.money(invoice.total, invoice.currency)

    @display(description="balance")
    def owed(self, invoice: Invoice) -> SafeString | str:
        return formats.money(invoice.balance, invoice.currency)

    @display(description="state")
    def row_state(self, invoice: Invoice) -> SafeString:
        return badges.row_state(invoice.state, invoice.connection, short=True)

    @display(description="last synced")
    def synced(self, invoice: Invoice) -> SafeString | str:
        moment: datetime | None = getattr(invoice, "synced_at", None)
        return formats.ago(moment)
