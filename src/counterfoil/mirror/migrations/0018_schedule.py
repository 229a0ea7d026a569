"""When each connection is synced by itself: every day what changed, every Sunday everything."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

SUNDAY = 6


def upcoming(hour: int, weekday: int | None) -> datetime:
    """The first such moment from now on, in the install's time zone."""
    now = timezone.now()
    day = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    while True:
        found = datetime.combine(day, time(hour), ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)
        if found > now and weekday in (None, day.weekday()):
            return found
        day += timedelta(days=1)


def make_usual(apps: Any, _: Any) -> None:
    """Those of a new connection. A file is read when somebody wants it."""
    schedules = apps.get_model("mirror", "Schedule").objects
    for connection in apps.get_model("mirror", "Connection").objects.order_by("id"):
        if connection.connector == "file":
            schedules.create(connection=connection, kind="full", cron="0 3 * * *", is_on=False)
            continue
        schedules.create(
            connection=connection, kind="incremental", cron="0 3 * * *", next_at=upcoming(3, None)
        )
        schedules.create(connection=connection, kind="full", cron="0 4 * * 0", next_at=upcoming(4, SUNDAY))


class Migration(migrations.Migration):
    dependencies = [("mirror", "0017_delivery_source")]
    operations = [
        migrations.CreateModel(
            name="Schedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="schedules",
                        to="mirror.connection",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("incremental", "What changed"), ("full", "Everything")], max_length=20
                    ),
                ),
                ("cron", models.CharField(max_length=100, verbose_name="when")),
                ("is_on", models.BooleanField(default=True, verbose_name="on")),
                (
                    "missed",
                    models.CharField(
                        choices=[("catch-up", "Catch up once"), ("skip", "Skip")],
                        default="catch-up",
                        max_length=20,
                        verbose_name="if missed",
                    ),
                ),
                ("fired_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("next_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="mirror.run",
                    ),
                ),
            ],
            options={
                "db_table": "schedule",
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "kind"), name="schedule_of_kind")
                ],
            },
        ),
        migrations.RunPython(make_usual, migrations.RunPython.noop),
    ]
