"""Connections: the list with their status, and one connection's page with its settings and mapping."""

import shlex
from typing import Any

from django.contrib import messages
from django.contrib.admin import display, register
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from counterfoil.connections import access, cron_times, factory, schedules, standing, wording
from counterfoil.connections import connect as engine
from counterfoil.connections.rename import rename
from counterfoil.connections.standing import Standing
from counterfoil.connectors.page import Resource
from counterfoil.console.connections import (
    api_calls,
    browser_login,
    connect,
    contents,
    health,
    put_aside,
    webhooks,
)
from counterfoil.console.connections import inlines as connection_inlines
from counterfoil.console.connections.form import ConnectionForm
from counterfoil.console.customers import push
from counterfoil.console.lists.admin_base import ListAdmin, current_user
from counterfoil.console.runs import start
from counterfoil.console.site import permissions
from counterfoil.console.site.errors import ErrorNotices
from counterfoil.console.widgets import formats
from counterfoil.edits import read_only as write_mode
from counterfoil.mapping.mapper import MappingConfig
from counterfoil.mirror import detail_share, details, edit_status
from counterfoil.mirror.models import Connection, Removal
from counterfoil.runs import mapping_changes, requester
from counterfoil.worker import wake
from counterfoil.worker.resume import resume_connection

ACCESS = ("owner", "given_away", "only_for")
"""Fields of the form that decide who sees a connection."""


