"""When a record whose read failed is read again, and why a resource is left out of a sync."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0003_write_ahead_log")]
    operations = [
        migrations.AddField("quarantinedrecord", "retry_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddField("coverage", "warning", models.TextField(default="", blank=True)),
    ]
