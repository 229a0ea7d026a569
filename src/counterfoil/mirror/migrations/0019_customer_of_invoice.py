"""What an invoice repeats of its customer loses its columns: name, phone and country.

First it is proved that each value stands in the payload or on the linked customer; any other is kept among the extra
fields. Invoices that were imported from a file are mapped again: earlier versions mapped them as the upstream's.
"""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F

from counterfoil import messages
from counterfoil.errors import NotPossibleNow
from counterfoil.mirror.models import CustomerNameOfInvoice
from counterfoil.mirror.sql import statement

COLUMNS = {
    "customer_name": ("name", "company_name"),
    "phone": ("phone", "mobile", "phone_e164", "mobile_e164"),
    "country": ("country", "country_code"),
}
"""The columns, with those of the customer that may have the same value."""


def keep_values(_: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Keep what stands nowhere else. Raises NotPossibleNow, with nothing changed, where a value would be lost."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        for field, columns in COLUMNS.items():
            names = {"field": field, "theirs": ", ".join(f"c.{column}" for column in columns)}
            cursor.execute(statement(connection.vendor, "customer_of_invoice_keep").format(**names))
            cursor.execute(statement(connection.vendor, "customer_of_invoice_lost").format(**names))
            if lost := int(cursor.fetchone()[0]):
                raise NotPossibleNow(
                    messages.mirror.WOULD_BE_LOST(count=lost, column=field), messages.mirror.KEEP_VERSION()
                )


def map_again(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Request a run for imported invoices, and for files, whose times may fall on another day now."""
    connections, runs, invoices = (apps.get_model("counterfoil_mirror", name) for name in ("Connection", "Run", "Invoice"))
    imported = set(invoices.objects.filter(ticket_to=-1).order_by().values_list("connection_id", flat=True).distinct())
    files = set(connections.objects.filter(connector="file").values_list("pk", flat=True))
    for resource, keys in (("invoice", imported), ("customer", files)):
        for key in keys:
            wanted = {"connection_id": key, "resource": resource, "kind": "remap", "state": "queued"}
            if not runs.objects.filter(**wanted).exists():
                runs.objects.create(**wanted)
    connections.objects.filter(pk__in=imported | files).update(mapping_version=F("mapping_version") + 1)
    schema_editor.connection.check_constraints()  # PostgreSQL alters no table with constraints still to be checked


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0018_paused_and_removed")]
    operations = [
        migrations.RunPython(keep_values, migrations.RunPython.noop),
        migrations.RemoveIndex("invoice", "counterfoil_invoice_untied"),
        *(migrations.RemoveField("invoice", field) for field in COLUMNS),
        migrations.AddIndex(
            "invoice",
            models.Index(
                F("connection"),
                CustomerNameOfInvoice(),
                name="counterfoil_invoice_unlinked",
                condition=models.Q(("customer", None)),
            ),
        ),
        migrations.RunPython(map_again, migrations.RunPython.noop),
    ]
