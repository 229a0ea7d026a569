"""Who waits for a turn, and how many calls were made for whom."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mirror", "0019_edits")]
    operations = [
        migrations.AddField(model_name="allowance", name="claims", field=models.JSONField(default=dict)),
        migrations.CreateModel(
            name="Usage",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=20)),
                ("calls", models.BigIntegerField(default=0)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="usage",
                        to="mirror.connection",
                    ),
                ),
            ],
            options={
                "db_table": "usage",
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "day", "kind"), name="usage_of_day")
                ],
            },
        ),
    ]
