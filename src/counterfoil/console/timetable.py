"""The schedules of a connection, in words; and their table in its form."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from counterfoil.console.mapping_forms import ConnectionTable
from counterfoil.console.roles import CONFIGURE
from counterfoil.errors import WrongSetting
from counterfoil.mirror import schedules, scheduling, zones
from counterfoil.mirror.models import Connection, Missed, Schedule, ScheduleKind
from counterfoil.mirror.schedules import Wish


@dataclass(frozen=True, slots=True)
class Line:
    """One schedule. `next_at` is as in "tomorrow 03:00"; empty where it does not fire."""

    schedule: Schedule
    when: str
    next_at: str


@dataclass(frozen=True, slots=True)
class Schedules:
    """Of one connection. `is_off_here` says that this install fires none."""

    lines: list[Line]
    zone: str
    is_off_here: bool


def of(connection: Connection) -> Schedules:
    """What is synced by itself, and when."""
    zone, now = schedules.zone_of(connection), timezone.now()
    lines = [
        Line(
            schedule,
            scheduling.in_words(schedule.cron),
            zones.upcoming(schedule.next_at, zone, now) if schedule.next_at else "",
        )
        for schedule in connection.schedules.select_related("run")
    ]
    return Schedules(lines, zone.key, not settings.SCHEDULES)


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
            return scheduling.tidy(self.cleaned_data["cron"])
        except WrongSetting as error:
            raise forms.ValidationError(str(error)) from None

    def save(self, commit: bool = True) -> Schedule:
        """What the form says, and the next moment by it."""
        said = self.cleaned_data
        wish = Wish(said["cron"], said["is_on"], Missed(said["missed"]))
        return schedules.change(self.instance.connection, ScheduleKind(self.instance.kind), wish)


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
