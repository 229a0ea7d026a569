"""Users and groups: Django's own, in the console's clothes."""

from typing import TYPE_CHECKING, Any

from django.contrib.admin import register, site
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from counterfoil.mirror.models import Connection

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
else:
    from unfold.admin import ModelAdmin


site.unregister(User)
site.unregister(Group)


@register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]
    """Who may log in. Who is no superuser makes none, and touches none."""

    actions = None
    readonly_fields = ("last_login", "date_joined")
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "first_name", "last_name", "is_active", "is_superuser")
    list_filter = ("is_superuser", "is_active", "groups")
    delete_confirmation_template = "console/delete_user.html"

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A superuser's login is a superuser's business: its password opens everything."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """As for changing."""
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with a login, without a name of anything: it could be what the person may not see. A login
        that owns a connection stays.
        """
        found: tuple[list[Any], Any, Any, Any] = super().get_deleted_objects(objs, request)
        gone, counts, needed, protected = found
        if protected:
            return [], {}, set(), ["connections"]
        return [login for login in gone if not isinstance(login, list)], counts, needed, []

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """The password of whoever owns a connection opens what is theirs alone: it is for them and superusers."""
        user = self.get_object(request, unquote(id))
        others = user is not None and user != request.user and not request.user.is_superuser
        if others and Connection.objects.filter(owner=user).exists():
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By the filters beside the list only: not by what belongs to a login."""
        return lookup.partition("__")[0] in self.list_filter and super().lookup_allowed(lookup, value, request)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Others give leave by groups only."""
        usual = super().get_readonly_fields(request, obj)
        return usual if request.user.is_superuser else (*usual, "is_superuser", "user_permissions")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A login made here may log in here."""
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)


@register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[type-arg]
    """What several of them may do."""

    actions = None


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return user is None or not user.is_superuser or request.user.is_superuser
