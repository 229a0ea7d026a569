"""Runs that wait for the approval of deletions, what they propose, and which row replaces a deleted one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0009_token_scopes")]

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
                    ("details", "Details"),
                    ("push", "Push"),
                    ("deletions", "Deletions"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="proposal",
            name="action",
            field=models.CharField(
                choices=[
                    ("vanish", "would be marked as missing"),
                    ("rename", "would get another name"),
                    ("create", "would be added"),
                    ("change", "would be changed"),
                    ("settled", "would be read again: no longer listed as unpaid"),
                    ("delete", "would be marked as deleted"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="conflict",
            name="recreated_as",
            field=models.BigIntegerField(blank=True, null=True),
        ),
    ]
