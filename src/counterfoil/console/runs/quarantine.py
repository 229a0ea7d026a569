"""Import problems: the list of quarantined records, and one of them with its payload."""

from typing import Any

from django.contrib.admin import ModelAdmin, display, register
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from counterfoil.connections import wording
from counterfoil.connectors.page import Resource
from counterfoil.console.lists.admin_base import PageAdmin
from counterfoil.console.lists.filters import ChoiceFilter, ConnectionFilter, Options, ResourceFilter
from counterfoil.console.runs import start
from counterfoil.console.site import permissions
from counterfoil.console.widgets import formats, resource_names
from counterfoil.console.widgets.formats import pretty_json
from counterfoil.mirror.models import QuarantinedRecord, Run, RunKind
from counterfoil.mirror.pagination import parse_key
from counterfoil.sync.plan import PlannedRun


class ResolvedFilter(ChoiceFilter):
    """Filters by state; a list starts with the open ones."""

    title = "state"
    parameter_name = "resolved"
    default = "no"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return [("no", "Open"), ("yes", "Resolved"), ("all", "All")]

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[QuarantinedRecord]"
    ) -> "QuerySet[QuarantinedRecord]":
        chosen = self.value()
        return queryset if chosen == "all" else queryset.filter(resolved_at__isnull=chosen != "yes")


class RunFilter(ChoiceFilter):
    """Filters by run; set by a link from the run's page."""

    title = "run"
    parameter_name = "run"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """Offer nothing to choose."""
        return []

    def options(self) -> Options:
        """Return the run of the link."""
        return [(chosen, f"Run {chosen}") for chosen in [self.value()] if chosen]

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[QuarantinedRecord]"
    ) -> "QuerySet[QuarantinedRecord]":
        """Keep the records whose latest try was in this run."""
        chosen = self.value()
        if chosen is None:
            return queryset
        key = parse_key(chosen)
        return queryset.none() if key is None else queryset.filter(run_id=key)


@register(QuarantinedRecord)
class QuarantinedRecordAdmin(PageAdmin[QuarantinedRecord]):
    """The screens of import problems. A bad record never stops the others: it is kept and tried again."""

    page_template = "console/import_problem.html"
    list_display = ("called", "what", "source", "why", "tries", "run", "first", "last")
    list_filter = (ConnectionFilter, ResourceFilter, ResolvedFilter, RunFilter)
    list_select_related = ("connection__owner",)
    ordering = ("-last_at", "-id")
    sortable_by = ()
    empty_text = "No import problems: all records could be imported."

    def get_queryset(self, request: HttpRequest) -> "QuerySet[QuarantinedRecord]":
        """Leave out the payloads."""
        return super().get_queryset(request).defer("payload")

    def get_urls(self) -> list[URLPattern]:
        """Add the button's address."""
        retry = self.admin_site.admin_view(require_POST(self.retry))
        return [
            path("<int:pk>/retry/", retry, name="counterfoil_mirror_quarantinedrecord_retry"),
            *super().get_urls(),
        ]

    def retry(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Read this record again now."""
        start.require_permission(request, permissions.RETRY)
        entry = self.get_record(request, pk)
        if not entry.external_id:
            raise Http404
        part = PlannedRun(Resource(entry.resource), RunKind.SINGLE)
        return start.request_single(request, entry.connection, part, entry.external_id, permissions.RETRY)

    def page_context(self, request: HttpRequest, record: QuarantinedRecord) -> dict[str, Any]:
        return {
            "link": resource_names.find_link(record.resource, record.connection_id, record.external_id),
            "noun": resource_names.noun(record.resource),
            "system": wording.system(record.connection),
            "run": Run.objects.filter(pk=record.run_id).first() if record.run_id else None,
            "payload": pretty_json(record.payload),
            "payload_note": f"As received from {wording.system(record.connection)}.",
            "may_retry": bool(record.external_id)
            and not record.resolved_at
            and request.user.has_perm(permissions.RETRY),
        }

    @display(description="id")
    def called(self, entry: QuarantinedRecord) -> str:
        return str(entry)

    @display(description="record")
    def what(self, entry: QuarantinedRecord) -> str:
        return resource_names.noun(entry.resource).capitalize()

    @display(description="connection")
    def source(self, entry: QuarantinedRecord) -> SafeString:
        name = entry.connection.called
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)

    @display(description="reason")
    def why(self, entry: QuarantinedRecord) -> SafeString:
        return format_html('<span class="cf-reason">{}</span>', entry.reason)

    @display(description="run")
    def run(self, entry: QuarantinedRecord) -> SafeString | str:
        """Link the run of the latest try."""
        if entry.run_id is None:
            return ""
        return format_html(
            '<a class="cf-link" href="{}">{}</a>',
            reverse("admin:counterfoil_mirror_run_change", args=[entry.run_id]),
            str(entry.run_id),
        )

    @display(description="first seen")
    def first(self, entry: QuarantinedRecord) -> SafeString | str:
        return formats.ago(entry.first_at)

    @display(description="last tried")
    def last(self, entry: QuarantinedRecord) -> SafeString | str:
        return formats.ago(entry.last_at)
