"""What a push has sent is looked up by its run."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("mirror", "0020_one_budget"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="write",
            index=models.Index(fields=["run_id"], name="write_of_run"),
        ),
    ]
