import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="PasswordTries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=10)),
                ("digest", models.CharField(max_length=64)),
                ("address", models.CharField(blank=True, default="", max_length=45)),
                ("count", models.FloatField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "counterfoil_password_tries",
                "default_permissions": (),
                "indexes": [models.Index(fields=["at"], name="counterfoil_password_tries_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "digest"), name="counterfoil_password_tries_one")
                ],
            },
        ),
    ]
