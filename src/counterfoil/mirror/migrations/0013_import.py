"""Imports: a kind of run, and a source of values."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mirror", "0012_invoice_search")]
    operations = [
        migrations.AlterField(
            model_name="run",
            name="kind",
            field=models.CharField(
                choices=[
                    ("full", "Full sync"),
                    ("incremental", "Incremental sync"),
                    ("single", "One record"),
                    ("remap", "Mapping change"),
                    ("selection", "Selected customers"),
                    ("unpaid", "Unpaid invoices"),
                    ("import", "Imported invoices"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="change",
            name="source",
            field=models.CharField(
                choices=[
                    ("run", "Sync run"),
                    ("mapping", "Mapping change"),
                    ("approval", "Approved run"),
                    ("import", "Imported"),
                ],
                max_length=20,
            ),
        ),
    ]
