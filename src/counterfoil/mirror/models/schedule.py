"""A schedule: when a connection is synced by itself."""

from django.db import models

from counterfoil.mirror.models.connection import Connection
from counterfoil.mirror.models.run import Run


class ScheduleKind(models.TextChoices):
    """What is asked for."""

    INCREMENTAL = "incremental", "What changed"
    FULL = "full", "Everything"
    PUSH = "push", "Push edits"


class Missed(models.TextChoices):
    """What is done about a moment at which nobody was there."""

    CATCH_UP = "catch-up", "Catch up once"
    SKIP = "skip", "Skip"


class Schedule(models.Model):
    """`cron` is read in the connection's time zone. `next_at` is the first moment at which it has not fired yet;
    None while it is off. Whoever moves `next_at` on is the one who fires: see `firing.py`. `run` is the first of
    the runs that the last firing asked for.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="schedules", db_index=False)
    kind = models.CharField(max_length=20, choices=ScheduleKind)
    cron = models.CharField("when", max_length=100)
    is_on = models.BooleanField("on", default=True)
    missed = models.CharField("if missed", max_length=20, choices=Missed, default=Missed.CATCH_UP)
    fired_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_at = models.DateTimeField(null=True, blank=True, editable=False)
    run = models.ForeignKey(
        Run, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        db_table = "schedule"
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="schedule_of_kind")]

    def __str__(self) -> str:
        return str(ScheduleKind(self.kind).label)
