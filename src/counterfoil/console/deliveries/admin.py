"""Webhooks: the list of deliveries, one delivery's page, and replaying them."""

from collections.abc import Sequence
from typing import Any

import structlog
from django.contrib import messages
from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from counterfoil.console.connections import webhooks
from counterfoil.console.deliveries import bulk, detail, filters
from counterfoil.console.deliveries import text as delivery_text
from counterfoil.console.lists.admin_base import PageAdmin, current_user
from counterfoil.console.lists.filters import ConnectionFilter
from counterfoil.console.lists.multi_connection import MergedConnections, segments_by_connection
from counterfoil.console.lists.pagination import CappedChangeList, Segment
from counterfoil.console.runs import start
from counterfoil.console.site import permissions, visibility
from counterfoil.console.widgets import badges, formats, resource_names
from counterfoil.mirror.models import Connection
from counterfoil.mirror.selection import SEARCH
from counterfoil.webhooks.models import Delivery
from counterfoil.webhooks.queue import replay

log = structlog.get_logger()

HIDDEN_COLUMNS = ("body", "claim")
"""Columns that nobody may filter by."""


@register(Delivery)
class DeliveryAdmin(PageAdmin[Delivery]):
    """The list of received webhooks and the page of each. They are processed in the background."""

    page_template = "console/delivery.html"
    list_filter = (ConnectionFilter, filters.DeliveryStateFilter, filters.SinceFilter)
    list_select_related = ("connection__owner",)
    list_display_links = ("called",)
    ordering = ("-received_at", "-id")
    sortable_by = ()
    search_fields = ("external_id",)
    search_help_text = "Id of a record"
    empty_text = "No webhooks yet."
    empty_template = "console/webhook_commands.html"

    def get_list_display(self, request: HttpRequest) -> Any:
        """Show the connection where there are several, and ticks to users who may replay."""
        several = visibility.narrow(request, Connection.objects.all()).count() > 1
        first = ["pick"] if request.user.has_perm(permissions.REPLAY) else []
        source = ["source"] if several else []
        return [*first, "called", "about", *source, "shown_state", "received", "lasted", "why"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Add the selection bar, or for an empty list how to get webhooks."""
        answer = super().changelist_view(request, extra_context)
        context = getattr(answer, "context_data", None)
        if context and "cl" in context:
            context["bulk"] = bulk.bar(request, context["cl"])
            context["webhook_commands"] = webhooks.commands(request)
        return answer

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Delivery]":
        """Leave out the bodies."""
        return super().get_queryset(request).defer("body")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """Search by the whole id of a record."""
        typed = search_term.strip()
        return filters.apply_filter(queryset, SEARCH, typed, timezone.now()) if typed else queryset, False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse lookups by what was sent, which only users who see the record itself may read."""
        return lookup.partition("__")[0] not in HIDDEN_COLUMNS and super().lookup_allowed(lookup, value, request)

    def segments(self, listed: CappedChangeList) -> Sequence[Segment]:
        """Read the rows by connection."""
        return [MergedConnections(segments_by_connection(listed, listed.queryset))]

    def total(self, listed: CappedChangeList, segments: Sequence[Segment]) -> tuple[int | None, bool]:
        (part,) = segments
        assert isinstance(part, MergedConnections)  # noqa: S101
        return part.count()

    def prepare_rows(self, rows: list[Delivery]) -> None:
        """Find the pages of the records for all rows at once."""
        record_keys = {row.pk: (row.resource, row.connection_id, row.external_id) for row in rows if row.resource}
        found = resource_names.find_links(record_keys.values())
        for row in rows:
            row.link = found.get(record_keys[row.pk]) if row.pk in record_keys else None  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        """Add the live part and the buttons' addresses."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/live/", view(self.live), name="counterfoil_webhooks_delivery_live"),
            path("<int:pk>/replay/", view(require_POST(self.replay)), name="counterfoil_webhooks_delivery_replay"),
            path(
                "replay/",
                view(require_POST(self.replay_selected)),
                name="counterfoil_webhooks_delivery_replay_selected",
            ),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, record: Delivery) -> dict[str, Any]:
        return detail.context(request, record)

    def live(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Render the result so far, to replace that part of its page; polling ends when the state changes."""
        start.require_permission(request, permissions.SEE_DELIVERIES)
        delivery = self.get_record(request, pk)
        answer = TemplateResponse(request, "console/delivery_live.html", detail.live_context(delivery))
        is_same = request.GET.get("was") == delivery.state
        answer["X-Again"] = str(delivery_text.poll_interval(delivery) if is_same else 0)
        answer["Cache-Control"] = "no-store"
        return answer

    def replay(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Replay this delivery."""
        start.require_permission(request, permissions.REPLAY)
        start.require_permission(request, permissions.SEE_DELIVERIES)
        delivery = self.get_record(request, pk)
        if replay(Delivery.objects.filter(pk=delivery.pk)):
            log.info("deliveries replayed", user=current_user(request).pk, count=1, filters=["picked"])
            messages.success(
                request, f"Webhook {delivery.pk} will be processed again. Newer changes stay as they are."
            )
        else:
            messages.warning(
                request, f"Webhook {delivery.pk} was not replayed: {delivery_text.replay_refusal(delivery)}"
            )
        return redirect("admin:counterfoil_webhooks_delivery_change", delivery.pk)

    def replay_selected(self, request: HttpRequest) -> HttpResponse:
        """Ask for confirmation with the number of deliveries, then replay them."""
        start.require_permission(request, permissions.REPLAY)
        start.require_permission(request, permissions.SEE_DELIVERIES)
        choice = bulk.unseal_choice(request.POST.get("selection", ""))
        if choice is not None:
            count = replay(choice.rows(request))
            log.info("deliveries replayed", user=current_user(request).pk, count=count, filters=choice.names)
            webhooks_text = "1 webhook" if count == 1 else f"{count:,} webhooks"
            messages.success(request, f"{webhooks_text} will be processed again in the background.")
            return redirect(choice.list_address("state"))
        chosen = bulk.read_choice(request, timezone.now())
        question = bulk.confirmation(request, chosen)
        if not question["total"]:
            messages.warning(request, "Tick at least one webhook that is finished or failed, then replay again.")
            return redirect(chosen.list_address())
        return self.render_page(request, "console/replay_selected.html", Delivery(), **question)

    @display(description=mark_safe('<span class="cf-sr">Select</span>'))
    def pick(self, delivery: Delivery) -> SafeString:
        """Show a tick box to select the row."""
        return format_html(
            '<label class="cf-tick"><input type="checkbox" name="pick" value="{}" aria-label="Select {}"></label>',
            str(delivery.pk),
            str(delivery),
        )

    @display(description="event", ordering="event")
    def called(self, delivery: Delivery) -> SafeString:
        return format_html('<span class="cf-cut" title="{}">{}</span>', delivery.event, delivery.event)

    @display(description="record")
    def about(self, delivery: Delivery) -> SafeString | str:
        """Show the record's kind and id, with a link where it is here."""
        return detail.about(delivery, getattr(delivery, "link", None))

    @display(description="connection")
    def source(self, delivery: Delivery) -> SafeString:
        name = delivery.connection.called
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)

    @display(description="state")
    def shown_state(self, delivery: Delivery) -> SafeString:
        return badges.delivery_state(delivery.state)

    @display(description="received")
    def received(self, delivery: Delivery) -> SafeString | str:
        return formats.ago(delivery.received_at)

    @display(description="duration")
    def lasted(self, delivery: Delivery) -> str:
        """Show the time from receipt to end."""
        return "" if delivery.duration is None else formats.duration_text(delivery.duration)

    @display(description="reason")
    def why(self, delivery: Delivery) -> SafeString | str:
        reason = delivery.reason
        return format_html('<span class="cf-two" title="{}">{}</span>', reason, reason) if reason else ""
