"""Connections that a user has paused or removed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0017_best_contact")]
    operations = [
        migrations.AddField("connection", "paused_at", models.DateTimeField(null=True, editable=False)),
        migrations.AddField("connection", "removed_at", models.DateTimeField(null=True, editable=False)),
        migrations.AddField(
            "connection",
            "removal",
            models.CharField(
                max_length=10,
                choices=[("keep", "Records kept, read-only"), ("delete", "Records deleted")],
                null=True,
                editable=False,
            ),
        ),
    ]
