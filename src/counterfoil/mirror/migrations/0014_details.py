"""Details fetched in the background: a kind of run that goes on beside others of its connection."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("mirror", "0013_import")]
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
                ],
                max_length=20,
            ),
        ),
        migrations.RemoveConstraint("run", "run_one_at_a_time"),
        migrations.AddConstraint(
            "run",
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(state="running") & ~Q(kind__in=("single", "details")),
                name="run_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            "run",
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(state="running", kind="details"),
                name="run_details_one_at_a_time",
            ),
        ),
    ]
