from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counterfoil_webhooks", "0001_initial")]

    operations = [
        migrations.AddField("delivery", "full_size", models.BigIntegerField(blank=True, null=True)),
    ]
