"""Which fields change although the modified time of their records stands still."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0011_upstream_clock")]
    operations = [
        migrations.AddField("coverage", "unannounced", models.JSONField(default=dict, blank=True)),
    ]
