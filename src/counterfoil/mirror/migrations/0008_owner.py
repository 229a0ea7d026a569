"""Names of connections are unique per owner, and users who own one stay.

What holds for all names together holds for those of each owner, so the new indexes are made first and the old one
goes last: at no moment may a name be taken twice.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("mirror", "0007_rare_states"),
    ]
    operations = [
        migrations.AlterField(
            model_name="connection",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="connections",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(models.F("owner"), Lower("name"), name="connection_name_of_owner"),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(
                Lower("name"), condition=models.Q(owner=None), name="connection_name_of_house"
            ),
        ),
        migrations.RemoveConstraint(model_name="connection", name="connection_name_unique"),
    ]
