"""When a run was resumed after an interruption, and who has lifted the pause of a connection."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("counterfoil_mirror", "0006_pending_deletion"),
    ]
    operations = [
        migrations.AddField("run", "resumed_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddField("allowance", "lifted_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "allowance",
            "lifted_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
