"""The list of customers, one customer's page, and the actions on them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import display, register
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from counterfoil.connections import wording
from counterfoil.console.customers import (
    activity,
    bulk,
    create,
    delete,
    detail,
    edit,
    edit_status,
    export,
    filters,
    push,
    rows,
)
from counterfoil.console.lists.admin_base import PageAdmin, current_user
from counterfoil.console.lists.filters import ConnectionFilter
from counterfoil.console.lists.pagination import CappedChangeList, Segment
from counterfoil.console.lists.system import visible_system
from counterfoil.console.runs import start
from counterfoil.console.site import permissions, visibility
from counterfoil.console.widgets import badges, formats
from counterfoil.mirror import freshness, search
from counterfoil.mirror.models import Connection, Customer, RunKind, State
from counterfoil.mirror.selection import Selection
from counterfoil.sync import selection
from counterfoil.worker import wake

NOT_LISTED = ("raw", "extra", "hash", "other_hashes")
"""The largest columns; the list does not show them."""


@register(Customer)
class CustomerAdmin(PageAdmin[Customer]):
    """The customer screens. Users make edits; only the ingest writes mirrored columns."""

    page_template = "console/customer.html"
    list_filter = (
        ConnectionFilter,
        filters.RoleFilter,
        filters.CountryFilter,
        filters.CustomerStateFilter,
        filters.ActiveFilter,
        filters.InvalidFilter,
        filters.ChangedFilter,
        filters.EditsFilter,
        filters.DeletedFilter,
    )
    list_select_related = ("connection__owner",)
    list_display_links = ("called",)
    ordering = ("name", "id")
    sortable_by = ()
    search_fields = ("name",)
    search_help_text = "Name, person, e-mail, VAT, phone, city or id"
    add_label = "Add customer"
    empty_text = "No customers yet. They appear here after the first sync."

    def get_list_display(self, request: HttpRequest) -> Any:
        """Show the connection where there are several, else whether a customer is active (the state tells it too).

        Tick boxes and buttons are there only for users who may use them.
        """
        several = visibility.narrow(request, Connection.objects.all()).count() > 1
        may_sync = request.user.has_perm(permissions.SYNC_CUSTOMER)
        sees_persons = request.user.has_perm(permissions.SEE_PERSONS)
        contact = ["best_mail", "best_telephone"] if sees_persons else ["mail", "telephone"]
        columns = ["role_badge", "vat", *contact, "city_", "land", "row_state", "synced"]
        first = ["pick"] if bulk.may_any(request) else []
        columns = [*first, "called", *(["source"] if several else []), *columns]
        if not several:
            columns.insert(columns.index("row_state"), "active")
        return [*columns, "act"] if may_sync else columns

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Add the selection bar, and hide the button to add a customer where no connection accepts any."""
        answer = super().changelist_view(request, extra_context)
        context = getattr(answer, "context_data", None)
        if context and "cl" in context:
            context["found"] = rows.said_above(context["cl"])
            context["bulk"] = bulk.bar(request, context["cl"], whole=not (context["found"] or {}).get("meant"))
            context["has_add_permission"] = context["has_add_permission"] and bool(
                create.writable_connections(request)
            )
        return answer

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Customer]":
        return super().get_queryset(request).defer(*NOT_LISTED)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """Use the mirror's search, which lists name matches first and works the same on both databases."""
        if not search_term:
            return queryset, False
        return search.name_first(queryset, search_term), False

    def segments(self, listed: CappedChangeList) -> Sequence[Segment]:
        return rows.segments(listed)

    def total(self, listed: CappedChangeList, segments: Sequence[Segment]) -> tuple[int | None, bool]:
        return rows.total(listed, segments)

    def note(self, segments: Sequence[Segment]) -> str:
        return rows.note(segments)

    def prepare_rows(self, rows: list[Customer]) -> None:
        """Look up the time of the last sync and the edits, for all rows at once."""
        for key, moment in freshness.last_synced_all(rows).items():
            next(row for row in rows if row.pk == key).synced_at = moment  # type: ignore[attr-defined]
        edited = edit_status.list_badges(rows)
        for row in rows:
            row.edited = edited.get(row.pk, "")  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/sync/", view(require_POST(self.sync)), name="counterfoil_mirror_customer_sync"),
            path("<int:pk>/edit/", view(self.edit), name="counterfoil_mirror_customer_edit"),
            path(
                "<int:pk>/undo/",
                view(require_POST(self.undo)),
                name="counterfoil_mirror_customer_undo",
            ),
            path(
                "<int:pk>/discard/", view(require_POST(self.discard)), name="counterfoil_mirror_customer_discard"
            ),
            path(
                "<int:pk>/active/",
                view(require_POST(self.set_active)),
                name="counterfoil_mirror_customer_active",
            ),
            path("<int:pk>/deletion/", view(self.delete), name="counterfoil_mirror_customer_deletion"),
            path(
                "<int:pk>/deletion/undo/",
                view(require_POST(self.undo_deletion)),
                name="counterfoil_mirror_customer_deletion_undo",
            ),
            path("<int:pk>/push/", view(require_POST(self.push)), name="counterfoil_mirror_customer_push"),
            path(
                "push/", view(require_POST(self.push_selected)), name="counterfoil_mirror_customer_push_selected"
            ),
            path(
                "sync/", view(require_POST(self.sync_selected)), name="counterfoil_mirror_customer_sync_selected"
            ),
            path("export/", view(require_POST(self.export)), name="counterfoil_mirror_customer_export"),
            *super().get_urls(),
        ]

    def sync(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Queue a run that reads one customer again."""
        start.require_permission(request, permissions.SYNC_CUSTOMER)
        customer = self.get_record(request, pk)
        if customer.external_id is None:
            raise Http404
        return start.request_sync(
            request, customer.connection, client_id=customer.external_id, permission=permissions.SYNC_CUSTOMER
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CREATE)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        start.require_permission(request, permissions.CREATE)
        start.require_permission(request, permissions.SEE_CUSTOMERS)
        return create.page(self, request)

    def edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        start.require_permission(request, permissions.EDIT)
        start.require_permission(request, permissions.SEE_CUSTOMERS)
        return edit.page(self, request, self.get_record(request, pk))

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        start.require_permission(request, permissions.EDIT)
        return edit.undo(request, self.get_record(request, pk))

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        start.require_permission(request, permissions.CREATE)
        return create.discard(request, self.get_record(request, pk))

    def delete(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether to delete one customer in the connected system; do so once confirmed."""
        start.require_permission(request, permissions.DELETE)
        start.require_permission(request, permissions.SEE_CUSTOMERS)
        return delete.page(self, request, self.get_record(request, pk))

    def set_active(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Deactivate or activate one customer."""
        start.require_permission(request, permissions.EDIT)
        return activity.set_active(request, self.get_record(request, pk))

    def undo_deletion(self, request: HttpRequest, pk: int) -> HttpResponse:
        start.require_permission(request, permissions.DELETE)
        return delete.undo(request, self.get_record(request, pk))

    def push(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Queue a run that sends the edits of one customer."""
        start.require_permission(request, permissions.PUSH)
        customer = self.get_record(request, pk)
        back = reverse("admin:counterfoil_mirror_customer_change", args=[pk])
        return push.queue_push(request, customer.connection, back, [customer.pk])

    def push_selected(self, request: HttpRequest) -> HttpResponse:
        return push.queue_selected(self, request)

    def sync_selected(self, request: HttpRequest) -> HttpResponse:
        """Ask for confirmation before the selected customers are read again; queue it once confirmed."""
        start.require_permission(request, permissions.SYNC_CUSTOMER)
        start.require_permission(request, "counterfoil_mirror.view_customer")
        now = timezone.now()
        confirmed = bulk.read_signed(request, request.POST.get("selection", ""))
        if confirmed is not None:
            return self._queue(request, confirmed)
        chosen = bulk.posted_selection(request)
        shares = selection.plan_selection(chosen := chosen.bounded(now), now) if chosen else []
        if chosen is None or not shares:
            messages.warning(request, f"Select at least one customer that exists in {visible_system(request)}.")
            return redirect(bulk.list_address(Selection.from_parameters(request.POST.dict())))
        context = bulk.confirmation(chosen, shares)
        return self.render_page(request, "console/sync_selected.html", Customer(), **context)

    def _queue(self, request: HttpRequest, chosen: Selection) -> HttpResponse:
        with transaction.atomic():
            runs = selection.request_selection(chosen, timezone.now(), current_user(request))
            wake.nudge()
        if not runs:
            messages.warning(request, "Nothing was queued: none of these customers exists any more.")
            return redirect(bulk.list_address(chosen))
        return bulk.redirect_to_runs(request, runs, RunKind.SELECTION)

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """Send the ticked customers, or all that match, as a CSV file."""
        start.require_permission(request, permissions.EXPORT_CUSTOMER)
        start.require_permission(request, "counterfoil_mirror.view_customer")
        chosen = bulk.posted_selection(request)
        if chosen is None and "whole" in request.POST:
            chosen = bulk.all_matching(request)
        if chosen is None:
            messages.warning(request, "Select at least one customer to export.")
            return redirect("admin:counterfoil_mirror_customer_changelist")
        return export.export(request, chosen)

    def page_context(self, request: HttpRequest, record: Customer) -> dict[str, Any]:
        return detail.context(request, record)

    @display(description=mark_safe('<span class="cf-sr">Select</span>'))
    def pick(self, customer: Customer) -> SafeString:
        return format_html(
            '<label class="cf-tick"><input type="checkbox" name="pick" value="{}" aria-label="Select {}"></label>',
            str(customer.pk),
            str(customer),
        )

    @display(description=mark_safe('<span class="cf-sr">Refresh</span>'))
    def act(self, customer: Customer) -> SafeString | str:
        if customer.external_id is None:
            return ""
        title = f"Refresh from {wording.system(customer.connection)}"
        return format_html(
            '<button class="cf-icon" formaction="{}" title="{}" aria-label="{}: {}">'
            '<span class="material-symbols-outlined" aria-hidden="true">sync</span></button>',
            reverse("admin:counterfoil_mirror_customer_sync", args=[customer.pk]),
            title,
            title,
            str(customer),
        )

    @display(description="name", ordering="name")
    def called(self, customer: Customer) -> SafeString:
        shown = format_html('<span class="cf-two" title="{}">{}</span>', str(customer), str(customer))
        return format_html("{}{}", shown, getattr(customer, "edited", ""))

    @display(description="connection")
    def source(self, customer: Customer) -> SafeString:
        name = customer.connection.called
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)

    @display(description="role")
    def role_badge(self, customer: Customer) -> SafeString | str:
        return badges.role(customer.role)

    @display(description="VAT")
    def vat(self, customer: Customer) -> SafeString | str:
        return _cell(customer, "vat_number", customer.vat_normalized)

    @display(description="e-mail")
    def mail(self, customer: Customer) -> SafeString | str:
        return _cell(customer, "email", customer.email_normalized)

    @display(description="phone")
    def telephone(self, customer: Customer) -> SafeString | str:
        """Show the phone number, or the mobile number where there is no phone."""
        if customer.phone or not customer.mobile:
            return _cell(customer, "phone", customer.phone_e164)
        return _cell(customer, "mobile", customer.mobile_e164)

    @display(description="e-mail")
    def best_mail(self, customer: Customer) -> SafeString | str:
        """Show the best e-mail address, which may be a contact person's."""
        if customer.person_email:
            return _of_person(customer.person_email)
        return _cell(customer, "email", customer.email_normalized)

    @display(description="phone")
    def best_telephone(self, customer: Customer) -> SafeString | str:
        """Show the best phone number, which may be a contact person's."""
        if customer.person_phone:
            return _of_person(customer.person_phone)
        best = "mobile" if customer.mobile_e164 or not customer.phone else "phone"
        return _cell(customer, best, customer.best_phone)

    @display(description="city")
    def city_(self, customer: Customer) -> SafeString | str:
        return _cell(customer, "city", None)

    @display(description="country")
    def land(self, customer: Customer) -> SafeString | str:
        code = customer.country_code
        if code is None:
            return _cell(customer, "country", None)
        return format_html('<span title="{}">{}</span>', filters.country_label(code), code)

    @display(description="active", boolean=True)
    def active(self, customer: Customer) -> bool:
        return customer.is_active

    @display(description="state")
    def row_state(self, customer: Customer) -> SafeString:
        """Show the state, or "Inactive" for a customer that is in the connected system but inactive there."""
        if customer.state == State.PRESENT:
            place = f"In {wording.system(customer.connection)}"
            if customer.is_active:
                return badges.badge(place, "plain")
            return badges.badge("Inactive", "neutral", f"{place}, inactive")
        return badges.row_state(customer.state, customer.connection, short=True)

    @display(description="last synced")
    def synced(self, customer: Customer) -> SafeString | str:
        moment: datetime | None = getattr(customer, "synced_at", None)
        return formats.ago(moment) if customer.external_id is not None else ""


def _of_person(value: str) -> SafeString:
    return format_html('<span class="cf-cut" title="{}, of a contact person">{}</span>', value, value)


def _cell(customer: Customer, field: str, normal: str | None) -> SafeString | str:
    """Show a value in its normal form. An invalid one is marked, with the reason as its tooltip."""
    value = normal or getattr(customer, field)
    reason = customer.invalid.get(field)
    if reason:
        return format_html(
            '<span class="cf-cut cf-invalid" title="{} – {}">{}</span>', value or "empty", reason, value or "?"
        )
    return format_html('<span class="cf-cut" title="{}">{}</span>', value, value) if value else ""
