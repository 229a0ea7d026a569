"""When a record was created and an invoice was last paid, and the company's name, read from stored payloads.

A run maps each connection's customers and invoices again, without API calls.
"""

from typing import Any

from django.db import migrations, models
from django.db.models import F


def map_again(apps: Any, _: Any) -> None:
    """Request a run of each resource that has rows."""
    connections, runs = apps.get_model("counterfoil_mirror", "Connection"), apps.get_model("counterfoil_mirror", "Run")
    for connection in connections.objects.all():
        for resource, model in (("customer", "Customer"), ("invoice", "Invoice")):
            if apps.get_model("counterfoil_mirror", model).objects.filter(connection=connection).exists():
                runs.objects.create(connection=connection, resource=resource, kind="remap", state="queued")
    connections.objects.update(mapping_version=F("mapping_version") + 1)


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0013_shared_allowances")]
    operations = [
        migrations.AddField("customer", "company_name", models.TextField(null=True, blank=True)),
        migrations.AddField(
            "customer", "upstream_created_at", models.DateTimeField("created on", null=True, blank=True)
        ),
        migrations.AddField(
            "invoice", "upstream_created_at", models.DateTimeField("created on", null=True, blank=True)
        ),
        migrations.AddField("invoice", "paid_on", models.DateField("last payment on", null=True, blank=True)),
        migrations.RunPython(map_again, migrations.RunPython.noop),
    ]
