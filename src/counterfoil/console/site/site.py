"""The console's admin site: the overview, and the screens of all models below it."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from unfold.sites import UnfoldAdminSite

from counterfoil.console.site import addresses
from counterfoil.console.site.theme import TITLE


class ConsoleSite(UnfoldAdminSite):
    """The console. It keeps the name "admin", which templates of Django and unfold refer to."""

    site_title = TITLE
    site_header = TITLE
    index_title = "Overview"
    index_template = "console/overview.html"
    empty_value_display = "–"
    enable_nav_sidebar = True

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Route every screen at its short address, and the live part of the overview."""
        hold = path("go-live/", self.admin_view(self.go_live), name="go_live")
        live = path("live/", self.admin_view(self.latest_runs), name="latest_runs")
        other = [entry for entry in super().get_urls() if isinstance(entry, URLPattern)]
        screens = [addresses.route_screens(model_admin) for model_admin in self._registry.values()]
        return [live, hold, *screens, self._login_back(), *addresses.route_former_addresses(), *other]

    def _login_back(self) -> URLPattern:
        from counterfoil.console.connections.admin import ConnectionAdmin
        from counterfoil.mirror.models import Connection

        connections = ConnectionAdmin(Connection, self)
        view = self.admin_view(connections.logged_in)
        back: URLPattern = path(addresses.LOGIN_BACK, view, name="counterfoil_mirror_connection_logged_in")
        return back

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page shows, among it a hold."""
        from counterfoil.console.site import hold_banner

        return {**super().each_context(request), **hold_banner.context(request)}

    def go_live(self, request: HttpRequest) -> HttpResponse:
        """End the hold after a restore."""
        from counterfoil.console.site import hold_banner

        return hold_banner.go_live(request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the overview: connections and latest runs, or how to get to a first sync."""
        from counterfoil.console.overview import page as overview_page

        page: TemplateResponse = super().index(
            request, {**overview_page.context(request), **(extra_context or {})}
        )
        return page

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """List what Ctrl-K finds: ranked, limited and never cached, unlike unfold's own search."""
        from counterfoil.console.site import command_palette

        typed = request.GET.get("s", "").replace("\0", "").strip()
        if not typed:
            return HttpResponse()
        answer = TemplateResponse(request, "console/palette.html", command_palette.context(request, typed))
        answer["HX-Trigger"] = "search"
        answer["Cache-Control"] = "no-store"
        return answer

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """Log somebody in, or say what was wrong, or that the next try is not due yet."""
        from counterfoil.console.site import login

        self.login_form = login.LoginForm
        return login.finish(request, super().login(request, extra_context))

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Change one's own password, as unfold does it, by the form that counts wrong ones."""
        from django.contrib.auth.views import PasswordChangeView

        from counterfoil.console.site import login

        view = PasswordChangeView.as_view(
            form_class=partial(login.OwnPasswordForm, request=request),
            success_url=reverse("admin:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)

    def latest_runs(self, request: HttpRequest) -> TemplateResponse:
        """Render the latest runs alone, to replace that part of the page."""
        from counterfoil.console.overview import page as overview_page

        return overview_page.latest_runs(request)
