"""The tables in a connection's form: role overrides, field map, rules for conflicts, schedules."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin import display
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from counterfoil.connections import factory
from counterfoil.connectors.page import Resource
from counterfoil.console.site.permissions import CONFIGURE
from counterfoil.mapping.fields import CUSTOMER_FIELDS, LABELS
from counterfoil.mirror import app_settings
from counterfoil.mirror.models import Connection, FieldMap, RoleOverride

if TYPE_CHECKING:
    from django.contrib.admin import TabularInline
    from django.db.models import QuerySet
else:
    from unfold.admin import TabularInline as UnfoldTabularInline

    class TabularInline(UnfoldTabularInline):
        """Unfold's class, which also takes models in brackets as Django's does for type checkers."""

        def __class_getitem__(cls, _: object) -> type:
            return cls


from dataclasses import dataclass

from django.utils import timezone
from unfold.widgets import UnfoldBooleanWidget

from counterfoil.connections import cron_times, schedules, wording
from counterfoil.connections.schedules import ScheduleChange
from counterfoil.errors import InvalidInput
from counterfoil.ingest.edit_values import EDITABLE
from counterfoil.mirror.enums import Rule
from counterfoil.mirror.models import Missed, Policy, Schedule, ScheduleKind

SOURCE = {"aria-label": "Source", "placeholder": "such as extraFields.Legal form"}


class RoleOverrideForm(forms.ModelForm[RoleOverride]):
    """A role override. Roles are stored in capitals, as those of customers are."""

    class Meta:
        model = RoleOverride
        fields = ("by", "pattern", "role")
        widgets = {
            "by": UnfoldAdminSelectWidget(attrs={"aria-label": "By"}),
            "pattern": UnfoldAdminTextInputWidget(attrs={"aria-label": "Pattern"}),
            "role": UnfoldAdminTextInputWidget(attrs={"aria-label": "Role"}),
        }

    def clean_role(self) -> str:
        return str(self.cleaned_data["role"]).strip().upper()


class FieldMapForm(forms.ModelForm[FieldMap]):
    """A field, and its place in the connected system's records."""

    field = forms.ChoiceField(
        choices=[("", "Choose a field"), *((field.name, field.label) for field in CUSTOMER_FIELDS)],
        widget=UnfoldAdminSelectWidget(attrs={"aria-label": "Field"}),
    )

    class Meta:
        model = FieldMap
        fields = ("field", "source")
        widgets = {"source": UnfoldAdminTextInputWidget(attrs=SOURCE)}

    def _get_validation_exclusions(self) -> set[str]:
        """Check for duplicates although the form does not ask whose field it is: a customer's."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"resource"}


class ConnectionTable(TabularInline[Any, Connection]):
    """A table that whoever may change the connection may change."""

    extra = 0
    show_title = False
    template_before: str

    def _may(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CONFIGURE)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request) or request.user.has_perm("counterfoil_mirror.view_connection")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)


class RoleOverrideInline(ConnectionTable):
    """Roles that replace those of the connected system."""

    model = RoleOverride
    form = RoleOverrideForm
    verbose_name = "role override"
    template_before = "console/role_overrides.html"


class FieldMapInline(ConnectionTable):
    """Places of fields other than the standard ones. Of several for one field the first with a value counts."""

    model = FieldMap
    form = FieldMapForm
    template_before = "console/field_map.html"
    verbose_name = "field map entry"
    verbose_name_plural = "field map"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[FieldMap]":
        """Show the entries for customers' fields; others are changed by commands."""
        return super().get_queryset(request).filter(resource=Resource.CUSTOMER)


def sources(connection: Connection) -> list[tuple[str, str, bool]]:
    """Return every field with the places it is read from, and whether the field map sets them."""
    own = factory.mapping_config(connection).sources
    standard = factory.usual_sources(connection)
    return [
        (LABELS[field.name], " or ".join(own.get(field.name, standard.get(field.name, ()))), field.name in own)
        for field in CUSTOMER_FIELDS
    ]


OTHERS = "All other fields"


class PolicyForm(forms.ModelForm[Policy]):
    """A rule: who wins for one field, or for all other fields."""

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
        """Treat a new row as changed: as it is, it is a rule for all other fields."""
        is_new = bool(self.instance._state.adding)  # noqa: SLF001  Django's documented way
        return is_new or super().has_changed()