@register(Connection)
class ConnectionAdmin(ListAdmin[Connection]):
    """The list of connections and the page of each. No page shows a secret."""

    form = ConnectionForm
    change_form_template = "console/connection.html"
    fieldsets = (
        ("Mapping", {"fields": ("country",)}),
        ("Limits", {"fields": ("rate", "daily_reserve", "guard_share")}),
    )
    inlines = (
        connection_inlines.ScheduleInline,
        connection_inlines.PolicyInline,
        connection_inlines.RoleOverrideInline,
        connection_inlines.FieldMapInline,
    )
    list_select_related = ("owner",)
    list_display = (
        "called",
        "kind",
        "health",
        "customers",
        "full_sync",
        "calls_left",
        "import_problems",
        "country",
    )
    sortable_by = ()
    foot_template = "console/connect_commands.html"
    empty_text = "No connections yet."
    add_label = "Connect a system"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CONNECT)

    def has_delete_permission(self, request: HttpRequest, obj: Connection | None = None) -> bool:
        """Refuse: all its customers would be deleted with it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Connection | None = None) -> bool:
        return request.user.has_perm(permissions.CONFIGURE) and not (obj and obj.removed_at)

    def has_view_permission(self, request: HttpRequest, obj: Connection | None = None) -> bool:
        """Let whoever may change a connection also look at it."""
        return request.user.has_perm("counterfoil_mirror.view_connection") or self.has_change_permission(
            request, obj
        )

    def get_fieldsets(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        """Add owner and groups for users who may decide about them. Superusers see every connection anyway."""
        fieldsets = [*super().get_fieldsets(request, obj)]
        if obj is not None and details.fetched_for(obj):
            of_invoices = details.only_in_detail(Resource.INVOICE, obj.connector)
            names = (detail_share.SETTING, detail_share.INVOICES)[: 2 if of_invoices else 1]
            fieldsets.insert(2, ("Background", {"fields": names}))
        if obj is not None and factory.can_be_written(obj):
            fieldsets.append(("Sending edits", {"fields": (factory.READ_ONLY,)}))
        if _may_grant(request):
            fieldsets.insert(0, ("Name", {"fields": ("new_name",)}))
            fields = ACCESS if not request.user.is_superuser else ("owner", "only_for")
            fieldsets.append(("Access", {"fields": fields}))
        return [*fieldsets, ("Time", {"fields": (cron_times.SETTING,)})]

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        """Make owner and groups read-only for others, so that they cannot be posted either."""
        return () if _may_grant(request) else (*ACCESS, "new_name")

    def get_inlines(self, request: HttpRequest, obj: Connection | None) -> Any:
        """Leave out the rules for conflicts where there cannot be any."""
        inlines = super().get_inlines(request, obj)
        if obj is not None and factory.can_be_written(obj):
            return inlines
        return [inline for inline in inlines if inline is not connection_inlines.PolicyInline]

    def get_form(
        self, request: HttpRequest, obj: Connection | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Tell the form who fills it in."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"user": current_user(request)})

    def prepare_rows(self, rows: list[Connection]) -> None:
        """Look up the status of each connection."""
        for row in rows:
            row.status = health.health_of(row)  # type: ignore[attr-defined]

    def get_urls(self) -> list[URLPattern]:
        """Add the buttons' addresses."""

        def view(name: str, answer: Any) -> URLPattern:
            wrapped = self.admin_site.admin_view(require_POST(answer))
            made: URLPattern = path(f"<int:pk>/{name}/", wrapped, name=f"counterfoil_mirror_connection_{name}")
            return made

        buttons = [
            view("sync", self.sync),
            view("full", self.full),
            view("push", self.push),
            view("resume", self.resume),
            view("check", self.check_credentials),
            view("pause", self.pause),
            view("unpause", self.unpause),
        ]
        remove = path(
            "<int:pk>/remove/",
            self.admin_site.admin_view(self.remove),
            name="counterfoil_mirror_connection_remove",
        )
        renew = path(
            "<int:pk>/key/", self.admin_site.admin_view(self.renew), name="counterfoil_mirror_connection_key"
        )
        choose = path(
            "login/<int:number>/",
            self.admin_site.admin_view(self.choose),
            name="counterfoil_mirror_connection_choose",
        )
        return [*buttons, renew, remove, choose, *super().get_urls()]

    @method_decorator(sensitive_post_parameters())
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Connect a system."""
        start.require_permission(request, permissions.CONNECT)
        return connect.page(self, request)

    @method_decorator(sensitive_post_parameters())
    def renew(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change its address or key."""
        start.require_permission(request, permissions.GRANT)
        return connect.page(self, request, self.get_record(request, pk))

    def logged_in(self, request: HttpRequest) -> HttpResponse:
        """Continue after a login at the system."""
        _require_either(request)
        return browser_login.returned(self, request)

    def choose(self, request: HttpRequest, number: int) -> HttpResponse:
        """Choose between the tenants that the login has access to."""
        _require_either(request)
        return browser_login.choose(self, request, number)

    def sync(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Sync changes only, where the system can tell what changed."""
        return start.request_sync(request, self.get_record(request, pk))

    def full(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start a full sync."""
        return start.request_sync(request, self.get_record(request, pk), full=True)

    def push(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send all waiting edits."""
        start.require_permission(request, permissions.PUSH)
        return push.queue_push(
            request, self.get_record(request, pk), reverse("admin:counterfoil_mirror_connection_change", args=[pk])
        )

    def resume(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let it make calls before a block or a pause ends."""
        start.require_permission(request, permissions.SYNC)
        connection = self.get_record(request, pk)
        with ErrorNotices(request):
            lifted = resume_connection(connection, current_user(request))
            until = formats.exact(lifted.until)
            self.log_change(request, connection, f"Resumed before {until} ({lifted.reason}).")
            messages.success(request, f"Calls to {wording.system(connection)} resume now, not at {until}.")
        return redirect("admin:counterfoil_mirror_connection_change", pk)

    def pause(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make no calls until it is resumed."""
        start.require_permission(request, permissions.SYNC)
        return put_aside.pause(self, request, self.get_record(request, pk))

    def unpause(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let a paused connection work again."""
        start.require_permission(request, permissions.SYNC)
        return put_aside.unpause(self, request, self.get_record(request, pk))

    def remove(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether to remove it, and do so."""
        start.require_permission(request, permissions.GRANT)
        return put_aside.removal_page(self, request, self.get_record(request, pk))

    def check_credentials(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Test the stored credentials with a real call."""
        start.require_permission(request, permissions.CONFIGURE)
        connection = self.get_record(request, pk)
        with ErrorNotices(request):
            messages.success(request, engine.check_connection(connection))
        return redirect("admin:counterfoil_mirror_connection_change", pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the connection's page around the form."""
        found = self.get_object(request, object_id)
        may_change = self.has_change_permission(request, found)
        context: dict[str, Any] = {}
        if found is not None:
            context = {
                "connection": health.health_of(found),
                "contents": contents.contents_of(found),
                "standing": edit_status.count_by_connection([found.pk])[found.pk],
                "rules": connection_inlines.describe_policies(found) if factory.can_be_written(found) else [],
                "may_push": request.user.has_perm(permissions.PUSH) and factory.writer(found) is not None,
                "days": contents.DAYS,
                "calls": api_calls.call_usage(found),
                "schedules": connection_inlines.schedule_lines(found),
                "webhooks": webhooks.webhook_card(request, found)
                if request.user.has_perm(permissions.SEE_DELIVERIES)
                else None,
                "shown_settings": health.settings_shown(found, all_of_them=not may_change),
                "system": wording.system(found),
                "connect_command": _connect_command(found),
                "may_renew": request.user.has_perm(permissions.GRANT) and health.can_be_renewed(found),
                "may_remove": request.user.has_perm(permissions.GRANT) and found.removal != Removal.DELETE,
                "may_pause": request.user.has_perm(permissions.SYNC) and not found.removed_at,
                "sources": connection_inlines.sources(found),
                "may_ask": request.user.has_perm(permissions.SYNC) and standing.state(found) == Standing.ACTIVE,
                "may_change": may_change,
                "show_save_and_add_another": False,
                "show_save_and_continue": False,
                "is_fullwidth": "1",
                "title": found.name,
                "subtitle": None,
            }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        """Save only what the form shows: a run that ends meanwhile writes other columns of the same row."""
        fresh = Connection.objects.locked(obj.pk)
        request.mapping_before = factory.mapping_config(fresh)  # type: ignore[attr-defined]
        fresh.country = obj.country
        own = form.own_settings()
        kept = {name: value for name, value in fresh.settings.items() if name not in own}
        fresh.settings = kept | {name: value for name, value in own.items() if value is not None}
        fresh.save(update_fields=["country", "settings"])
        if "new_name" in form.cleaned_data and rename(fresh, form.cleaned_data["new_name"]):
            obj.name = fresh.name
        if factory.READ_ONLY in form.cleaned_data:
            _set_read_only(request, fresh, form.cleaned_data[factory.READ_ONLY])
        schedules.change_time_zone(fresh, form.cleaned_data[cron_times.SETTING])
        if "only_for" in form.cleaned_data:
            groups = [group.pk for group in form.cleaned_data["only_for"]]
            requester.hand_over(fresh, form.cleaned_data["owner"], groups)
            if fresh.name != obj.name and access.can_see(current_user(request), fresh.pk):
                messages.info(
                    request, f"“{obj.name}” was already taken, so this connection is now called “{fresh.name}”."
                )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the tables too, then apply a changed mapping to all records with one run."""
        super().save_related(request, form, formsets, change)
        connection = Connection.objects.get(pk=form.instance.pk)
        before: MappingConfig = request.mapping_before  # type: ignore[attr-defined]
        after = factory.mapping_config(connection)
        if after == before:
            return
        with transaction.atomic():
            changed = {name: getattr(after, name) != getattr(before, name) for name in ("country", "zone")}
            run = mapping_changes.request_remap(connection, current_user(request), **changed)
            wake.nudge()
        messages.info(
            request,
            format_html(
                'The mapping was changed. <a href="{}">Run {}</a> applies it to all customers, without API calls.',
                start.redirect_to_run(run).url,
                str(run.pk),
            ),
        )

    def response_post_save_change(self, request: HttpRequest, obj: Connection) -> HttpResponseRedirect:
        """Stay on the page."""
        return redirect("admin:counterfoil_mirror_connection_change", obj.pk)

    def response_change(self, request: HttpRequest, obj: Connection) -> HttpResponse:
        """Show the list where the user no longer sees the connection."""
        if access.can_see(current_user(request), obj.pk):
            return super().response_change(request, obj)
        messages.info(request, f"“{obj.name}” now belongs to {obj.owner}. You no longer see it.")
        return redirect("admin:counterfoil_mirror_connection_changelist")

    @display(description="name")
    def called(self, connection: Connection) -> str:
        """Show the name, with the owner's where it has one."""
        return connection.called

    @display(description="connector")
    def kind(self, connection: Connection) -> str:
        return health.connector_title(connection)

    @display(description="status")
    def health(self, connection: Connection) -> SafeString:
        return _status(connection).badge

    @display(description="customers")
    def customers(self, connection: Connection) -> str:
        return _status(connection).customers_in_words

    @display(description="last full sync")
    def full_sync(self, connection: Connection) -> SafeString | str:
        return formats.ago(_status(connection).facts["last_full_pass"], never="never")

    @display(description="API calls left today")
    def calls_left(self, connection: Connection) -> str:
        return _status(connection).calls_in_words

    @display(description="import problems")
    def import_problems(self, connection: Connection) -> int:
        return _status(connection).import_problems


def _may_grant(request: HttpRequest) -> bool:
    return request.user.has_perms((permissions.CONFIGURE, permissions.GRANT))


def _set_read_only(request: HttpRequest, connection: Connection, read_only: bool) -> None:
    was = bool(connection.settings.get(factory.READ_ONLY))
    count = write_mode.set_read_only(connection, read_only, current_user(request))
    if count and read_only != was:
        if read_only:
            edits = "1 edit is" if count == 1 else f"{count:,} edits are"
            messages.info(request, f"{edits} now kept here only.")
        else:
            edits = "1 edit" if count == 1 else f"{count:,} edits"
            messages.info(request, f"{edits} will be sent to {wording.system(connection)} next time.")


def _require_either(request: HttpRequest) -> None:
    """Require permission to connect a system or to renew a connection; the login knows which of the two it is."""
    if not request.user.has_perm(permissions.CONNECT):
        start.require_permission(request, permissions.GRANT)


def _connect_command(connection: Connection) -> str:
    """Return the command that connects it again."""
    as_owner = f"--as {shlex.quote(connection.owner.get_username())} " if connection.owner else ""
    return f"counterfoil {as_owner}connect {connection.connector} --name {shlex.quote(connection.name)} …"


def _status(connection: Connection) -> health.ConnectionHealth:
    status: health.ConnectionHealth = connection.status  # type: ignore[attr-defined]
    return status
