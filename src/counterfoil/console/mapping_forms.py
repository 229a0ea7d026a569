"""How a connection maps, as tables: role overrides and field map. Saving them is the connection's business."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from counterfoil.connectors.fields import CUSTOMER_FIELDS, LABELS
from counterfoil.console.roles import CONFIGURE
from counterfoil.mirror import catalog
from counterfoil.mirror.models import Connection, FieldMap, RoleOverride

if TYPE_CHECKING:
    from django.contrib.admin import TabularInline
else:
    from unfold.admin import TabularInline as UnfoldTabularInline

    class TabularInline(UnfoldTabularInline):
        """Takes models in brackets, as Django's own does for type checkers."""

        def __class_getitem__(cls, _: object) -> type:
            return cls


SOURCE = {"aria-label": "Source", "placeholder": "as in extraFields.Legal form"}


class RoleOverrideForm(forms.ModelForm[RoleOverride]):
    """Roles are kept in capitals, as the mirror keeps them."""

    class Meta:
        model = RoleOverride
        fields = ("by", "pattern", "role")
        widgets = {
            "by": UnfoldAdminSelectWidget(attrs={"aria-label": "By"}),
            "pattern": UnfoldAdminTextInputWidget(attrs={"aria-label": "Pattern"}),
            "role": UnfoldAdminTextInputWidget(attrs={"aria-label": "Role"}),
        }

    def clean_role(self) -> str:
        """In capitals."""
        return str(self.cleaned_data["role"]).strip().upper()


class FieldMapForm(forms.ModelForm[FieldMap]):
    """A field of ours, and where the payload has it."""

    field = forms.ChoiceField(
        choices=[("", "Choose a field"), *((field.name, field.label) for field in CUSTOMER_FIELDS)],
        widget=UnfoldAdminSelectWidget(attrs={"aria-label": "Field"}),
    )

    class Meta:
        model = FieldMap
        fields = ("field", "source")
        widgets = {"source": UnfoldAdminTextInputWidget(attrs=SOURCE)}


class ConnectionTable(TabularInline[Any, Connection]):
    """Whoever may change the connection may change its tables."""

    extra = 0
    show_title = False
    template_before: str

    def _may(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CONFIGURE)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the connection's."""
        return self._may(request) or request.user.has_perm("mirror.view_connection")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the connection's."""
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the connection's."""
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the connection's."""
        return self._may(request)


class RoleOverrideInline(ConnectionTable):
    """A role of ours that beats the upstream's."""

    model = RoleOverride
    form = RoleOverrideForm
    verbose_name = "role override"
    template_before = "console/role_overrides.html"


class FieldMapInline(ConnectionTable):
    """Where a field is found, instead of its usual place; of several rows for a field the first one counts that
    has a value."""

    model = FieldMap
    form = FieldMapForm
    template_before = "console/field_map.html"
    verbose_name = "field map entry"
    verbose_name_plural = "field map"


def sources(connection: Connection) -> list[tuple[str, str, bool]]:
    """Every field with the places it is read from now, and whether they are this connection's own."""
    own = catalog.mapping_config(connection).sources
    usual = catalog.usual_sources(connection)
    return [
        (LABELS[field.name], " or ".join(own.get(field.name, usual.get(field.name, ()))), field.name in own)
        for field in CUSTOMER_FIELDS
    ]