class Policies(forms.BaseInlineFormSet[Any, Connection, forms.ModelForm[Any]]):
    """The rules of one connection, at most one for each field."""

    def add_fields(self, form: Any, index: Any) -> None:
        """Name the connected system in the choices."""
        super().add_fields(form, index)
        form.fields["rule"].choices = rule_choices(self.instance)

    def get_unique_error_message(self, unique_check: Any) -> str:
        """Explain the error; Django's own text is about connections."""
        return "There are two rules for the same field. Remove one of them."


class PolicyInline(ConnectionTable):
    """The rules for conflicts. Users who may not change them see them on the page above."""

    model = Policy
    form = PolicyForm
    formset = Policies
    template_before = "console/policies.html"
    verbose_name = "rule"
    verbose_name_plural = "rules for conflicts"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)


def rule_choices(connection: Connection) -> list[tuple[str, str]]:
    """Return the rules with what each does, as entries of a select."""
    system = wording.system(connection)
    return [(rule.value, wording.sentence(wording.rule(rule, system))) for rule in Rule]


def describe_policies(connection: Connection) -> list[tuple[str, str]]:
    """Return each field that has a rule, and the rule; the one for all other fields last."""
    system = wording.system(connection)
    rules = connection.policies.all()
    labelled = [(EDITABLE[rule.field].label if rule.field in EDITABLE else OTHERS, rule) for rule in rules]
    ordered = sorted(labelled, key=lambda entry: (entry[1].field == "", entry[0]))
    found = [(label, wording.rule(rule.rule, system)) for label, rule in ordered]
    return found if any(rule.field == "" for rule in rules) else [*found, (OTHERS, wording.rule(Rule.ASK, system))]


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One schedule. `next_at` is as in "tomorrow 03:00"; empty where it is off."""

    schedule: Schedule
    title: str
    when: str
    next_at: str


@dataclass(frozen=True, slots=True)
class Schedules:
    """The schedules of one connection. `is_off_here`: this installation starts none."""

    lines: list[ScheduleLine]
    zone: str
    is_off_here: bool


def schedule_lines(connection: Connection) -> Schedules:
    """Return what is synced automatically, and when."""
    zone, now = schedules.zone_of(connection), timezone.now()
    lines = [
        ScheduleLine(
            schedule,
            wording.sentence(wording.schedule_kind(schedule.kind, wording.system(connection))),
            cron_times.describe(schedule.cron),
            cron_times.upcoming(schedule.next_at, zone, now) if schedule.next_at else "",
        )
        for schedule in connection.schedules.select_related("run")
    ]
    return Schedules(lines, zone.key, not app_settings.schedules_on())


class ScheduleForm(forms.ModelForm[Schedule]):
    """A schedule. It is saved by column, since a worker may write other columns of the same row meanwhile."""

    class Meta:
        model = Schedule
        fields = ("is_on", "cron", "missed")
        widgets = {
            "is_on": UnfoldBooleanWidget(attrs={"aria-label": "On"}),
            "cron": UnfoldAdminTextInputWidget(attrs={"aria-label": "When", "spellcheck": "false"}),
            "missed": UnfoldAdminSelectWidget(attrs={"aria-label": "If missed"}),
        }

    def clean_cron(self) -> str:
        """Return the cron expression in its plain form. Raises ValidationError."""
        try:
            return cron_times.tidy(self.cleaned_data["cron"])
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from None

    def save(self, commit: bool = True) -> Schedule:
        """Save the schedule and its next moment."""
        values = self.cleaned_data
        change = ScheduleChange(values["cron"], values["is_on"], Missed(values["missed"]))
        return schedules.change_schedule(self.instance.connection, ScheduleKind(self.instance.kind), change)


class ScheduleInline(ConnectionTable):
    """The schedules, one for each kind. Users who may not change them see them on the page above."""

    model = Schedule
    form = ScheduleForm
    fields = ("sync", "is_on", "cron", "missed")
    readonly_fields = ("sync",)
    template_before = "console/schedule_table.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(CONFIGURE)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: schedules are created with the connection."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: schedules are turned off instead."""
        return False

    @display(description="sync")
    def sync(self, schedule: Schedule) -> str:
        """Name what the schedule starts."""
        return wording.sentence(wording.schedule_kind(schedule.kind, wording.system(schedule.connection)))
