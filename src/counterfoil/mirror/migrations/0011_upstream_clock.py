"""When a pass last saw all changes, and whether the upstream's clock went back since."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0010_deletions")]
    operations = [
        migrations.AddField("coverage", "seen_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddField("coverage", "clock_warning", models.TextField(default="", blank=True)),
    ]
