"""Conflicts: the list, one conflict's page, and settling one or several."""

from collections.abc import Sequence
from typing import Any

import structlog
from django.contrib import messages
from django.contrib.admin import display, register
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

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

log = structlog.get_logger()


@register(Conflict)
class ConflictAdmin(PageAdmin[Conflict]):
    """Raised by the engine, settled by people or by rules, and kept for good."""

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
    empty_text = "No conflict is open: nobody has changed here what was changed upstream too."

    def get_list_display(self, request: HttpRequest) -> Any:
        """The connection where there are several; ticks only for who may settle."""
        several = visibility.narrow(request, Connection.objects.all()).count() > 1
        first = ["pick"] if request.user.has_perm(permissions.SETTLE) else []
        source = ["source"] if several else []
        return [*first, "called", "about", "shown_kind", "our_value", "their_value", *source, "raised", "end"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the bar for what can be done with several."""
        answer = super().changelist_view(request, extra_context)
        context = getattr(answer, "context_data", None)
        if context and "cl" in context:
            context["bulk"] = bulk.bar(request, context["cl"])
        return answer

    def segments(self, listed: CappedChangeList) -> Sequence[Segment]:
        """By connection."""
        return [MergedConnections(segments_by_connection(listed, listed.queryset))]

    def total(self, listed: CappedChangeList, parts: Sequence[Segment]) -> tuple[int | None, bool]:
        """As far as they were looked at."""
        (part,) = parts
        assert isinstance(part, MergedConnections)  # noqa: S101
        return part.count()

    def prepare_rows(self, rows: list[Conflict]) -> None:
        """The customers of the page, for all at once."""
        known = Customer.objects.only("name", "external_id").in_bulk([row.record_id for row in rows])
        for row in rows:
            row.customer = known.get(row.record_id)  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        """The buttons' addresses."""
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
        """One conflict in full."""
        return detail.context(request, record)

    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        """As somebody has decided, who has seen what the upstream says now."""
        start.require_permission(request, permissions.SETTLE)
        start.require_permission(request, permissions.SEE_CONFLICTS)
        conflict = self.get_record(request, pk)
        back = redirect("admin:counterfoil_mirror_conflict_change", pk)
        if conflict.settled_at is None and request.POST.get("seen") != conflict.theirs_at.isoformat():
            messages.warning(request, "The upstream has changed it once more meanwhile: look at it again.")
            return back
        said, chosen = request.POST.get("decision", ""), request.POST.get("chosen", "")
        if said not in Decision.values:
            messages.warning(request, "Choose one of the buttons.")
            return back
        with ErrorNotices(request):
            goes_on = resolve_conflict.resolve(
                conflict, Decision(said), current_user(request), int(chosen) if chosen.isdecimal() else None
            )
            address = reverse("admin:counterfoil_mirror_customer_change", args=[goes_on.pk])
            said_so = format_html('Settled. It goes on with <a href="{}">{}</a>.', address, str(goes_on))
            messages.success(request, said_so)
        return back

    def settle_selected(self, request: HttpRequest) -> HttpResponse:
        """Say how many would be settled and how; then, when that was agreed to, do it."""
        start.require_permission(request, permissions.SETTLE)
        start.require_permission(request, permissions.SEE_CONFLICTS)
        agreed = bulk.unsealed(request.POST.get("selection", ""))
        if agreed is not None:
            return _settled(request, agreed)
        chosen = bulk.asked_for(request, timezone.now())
        question = bulk.question(request, chosen) if chosen else {"total": 0}
        if chosen is None or not question["total"]:
            messages.warning(
                request,
                "Tick at least one open conflict about a field. The others are settled on their own pages.",
            )
            return redirect(chosen.list_address if chosen else "admin:counterfoil_mirror_conflict_changelist")
        return self.render_page(request, "console/settle_selected.html", Conflict(), **question)

    @display(description=mark_safe('<span class="cf-sr">Select</span>'))
    def pick(self, conflict: Conflict) -> SafeString | str:
        """A tick for what is done with several."""
        if conflict.settled_at is not None or conflict.kind not in conflict_text.TOGETHER:
            return ""
        return format_html(
            '<label class="cf-tick"><input type="checkbox" name="pick" value="{}" aria-label="Select {}"></label>',
            str(conflict.pk),
            f"{_name(conflict)}, {conflict_text.about(conflict)}",
        )

    @display(description="customer")
    def called(self, conflict: Conflict) -> SafeString:
        """The customer's name."""
        name = _name(conflict)
        return format_html('<span class="cf-two" title="{}">{}</span>', name, name)

    @display(description="field")
    def about(self, conflict: Conflict) -> str:
        """Which field, or the whole customer."""
        return conflict_text.about(conflict)

    @display(description="kind")
    def shown_kind(self, conflict: Conflict) -> str:
        """What is in conflict."""
        return str(conflict.get_kind_display())

    @display(description="ours")
    def our_value(self, conflict: Conflict) -> SafeString:
        """As it was edited here."""
        return _value(conflict_text.ours(conflict))

    @display(description="theirs")
    def their_value(self, conflict: Conflict) -> SafeString:
        """As the upstream says it."""
        return _value(conflict_text.theirs(conflict))

    @display(description="connection")
    def source(self, conflict: Conflict) -> SafeString:
        """The connection's name."""
        name = conflict.connection.called
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)

    @display(description="raised")
    def raised(self, conflict: Conflict) -> SafeString | str:
        """ "3 minutes ago"."""
        return formats.ago(conflict.raised_at)

    @display(description="state")
    def end(self, conflict: Conflict) -> SafeString:
        """Open, or how it ended."""
        if conflict.settled_at is None:
            return badges.badge("Open", "warning")
        return badges.badge(
            str(conflict.get_decision_display() or "Settled"), "plain", conflict_text.ended(conflict)
        )


def _settled(request: HttpRequest, agreed: ChosenConflicts) -> HttpResponse:
    rows = list(agreed.together(request)[: MOST + 1])
    done, problems = resolve_conflict.resolve_all(rows[:MOST], agreed.decision, current_user(request))
    log.info("conflicts settled", user=current_user(request).pk, count=done, filters=agreed.names)
    are = "conflict is" if done == 1 else "conflicts are"
    messages.success(request, f"{done:,} {are} settled.")
    if len(rows) > MOST:
        messages.info(request, f"At a press {MOST:,} are settled: there are more.")
    for problem in list(dict.fromkeys(problems))[:5]:
        messages.warning(request, problem)
    return redirect(agreed.list_address)


def _name(conflict: Conflict) -> str:
    customer: Customer | None = getattr(conflict, "customer", None)
    return str(customer) if customer is not None else f"row {conflict.record_id}"


def _value(value: str) -> SafeString:
    return format_html('<span class="cf-two" title="{}">{}</span>', value or "empty", value or "empty")
