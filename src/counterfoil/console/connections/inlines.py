"""The rules of a connection for what both sides have changed, as a table in its form."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from counterfoil.connections import factory
from counterfoil.console.site.permissions import CONFIGURE
from counterfoil.mapping.fields import CUSTOMER_FIELDS, LABELS
from counterfoil.mirror import app_settings
from counterfoil.mirror.models import Connection, FieldMap, RoleOverride

if TYPE_CHECKING:
    from django.contrib.admin import TabularInline
else:
    from unfold.admin import TabularInline as UnfoldTabularInline

    class TabularInline(UnfoldTabularInline):
        """Takes models in brackets, as Django's own does for type checkers."""

        def __class_getitem__(cls, _: object) -> type:
            return cls


from dataclasses import dataclass

from django.utils import timezone
from unfold.widgets import UnfoldBooleanWidget

from counterfoil.connections import cron_times, schedules
from counterfoil.connections.schedules import ScheduleChange
from counterfoil.errors import InvalidInput
from counterfoil.ingest.edit_values import EDITABLE
from counterfoil.mirror.models import Missed, Policy, Schedule, ScheduleKind

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
        return self._may(request) or request.user.has_perm("counterfoil_mirror.view_connection")

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
    has a value.
    """

    model = FieldMap
    form = FieldMapForm
    template_before = "console/field_map.html"
    verbose_name = "field map entry"
    verbose_name_plural = "field map"


def sources(connection: Connection) -> list[tuple[str, str, bool]]:
    """Every field with the places it is read from now, and whether they are this connection's own."""
    own = factory.mapping_config(connection).sources
    usual = factory.usual_sources(connection)
    return [
        (LABELS[field.name], " or ".join(own.get(field.name, usual.get(field.name, ()))), field.name in own)
        for field in CUSTOMER_FIELDS
    ]


OTHERS = "All other fields"


class PolicyForm(forms.ModelForm[Policy]):
    """A field, or all others; and who wins."""

    field = forms.ChoiceField(
        choices=[("", OTHERS), *((field.name, field.label) for field in EDITABLE.values())],
        required=False,
        widget=UnfoldAdminSelectWidget(attrs={"aria-label": "Field"}),
    )

    class Meta:
        model = Policy
        fields = ("field", "rule")
        widgets = {"rule": UnfoldAdminSelectWidget(attrs={"aria-label": "Rule"})}

    def has_changed(self) -> bool:
        """A new row says something as it is: all other fields, ask."""
        is_new = bool(self.instance._state.adding)  # noqa: SLF001  Django's documented way
        return is_new or super().has_changed()


class Policies(forms.BaseInlineFormSet[Any, Connection, forms.ModelForm[Any]]):
    """One rule for each field."""

    def get_unique_error_message(self, unique_check: Any) -> str:
        """Django's own speaks of connections."""
        return "There are two rules for the same field: leave one of them."


class PolicyInline(ConnectionTable):
    """Others see the rules on the card above."""

    model = Policy
    form = PolicyForm
    formset = Policies
    template_before = "console/policies.html"
    verbose_name = "rule"
    verbose_name_plural = "rules for conflicts"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For whoever may change them."""
        return self._may(request)


def describe_policies(connection: Connection) -> list[tuple[str, str]]:
    """Each field that has a rule, and the rule; the one for all others last."""
    rules = connection.policies.all()
    said = [(EDITABLE[rule.field].label if rule.field in EDITABLE else OTHERS, rule) for rule in rules]
    ordered = sorted(said, key=lambda entry: (entry[1].field == "", entry[0]))
    found = [(label, str(rule.get_rule_display())) for label, rule in ordered]
    return found if any(rule.field == "" for rule in rules) else [*found, (OTHERS, "Ask")]


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One schedule. `next_at` is as in "tomorrow 03:00"; empty where it does not fire."""

    schedule: Schedule
    when: str
    next_at: str


@dataclass(frozen=True, slots=True)
class Schedules:
    """Of one connection. `is_off_here` says that this install fires none."""

    lines: list[ScheduleLine]
    zone: str
    is_off_here: bool


def schedule_lines(connection: Connection) -> Schedules:
    """What is synced by itself, and when."""
    zone, now = schedules.zone_of(connection), timezone.now()
    lines = [
        ScheduleLine(
            schedule,
            cron_times.describe(schedule.cron),
            cron_times.upcoming(schedule.next_at, zone, now) if schedule.next_at else "",
        )
        for schedule in connection.schedules.select_related("run")
    ]
    return Schedules(lines, zone.key, not app_settings.schedules_on())


class ScheduleForm(forms.ModelForm[Schedule]):
    """Saved column by column: a worker that fires meanwhile writes others of the same row."""

    class Meta:
        model = Schedule
        fields = ("is_on", "cron", "missed")
        widgets = {
            "is_on": UnfoldBooleanWidget(attrs={"aria-label": "On"}),
            "cron": UnfoldAdminTextInputWidget(attrs={"aria-label": "When", "spellcheck": "false"}),
            "missed": UnfoldAdminSelectWidget(attrs={"aria-label": "Where one was missed"}),
        }

    def clean_cron(self) -> str:
        """An expression that can be used."""
        try:
            return cron_times.tidy(self.cleaned_data["cron"])
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from None

    def save(self, commit: bool = True) -> Schedule:
        """What the form says, and the next moment by it."""
        said = self.cleaned_data
        wish = ScheduleChange(said["cron"], said["is_on"], Missed(said["missed"]))
        return schedules.change_schedule(self.instance.connection, ScheduleKind(self.instance.kind), wish)


class ScheduleInline(ConnectionTable):
    """One row for each kind: none is added, none goes away. Others see them on the card above."""

    model = Schedule
    form = ScheduleForm
    fields = ("kind", "is_on", "cron", "missed")
    readonly_fields = ("kind",)
    template_before = "console/schedule_table.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For whoever may change them."""
        return request.user.has_perm(CONFIGURE)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are made with the connection."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are turned off."""
        return False
