"""Keep which record answers for the id of one that was merged upstream."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0004_reads_to_repeat")]

    operations = [
        migrations.AddField(
            model_name=name, name="answered_by", field=models.TextField(blank=True, null=True)
        )
        for name in ("contactperson", "customer", "invoice")
    ]
