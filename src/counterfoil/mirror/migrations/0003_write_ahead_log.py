"""SQLite's write-ahead log: a property of the file, set once, outside a transaction."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def switch_on(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    connection = schema_editor.connection
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        schema_editor.execute("PRAGMA journal_mode=WAL")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("counterfoil_mirror", "0002_tickets_and_search")]
    operations = [migrations.RunPython(switch_on, migrations.RunPython.noop)]
