"""Which workers are alive, so that a user can be told when none is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counterfoil_mirror", "0015_installation")]
    operations = [
        migrations.CreateModel(
            name="WorkerProcess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holder", models.CharField(max_length=200, unique=True)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("alive_until", models.DateTimeField(null=True)),
            ],
            options={"db_table": "counterfoil_worker", "ordering": ("id",), "default_permissions": ()},
        ),
    ]
