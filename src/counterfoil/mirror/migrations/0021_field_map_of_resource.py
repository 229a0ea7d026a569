"""A field map for each resource of a connection: a file of contact persons or invoices has columns of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0020_schema_requirement")]
    operations = [
        migrations.AddField("fieldmap", "resource", models.TextField(default="customer")),
        migrations.AlterModelOptions("fieldmap", options={"ordering": ("resource", "field", "id")}),
        migrations.RemoveConstraint("fieldmap", "counterfoil_field_map_unique"),
        migrations.AddConstraint(
            "fieldmap",
            models.UniqueConstraint(
                fields=("connection", "resource", "field", "source"), name="counterfoil_field_map_unique"
            ),
        ),
    ]
