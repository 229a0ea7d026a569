"""When the outcome of a write without an answer can be looked up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0007_resumed_and_lifted")]
    operations = [
        migrations.AddField("write", "look_up_at", models.DateTimeField(blank=True, null=True)),
    ]
