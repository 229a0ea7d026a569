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

from counterfoil.console import asking, badges, moments, roles, run_page, run_words
from counterfoil.console.base import PageAdmin, person
from counterfoil.console.filters import ChoiceFilter, ConnectionFilter, Options, ResourceFilter
from counterfoil.console.problems import AsNotices
from counterfoil.mirror import approval, tasks
from counterfoil.mirror import runs as engine
from counterfoil.mirror.models import Run, RunKind, RunState


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
    nothing_yet = "Nothing has run yet: the first run begins with “Sync now” on a connection."

    def get_urls(self) -> list[URLPattern]:
        """The live part, and the decisions."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/live/", view(self.live), name="mirror_run_live"),
            path("<int:pk>/approve/", view(self.approve), name="mirror_run_approve"),
            path("<int:pk>/resume/", view(require_POST(self.resume)), name="mirror_run_resume"),
            path("<int:pk>/cancel/", view(require_POST(self.cancel)), name="mirror_run_cancel"),
            *super().get_urls(),
        ]

    def page(self, request: HttpRequest, record: Run) -> dict[str, Any]:
        """One run in full."""
        return run_page.context(request, record)

    def live(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far the run is, as a piece of its page."""
        asking.require(request, "mirror.view_run")
        run = self.record(request, pk)
        answer = TemplateResponse(request, "console/run_live.html", run_page.live(run))
        answer["X-Again"] = str(run_page.again(run))
        answer["Cache-Control"] = "no-store"
        return answer

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask once more, saying what will happen; then let the run go on."""
        asking.require(request, roles.DECIDE)
        run = self.record(request, pk)
        if request.method == "POST":
            with AsNotices(request):
                approval.approve(run, person(request))
                tasks.nudge()
                messages.success(request, f"Run {run.pk} is approved and goes on.")
            return asking.to_run(run)
        if run.state != RunState.NEEDS_APPROVAL:
            messages.info(request, f"Run {run.pk} does not wait for approval.")
            return asking.to_run(run)
        return self.draw(request, "console/approve.html", run, **run_page.question(run))

    def resume(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let an interrupted run go on now."""
        asking.require(request, roles.SYNC)
        run = self.record(request, pk)
        with AsNotices(request):
            engine.resume(run, person(request))
            tasks.nudge()
            messages.success(request, f"Run {run.pk} goes on where it was.")
        return asking.to_run(run)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Stop the run for good."""
        asking.require(request, roles.DECIDE)
        run = self.record(request, pk)
        with AsNotices(request):
            engine.cancel(run)
            messages.success(request, f"Run {run.pk} is cancelled. What it wrote before stays.")
        return asking.to_run(run)

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
        return run_words.title(run)

    @display(description="state")
    def shown_state(self, run: Run) -> SafeString:
        """The state, and whether it only looked."""
        dry = badges.badge("Dry run", "plain") if run.options.get("dry_run") else ""
        return format_html('<span class="cf-badges">{}{}</span>', badges.run_state(run.state), dry)

    @display(description="started")
    def started(self, run: Run) -> SafeString | str:
        """ "3 minutes ago"."""
        return moments.since(run.started_at, never="not yet")

    @display(description="duration")
    def lasted(self, run: Run) -> str:
        """How long it has worked."""
        return moments.duration(run)

    @display(description="updated")
    def changed(self, run: Run) -> int:
        """Here or, by a push, upstream."""
        return run.changed

    @display(description="calls")
    def calls(self, run: Run) -> int:
        """API calls."""
        return run.api_calls
