"""The vocabulary of each connection, so that a search forgives typing mistakes; and new words to search records by.

A run of each connection's customers and contact persons fills in both from what is stored, without API calls.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from counterfoil.mirror.sql import statement


def add_deletions(_: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for sql in statement(schema_editor.connection.vendor, "vocabulary").split(";\n"):
        schema_editor.execute(sql)


def map_again(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Request a run for every connection that has records."""
    connections, runs = apps.get_model("counterfoil_mirror", "Connection"), apps.get_model("counterfoil_mirror", "Run")
    for resource, name in (("customer", "Customer"), ("contact_person", "ContactPerson")):
        rows = apps.get_model("counterfoil_mirror", name).objects
        for connection in connections.objects.filter(removed_at=None).order_by("pk"):
            wanted = {"connection": connection, "resource": resource, "kind": "remap", "state": "queued"}
            if rows.filter(connection=connection).exists() and not runs.objects.filter(**wanted).exists():
                runs.objects.create(**wanted)
    schema_editor.connection.check_constraints()  # PostgreSQL alters no table with constraints still to be checked


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0022_confirmed_name")]
    operations = [
        migrations.CreateModel(
            "SearchWord",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "connection",
                    models.ForeignKey(
                        "counterfoil_mirror.connection",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        db_index=False,
                    ),
                ),
                ("word", models.TextField()),
                ("checked_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "counterfoil_search_word",
                "ordering": ("id",),
                "default_permissions": (),
                "indexes": [models.Index(fields=["checked_at"], name="counterfoil_search_word_check")],
                "constraints": [
                    models.UniqueConstraint(fields=["connection", "word"], name="counterfoil_search_word_unique")
                ],
            },
        ),
        migrations.RunPython(add_deletions, migrations.RunPython.noop),
        migrations.RunPython(map_again, migrations.RunPython.noop),
    ]
