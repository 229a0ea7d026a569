"""What Django cannot describe: the ticket counter and the search index, each database in its own way."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from counterfoil.mirror.sql import statement


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    for name in ("tickets", "search"):
        for sql in statement(vendor, name).split(";\n"):
            schema_editor.execute(sql)


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
