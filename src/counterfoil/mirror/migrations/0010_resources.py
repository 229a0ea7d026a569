"""Runs, records set aside and progress are kept per resource. Added, filled, then constrained."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def keep_progress(apps: Any, _: Any) -> None:
    """What was known of customers stays known."""
    coverage = apps.get_model("mirror", "Coverage")
    connections = apps.get_model("mirror", "Connection").objects
    coverage.objects.bulk_create(
        coverage(
            connection_id=connection.pk,
            resource="customer",
            watermark=connection.watermark,
            complete_pass_at=connection.complete_pass_at,
        )
        for connection in connections.exclude(watermark=None, complete_pass_at=None)
    )


def give_back(apps: Any, _: Any) -> None:
    """The way back."""
    connections = apps.get_model("mirror", "Connection").objects
    for found in apps.get_model("mirror", "Coverage").objects.filter(resource="customer"):
        connections.filter(pk=found.connection_id).update(
            watermark=found.watermark, complete_pass_at=found.complete_pass_at
        )


class Migration(migrations.Migration):
    dependencies = [("mirror", "0009_token")]
    operations = [
        migrations.CreateModel(
            name="Coverage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("resource", models.CharField(max_length=20)),
                ("watermark", models.DateTimeField(blank=True, null=True)),
                ("complete_pass_at", models.DateTimeField(blank=True, null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="coverages",
                        to="mirror.connection",
                    ),
                ),
            ],
            options={"db_table": "coverage"},
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.UniqueConstraint(fields=("connection", "resource"), name="coverage_unique"),
        ),
        migrations.RunPython(keep_progress, give_back),
        migrations.RemoveField(model_name="connection", name="watermark"),
        migrations.RemoveField(model_name="connection", name="complete_pass_at"),
        migrations.AddField(
            model_name="run", name="resource", field=models.CharField(default="customer", max_length=20)
        ),
        migrations.AddField(
            model_name="setaside", name="resource", field=models.CharField(default="customer", max_length=20)
        ),
        migrations.RemoveConstraint(model_name="setaside", name="set_aside_unique"),
        migrations.AddConstraint(
            model_name="setaside",
            constraint=models.UniqueConstraint(fields=("connection", "resource", "key"), name="set_aside_unique"),
        ),
    ]
