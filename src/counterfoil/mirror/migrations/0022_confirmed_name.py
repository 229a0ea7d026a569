"""Whose the invoices are that name their customer only by name, as a user has said."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("counterfoil_mirror", "0021_field_map_of_resource"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            "ConfirmedName",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("name_key", models.TextField()),
                ("customer_external_id", models.TextField()),
                ("confirmed_at", models.DateTimeField()),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="confirmed_names",
                        to="counterfoil_mirror.connection",
                    ),
                ),
            ],
            options={
                "db_table": "counterfoil_confirmed_name",
                "ordering": ("name", "id"),
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "name_key"), name="counterfoil_confirmed_name_unique"
                    )
                ],
            },
        ),
    ]
