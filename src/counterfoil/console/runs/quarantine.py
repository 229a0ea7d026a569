"""Records set aside: the list, and one of them with its payload."""

from typing import Any

from django.contrib.admin import ModelAdmin, display, register
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from counterfoil.connectors.page import Resource
from counterfoil.console.lists.admin_base import PageAdmin
from counterfoil.console.lists.filters import ChoiceFilter, ConnectionFilter, Options, ResourceFilter
from counterfoil.console.runs import start
from counterfoil.console.site import permissions
from counterfoil.console.widgets import formats, resource_names
from counterfoil.console.widgets.formats import pretty_json
from counterfoil.mirror.models import QuarantinedRecord, Run, RunKind
from counterfoil.sync.plan import PlannedRun


class ResolvedFilter(ChoiceFilter):
    """The ones that still wait, unless asked otherwise."""

    title = "resolved"
    parameter_name = "resolved"
    default = "no"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Three."""
        return [("no", "Still set aside"), ("yes", "Resolved"), ("all", "All")]

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[QuarantinedRecord]"
    ) -> "QuerySet[QuarantinedRecord]":
        """By whether a moment is noted."""
        chosen = self.value()
        return queryset if chosen == "all" else queryset.filter(resolved_at__isnull=chosen != "yes")


class OfRunFilter(ChoiceFilter):
    """Those of one run, by a link from its page."""

    title = "run"
    parameter_name = "run"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Nothing to choose: it comes with a link."""
        return []

    def options(self) -> Options:
        """The one of the link."""
        return [(chosen, f"Run {chosen}") for chosen in [self.value()] if chosen]

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[QuarantinedRecord]"
    ) -> "QuerySet[QuarantinedRecord]":
        """By the run that set it aside last."""
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.filter(run_id=int(chosen)) if chosen.isdecimal() and len(chosen) < 19 else queryset.none()


@register(QuarantinedRecord)
class SetAsideAdmin(PageAdmin[QuarantinedRecord]):
    """One bad record never stops the rest: it is kept here, and tried again with every pass."""

    page_template = "console/set_aside.html"
    list_display = ("called", "what", "source", "why", "tries", "run", "first", "last")
    list_filter = (ConnectionFilter, ResourceFilter, ResolvedFilter, OfRunFilter)
    list_select_related = ("connection__owner",)
    ordering = ("-last_at", "-id")
    sortable_by = ()
    empty_text = "No record is set aside: everything that came could be taken in."

    def get_queryset(self, request: HttpRequest) -> "QuerySet[QuarantinedRecord]":
        """Without the payloads."""
        return super().get_queryset(request).defer("payload")

    def get_urls(self) -> list[URLPattern]:
        """The button's address."""
        retry = self.admin_site.admin_view(require_POST(self.retry))
        return [
            path("<int:pk>/retry/", retry, name="counterfoil_mirror_quarantinedrecord_retry"),
            *super().get_urls(),
        ]

    def retry(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Read this record again, now."""
        start.require_permission(request, permissions.RETRY)
        entry = self.get_record(request, pk)
        if not entry.external_id:
            raise Http404
        part = PlannedRun(Resource(entry.resource), RunKind.SINGLE)
        return start.request_single(request, entry.connection, part, entry.external_id, permissions.RETRY)

    def page_context(self, request: HttpRequest, record: QuarantinedRecord) -> dict[str, Any]:
        """One of them."""
        return {
            "here": resource_names.find_link(record.resource, record.connection_id, record.external_id),
            "noun": resource_names.noun(record.resource),
            "run": Run.objects.filter(pk=record.run_id).first() if record.run_id else None,
            "payload": pretty_json(record.payload),
            "may_retry": bool(record.external_id)
            and not record.resolved_at
            and request.user.has_perm(permissions.RETRY),
        }

    @display(description="id")
    def called(self, entry: QuarantinedRecord) -> str:
        """The upstream's id, where it has one."""
        return str(entry)

    @display(description="what")
    def what(self, entry: QuarantinedRecord) -> str:
        """Of which kind the record is."""
        return resource_names.noun(entry.resource)

    @display(description="connection")
    def source(self, entry: QuarantinedRecord) -> SafeString:
        """The connection's name."""
        name = entry.connection.called
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)

    @display(description="reason")
    def why(self, entry: QuarantinedRecord) -> SafeString:
        """In words."""
        return format_html('<span class="cf-reason">{}</span>', entry.reason)

    @display(description="run")
    def run(self, entry: QuarantinedRecord) -> SafeString | str:
        """The run that set it aside last."""
        if entry.run_id is None:
            return ""
        return format_html(
            '<a class="cf-link" href="{}">{}</a>',
            reverse("admin:counterfoil_mirror_run_change", args=[entry.run_id]),
            str(entry.run_id),
        )

    @display(description="first")
    def first(self, entry: QuarantinedRecord) -> SafeString | str:
        """ "3 minutes ago"."""
        return formats.ago(entry.first_at)

    @display(description="last")
    def last(self, entry: QuarantinedRecord) -> SafeString | str:
        """ "3 minutes ago"."""
        return formats.ago(entry.last_at)
