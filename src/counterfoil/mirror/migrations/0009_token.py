"""Where the access token of a connection is kept, for all processes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mirror", "0008_owner")]
    operations = [
        migrations.CreateModel(
            name="Token",
            fields=[
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="mirror.connection",
                    ),
                ),
                ("sealed", models.TextField(default="")),
                ("api_url", models.TextField(default="")),
                ("got_at", models.DateTimeField(null=True)),
                ("renew_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("replaced", models.BooleanField(default=False)),
                ("claim", models.TextField(default="")),
                ("claimed_until", models.DateTimeField(null=True)),
                ("replacing", models.BooleanField(default=False)),
                ("asked_at", models.JSONField(default=list)),
                ("rests_until", models.DateTimeField(null=True)),
            ],
            options={"db_table": "token"},
        ),
    ]
