"""Users and groups: Django's own screens in the console's style."""

from typing import TYPE_CHECKING, Any

import structlog
from django.contrib import messages
from django.contrib.admin import register, site
from django.contrib.admin.utils import model_format_dict, unquote
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from counterfoil.login import tries
from counterfoil.login.models import PasswordTries
from counterfoil.mirror.models import Connection
from counterfoil.normalize.typed_terms import MOST_TERMS

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
else:
    from unfold.admin import ModelAdmin

log = structlog.get_logger()

LONGEST_SEARCH = 200
"""Characters."""

site.unregister(User)
site.unregister(Group)


class ShortSearch:
    """A search whose statement stays short, however much is typed: SQLite refuses thousands of conditions."""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Search for the first words, as the other lists do."""
        typed = " ".join(search_term[:LONGEST_SEARCH].split()[:MOST_TERMS])
        return super().get_search_results(request, queryset, typed)  # type: ignore[misc]


@register(User)
class UserAdmin(ShortSearch, DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]
    """The screens of users. Only superusers may create, change or delete superusers."""

    actions = None
    readonly_fields = ("last_login", "date_joined")
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "first_name", "last_name", "is_active", "is_superuser")
    list_filter = ("is_superuser", "is_active", "groups")
    delete_confirmation_template = "console/delete_user.html"
    change_form_outer_before_template = "console/user_waits.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the button's address."""
        view = self.admin_site.admin_view(require_POST(self.let_try))
        return [path("<int:pk>/let-try/", view, name="auth_user_let_try"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show from where this user has to wait after wrong passwords."""
        user = self.get_object(request, unquote(object_id))
        waits = tries.waits(user, timezone.now()) if user is not None else []
        return super().change_view(
            request, object_id, form_url, {"waiting": user, "waits": waits, **(extra_context or {})}
        )

    def let_try(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let a user try to log in again at once."""
        user = self.get_object(request, str(pk))
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        tries.lift(user)
        log.info("login brake lifted", user=user.username, by=request.user.get_username())
        messages.success(request, f"{user} can try to log in again now.")
        return redirect("admin:auth_user_change", user.pk)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let only superusers change a superuser, whose password opens everything."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """List what is deleted with a user, without names that the present user may not see.

        A user who owns a connection cannot be deleted.
        """
        found: tuple[list[Any], Any, Any, Any] = super().get_deleted_objects(objs, request)
        gone, counts, needed, protected = found
        counts.pop(model_format_dict(PasswordTries)["verbose_name_plural"], None)
        if protected:
            return [], {}, set(), ["connections"]
        return [login for login in gone if not isinstance(login, list)], counts, needed, []

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Let only owners themselves and superusers change the password of a user who owns a connection."""
        user = self.get_object(request, unquote(id))
        others = user is not None and user != request.user and not request.user.is_superuser
        if others and Connection.objects.filter(owner=user).exists():
            raise PermissionDenied
        answer = super().user_change_password(request, id, form_url)
        if user is not None and answer.status_code == 302:  # whoever forgot the old one need not wait with the new
            tries.lift(user)
        return answer

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow only the filters of the list: lookups across relations would reveal hidden data."""
        return lookup.partition("__")[0] in self.list_filter and super().lookup_allowed(lookup, value, request)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Let users who are no superusers give permissions by groups only."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, "is_superuser", "user_permissions")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Let a new user log in to the console."""
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)


@register(Group)
class GroupAdmin(ShortSearch, DjangoGroupAdmin, ModelAdmin):  # type: ignore[type-arg]
    """The screens of groups."""

    actions = None


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return user is None or not user.is_superuser or request.user.is_superuser
