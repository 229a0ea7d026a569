"""Runs: the list, one run's page with its live progress, approving, resuming and cancelling."""

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

from counterfoil.connections import wording
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
    """Filters by state."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return [(state.value, wording.sentence(wording.run_state(state))) for state in RunState]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Run]") -> "QuerySet[Run]":
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(state=chosen)


class RunKindFilter(ChoiceFilter):
    """Filters by what the run does."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Options:
        return [(kind.value, wording.sentence(wording.run_kind(kind))) for kind in RunKind]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Run]") -> "QuerySet[Run]":
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(kind=chosen)


@register(Run)
class RunAdmin(PageAdmin[Run]):
    """The list of runs and the page of each. Runs are started by buttons, schedules and the command line."""

    page_template = "console/run.html"
    list_display = (
        "number", "source", "does", "shown_state", "started", "lasted",
        "records_read", "created", "changed", "unchanged", "not_found", "problems", "calls",
    )  # fmt: skip
    list_filter = (ConnectionFilter, RunStateFilter, RunKindFilter, ResourceFilter)
    list_select_related = ("connection__owner",)
    ordering = ("-id",)
    sortable_by = ()
    empty_text = "No runs yet. Press “Sync now” on a connection to start the first one."

    def get_urls(self) -> list[URLPattern]:
        """Add the live part and the buttons."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/live/", view(self.live), name="counterfoil_mirror_run_live"),
            path("<int:pk>/approve/", view(self.approve), name="counterfoil_mirror_run_approve"),
            path("<int:pk>/resume/", view(require_POST(self.resume)), name="counterfoil_mirror_run_resume"),
            path("<int:pk>/cancel/", view(require_POST(self.cancel)), name="counterfoil_mirror_run_cancel"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, record: Run) -> dict[str, Any]:
        return detail.context(request, record)

    def live(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Render how far the run is, to replace that part of its page."""
        start.require_permission(request, "counterfoil_mirror.view_run")
        run = self.get_record(request, pk)
        answer = TemplateResponse(request, "console/run_live.html", detail.live_context(run))
        answer["X-Again"] = str(detail.poll_interval(run))
        answer["Cache-Control"] = "no-store"
        return answer

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for confirmation of what will happen, then let the run resume."""
        start.require_permission(request, permissions.DECIDE)
        run = self.get_record(request, pk)
        if request.method == "POST":
            with ErrorNotices(request):
                approval.approve(run, current_user(request))
                wake.nudge()
                messages.success(request, f"Run {run.pk} is approved and resumes now.")
            return start.redirect_to_run(run)
        if run.state != RunState.NEEDS_APPROVAL:
            messages.info(request, f"Run {run.pk} is not waiting for approval.")
            return start.redirect_to_run(run)
        return self.render_page(request, "console/approve.html", run, **detail.approval_context(run))

    def resume(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Resume an interrupted run now."""
        start.require_permission(request, permissions.SYNC)
        run = self.get_record(request, pk)
        with ErrorNotices(request):
            engine.resume(run, current_user(request))
            wake.nudge()
            messages.success(request, f"Run {run.pk} resumes where it stopped.")
        return start.redirect_to_run(run)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancel the run."""
        start.require_permission(request, permissions.DECIDE)
        run = self.get_record(request, pk)
        with ErrorNotices(request):
            if engine.cancel(run):
                messages.success(request, f"Run {run.pk} is cancelled. What it saved before stays.")
            else:
                messages.success(request, f"Run {run.pk} will not be resumed. What it saved before stays.")
        return start.redirect_to_run(run)

    @display(description="run", ordering="id")
    def number(self, run: Run) -> str:
        return str(run.pk)

    @display(description="connection")
    def source(self, run: Run) -> SafeString:
        name = run.connection.called
        return format_html('<span class="cf-cut" title="{}">{}</span>', name, name)

    @display(description="kind")
    def does(self, run: Run) -> str:
        return run_text.title(run)

    @display(description="state")
    def shown_state(self, run: Run) -> SafeString:
        """Show the state, and whether it was a dry run."""
        dry = badges.badge("Dry run", "plain") if run.options.get("dry_run") else ""
        return format_html('<span class="cf-badges">{}{}</span>', badges.run_state(run.state), dry)

    @display(description="started")
    def started(self, run: Run) -> SafeString | str:
        return formats.ago(run.started_at, never="not yet")

    @display(description="duration")
    def lasted(self, run: Run) -> str:
        return formats.run_duration(run)

    @display(description="read")
    def records_read(self, run: Run) -> int:
        return run.fetched

    @display(description="updated")
    def changed(self, run: Run) -> int:
        """Show the records changed here or, by sending edits, in the connected system."""
        return run.changed

    @display(description="not found")
    def not_found(self, run: Run) -> int:
        return run.missing

    @display(description="problems")
    def problems(self, run: Run) -> int:
        return run.failed

    @display(description="API calls")
    def calls(self, run: Run) -> int:
        return run.api_calls
