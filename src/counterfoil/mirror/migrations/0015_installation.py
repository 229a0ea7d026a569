"""What is known of the install as a whole: the digest of its encryption key, and whether it is held."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("counterfoil_mirror", "0014_created_and_paid"),
    ]
    operations = [
        migrations.CreateModel(
            "Installation",
            [
                ("id", models.SmallIntegerField(primary_key=True, default=1, serialize=False)),
                ("key_digest", models.CharField(max_length=64, default="")),
                ("held_at", models.DateTimeField(null=True)),
                ("backup_at", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "released_by",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                    ),
                ),
            ],
            options={"db_table": "counterfoil_installation", "default_permissions": ()},
        ),
    ]
