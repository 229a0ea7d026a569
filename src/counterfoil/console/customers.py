"""Customers: the list, and one customer's page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from counterfoil.console import asking, badges, customer_filters, customer_page, customer_parts, moments
from counterfoil.console.base import PageAdmin
from counterfoil.console.filters import ConnectionFilter
from counterfoil.console.listing import CappedChangeList, Part
from counterfoil.mirror import freshness, search
from counterfoil.mirror.models import Connection, Customer

NOT_LISTED = ("raw", "extra", "hash", "other_hashes")
"""Columns that the list does not show and that are the biggest."""


@register(Customer)
class CustomerAdmin(PageAdmin[Customer]):
    """Read-only: mirrored columns are written by the engine's door only."""

    page_template = "console/customer.html"
    list_filter = (
        ConnectionFilter,
        customer_filters.RoleFilter,
        customer_filters.CountryFilter,
        customer_filters.StateFilter,
        customer_filters.ActiveFilter,
        customer_filters.InvalidFilter,
    )
    list_select_related = ("connection",)
    ordering = ("name", "id")
    sortable_by = ()
    search_fields = ("name",)
    search_help_text = "Name, e-mail, VAT, phone, city or id"
    nothing_yet = "No customers yet: they appear here with the first sync."

    def get_list_display(self, request: HttpRequest) -> Any:
        """The connection only where there are several."""
        several = Connection.objects.count() > 1
        columns = ["called", "role_badge", "vat", "mail", "telephone", "city_", "land", "active", "row_state"]
        return [*columns[:1], *(["source"] if several else []), *columns[1:], "synced"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Customer]":
        """Without the columns that no list shows."""
        return super().get_queryset(request).defer(*NOT_LISTED)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """The mirror's own search: name matches first, the same on both databases."""
        if not search_term:
            return queryset, False
        return search.name_first(queryset, search_term), False

    def parts(self, listed: CappedChangeList) -> Sequence[Part]:
        """By connection, or as a search finds them."""
        return customer_parts.parts(listed)

    def total(self, listed: CappedChangeList, parts: Sequence[Part]) -> tuple[int | None, bool]:
        """Of a search, as far as it was looked at."""
        return customer_parts.total(listed, parts)

    def note(self, parts: Sequence[Part]) -> str:
        """Where a search is too wide to be sorted."""
        return customer_parts.note(parts)

    def rows_shown(self, rows: list[Customer]) -> None:
        """When each was last known to be true, for all rows of the page at once."""
        for key, moment in freshness.last_synced_all(rows).items():
            next(row for row in rows if row.pk == key).synced_at = moment  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        """The button's address."""
        sync = self.admin_site.admin_view(require_POST(self.sync))
        return [path("<int:pk>/sync/", sync, name="mirror_customer_sync"), *super().get_urls()]

    def sync(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Read this one customer again, now."""
        asking.require(request, asking.MAY_ASK)
        customer = get_object_or_404(
            Customer.objects.select_related("connection").exclude(external_id=None), pk=pk
        )
        return asking.ask(request, customer.connection, client_id=customer.external_id)

    def page(self, request: HttpRequest, record: Customer) -> dict[str, Any]:
        """One customer in full."""
        return customer_page.context(request, record)

    @display(description="name", ordering="name")
    def called(self, customer: Customer) -> SafeString:
        """The name, in full under the mouse."""
        return format_html('<span class="cf-two" title="{}">{}</span>', str(customer), str(customer))

    @display(description="connection")
    def source(self, customer: Customer) -> SafeString:
        """The connection's name."""
        name = customer.connection.name
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)

    @display(description="role")
    def role_badge(self, customer: Customer) -> SafeString | str:
        """The effective role."""
        return badges.role(customer.role)

    @display(description="VAT")
    def vat(self, customer: Customer) -> SafeString | str:
        """The normal form where there is one."""
        return _cell(customer, "vat_number", customer.vat_normalized)

    @display(description="e-mail")
    def mail(self, customer: Customer) -> SafeString | str:
        """The normal form where there is one."""
        return _cell(customer, "email", customer.email_normalized)

    @display(description="phone")
    def telephone(self, customer: Customer) -> SafeString | str:
        """The phone, else the mobile."""
        if customer.phone or not customer.mobile:
            return _cell(customer, "phone", customer.phone_e164)
        return _cell(customer, "mobile", customer.mobile_e164)

    @display(description="city")
    def city_(self, customer: Customer) -> SafeString | str:
        """As the upstream says it."""
        return _cell(customer, "city", None)

    @display(description="country")
    def land(self, customer: Customer) -> SafeString | str:
        """The code, its name under the mouse."""
        code = customer.country_code
        if code is None:
            return _cell(customer, "country", None)
        return format_html('<span title="{}">{}</span>', customer_filters.country_label(code), code)

    @display(description="active", boolean=True)
    def active(self, customer: Customer) -> bool:
        """A tick or a cross."""
        return customer.is_active

    @display(description="state")
    def row_state(self, customer: Customer) -> SafeString:
        """Where the row stands."""
        return badges.row_state(customer.state, short=True)

    @display(description="last synced")
    def synced(self, customer: Customer) -> SafeString | str:
        """ "3 minutes ago"."""
        moment: datetime | None = getattr(customer, "synced_at", None)
        return moments.since(moment)


def _cell(customer: Customer, field: str, normal: str | None) -> SafeString | str:
    """A value in its normal form; one that has none is marked, the reason under the mouse."""
    value = normal or getattr(customer, field)
    reason = customer.invalid.get(field)
    if reason:
        return format_html(
            '<span class="cf-cut cf-invalid" title="{} – {}">{}</span>', value or "empty", reason, value or "?"
        )
    return format_html('<span class="cf-cut" title="{}">{}</span>', value, value) if value else ""
