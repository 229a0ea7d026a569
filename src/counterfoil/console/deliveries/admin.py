"""Webhooks: the list of deliveries, one delivery's page, and having them worked on once more."""

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

NOT_ASKED = ("body", "claim")
"""Columns that no list shows."""


@register(Delivery)
class DeliveryAdmin(PageAdmin[Delivery]):
    """Deliveries come from upstreams, and are worked on in the background."""

    page_template = "console/delivery.html"
    list_filter = (ConnectionFilter, filters.DeliveryStateFilter, filters.SinceFilter)
    list_select_related = ("connection__owner",)
    list_display_links = ("called",)
    ordering = ("-received_at", "-id")
    sortable_by = ()
    search_fields = ("external_id",)
    search_help_text = "Id of a record"
    empty_text = "No webhook has come yet."
    empty_template = "console/webhook_commands.html"

    def get_list_display(self, request: HttpRequest) -> Any:
        """The connection where there are several; ticks only for who may replay."""
        several = visibility.narrow(request, Connection.objects.all()).count() > 1
        first = ["pick"] if request.user.has_perm(permissions.REPLAY) else []
        source = ["source"] if several else []
        return [*first, "called", "about", *source, "shown_state", "received", "lasted", "why"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the bar for what can be done with several, or what to do to get any."""
        answer = super().changelist_view(request, extra_context)
        context = getattr(answer, "context_data", None)
        if context and "cl" in context:
            context["bulk"] = bulk.bar(request, context["cl"])
            context["webhook_commands"] = webhooks.commands(request)
        return answer

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Delivery]":
        """Without the bodies."""
        return super().get_queryset(request).defer("body")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """By the id of the record, in full."""
        typed = search_term.strip()
        return filters.apply_filter(queryset, SEARCH, typed, timezone.now()) if typed else queryset, False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Not by what was sent: that is for whoever may see the record itself."""
        return lookup.partition("__")[0] not in NOT_ASKED and super().lookup_allowed(lookup, value, request)

    def segments(self, listed: CappedChangeList) -> Sequence[Segment]:
        """By connection."""
        return [MergedConnections(segments_by_connection(listed, listed.queryset))]

    def total(self, listed: CappedChangeList, segments: Sequence[Segment]) -> tuple[int | None, bool]:
        """As far as they were looked at."""
        (part,) = segments
        assert isinstance(part, MergedConnections)  # noqa: S101
        return part.count()

    def prepare_rows(self, rows: list[Delivery]) -> None:
        """Where the records of the page are shown, for all at once."""
        named = {row.pk: (row.resource, row.connection_id, row.external_id) for row in rows if row.resource}
        found = resource_names.find_links(named.values())
        for row in rows:
            row.here = found.get(named[row.pk]) if row.pk in named else None  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        """The live part, and the buttons' addresses."""
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
        """One delivery in full."""
        return detail.context(request, record)

    def live(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What has become of it by now, as a piece of its page; which is drawn anew once its state is another."""
        start.require_permission(request, permissions.SEE_DELIVERIES)
        delivery = self.get_record(request, pk)
        answer = TemplateResponse(request, "console/delivery_live.html", detail.live(delivery))
        is_same = request.GET.get("was") == delivery.state
        answer["X-Again"] = str(delivery_text.again(delivery) if is_same else 0)
        answer["Cache-Control"] = "no-store"
        return answer

    def replay(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have this one worked on once more."""
        start.require_permission(request, permissions.REPLAY)
        start.require_permission(request, permissions.SEE_DELIVERIES)
        delivery = self.get_record(request, pk)
        if replay(Delivery.objects.filter(pk=delivery.pk)):
            log.info("deliveries replayed", user=current_user(request).pk, count=1, filters=["picked"])
            messages.success(
                request, f"Delivery {delivery.pk} is worked on once more, in its old place in the order."
            )
        else:
            messages.warning(
                request, f"Delivery {delivery.pk} is not replayed: {delivery_text.no_replay(delivery)}"
            )
        return redirect("admin:counterfoil_webhooks_delivery_change", delivery.pk)

    def replay_selected(self, request: HttpRequest) -> HttpResponse:
        """Say how many would be worked on once more; then, when that was agreed to, let them be."""
        start.require_permission(request, permissions.REPLAY)
        start.require_permission(request, permissions.SEE_DELIVERIES)
        agreed = bulk.unsealed(request.POST.get("selection", ""))
        if agreed is not None:
            count = replay(agreed.rows(request))
            log.info("deliveries replayed", user=current_user(request).pk, count=count, filters=agreed.names)
            are = "delivery is" if count == 1 else "deliveries are"
            messages.success(request, f"{count:,} {are} worked on once more, in the background.")
            return redirect(agreed.list_address("state"))
        chosen = bulk.asked_for(request, timezone.now())
        question = bulk.question(request, chosen)
        if not question["total"]:
            messages.warning(request, "Tick at least one delivery that has ended or failed, then replay again.")
            return redirect(chosen.list_address())
        return self.render_page(request, "console/replay_selected.html", Delivery(), **question)

    @display(description=mark_safe('<span class="cf-sr">Select</span>'))
    def pick(self, delivery: Delivery) -> SafeString:
        """A tick for what is done with several."""
        return format_html(
            '<label class="cf-tick"><input type="checkbox" name="pick" value="{}" aria-label="Select {}"></label>',
            str(delivery.pk),
            str(delivery),
        )

    @display(description="event", ordering="event")
    def called(self, delivery: Delivery) -> SafeString:
        """What happened, as the upstream says it."""
        return format_html('<span class="cf-cut" title="{}">{}</span>', delivery.event, delivery.event)

    @display(description="record")
    def about(self, delivery: Delivery) -> SafeString | str:
        """Its kind and id, a link where it is here."""
        return detail.about(delivery, getattr(delivery, "here", None))

    @display(description="connection")
    def source(self, delivery: Delivery) -> SafeString:
        """The connection's name."""
        name = delivery.connection.called
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)

    @display(description="state")
    def shown_state(self, delivery: Delivery) -> SafeString:
        """Where it stands."""
        return badges.delivery_state(delivery.state)

    @display(description="received")
    def received(self, delivery: Delivery) -> SafeString | str:
        """ "3 minutes ago"."""
        return formats.ago(delivery.received_at)

    @display(description="duration")
    def lasted(self, delivery: Delivery) -> str:
        """From its arrival to its end."""
        return "" if delivery.duration is None else formats.duration_text(delivery.duration)

    @display(description="why")
    def why(self, delivery: Delivery) -> SafeString | str:
        """In words, where there is something to say."""
        reason = delivery.reason
        return format_html('<span class="cf-two" title="{}">{}</span>', reason, reason) if reason else ""
