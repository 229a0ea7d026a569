"""Webhooks: a source of values."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mirror", "0016_dated_from")]
    operations = [
        migrations.AlterField(
            model_name="change",
            name="source",
            field=models.CharField(
                choices=[
                    ("run", "Sync run"),
                    ("mapping", "Mapping change"),
                    ("approval", "Approved run"),
                    ("import", "Imported"),
                    ("delivery", "Webhook"),
                ],
                max_length=20,
            ),
        ),
    ]
