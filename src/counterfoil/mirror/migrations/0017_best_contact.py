"""The phone number and the e-mail address to reach a customer by, a contact person's before its own.

A run of each connection's contact persons fills in theirs from what is stored, without API calls.
"""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import Coalesce

from counterfoil.mirror.sql import statement


def add_columns(_: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for sql in statement(schema_editor.connection.vendor, "best_contact").split(";\n"):
        schema_editor.execute(sql)


def map_again(apps: Any, _: Any) -> None:
    """Request a run of contact persons where there are any."""
    connections, runs = apps.get_model("counterfoil_mirror", "Connection"), apps.get_model("counterfoil_mirror", "Run")
    persons = apps.get_model("counterfoil_mirror", "ContactPerson").objects
    for connection in connections.objects.all():
        wanted = {"connection": connection, "resource": "contact_person", "kind": "remap", "state": "queued"}
        if persons.filter(connection=connection).exists() and not runs.objects.filter(**wanted).exists():
            runs.objects.create(**wanted)


def _best(*names: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=Coalesce(*names), output_field=models.TextField(null=True), db_persist=True
    )


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0016_worker_process")]
    operations = [
        migrations.AddField("customer", "person_phone", models.TextField(null=True, blank=True)),
        migrations.AddField("customer", "person_email", models.TextField(null=True, blank=True)),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(add_columns, migrations.RunPython.noop)],
            state_operations=[
                migrations.AddField("customer", "best_phone", _best("person_phone", "mobile_e164", "phone_e164")),
                migrations.AddField("customer", "best_email", _best("person_email", "email_normalized")),
            ],
        ),
        migrations.RunPython(map_again, migrations.RunPython.noop),
    ]
