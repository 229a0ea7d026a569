"""What the upstream counts calls and token requests by: connections with the same one share an allowance."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0012_unannounced_changes")]
    operations = [
        migrations.AddField(
            "connection", name, models.CharField(max_length=64, null=True, editable=False, db_index=True)
        )
        for name in ("calls_key", "tokens_key")
    ]
