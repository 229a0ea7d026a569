"""The list of conflicts, one conflict's page, and settling one or several."""

from collections.abc import Sequence
from typing import Any

import structlog
from django.contrib import messages
from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from counterfoil.connections import wording
from counterfoil.connectors.page import Resource
from counterfoil.console.conflicts import bulk, detail, filters
from counterfoil.console.conflicts import text as conflict_text
from counterfoil.console.conflicts.bulk import MOST, ChosenConflicts
from counterfoil.console.lists.admin_base import PageAdmin, current_user
from counterfoil.console.lists.filters import ConnectionFilter
from counterfoil.console.lists.multi_connection import MergedConnections, segments_by_connection
from counterfoil.console.lists.pagination import CappedChangeList, Segment
from counterfoil.console.runs import start
from counterfoil.console.site import permissions, visibility
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.console.widgets import badges, formats
from counterfoil.edits import resolve_conflict
from counterfoil.mirror.models import Conflict, Connection, Customer, Decision
from counterfoil.mirror.pagination import parse_key

log = structlog.get_logger()


@register(Conflict)
class ConflictAdmin(PageAdmin[Conflict]):
    """The conflict screens. Conflicts are settled by users or by rules, and never deleted."""

    page_template = "console/conflict.html"
    list_filter = (
        ConnectionFilter,
        filters.KindFilter,
        filters.FieldFilter,
        filters.ConflictStateFilter,
    )
    list_select_related = ("connection__owner", "settled_by")
    list_display_links = ("called",)
    ordering = ("-id",)
    sortable_by = ()
    empty_text = "No conflicts. A field that is changed here and in the connected system appears here."

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Conflict]":
        """Leave out those about contact persons, which have no page: the command line settles them."""
        return super().get_queryset(request).filter(resource=Resource.CUSTOMER)

    def get_list_display(self, request: HttpRequest) -> Any:
        """Show the connection where there are several, and tick boxes to users who may settle conflicts."""
        several = visibility.narrow(request, Connection.objects.all()).count() > 1
        first = ["pick"] if request.user.has_perm(permissions.SETTLE) else []
        source = ["source"] if several else []
        return [*first, "called", "subject", "shown_kind", "our_value", "their_value", *source, "found", "result"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer = super().changelist_view(request, extra_context)
        context = getattr(answer, "context_data", None)
        if context and "cl" in context:
            context["bulk"] = bulk.bar(request, context["cl"])
        return answer

    def segments(self, listed: CappedChangeList) -> Sequence[Segment]:
        return [MergedConnections(segments_by_connection(listed, listed.queryset))]

    def total(self, listed: CappedChangeList, segments: Sequence[Segment]) -> tuple[int | None, bool]:
        (segment,) = segments
        assert isinstance(segment, MergedConnections)  # noqa: S101
        return segment.count()

    def prepare_rows(self, rows: list[Conflict]) -> None:
        """Look up the customers of all rows at once."""
        customers = Customer.objects.only("name", "external_id").in_bulk([row.record_id for row in rows])
        for row in rows:
            row.customer = customers.get(row.record_id)  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/settle/", view(require_POST(self.settle)), name="counterfoil_mirror_conflict_settle"),
            path(
                "settle/",
                view(require_POST(self.settle_selected)),
                name="counterfoil_mirror_conflict_settle_selected",
            ),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, record: Conflict) -> dict[str, Any]:
        return detail.context(request, record)

    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Settle one conflict, unless the connected system's value changed after the user saw it."""
        start.require_permission(request, permissions.SETTLE)
        start.require_permission(request, permissions.SEE_CONFLICTS)
        conflict = self.get_record(request, pk)
        system = wording.system(conflict.connection)
        back = redirect("admin:counterfoil_mirror_conflict_change", pk)
        if conflict.settled_at is None and request.POST.get("seen") != conflict.theirs_at.isoformat():
            messages.warning(
                request,
                f"The customer was changed in {system} in the meantime. Check the values again, then decide.",
            )
            return back
        decision, chosen = request.POST.get("decision", ""), request.POST.get("chosen", "")
        if decision not in Decision.values:
            messages.warning(request, "Choose one of the buttons.")
            return back
        with ErrorNotices(request):
            customer = resolve_conflict.resolve(
                conflict, Decision(decision), current_user(request), parse_key(chosen)
            )
            address = reverse("admin:counterfoil_mirror_customer_change", args=[customer.pk])
            back_again = decision == Decision.RECREATE and customer.pk == conflict.record_id
            words = f"{system} has this customer after all: nothing was created." if back_again else "Decided."
            messages.success(
                request, format_html('{} Back to <a href="{}">{}</a>.', words, address, str(customer))
            )
        return back

    def settle_selected(self, request: HttpRequest) -> HttpResponse:
        """Ask for confirmation before several conflicts are settled; settle them once confirmed."""
        start.require_permission(request, permissions.SETTLE)
        start.require_permission(request, permissions.SEE_CONFLICTS)
        confirmed = bulk.read_signed(request.POST.get("selection", ""))
        if confirmed is not None:
            return _settle_all(request, confirmed)
        chosen = bulk.posted_choice(request, timezone.now())
        confirmation = bulk.confirmation(request, chosen) if chosen else {"total": 0}
        if chosen is None or not confirmation["total"]:
            messages.warning(
                request,
                "Select at least one open conflict about a single field. Settle the others on their own pages.",
            )
            return redirect(chosen.list_address if chosen else "admin:counterfoil_mirror_conflict_changelist")
        return self.render_page(request, "console/settle_selected.html", Conflict(), **confirmation)

    @display(description=mark_safe('<span class="cf-sr">Select</span>'))
    def pick(self, conflict: Conflict) -> SafeString | str:
        if conflict.settled_at is not None or conflict.kind not in conflict_text.BULK_KINDS:
            return ""
        return format_html(
            '<label class="cf-tick"><input type="checkbox" name="pick" value="{}" aria-label="Select {}"></label>',
            str(conflict.pk),
            f"{_name(conflict)}, {conflict_text.subject(conflict)}",
        )

    @display(description="customer")
    def called(self, conflict: Conflict) -> SafeString:
        name = _name(conflict)
        return format_html('<span class="cf-two" title="{}">{}</span>', name, name)

    @display(description="field")
    def subject(self, conflict: Conflict) -> str:
        return conflict_text.subject(conflict)

    @display(description="kind")
    def shown_kind(self, conflict: Conflict) -> str:
        return conflict_text.kind(conflict, wording.system(conflict.connection))

    @display(description="our value")
    def our_value(self, conflict: Conflict) -> SafeString:
        return _value(conflict_text.our_value(conflict))

    @display(description="their value")
    def their_value(self, conflict: Conflict) -> SafeString:
        return _value(conflict_text.their_value(conflict))

    @display(description="connection")
    def source(self, conflict: Conflict) -> SafeString:
        name = conflict.connection.called
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)

    @display(description="found")
    def found(self, conflict: Conflict) -> SafeString | str:
        return formats.ago(conflict.raised_at)

    @display(description="state")
    def result(self, conflict: Conflict) -> SafeString:
        if conflict.settled_at is None:
            return badges.badge("Open", "warning")
        system = wording.system(conflict.connection)
        words = wording.decision(conflict.decision, system) if conflict.decision else "settled"
        return badges.badge(wording.sentence(words), "plain", conflict_text.result(conflict, system))


def _settle_all(request: HttpRequest, chosen: ChosenConflicts) -> HttpResponse:
    rows = list(chosen.in_bulk(request)[: MOST + 1])
    done, problems = resolve_conflict.resolve_all(rows[:MOST], chosen.decision, current_user(request))
    log.info("conflicts settled", user=current_user(request).pk, count=done, filters=chosen.names)
    messages.success(request, f"{done:,} conflict{'' if done == 1 else 's'} settled.")
    if len(rows) > MOST:
        messages.info(request, f"Only {MOST:,} conflicts are settled at a time. Repeat this for the rest.")
    for problem in list(dict.fromkeys(problems))[:5]:
        messages.warning(request, problem)
    return redirect(chosen.list_address)


def _name(conflict: Conflict) -> str:
    customer: Customer | None = getattr(conflict, "customer", None)
    return str(customer) if customer is not None else f"Customer {conflict.record_id} (no longer exists)"


def _value(value: str) -> SafeString:
    return format_html('<span class="cf-two" title="{}">{}</span>', value or "empty", value or "empty")
