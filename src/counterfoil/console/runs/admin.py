"""Runs: the list, one run's page with its live progress, approval and cancelling."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin, display, register
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from counterfoil.console.lists.admin_base import PageAdmin, current_user
from counterfoil.console.lists.filters import ChoiceFilter, ConnectionFilter, Options, ResourceFilter
from counterfoil.console.runs import detail, start
from counterfoil.console.runs import text as run_text
from counterfoil.console.site import permissions
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.console.widgets import badges, formats
from counterfoil.mirror.models import Run, RunKind, RunState
from counterfoil.runs import lifecycle as engine
from counterfoil.sync import approval
from counterfoil.worker import wake


class RunStateFilter(ChoiceFilter):
    """Where the run stands."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """All states."""
        return [(state.value, str(state.label)) for state in RunState]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Run]") -> "QuerySet[Run]":
        """Exactly."""
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(state=chosen)


class RunKindFilter(ChoiceFilter):
    """What the run does."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        """All kinds."""
        return [(kind.value, str(kind.label)) for kind in RunKind]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Run]") -> "QuerySet[Run]":
        """Exactly."""
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(kind=chosen)


@register(Run)
class RunAdmin(PageAdmin[Run]):
    """Runs are made by buttons and by the command line, and changed by the engine."""

    page_template = "console/run.html"
    list_display = (
        "number", "source", "does", "shown_state", "started", "lasted",
        "fetched", "created", "changed", "unchanged", "missing", "failed", "calls",
    )  # fmt: skip
    list_filter = (ConnectionFilter, RunStateFilter, RunKindFilter, ResourceFilter)
    list_select_related = ("connection__owner",)
    ordering = ("-id",)
    sortable_by = ()
    empty_text = "Nothing has run yet: the first run begins with “Sync now” on a connection."

    def get_urls(self) -> list[URLPattern]:
        """The live part, and the decisions."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/live/", view(self.live), name="counterfoil_mirror_run_live"),
            path("<int:pk>/approve/", view(self.approve), name="counterfoil_mirror_run_approve"),
            path("<int:pk>/resume/", view(require_POST(self.resume)), name="counterfoil_mirror_run_resume"),
            path("<int:pk>/cancel/", view(require_POST(self.cancel)), name="counterfoil_mirror_run_cancel"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, record: Run) -> dict[str, Any]:
        """One run in full."""
        return detail.context(request, record)

    def live(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far the run is, as a piece of its page."""
        start.require_permission(request, "counterfoil_mirror.view_run")
        run = self.get_record(request, pk)
        answer = TemplateResponse(request, "console/run_live.html", detail.live(run))
        answer["X-Again"] = str(detail.again(run))
        answer["Cache-Control"] = "no-store"
        return answer

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask once more, saying what will happen; then let the run go on."""
        start.require_permission(request, permissions.DECIDE)
        run = self.get_record(request, pk)
        if request.method == "POST":
            with ErrorNotices(request):
                approval.approve(run, current_user(request))
                wake.nudge()
                messages.success(request, f"Run {run.pk} is approved and goes on.")
            return start.redirect_to_run(run)
        if run.state != RunState.NEEDS_APPROVAL:
            messages.info(request, f"Run {run.pk} does not wait for approval.")
            return start.redirect_to_run(run)
        return self.render_page(request, "console/approve.html", run, **detail.question(run))

    def resume(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let an interrupted run go on now."""
        start.require_permission(request, permissions.SYNC)
        run = self.get_record(request, pk)
        with ErrorNotices(request):
            engine.resume(run, current_user(request))
            wake.nudge()
            messages.success(request, f"Run {run.pk} goes on where it was.")
        return start.redirect_to_run(run)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Stop the run for good."""
        start.require_permission(request, permissions.DECIDE)
        run = self.get_record(request, pk)
        with ErrorNotices(request):
            engine.cancel(run)
            messages.success(request, f"Run {run.pk} is cancelled. What it wrote before stays.")
        return start.redirect_to_run(run)

    @display(description="run", ordering="id")
    def number(self, run: Run) -> str:
        """Its number."""
        return str(run.pk)

    @display(description="connection")
    def source(self, run: Run) -> SafeString:
        """The connection's name."""
        name = run.connection.called
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)

    @display(description="kind")
    def does(self, run: Run) -> str:
        """What it does, and with what where that is not customers."""
        return run_text.title(run)

    @display(description="state")
    def shown_state(self, run: Run) -> SafeString:
        """The state, and whether it only looked."""
        dry = badges.badge("Dry run", "plain") if run.options.get("dry_run") else ""
        return format_html('<span class="cf-badges">{}{}</span>', badges.run_state(run.state), dry)

    @display(description="started")
    def started(self, run: Run) -> SafeString | str:
        """ "3 minutes ago"."""
        return formats.ago(run.started_at, never="not yet")

    @display(description="duration")
    def lasted(self, run: Run) -> str:
        """How long it has worked."""
        return formats.run_duration(run)

    @display(description="updated")
    def changed(self, run: Run) -> int:
        """Here or, by a push, upstream."""
        return run.changed

    @display(description="calls")
    def calls(self, run: Run) -> int:
        """API calls."""
        return run.api_calls
