"""Which migrations a program must know to use this database; from here on, an older program refuses to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0019_customer_of_invoice")]
    operations = [
        migrations.CreateModel(
            "SchemaRequirement",
            [
                ("migration", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("version", models.CharField(max_length=40)),
            ],
            options={
                "db_table": "counterfoil_schema_requirement",
                "ordering": ("migration",),
                "default_permissions": (),
            },
        ),
    ]
